"""The dashboard put together: what it reads snapshots by, and when the engine behind it begins."""

import os
import signal
from collections.abc import Callable
from datetime import timedelta
from time import monotonic
from types import FrameType
from typing import TYPE_CHECKING

from allusetui.domain.moment import SECOND_MS, day_of
from allusetui.domain.snapshot import Console, Snapshot
from allusetui.tui.app import Dashboard
from allusetui.tui.prefs import Prefs
from allusetui.view.model import Seen

if TYPE_CHECKING:
    from allusetui.domain.calendar import Calendar
    from allusetui.law.model import Law

_BEFORE, _AHEAD, _SPARE = timedelta(days=60), timedelta(days=420), timedelta(days=30)


class Lens:
    """Gives a snapshot the law and a calendar that reaches around it; the calendar is made anew when it ends."""

    def __init__(self) -> None:
        # Imported here: both are heavy, and this is made after the first paint.
        from allusetui.law.load import load
        from allusetui.market.calendars import calendar

        self._law: Law = load()
        self._make_calendar = calendar
        self._calendar: Calendar | None = None

    def __call__(self, snapshot: Snapshot) -> Seen:
        day = day_of(snapshot.now_ms)
        if self._calendar is None or self._calendar.sessions[-1].day < day + _SPARE:
            self._calendar = self._make_calendar(day - _BEFORE, day + _AHEAD)
        return Seen(snapshot, self._law, self._calendar)


def dashboard(console: Console, prefs: Prefs, begin: Callable[[], None]) -> Dashboard:
    """The screen of an engine; `begin` is called once the screen has painted."""

    def grind() -> Lens:
        begin()
        return Lens()

    return Dashboard(console, grind, lambda: monotonic() * SECOND_MS, prefs)


def end_with_the_terminal(screen: Dashboard) -> Callable[[], bool]:
    """Let a lost terminal end the screen alone; gives whether it was lost."""
    lost = False

    def hang_up(number: int, frame: FrameType | None) -> None:
        nonlocal lost
        lost = True
        null = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(null, stream)
        screen.leave(end=False)

    signal.signal(signal.SIGHUP, hang_up)
    return lambda: lost
