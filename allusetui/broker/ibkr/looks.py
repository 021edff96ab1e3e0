"""When the book is looked at unasked: at hours of the night, and where nothing explains what is pushed. Pure."""

from collections.abc import Callable, Mapping
from datetime import time
from typing import Final

from allusetui.broker.ibkr.fills import PATIENCE_MS, Fills
from allusetui.domain.contract import Contract
from allusetui.domain.moment import DAY_MS, at_clock, day_of

_HOURS: Final = (time(3, 30), time(9, 0))
"""Assignments of the night stand in the book by then, and nobody tells of them."""
_PUSHED: Final = (time(9, 30), time(16, 15))
"""When a push may mean a trade. In the night a book is pushed row by row, and is no book before all have come: what is
pushed by the morning is looked at as the day begins, as some of it may have come after the last hour."""
Book = Mapping[Contract, int]


class Looks:
    """Judges pushed positions by the last whole book and the executions heard since; `now_ms`: from when on."""

    def __init__(self, fills: Fills, now_ms: int) -> None:
        self._fills = fills
        self._looked_ms = now_ms
        self._before: Book | None = None
        """The last whole book, as it was before every execution that has been heard of."""
        self._pushed_ms: int | None = None

    def booked(self, held: Book) -> None:
        """A whole book has come."""
        self._before = self._without_fills(held)

    def pushed(self, at_ms: int) -> None:
        """The broker has told of a position that nobody had asked for, or that somebody had."""
        begins, ends = (at_clock(day_of(at_ms), clock) for clock in _PUSHED)
        if self._before is not None and self._pushed_ms is None and at_ms < ends:
            self._pushed_ms = max(at_ms, begins)

    def lost(self) -> None:
        """The connection is gone; the next begins with a whole book."""
        self._before = self._pushed_ms = None

    def next_ms(self) -> int:
        """When the next look may be due: what explains a push may come after it."""
        due_ms = _next_hour(self._looked_ms)
        return due_ms if self._pushed_ms is None else min(due_ms, self._pushed_ms + PATIENCE_MS)

    def take(self, at_ms: int, held: Callable[[], Book]) -> bool:
        """Whether to look now; with this the look counts as taken."""
        if at_ms < self.next_ms():
            return False
        if self._pushed_ms is not None and at_ms >= self._pushed_ms + PATIENCE_MS:
            self._pushed_ms = None
            if self._without_fills(held()) != self._before:
                return True
        due = at_ms >= _next_hour(self._looked_ms)
        if due:
            self._looked_ms = at_ms
        return due

    def _without_fills(self, held: Book) -> Book:
        net = self._fills.net()
        before = {each: held.get(each, 0) - net.get(each, 0) for each in (*held, *net)}
        return {contract: quantity for contract, quantity in before.items() if quantity}


def _next_hour(after_ms: int) -> int:
    days = (day_of(after_ms), day_of(after_ms + DAY_MS))
    return min(ms for day in days for clock in _HOURS if (ms := at_clock(day, clock)) > after_ms)
