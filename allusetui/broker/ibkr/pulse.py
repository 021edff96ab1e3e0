"""Whether an underlying's data move. What is asked for anew is answered with the book as it is, of a dead feed too.

An answer alone is therefore no proof. What tells a quiet market from a dead feed is the time of the last trade, which
the broker sends with an answer, and anything that differs from what was told before. An option has no such time, its
last trade may be of last week: a quiet one is proven by an answer while its underlying moves.
"""

from dataclasses import field
from typing import Final

from allusetui.domain.frozen import mutable
from allusetui.domain.moment import SECOND_MS

LAST_TIME: Final = 45
"""When the last trade was made, in seconds; of an index, when its last value was."""
_MOVING: Final = frozenset({0, 1, 2, 3, 4, 5, 8, LAST_TIME})
"""Bid, ask and last with their sizes, and the volume: the day's extremes and the like are told at any hour."""


@mutable
class Pulse:
    """What an underlying's lines have told by now, of all that there were: it outlives each of them."""

    _moved_ms: int | None = None
    _is_timed: bool = False
    _told: dict[int, float | str] = field(default_factory=dict)

    def told(self, tick: int, value: float | str, at_ms: int) -> None:
        """A tick as it came. What is told for the first time has nothing to differ from."""
        if tick not in _MOVING:
            return
        before = self._told.get(tick)
        self._told[tick] = value
        if before is not None and before != value:
            self._move(at_ms)
        elif tick == LAST_TIME and before is None:
            self._move(min(int(value) * SECOND_MS, at_ms))
        self._is_timed |= tick == LAST_TIME

    def moved_ms(self, heard_ms: int) -> int:
        """When it moved last, of a line heard at an instant; where no time was ever told nobody can tell better."""
        return min(self._moved_ms, heard_ms) if self._is_timed and self._moved_ms is not None else heard_ms

    def _move(self, at_ms: int) -> None:
        self._moved_ms = max(at_ms, self._moved_ms or at_ms)
