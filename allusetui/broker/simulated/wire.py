"""What of the broker's reports reaches the engine, and when."""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import takewhile
from typing import Generic, TypeVar

from allusetui.broker.simulated.outages import Outages
from allusetui.broker.simulated.standing import Late, OrderReport
from allusetui.domain.input import Input
from allusetui.domain.moment import DAY_MS

T = TypeVar("T")


class Wire:
    """Reports on their way out: dropped while the link or the engine is down, kept back while acks are lost."""

    def __init__(self, outages: Outages) -> None:
        self.engine_down = False
        self.count = 0
        """How many reports there have been, those included that reached nobody: nothing changes without one."""
        self._outages = outages
        self._out: list[Input] = []
        self._late: list[Late] = []

    def announce(self, report: Input) -> None:
        """Sends what is about the link itself."""
        self.count += 1
        if not self.engine_down:
            self._out.append(report)

    def report(self, report: Input, at_ms: int, order_symbol: str | None = None) -> None:
        """Sends a report; one about an order of `order_symbol` may be kept back."""
        self.count += 1
        if self._outages.active("broker_down", at_ms):
            return
        if order_symbol is not None and isinstance(report, OrderReport):
            lost = self._outages.active("lost_ack", at_ms, order_symbol)
            if lost is not None:
                self._late.append(Late(lost.end_ms, order_symbol, report))
                return
        self.announce(report)

    def release(self, at_ms: int) -> None:
        """Sends what was kept back until now, as seen now."""
        due = [late for late in self._late if late.until_ms <= at_ms]
        self._late = [late for late in self._late if late.until_ms > at_ms]
        for late in due:
            self.report(replace(late.report, at_ms=at_ms), at_ms, late.symbol)

    def drain(self) -> tuple[Input, ...]:
        """What has reached the engine since the last time."""
        out, self._out = tuple(self._out), []
        return out

    def standing(self) -> tuple[Late, ...]:
        """What is kept back."""
        return tuple(self._late)

    def restore(self, late: tuple[Late, ...]) -> None:
        """Keep these back, and send nothing that was on its way."""
        self._late, self._out = list(late), []


class Recent(Generic[T]):
    """Entries in order of time; those older than `days` are forgotten."""

    def __init__(self, days: int, rows: Iterable[tuple[int, T]] = ()) -> None:
        self._kept_ms = days * DAY_MS
        self._entries = deque(rows)

    def append(self, at_ms: int, entry: T) -> None:
        self._entries.append((at_ms, entry))
        while self._entries[0][0] < at_ms - self._kept_ms:
            self._entries.popleft()

    def since(self, first_ms: int) -> Iterator[T]:
        """The entries of that instant and later, the newest first."""
        return (entry for at_ms, entry in takewhile(lambda row: row[0] >= first_ms, reversed(self._entries)))

    def rows(self) -> tuple[tuple[int, T], ...]:
        """Every entry with its instant."""
        return tuple(self._entries)

    def __iter__(self) -> Iterator[T]:
        return (entry for _, entry in self._entries)
