"""The dashboard put together: what it reads snapshots by, and when the engine behind it begins."""

import signal
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from time import monotonic
from types import FrameType
from typing import TYPE_CHECKING

from allusetui.cli.say import own_laws
from allusetui.cli.shelf import Shelf
from allusetui.domain.console import Console
from allusetui.domain.moment import SECOND_MS, day_of
from allusetui.tui.app import Dashboard
from allusetui.tui.prefs import Prefs
from allusetui.tui.watch import Watch
from allusetui.view.model import Seen

if TYPE_CHECKING:
    from allusetui.domain.answer import Asking, Reply
    from allusetui.domain.calendar import Calendar
    from allusetui.domain.snapshot import Snapshot
    from allusetui.law.model import Law
    from allusetui.law.own import OwnLaws
    from allusetui.tui.onlooker import Onlooker

_BEFORE, _AHEAD, _SPARE = timedelta(days=60), timedelta(days=420), timedelta(days=30)


class Lens:
    """Gives a snapshot the law and a calendar that reaches around it; the calendar is made anew when it ends."""

    def __init__(self, laws: "OwnLaws") -> None:
        # Imported here: both are heavy, and this is made after the first paint.
        from allusetui.law.load import load
        from allusetui.market.calendars import calendar

        self._laws, self._shipped = laws, load()
        self._law: Law | None = None
        self._sha256 = ""
        self._make_calendar = calendar
        self._calendar: Calendar | None = None

    def __call__(self, snapshot: "Snapshot") -> Seen:
        day = day_of(snapshot.now_ms)
        if self._calendar is None or self._calendar.sessions[-1].day < day + _SPARE:
            self._calendar = self._make_calendar(day - _BEFORE, day + _AHEAD)
        if snapshot.state.constitution_hash != self._sha256:
            self._sha256 = snapshot.state.constitution_hash
            self._law = self._law_of(self._sha256)
        strange = self._law is None and bool(self._sha256)
        return Seen(snapshot, self._law or self._shipped, self._calendar, own_law=not strange)

    def _law_of(self, sha256: str) -> "Law | None":
        """The one that the session is under; None until it has begun, and where its own is not at hand."""
        from allusetui.law.load import LawError

        try:
            under = self._laws.of_hash(sha256)
            return None if under is None else under.law
        except LawError:  # an engine here refuses to begin and says why; one elsewhere has a law of its own
            return None


def dashboard(
    console: Console, prefs: Prefs, folder: Path, begin: Callable[[], None], settings: Path | None
) -> Dashboard:
    """The screen of an engine whose session lives in `folder`; `begin` is called once the screen has painted."""

    def grind() -> Lens:
        # One after the other: two threads that import at once are in each other's way.
        try:
            return Lens(own_laws(settings))
        finally:
            begin()

    return Dashboard(console, grind, _wall_ms, prefs, *_reading(folder, settings))


def onlooker(console: Console, prefs: Prefs, folder: Path, settings: Path | None) -> "Onlooker":
    """The screen of an engine that takes no keys from it."""
    from allusetui.tui.onlooker import Onlooker  # imported here: who sends keys needs none of it

    return Onlooker(console, lambda: Lens(own_laws(settings)), _wall_ms, prefs, *_reading(folder, settings))


def _wall_ms() -> float:
    return monotonic() * SECOND_MS


def _reading(folder: Path, settings: Path | None) -> "tuple[Shelf, str, Asking]":
    """What a screen has of a session's folder: its reports, its first header, and its journal by questions."""
    return Shelf(folder, settings), f"ALL-USE {folder.name} is starting", partial(_reply, folder, settings)


def _reply(folder: Path, settings: Path | None, question: str) -> "Reply":
    """What the session's journal answers, worded by the model that the settings name."""
    # Imported here: who asks nothing needs none of it.
    from allusetui.cli.model import address
    from allusetui.compose.answers import reply

    return reply(folder, address(settings), question, own_laws(settings))


def heed_signals(screen: Watch, terminate: Callable[[], None]) -> None:
    """A lost terminal ends the screen alone; `terminate` is called when the process is asked to end."""

    def asked(number: int, frame: FrameType | None) -> None:
        terminate()

    signal.signal(signal.SIGHUP, lambda number, frame: screen.lose())
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, asked)
