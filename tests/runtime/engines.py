"""An engine's stand-in for tests of its socket: it journals keys and shows snapshots, in a loop of its own thread."""

import asyncio
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from time import perf_counter
from typing import Any

from allusetui.domain.account import Account, AccountType
from allusetui.domain.console import Key
from allusetui.domain.event import AlertRaised, Event, OperatorKey
from allusetui.domain.snapshot import Snapshot, Told
from allusetui.domain.state import State
from allusetui.domain.text import untrusted
from allusetui.domain.volatile import Volatile
from allusetui.runtime.control import ControlServer
from allusetui.runtime.inbox import Inbox
from allusetui.runtime.talk import SOCKET_NAME

PATIENCE_S = 20.0
AT_MS = 1_772_464_000_000


def account(name: str) -> Account:
    money = Decimal(1_000)
    return Account(name, AccountType.GEN, "A1", True, money, money, money, date(2026, 3, 2))


def state() -> State:
    return State(session="ab12cd", accounts={name: account(name) for name in ("GEN", "REV")})


def until(found: Callable[[], Any]) -> None:
    """Wait for a fact, no longer than patience lasts."""
    end_s, pause = perf_counter() + PATIENCE_S, threading.Event()
    while not found():
        assert perf_counter() < end_s, "it never came"
        pause.wait(0.002)


@dataclass
class FakeHub:
    """Journals each key as it comes, followed by what `says` makes of it; a deaf one leaves keys where they are."""

    says: Callable[[Key], tuple[Event, ...]] = lambda key: ()
    deaf: bool = False
    latest: Snapshot | None = None
    watchers: list[Callable[[Snapshot], None]] = field(default_factory=list)
    keys: list[Key] = field(default_factory=list)
    told_to_end: bool = False
    loop: asyncio.AbstractEventLoop | None = None

    def __post_init__(self) -> None:
        self.inbox = Inbox(perf_counter, self._wake)

    def _wake(self) -> None:
        assert self.loop is not None
        self.loop.call_soon_threadsafe(self._turn)

    def _turn(self) -> None:
        while not self.deaf and (taken := self.inbox.take()) is not None:
            key = taken[0]
            self.keys.append(key)
            each = key.account is None and key.action in ("pause", "resume", "no_entries")
            names: list[str | None] = [*state().accounts] if each else [key.account]
            by = untrusted(key.by)
            acted = [OperatorKey(account=n, action=key.action, by=by, contract=key.contract) for n in names]
            self.show(*acted, *self.says(key))

    def show(self, *events: Event, padding: str = "", ended: bool = False) -> None:
        """Publish the next snapshot with these events at the end of its tail; in the loop's thread."""
        before = self.latest or Snapshot(0, "demo", "SIM", AT_MS, 60.0, 0.0, 0.0, state(), Volatile())
        if padding:
            events = (*events, AlertRaised(severity="info", text=padding))
        tail = before.tail
        for event in events:
            tail = (*tail, Told(tail[-1].seq + 1 if tail else 1, AT_MS, event))
        alerts = tuple(told for told in tail if isinstance(told.event, AlertRaised))
        self.latest = replace(
            before, count=before.count + 1, beat_ms=perf_counter() * 1_000, tail=tail[-20:], alerts=alerts, ended=ended
        )
        for watch in self.watchers:
            watch(self.latest)

    @property
    def count(self) -> int:
        """How many snapshots there have been."""
        return self.latest.count if self.latest else 0

    def end(self) -> None:
        self.told_to_end = True


class Engine:
    """A control server over a hub, in a thread; `with` waits until it listens, and ends it."""

    def __init__(self, folder: Path, hub: FakeHub, patience_s: float = 2.0) -> None:
        self.folder = folder
        self.hub = hub
        self.server: ControlServer | None = None
        self._patience_s = patience_s
        self._to_end = asyncio.Event()
        self._listens = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()))

    def __enter__(self) -> "Engine":
        self._thread.start()
        assert self._listens.wait(PATIENCE_S)
        return self

    def __exit__(self, *raised: object) -> None:
        assert self.hub.loop is not None
        self.hub.loop.call_soon_threadsafe(self._to_end.set)
        self._thread.join(PATIENCE_S)
        assert not self._thread.is_alive()

    async def _run(self) -> None:
        self.hub.loop = asyncio.get_running_loop()
        self.hub.show()
        async with ControlServer(self.folder / SOCKET_NAME, self.hub, perf_counter, self._patience_s) as self.server:
            self._listens.set()
            await self._to_end.wait()

    def show(self, **more: Any) -> None:
        """Publish a snapshot; returns once it is out."""
        self.call(lambda: self.hub.show(**more))

    def call(self, work: Callable[[], Any]) -> Any:
        """What `work` gives, done in the loop."""
        assert self.hub.loop is not None

        async def done() -> Any:
            return work()

        return asyncio.run_coroutine_threadsafe(done(), self.hub.loop).result(PATIENCE_S)
