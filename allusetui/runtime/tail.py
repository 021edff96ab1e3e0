"""The newest events of a journal, kept in memory for whoever watches."""

from collections import deque
from collections.abc import Iterable, Sequence

from allusetui.domain.event import AlertRaised, Event
from allusetui.domain.snapshot import Told
from allusetui.ports import Journal

TAIL = 200
ALERTS = 50


class TailJournal:
    """Implements `ports.Journal` over another; `tail` and `alerts` hold the newest, ascending."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self.tail = deque((Told(*row) for row in journal.last(TAIL)), maxlen=TAIL)
        self.alerts = deque((Told(*row) for row in journal.last(ALERTS, AlertRaised.kind)), maxlen=ALERTS)
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
        if isinstance(event, AlertRaised):
            self.alerts.append(told)
