"""When quotes tick: every five seconds of a session, and at every point of the tape."""

from bisect import bisect_right
from collections.abc import Iterable

from allusetui.domain.calendar import Calendar
from allusetui.domain.moment import SECOND_MS

TICK_MS = 5 * SECOND_MS


class Ticks:
    """The instants of `calendar`'s sessions, open and close included, and of `tape_ms` at any hour.

    `overtime_ms` is how long after the close the symbol still ticks.
    """

    def __init__(self, calendar: Calendar, tape_ms: Iterable[int], overtime_ms: int = 0) -> None:
        self._opens = [session.open_ms for session in calendar.sessions]
        self._lasts = [session.close_ms + overtime_ms for session in calendar.sessions]
        self._tape = sorted(set(tape_ms))

    def last(self, at_ms: int) -> int | None:
        """The last tick at or before the instant; None where there has been none."""
        session = bisect_right(self._opens, at_ms) - 1
        point = bisect_right(self._tape, at_ms) - 1
        scripted = self._tape[point] if point >= 0 else None
        if session < 0:
            return scripted
        opened = self._opens[session]
        tick = opened + (min(at_ms, self._lasts[session]) - opened) // TICK_MS * TICK_MS
        return tick if scripted is None or scripted < tick else scripted

    def next(self, after_ms: int) -> int | None:
        """The first tick after the instant; None where none is left."""
        session = bisect_right(self._opens, after_ms) - 1
        point = bisect_right(self._tape, after_ms)
        tick: int | None = None
        if session >= 0 and after_ms < self._lasts[session]:
            opened = self._opens[session]
            tick = opened + ((after_ms - opened) // TICK_MS + 1) * TICK_MS
        elif session + 1 < len(self._opens):
            tick = self._opens[session + 1]
        if point < len(self._tape):
            return self._tape[point] if tick is None else min(tick, self._tape[point])
        return tick
