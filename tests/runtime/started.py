"""A session put together for a test, and an engine that turns it in a thread of its own."""

from collections.abc import Callable
from time import perf_counter

from allusetui.compose.run import Run, build_run
from allusetui.domain.snapshot import Snapshot
from allusetui.journal.memory import MemoryJournal
from allusetui.runtime.live import Live, Session
from allusetui.runtime.pace import Pace
from allusetui.runtime.tail import TailJournal
from allusetui.runtime.thread import EngineThread
from allusetui.scenario.load import load, parse
from tests.replaying import Silent
from tests.rules.situations import AAPL, fault, situation

MORNING = "2026-03-05T09:44:00", "2026-03-05T11:00:00"


class Started:
    """A session put together for a test, with its journal and its run."""

    wall_s = staticmethod(perf_counter)

    def __init__(self, text: str, speed: float | None) -> None:
        scenario = load(text) if text == "crash-week" else parse(text, "test.toml")
        self.journal = TailJournal(MemoryJournal())
        self.run: Run = build_run(scenario, self.journal, Silent())
        start_ms = self.run.started.at_ms
        turn = self.run.runtime
        pace = Pace(self.run.calendar, speed, start_ms, perf_counter())
        begin: Callable[[], None] = lambda: turn.begin(self.run.started)  # noqa: E731
        self.session = Session("test", "SIM", turn, self.journal, begin, lambda: None, pace, self.run.end_ms)

    def live(self) -> Live:
        return Live(self.session, perf_counter)

    def kinds(self) -> list[str]:
        return [event.kind for _, _, event in self.journal.read()]


# An entry that nothing fills walks for half a minute: there is time to press a key.
WITHOUT_FILLS = fault("2026-03-05T09:44:00", "no_fill", "AAPL", "60m")
WORKING = situation(*MORNING, {"AAPL": AAPL}, WITHOUT_FILLS)


def running(speed: float = 20.0) -> tuple[EngineThread, Started]:
    started = Started(WORKING, speed)
    engine = EngineThread(started.live)
    engine.start()
    return engine, started


def shown(engine: EngineThread) -> Snapshot:
    snapshot = engine.latest()
    assert snapshot is not None
    return snapshot
