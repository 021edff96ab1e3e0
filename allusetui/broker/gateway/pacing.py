"""How fast bars may be asked for: the broker's limits of historical data, over all clients."""

from collections import deque
from typing import Final

from allusetui.broker.gateway.fields import Wanted
from allusetui.broker.gateway.requests import BarsAsked

_WINDOW_S: Final = 600
_MOST_IN_WINDOW: Final = 60
_SAME_S: Final = 15
_BURST_S: Final = 2
_MOST_IN_BURST: Final = 6
_DOUBLE: Final = "BID_ASK"
"""Counts twice: it asks for two series."""


class Pacing:
    """What has been asked lately. `second_ms`: how long a client's second lasts on the market's clock."""

    def __init__(self, second_ms: int) -> None:
        self._second_ms = second_ms
        self._asked: deque[tuple[int, BarsAsked]] = deque()

    def violated(self, asked: BarsAsked, at_ms: int) -> bool:
        """Whether this request is too much: 60 in ten minutes, 6 on one contract in 2 s, or the same again in 15 s."""
        while self._asked and self._asked[0][0] <= at_ms - _WINDOW_S * self._second_ms:
            self._asked.popleft()
        weight = sum(_weight(each) for _, each in self._asked) + _weight(asked)
        same = [each for ms, each in self._asked if ms > at_ms - _SAME_S * self._second_ms]
        burst = [each for ms, each in self._asked if ms > at_ms - _BURST_S * self._second_ms]
        on_contract = sum(_weight(each) for each in burst if _subject(each) == _subject(asked)) + _weight(asked)
        bad = weight > _MOST_IN_WINDOW or on_contract > _MOST_IN_BURST or _essence(asked) in map(_essence, same)
        if not bad:
            self._asked.append((at_ms, asked))
        return bad


def _weight(asked: BarsAsked) -> int:
    return 2 if asked.kind == _DOUBLE else 1


def _subject(asked: BarsAsked) -> tuple[Wanted, str]:
    return asked.wanted, asked.kind


def _essence(asked: BarsAsked) -> tuple[object, ...]:
    return asked.wanted, asked.kind, asked.end, asked.size, asked.span, asked.regular_hours
