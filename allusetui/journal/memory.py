"""A journal that lives as long as its run: what replays and backtests append to."""

from collections.abc import Iterable, Sequence

from allusetui.domain.event import Event


class MemoryJournal:
    """Typed events in a list; nothing is encoded until they are exported."""

    def __init__(self) -> None:
        self._rows: list[tuple[int, int, Event]] = []

    def append(self, at_ms: int, events: Sequence[Event]) -> None:
        """Store one batch."""
        self._rows.extend((seq, at_ms, event) for seq, event in enumerate(events, start=len(self._rows) + 1))

    def read(self, after: int = 0) -> Iterable[tuple[int, int, Event]]:
        """Every event so far after a seq as (seq, at_ms, event), in order."""
        return tuple(self._rows[after:])

    def last(self, count: int, kind: str | None = None) -> Sequence[tuple[int, int, Event]]:
        """The newest events of a kind, or of all, in order."""
        return [row for row in self._rows if kind in (None, row[2].kind)][-count:]
