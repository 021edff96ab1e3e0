"""The disk of a machine on virtual time: a journal's batches may be refused, be slow, or be the last thing written."""

import errno
import os
from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum

from allusetui.domain.event import Event
from allusetui.ports import Journal
from allusetui.torture.loop import VirtualLoop
from allusetui.torture.process import running

Rows = Sequence[tuple[int, int, Event]]


class Point(StrEnum):
    """Where in the storing of a batch a process may die."""

    BEFORE = "before"
    AFTER = "after"


class Disk:
    """`stored` is told of each batch that is durable; `dies` is called once at the point that `deadly` names."""

    def __init__(self, loop: VirtualLoop, stored: Callable[[Rows], None], dies: Callable[[], None]) -> None:
        self.loop, self.stored, self.dies = loop, stored, dies
        self.trouble: int | None = None
        """The error number of every write from now on; None where they succeed."""
        self.slow_s = 0.0
        """How long a write holds up everything else."""
        self.deadly: Point | None = None

    def layer(self, journal: Journal) -> "Layer":
        """A process' journal on this disk."""
        return Layer(self, journal)

    def pass_by(self, point: Point, events: Sequence[Event]) -> None:
        """A batch of these comes to a point."""
        if self.deadly is point:
            self.deadly = None
            self.dies()


class Layer:
    """Implements `ports.Journal` over a process' own. What the dead append is told to nobody."""

    def __init__(self, disk: Disk, journal: Journal) -> None:
        self._disk, self._journal = disk, journal
        self._process = running()
        self._seq = max((row[0] for row in journal.last(1)), default=0)

    def append(self, at_ms: int, events: Sequence[Event]) -> None:
        """Store one batch; raises OSError while there is trouble."""
        if self._is_dead:
            return
        disk = self._disk
        if disk.slow_s:
            disk.loop.jump(disk.slow_s)
        if disk.trouble is not None:
            raise OSError(disk.trouble, os.strerror(disk.trouble))
        disk.pass_by(Point.BEFORE, events)
        if self._is_dead:
            raise OSError(errno.EIO, "nobody writes any more")
        self._journal.append(at_ms, events)
        rows = [(seq, at_ms, event) for seq, event in enumerate(events, self._seq + 1)]
        self._seq += len(rows)
        disk.stored(rows)
        disk.pass_by(Point.AFTER, events)

    def read(self, after: int = 0) -> Iterable[tuple[int, int, Event]]:
        return self._journal.read(after)

    def last(self, count: int, kind: str | None = None) -> Sequence[tuple[int, int, Event]]:
        return self._journal.last(count, kind)

    @property
    def _is_dead(self) -> bool:
        return self._process is not None and self._process.is_dead
