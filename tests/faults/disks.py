"""A journal on a disk that fails for a while."""

import errno
from collections.abc import Callable, Sequence

from allusetui.domain.event import Event
from allusetui.journal.memory import MemoryJournal


class FullDisk(MemoryJournal):
    """Refuses every batch while `clock` shows an instant from `start_ms` to before `end_ms`."""

    def __init__(self, start_ms: int, end_ms: int) -> None:
        super().__init__()
        self._span = range(start_ms, end_ms)
        self.clock: Callable[[], int] = lambda: 0
        self.refused = 0

    def append(self, at_ms: int, events: Sequence[Event]) -> None:
        if self.clock() in self._span:
            self.refused += 1
            raise OSError(errno.ENOSPC, "No space left on device")
        super().append(at_ms, events)
