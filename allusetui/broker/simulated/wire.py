"""What of the broker's reports reaches the engine, and when."""

from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from typing import Generic, TypeVar

from allusetui.broker.simulated.outages import Outages
from allusetui.domain.input import Input
from allusetui.domain.moment import DAY_MS

T = TypeVar("T")


class Wire:
    """Reports on their way out: dropped while the link or the engine is down, kept back while acks are lost."""

    def __init__(self, outages: Outages) -> None:
        self.engine_down = False
        self._outages = outages
        self._out: list[Input] = []
        self._held: list[tuple[int, str, Input]] = []

    def announce(self, report: Input) -> None:
        """Sends what is about the link itself."""
        if not self.engine_down:
            self._out.append(report)

    def report(self, report: Input, at_ms: int, order_symbol: str | None = None) -> None:
        """Sends a report; one about an order of `order_symbol` may be kept back."""
        if self._outages.active("broker_down", at_ms):
            return
        lost = self._outages.active("lost_ack", at_ms, order_symbol) if order_symbol is not None else None
        if lost is not None and order_symbol is not None:
            self._held.append((lost.end_ms, order_symbol, report))
            return
        self.announce(report)

    def release(self, at_ms: int) -> None:
        """Sends what was kept back until now, as seen now."""
        due = [(symbol, report) for end_ms, symbol, report in self._held if end_ms <= at_ms]
        self._held = [held for held in self._held if held[0] > at_ms]
        for symbol, report in due:
            self.report(replace(report, at_ms=at_ms), at_ms, symbol)

    def drain(self) -> tuple[Input, ...]:
        """What has reached the engine since the last time."""
        out, self._out = tuple(self._out), []
        return out


class Recent(Generic[T]):
    """Entries in order of time; those older than `days` are forgotten."""

    def __init__(self, days: int) -> None:
        self._kept_ms = days * DAY_MS
        self._entries: deque[tuple[int, T]] = deque()

    def append(self, at_ms: int, entry: T) -> None:
        self._entries.append((at_ms, entry))
        while self._entries[0][0] < at_ms - self._kept_ms:
            self._entries.popleft()

    def __iter__(self) -> Iterator[T]:
        return (entry for _, entry in self._entries)
