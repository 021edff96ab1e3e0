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
        self._seq = 0
        self.tail: deque[Told] = deque(maxlen=TAIL)
        self.alerts: deque[Told] = deque(maxlen=ALERTS)
        for seq, at_ms, event in journal.read():
            self._keep(seq, at_ms, event)

    def append(self, at_ms: int, events: Sequence[Event]) -> None:
        """Store one batch; raises OSError as the journal does."""
        self._journal.append(at_ms, events)
        for seq, event in enumerate(events, self._seq + 1):
            self._keep(seq, at_ms, event)

    def read(self) -> Iterable[tuple[int, int, Event]]:
        return self._journal.read()

    def _keep(self, seq: int, at_ms: int, event: Event) -> None:
        self._seq = seq
        told = Told(seq, at_ms, event)
        self.tail.append(told)
        if isinstance(event, AlertRaised):
            self.alerts.append(told)
