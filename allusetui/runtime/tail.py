"""The newest events of a journal, kept in memory for whoever watches."""

from collections import deque
from collections.abc import Iterable, Sequence

from allusetui.domain.event import AccountMarked, AlertRaised, Event, ReportWritten, StateChanged
from allusetui.domain.moment import day_of
from allusetui.domain.snapshot import Mark, Told
from allusetui.ports import Journal

TAIL = 200
ALERTS = 50
REPORTS = 60
SESSIONS = 252
"""Of how many sessions an account's marks are kept."""
_ACCOUNTS = 12
"""Of how many accounts they are looked for where a session is taken up again."""


class TailJournal:
    """Implements `ports.Journal` over another; `tail`, `alerts` and `reports` hold the newest, ascending."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self.tail = deque((Told(*row) for row in journal.last(TAIL)), maxlen=TAIL)
        self.alerts = deque((Told(*row) for row in journal.last(ALERTS, AlertRaised.kind)), maxlen=ALERTS)
        self.reports = deque((Told(*row) for row in journal.last(REPORTS, ReportWritten.kind)), maxlen=REPORTS)
        self.marks: dict[str, tuple[Mark, ...]] = {}
        self.moves: dict[str, Told] = {}
        for kind in (AccountMarked.kind, StateChanged.kind):
            for row in journal.last(SESSIONS * _ACCOUNTS, kind):
                self._note(Told(*row))
        self._seq = self.tail[-1].seq if self.tail else 0

    def append(self, at_ms: int, events: Sequence[Event]) -> None:
        """Store one batch; raises OSError as the journal does."""
        self._journal.append(at_ms, events)
        for seq, event in enumerate(events, self._seq + 1):
            self._keep(seq, at_ms, event)

    def read(self, after: int = 0) -> Iterable[tuple[int, int, Event]]:
        return self._journal.read(after)

    def last(self, count: int, kind: str | None = None) -> Sequence[tuple[int, int, Event]]:
        return self._journal.last(count, kind)

    def _keep(self, seq: int, at_ms: int, event: Event) -> None:
        self._seq = seq
        told = Told(seq, at_ms, event)
        self.tail.append(told)
        self._note(told)
        if isinstance(event, AlertRaised):
            self.alerts.append(told)
        elif isinstance(event, ReportWritten):
            self.reports.append(told)

    def _note(self, told: Told) -> None:
        """Where an account was moved to last, and what it was worth session by session."""
        event = told.event
        if event.account is None:
            return
        if isinstance(event, StateChanged):
            self.moves[event.account] = told
        elif isinstance(event, AccountMarked):
            mark = Mark(day_of(told.at_ms), event.equity, event.high_water)
            earlier = [each for each in self.marks.get(event.account, ()) if each.day != mark.day]
            self.marks[event.account] = (*earlier[1 - SESSIONS :], mark)
