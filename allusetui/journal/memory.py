"""A journal that lives as long as its run: what replays and backtests append to."""

from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Sequence

from allusetui.codec.records import line
from allusetui.domain.event import Event


class MemoryJournal:
    """Typed events in a list; nothing is encoded until they are exported. Implements `ports.Archive` too."""

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

    @property
    def last_seq(self) -> int:
        """The newest record's; 0 where there is none."""
        return len(self._rows)

    def seq_at(self, at_ms: int) -> int:
        """The last record at or before the instant; 0 where there is none."""
        return bisect_right(self._rows, at_ms, key=lambda row: row[1])

    def select(
        self,
        kinds: Collection[str] | None = None,
        after: int = 0,
        until: int | None = None,
        account: str | None = None,
        clause: str | None = None,
        backwards: bool = False,
        holding: Collection[str] = (),
    ) -> Iterator[tuple[int, int, Event]]:
        """As `ports.Archive`; of what there was when it was asked."""
        chosen = self._rows[max(after, 0) : until]
        for row in reversed(chosen) if backwards else chosen:
            wanted = (kinds is None or row[2].kind in kinds) and is_of(row[2], account, clause)
            if wanted and (not holding or any(text in line(*row) for text in holding)):
                yield row


def is_of(event: Event, account: str | None, clause: str | None) -> bool:
    """Whether an event is an account's and names a clause, where these are asked for."""
    return account in (None, event.account) and (clause is None or clause in event.clauses)
