"""A console that serves what it is given and remembers the keys, a clock that stands still, and two afternoons."""

from dataclasses import replace
from functools import cache
from typing import Any

from allusetui.domain.answer import Asking
from allusetui.domain.console import Key
from allusetui.domain.event import OperatorKey
from allusetui.domain.snapshot import Snapshot, Told
from allusetui.tui.app import Dashboard
from allusetui.tui.inquirer import nobody
from allusetui.tui.prefs import Prefs
from allusetui.view.model import Seen
from allusetui.view.shelf import Shelf, empty_shelf
from tests.engine.amending import PROPOSAL, Keeps, asked
from tests.replaying import Replayed, replay_crash_week, replay_text
from tests.rules.situations import AAPL, but, option, situation
from tests.view.snapshots import LAW, snapshot_of

_PAUSED = '[[operator]]\nat = 2026-03-12T10:20:00\naction = "pause"\naccount = "GEN"'


@cache
def afternoon() -> Replayed:
    """Thursday 14:00 of the crash week: nine puts, six of them 1 to 2 ATR down; REV and COM are latched at level 3."""
    return replay_crash_week("2026-03-12T14:00:00")


@cache
def paused_afternoon() -> Replayed:
    """The same, GEN paused before its puts fell: their defences wait for a person."""
    return replay_crash_week("2026-03-12T14:00:00", _PAUSED)


@cache
def laddered() -> Replayed:
    """A Wednesday at 10:01: REV holds two LEAPs, GEN a put on the index and a call on VIX."""
    held = (
        option("REV", "NVDA", "2027-06-18", 230.0, "C", 2, 11.0, "2026-01-05"),
        option("REV", "NVDA", "2027-03-19", 240.0, "C", 1, 9.0, "2026-01-05"),
        option("GEN", "SPX", "2026-12-18", 4250.0, "P", 1, 80.0, "2026-03-02"),
        option("GEN", "VIX", "2026-09-16", 27.0, "C", 4, 1.2, "2026-03-02"),
    )
    markets = {"AAPL": AAPL, "NVDA": AAPL, "SPX": "spot = 5000.0\niv = 0.18"}
    hours = "2026-03-04T10:00:00", "2026-03-04T10:01:00"
    return replay_text(situation(*hours, markets, *held, accounts=("GEN", "REV", "COM")))


@cache
def advised() -> Replayed:
    """A Thursday at 10:05, reinvest day: REV's ladder of three LEAPs has been looked at by the adviser."""
    held = (
        option("REV", "NVDA", "2027-01-15", 240.0, "C", 4, 9.0, "2026-01-05"),
        option("REV", "NVDA", "2027-06-18", 240.0, "C", 2, 11.0, "2026-01-05"),
        option("REV", "TSLA", "2027-03-19", 250.0, "C", 2, 9.0, "2026-01-05"),
    )
    markets = {"NVDA": but(AAPL, iv=0.45), "TSLA": but(AAPL, iv=0.55)}
    hours = "2026-04-01T09:30:00", "2026-04-01T10:05:00"
    return replay_text(situation(*hours, markets, *held, accounts=("GEN", "REV", "COM")))


@cache
def amended() -> Replayed:
    """A Thursday at 09:45: a change of the law waits for a person."""
    return asked(Keeps(PROPOSAL), end="2026-03-05T09:45:00")


class Served:
    """Serves a snapshot; `full` takes no key."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.keys: list[Key] = []
        self.full = False
        self.ended = False

    def latest(self) -> Snapshot:
        return self.snapshot

    def send(self, key: Key) -> None:
        if self.full:
            raise BlockingIOError("its inbox is full")
        self.keys.append(key)

    def end(self) -> None:
        self.ended = True

    def hear(self) -> None:
        """Journal the last key, as the engine does."""
        key, seq = self.keys[-1], self.snapshot.tail[-1].seq + 1
        event = OperatorKey(account=key.account, action=key.action, by=key.by, contract=key.contract)
        tail = (*self.snapshot.tail, Told(seq, self.snapshot.now_ms, event))
        self.publish(tail=tail)

    def withdraw(self) -> None:
        """Serve a snapshot in which no approval is open."""
        self.publish(state=replace(self.snapshot.state, approvals={}))

    def publish(self, **changes: Any) -> None:
        """Serve the next snapshot, that of a second later."""
        later = {"count": self.snapshot.count + 1, "now_ms": self.snapshot.now_ms + 1_000}
        self.snapshot = replace(self.snapshot, **{**later, **changes})


class Clock:
    """A wall clock that stands still until it is told, ms."""

    def __init__(self) -> None:
        self.now_ms = 0.0

    def __call__(self) -> float:
        return self.now_ms


def dashboard(
    replayed: Replayed, prefs: Prefs | None = None, shelf: Shelf = empty_shelf, asking: Asking = nobody
) -> tuple[Dashboard, Served, Clock]:
    """A dashboard on a run's end, its console and its clock."""
    console, clock = Served(snapshot_of(replayed)), Clock()

    def read(shown: Snapshot) -> Seen:
        return Seen(shown, LAW, replayed.run.calendar)

    return Dashboard(console, lambda: read, clock, prefs, shelf, asking=asking), console, clock
