"""Who trades with the orders that work at the simulated exchange, when their limits are at the middle or better."""

from typing import Final, Protocol

from allusetui.domain.moment import SECOND_MS
from allusetui.domain.order import Order

SHOWN: Final = 25
"""Contracts of an option on either side of its quote, in every market: the market model names no figure."""
_PATIENCE_MS: Final = SECOND_MS


class Takers(Protocol):
    """Asked of limits that are at least as good as the middle. Those at the other side's quote trade in any case."""

    @property
    def most(self) -> int | None:
        """What they trade of an option in any one second; None: all that there is."""

    def next_ms(
        self, order: Order, nearness: float | None, since_ms: int, after_ms: int, until_ms: int | None
    ) -> int | None:
        """When they come next to an order whose limit has been good enough since then; None for not before `until_ms`.

        Until then its market stays as it is; what is not known of it has to be looked at.
        """

    def come(self, order: Order, nearness: float, waited_ms: int, at_ms: int) -> bool:
        """Whether they do. `nearness` of its limit: 0 at the middle, just under 1 beside the other side's quote."""


class PunctualTakers:
    """Implements `Takers`: they come after a second, and take everything."""

    most = None

    def next_ms(
        self, order: Order, nearness: float | None, since_ms: int, after_ms: int, until_ms: int | None
    ) -> int | None:
        return since_ms + _PATIENCE_MS

    def come(self, order: Order, nearness: float, waited_ms: int, at_ms: int) -> bool:
        return waited_ms >= _PATIENCE_MS
