"""A session that runs by the clock: the engine's thread turns it, screens and sockets watch it and press keys."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from copy import deepcopy
from dataclasses import field, replace

from allusetui.domain import input as inp
from allusetui.domain.account import Latch
from allusetui.domain.console import Key
from allusetui.domain.event import CancelRequested
from allusetui.domain.frozen import mutable
from allusetui.domain.moment import SECOND_MS
from allusetui.domain.snapshot import Link, Proof, Snapshot
from allusetui.domain.state import State
from allusetui.domain.volatile import Volatile
from allusetui.runtime.bell import Bell
from allusetui.runtime.inbox import Inbox
from allusetui.runtime.pace import MarketClock
from allusetui.runtime.tail import TailJournal
from allusetui.runtime.virtual import VirtualRuntime

SNAPSHOT_S = 0.2
"""At most five snapshots a second."""
BEAT_S = 1.0
"""And at least one."""
_PATIENCE_S = 3.0
_BUSY_S = 0.004
_LATE_S = 0.25
PROVEN = frozenset({"pause", "kill", "no_entries"})


@mutable
class Session:
    """What is run: `begin` starts it or takes it up where the journal left it, `close` gives it back.

    `bell` is rung by a broker whose reports come from outside. `beside` is what is kept open in the session's loop
    while it runs; `ready` returns once all is there that its beginning needs, None where it is; `told` says why the
    link to a broker outside is down, nothing while it is up, and its last round trip, ms.
    """

    name: str
    mode: str
    turn: VirtualRuntime
    journal: TailJournal
    begin: Callable[[], None]
    close: Callable[[], None]
    pace: MarketClock
    end_ms: int
    bell: Bell = field(default_factory=Bell)
    beside: Callable[[], AbstractAsyncContextManager[object]] = nullcontext
    ready: Callable[[], Awaitable[None]] | None = None
    told: Callable[[], tuple[str, float | None]] | None = None


class Live:
    """Turns a session until it ends or is ended. Everything but `latest` and the inbox belongs to its own thread."""

    def __init__(self, session: Session, wall_s: Callable[[], float], snapshot_s: float = SNAPSHOT_S) -> None:
        self.session = session
        self.snapshot_s = snapshot_s
        self.latest: Snapshot | None = None
        self._turn = session.turn
        self._wall_s = wall_s
        self._loop: asyncio.AbstractEventLoop | None = None
        self._woken = False
        self._sleep: asyncio.Future[None] | None = None
        self.inbox = Inbox(wall_s, self._wake)
        session.bell.listen(self._wake)
        self._ending = self._begun = False
        self._count = 0
        self._published_s = float("-inf")
        self._is_new = False
        self._lag_s = 0.0
        self._heard_s, self._newest_ms = wall_s(), 0
        self._proofs: dict[str, Proof] = {}
        self._unproven: dict[str, tuple[frozenset[str], float]] = {}
        self.watchers: list[Callable[[Snapshot], None]] = []

    async def run(self) -> None:
        """From the beginning to the end of the session, or of the patience with it."""
        self._loop = asyncio.get_running_loop()
        async with self.session.beside():
            await self._get_ready()
            if self._begun:
                self.session.begin()
                self._publish()
                await self._go_on()
            await self._end()

    async def _get_ready(self) -> None:
        """Wait for what the beginning needs. Keys wait too; the end does not."""
        if self.session.ready is not None:
            waiting = asyncio.ensure_future(self.session.ready())
            waiting.add_done_callback(lambda _: self._wake())
            try:
                while not waiting.done() and not self._ending:
                    self._woken = False
                    self._publish()
                    await self._wait(SNAPSHOT_S)
                if not waiting.done():
                    return
                waiting.result()
            finally:
                waiting.cancel()
        self._begun = True

    async def _go_on(self) -> None:
        while not self._ending:
            self._take_keys()
            self._hear_of_laws()
            due_ms = self._turn.next_ms()
            if due_ms > self.session.end_ms:
                break
            await self._turn_on(due_ms)

    def end(self) -> None:
        """End in good order; from any thread."""
        self._ending = True
        self._wake()

    def _wake(self) -> None:
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._stir)

    def _stir(self) -> None:
        self._woken = True
        if self._sleep is not None:
            _wake_up(self._sleep)

    async def _turn_on(self, due_ms: int) -> None:
        """Do what is due, as long as keys may wait for it; else wait for what comes first."""
        wall_s = self._wall_s()
        due_s = self.session.pace.due_s(due_ms)
        if due_s > wall_s:
            await self._wait(min(due_s, self._show_s()) - wall_s)
            wall_s = self._wall_s()
        if due_s <= wall_s:
            until_s = wall_s + _BUSY_S
            while due_ms <= self.session.end_ms and due_s <= wall_s < until_s and not self._woken:
                self._turn.step(self.session.pace.step_ms(due_ms, wall_s))
                self._is_new = True
                if self.session.pace.speed is None or wall_s - due_s > _LATE_S:
                    self.session.pace.reach(due_ms, wall_s)
                due_ms, wall_s = self._turn.next_ms(), self._wall_s()
                due_s = self.session.pace.due_s(due_ms)
            await asyncio.sleep(0)
        if self._wall_s() >= self._show_s():
            self._publish()

    async def _wait(self, seconds: float) -> None:
        """Until a key comes, or the time is over.

        By a bare future: with `wait_for` a key waits for two more turns of the loop, and for the interpreter at each.
        """
        if self._woken:
            return
        loop, began_s = asyncio.get_running_loop(), self._wall_s()
        self._sleep = loop.create_future()
        timer = loop.call_later(max(seconds, 0.0), _wake_up, self._sleep)
        try:
            await self._sleep
        finally:
            timer.cancel()
        if not self._woken:
            self._lag_s = max(self._lag_s, self._wall_s() - began_s - max(seconds, 0.0))

    # Keys

    def _take_keys(self) -> None:
        self._woken = False
        pressed = False
        while (taken := self.inbox.take()) is not None:
            self._press(*taken)
            pressed = True
        if self.inbox.overflowed:
            self.inbox.overflowed = False
            self._turn.deliver([inp.InboxFull(self._move())])
            pressed = True
        if pressed:
            self._publish()

    def _hear_of_laws(self) -> None:
        """At the clock's instant, as a key is heard: no market wakes for it."""
        amending = self._turn.world.amending
        if amending is not None and amending.has_news:
            self._turn.deliver(amending.advance(self._move()))
            self._publish()

    def _move(self) -> int:
        """Bring the session to the clock's instant, and say which."""
        self._turn.now_ms = max(self._turn.now_ms, self.session.pace.now_ms(self._wall_s()))
        return self._turn.now_ms

    def _press(self, key: Key, pressed_s: float) -> None:
        acted = inp.OperatorActed(
            self._move(), key.action, key.account, key.by, key.contract, prompt=key.prompt, shown=key.shown
        )
        before = len(self.session.journal.tail) and self.session.journal.tail[-1].seq
        self._turn.deliver([acted])
        if key.action in PROVEN and (key.account is None or key.account in self._turn.engine.state.accounts):
            told = [row.event for row in self.session.journal.tail if row.seq > before]
            sent = frozenset(e.client_order_id for e in told if isinstance(e, CancelRequested))
            name = key.account or ""
            self._proofs[name] = Proof(key.action, acted.at_ms, len(sent), 0, 0.0)
            self._unproven[name] = (sent, pressed_s)
            self._prove()

    def _prove(self) -> None:
        """Which cancels are proven by now: their orders live no more."""
        live = {i.order.client_order_id for i in self._turn.engine.state.intents.values() if i.order is not None}
        for name, (sent, pressed_s) in list(self._unproven.items()):
            took_ms = (self._wall_s() - pressed_s) * SECOND_MS
            self._proofs[name] = replace(self._proofs[name], confirmed=len(sent - live), took_ms=round(took_ms, 3))
            if not sent & live:
                del self._unproven[name]

    # The end

    async def _end(self) -> None:
        """Entries are cancelled; what the broker has not proven within the patience is found by the next start."""
        if self._begun and self._ending:
            self._turn.deliver([inp.Ending(self._move())])
            until_s = self._wall_s() + _PATIENCE_S
            while self._opening() and self._wall_s() < until_s:
                due_ms = min(self._turn.next_ms(), self._move())
                self._turn.step(self.session.pace.step_ms(due_ms, self._wall_s()))
                await asyncio.sleep(0.01)
        if self._begun:
            self._turn.keep()
        self._publish(ended=True)

    def _opening(self) -> bool:
        return any(i.purpose.builds for i in self._turn.engine.state.intents.values())

    # What is shown

    def _show_s(self) -> float:
        """When the next snapshot is due: soon where something was done since the last, else as a second begins."""
        soon_s = self._published_s + self.snapshot_s
        if self._is_new or self.latest is None:
            return soon_s
        second_ms = (self.latest.now_ms // SECOND_MS + 1) * SECOND_MS
        return max(soon_s, min(self.session.pace.due_s(second_ms), self._published_s + BEAT_S))

    def _publish(self, ended: bool = False) -> None:
        self._prove()
        self._count += 1
        self._published_s = self._wall_s()
        self._is_new = False
        engine, session = self._turn.engine, self.session
        known = engine.volatile
        shown = Volatile(
            quotes=dict(known.quotes), option_quotes=dict(known.option_quotes), told_invalid=set(known.told_invalid),
            rate=known.rate, walks=dict(known.walks), reports=dict(known.reports), payouts=dict(known.payouts),
        )  # fmt: skip
        now_ms = self._shown_ms()
        self.latest = Snapshot(
            self._count, session.name, session.mode, now_ms, session.pace.speed or 0.0,
            self._published_s * SECOND_MS, self._lag_s * SECOND_MS, _for_screens(engine.state), shown,
            self._link(now_ms), tuple(session.journal.tail), tuple(session.journal.alerts), dict(self._proofs),
            dict(session.journal.marks), tuple(session.journal.moves.values()), tuple(session.journal.reports),
            self._turn.sources(), ended, self._begun,
        )  # fmt: skip
        self._lag_s = 0.0
        for watch in self.watchers:
            watch(self.latest)

    def _shown_ms(self) -> int:
        """Not past what is still to be done: quotes must not look older than they are."""
        now_ms = self.session.pace.now_ms(self._published_s)
        if not self._begun:
            return now_ms
        return max(self._turn.now_ms, min(now_ms, self._turn.next_ms() - 1, self.session.end_ms))

    def _link(self, now_ms: int) -> Link:
        """The simulated broker answers at once; its link is lost where an account says so.

        A link that is up is heard with each newer quote; where nothing trades nothing is missed.
        """
        engine, told = self._turn.engine, self.session.told
        trouble, trip_ms = told() if told is not None else ("", 0.0)
        up = not trouble and not any(Latch.BROKER in account.latches for account in engine.state.accounts.values())
        newest_ms = max((quote.at_ms for quote in engine.volatile.quotes.values()), default=0)
        if up and (newest_ms > self._newest_ms or not self.session.pace.trades(now_ms)):
            self._heard_s = self._published_s
        self._newest_ms = max(newest_ms, self._newest_ms)
        return Link(up, trip_ms if up else None, (self._published_s - self._heard_s) * SECOND_MS, trouble)


def _for_screens(state: State) -> State:
    """The state as nobody will change it any more, without what no screen shows and every fill adds to for years."""
    return deepcopy(replace(state, fills={}, seen_ids=set()))


def _wake_up(sleep: asyncio.Future[None]) -> None:
    if not sleep.done():
        sleep.set_result(None)
