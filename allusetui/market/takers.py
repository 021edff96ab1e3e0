"""Who trades with limits inside the spread of the synthetic market: by chance, each second anew.

Source: the market model, fills.
"""

from functools import lru_cache
from typing import Final

from allusetui.domain.contract import Contract, Option, Side
from allusetui.domain.moment import SECOND_MS
from allusetui.domain.order import Order
from allusetui.market.dice import dice, named

_AT_THE_MIDDLE: Final = 0.5  # a limit at mid fills with probability .5 a minute, better toward the touch
_MINUTE_S: Final = 60


class SeededTakers:
    """Whether one comes depends on the seed, what is traded, its side and the instant: never later to a better limit.

    `most` of an option they trade in any one second.
    """

    def __init__(self, seed: int, most: int) -> None:
        self._seed = seed
        self.most = most
        self._drawn = lru_cache(maxsize=256)(self._draw)  # each look asks for the seconds ahead of all that works

    def next_ms(
        self, order: Order, nearness: float | None, since_ms: int, after_ms: int, until_ms: int | None
    ) -> int | None:
        """Of the seconds from then on the first in which one comes; the next where that can't be said."""
        at_ms = since_ms + ((after_ms - since_ms) // SECOND_MS + 1) * SECOND_MS
        if nearness is None or until_ms is None:
            return at_ms
        seconds = range(at_ms, until_ms, SECOND_MS)
        return next((each for each in seconds if self.come(order, nearness, each - since_ms, each)), None)

    def come(self, order: Order, nearness: float, waited_ms: int, at_ms: int) -> bool:
        """With the probability of a minute .5 at the middle, 1 at the other side's quote, a straight line between."""
        if not waited_ms or waited_ms % SECOND_MS:
            return False
        nobody_in_a_minute = (1 - _AT_THE_MIDDLE) * (1 - nearness)
        nobody = float(nobody_in_a_minute ** (1 / _MINUTE_S))
        return self._drawn(order.contract, order.candidate, order.side, at_ms) >= nobody

    def _draw(self, contract: Contract, candidate: Option | None, side: Side, at_ms: int) -> float:
        """Even between 0 and 1."""
        legs = [named(leg) for leg in (contract, candidate) if isinstance(leg, Option)]
        words = [word for leg in legs for word in leg] or [contract.symbol]
        return dice(self._seed, "takers", *words, side, str(at_ms)).random()
