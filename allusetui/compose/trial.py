"""A scenario run in memory, under any law, a stretch at a time."""

from collections.abc import Callable, Iterable, Sequence

from allusetui.compose.run import Run, build_run
from allusetui.domain.calendar import Calendar
from allusetui.domain.event import Event
from allusetui.domain.frozen import mutable
from allusetui.domain.input import OperatorActed
from allusetui.journal.memory import MemoryJournal
from allusetui.law.load import Version
from allusetui.scenario.model import Scenario

Hear = Callable[[int, Sequence[Event]], Iterable[OperatorActed]]
"""A person who hears what the journal is told at an instant, and says what to press at later ones."""


class NoReports:
    """A reporter that writes nothing: what a trial came to is read off its journal."""

    def write(self, period: str, name: str, at_ms: int) -> str:
        return ""


class HeardJournal(MemoryJournal):
    """A journal in memory that tells somebody what it is told."""

    def __init__(self) -> None:
        super().__init__()
        self.hear: Callable[[int, Sequence[Event]], None] = lambda at_ms, events: None

    def append(self, at_ms: int, events: Sequence[Event]) -> None:
        super().append(at_ms, events)
        self.hear(at_ms, events)

    def fill(self, records: Iterable[tuple[int, int, Event]]) -> None:
        """Take in what a run had told before it was kept; nobody hears it again."""
        for _, at_ms, event in records:
            super().append(at_ms, (event,))


@mutable
class Trial:
    """A run and its journal. `begun`: whether it stands somewhere behind its first instant."""

    run: Run
    journal: HeardJournal
    begun: bool = False

    @property
    def is_over(self) -> bool:
        return self.begun and self.run.runtime.next_ms() > self.run.end_ms

    def go_to(self, at_ms: int) -> None:
        """Everything up to an instant, or to the end where that comes first."""
        if not self.begun:
            self.run.begin()
            self.begun = True
        self.run.runtime.go_on(min(at_ms, self.run.end_ms))


def build_trial(scenario: Scenario, under: Version, person: Callable[[Calendar], Hear]) -> Trial:
    """Put a trial together. Raises Problem where an account could not begin as its table says, and DataError."""
    journal = HeardJournal()
    run = build_run(scenario, journal, NoReports(), under=under)
    hear = person(run.calendar)

    def heard(at_ms: int, events: Sequence[Event]) -> None:
        for key in hear(at_ms, events):
            run.runtime.expect(key)

    journal.hear = heard
    return Trial(run, journal)
