"""What an engine needs only later is imported when its screen stands: no start waits for it, and no tick either."""

from collections.abc import Callable
from importlib import import_module
from threading import Thread
from typing import Final

from allusetui.domain.snapshot import Snapshot

LATER: Final = (
    "scipy.special",
    "allusetui.advisor.headlines",
    "allusetui.advisor.ladder",
    "allusetui.advisor.watch",
    "allusetui.codec.state",
    "allusetui.codec.whole",
    "allusetui.compose.reported",
    "allusetui.journal.documents",
    "allusetui.ledger.csv",
    "allusetui.reports.files",
    "allusetui.reports.issue",
)
"""Whatever a session imports where it is first used."""
_FREE = 2


def warm_up() -> None:
    """Import all of it."""
    for name in LATER:
        import_module(name)


class WarmUp:
    """Watches snapshots. At the second, when the first is on the screen, it imports in a thread of its own.

    A tick that is the first to price options, or a report, finds them there, and a key does not wait behind it.
    """

    def __init__(self, imported: Callable[[], None] = lambda: None) -> None:
        """`imported` is called in that thread when all is there."""
        self._imported = imported
        self._seen = 0

    def __call__(self, snapshot: Snapshot) -> None:
        self._seen += 1
        if self._seen == _FREE:
            Thread(target=self._import, name="warm-up", daemon=True).start()

    def _import(self) -> None:
        warm_up()
        self._imported()
