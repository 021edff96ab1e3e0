"""Turns one engine through its world, from each instant at which anything may happen to the next.

Replay, backtest and tests jump from one to the next; a session that runs by the clock (live.py) waits for each.
"""

from bisect import insort
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from allusetui.domain import effect as ef
from allusetui.domain import input as inp
from allusetui.domain.order import Purpose
from allusetui.domain.snapshot import Source
from allusetui.domain.state import State
from allusetui.engine.apply import fold
from allusetui.engine.engine import Batch, Engine
from allusetui.runtime.stored import Halfway, Stand
from allusetui.runtime.world import Crash, World

_Once = inp.OperatorActed | inp.InboxFull | inp.BrokerLost | inp.BrokerReturned
"""What is said once: keys, that something was not heard, and that the link is gone or back."""
KEEP_AFTER = 500
"""Events: about four busy sessions, which a start folds in 20 ms."""


class VirtualRuntime:
    """Runs one engine through a world. Deterministic: the same world gives the same journal."""

    def __init__(self, build: Callable[[State | None], Engine], world: World) -> None:
        self._build = build
        self.world = world
        self.engine = build(None)
        self.now_ms = 0
        self.refusal: OSError | None = None
        """Why the disk refuses; None while it does not."""
        self._unsaved: Batch | None = None
        self._unheard: list[_Once] = []
        self._saved_ms = 0
        """What came up to this instant has been looked at, and what came of it is stored."""
        self._kept_ms = 0
        self._unkept = 0
        self._told_of_tape = False
        self._left_out: Sequence[int] = ()
        """Looks that are left out as long as nothing comes before them."""
        self._operators = deque(sorted(world.operators, key=lambda o: o.at_ms))
        self._crashes = deque(sorted(world.crashes, key=lambda c: c.at_ms))

    def begin(self, started: inp.Started) -> None:
        """The first instant of a session. Raises OSError where the disk refuses it: nothing was begun then."""
        self.now_ms = started.at_ms
        self.deliver([started])
        if self.refusal is not None and not self.engine.state.session:
            raise self.refusal
        self.step(started.at_ms)

    def take_up(self, stand: Stand) -> None:
        """The first instant of a stored session; what people did by then is not done again."""
        self.now_ms, self._saved_ms = stand.at_ms, stand.seen_ms
        self._operators = deque(key for key in self._operators if key.at_ms > stand.state.heard_ms)
        while self._crashes and self._crashes[0].at_ms <= stand.at_ms:
            self._crashes.popleft()
        self.engine = self._build(stand.state)
        self.deliver([inp.Resumed(stand.at_ms, stand.seen_ms, stand.findings)])
        self.step(stand.at_ms)

    def go_on(self, end_ms: int) -> None:
        """From where it stands to the end, the end included."""
        while (at_ms := self.next_ms()) <= end_ms:
            self.step(at_ms)
            self.world.progress(at_ms)

    def expect(self, key: inp.OperatorActed) -> None:
        """A person is going to press it, at an instant to come."""
        insort(self._operators, key, key=lambda each: each.at_ms)

    def halfway(self) -> Halfway:
        """The run as it stands, which shares what it may yet change."""
        return Halfway(self.engine.state, self.engine.volatile, self.now_ms, tuple(self._operators))

    def rejoin(self, kept: Halfway) -> None:
        """Be the run that was kept: unlike a restart this is nothing that the engine hears of."""
        self.engine = self._build(kept.state)
        self.engine.volatile = kept.volatile
        self.now_ms, self._operators = kept.at_ms, deque(kept.keys)
        self._saved_ms = kept.volatile.seen_ms

    def step(self, at_ms: int) -> None:
        """Everything that happens at one instant: broker first, then the market, then people; a crash before all."""
        self.now_ms = at_ms
        left_out = [each for each in self._left_out if each < at_ms]
        if left_out:
            self.engine.pass_over(left_out[-1])
        while self._crashes and self._crashes[0].at_ms <= at_ms:
            if not self.crash(self._crashes.popleft()):
                return
        at_ms = self.now_ms
        for report in self.world.broker.advance(at_ms):
            if isinstance(report, inp.BrokerReturned):
                self.deliver([self._look()])  # the risk check of the resume goes by the prices of now
            self.deliver([report])
        self.deliver([self._look()])
        self.deliver(self.world.asked.advance(at_ms))
        self.deliver(self.world.advice.advance(at_ms))
        if self.world.amending is not None:
            self.deliver(self.world.amending.advance(at_ms))
        if self.world.news is not None:
            self.deliver(replace(headline, at_ms=at_ms) for headline in self.world.news.take(at_ms))
        while self._operators and self._operators[0].at_ms <= at_ms:
            self.deliver([self._operators.popleft()])
        self._tell_of_tape()
        self._keep_if_quiet()

    def _tell_of_tape(self) -> None:
        """That it has ended is told once, when it can be stored."""
        tape = self.world.tape
        if tape is not None and tape.trouble and not self._told_of_tape:
            self.deliver([inp.TapeEnded(self.now_ms, tape.trouble)])
            self._told_of_tape = self._unsaved is None

    def keep(self) -> None:
        """Keep the state for the next start. While the disk refuses it is not what is stored, and is not kept."""
        if self._unsaved is None:
            self.world.keep(self.engine.state)
            self._kept_ms, self._unkept = self.engine.state.at_ms, 0

    def _keep_if_quiet(self) -> None:
        """With no order at work: once a session's marks are made, and after many events."""
        state = self.engine.state
        if not state.intents and (state.marked_ms > self._kept_ms or self._unkept >= KEEP_AFTER):
            self.keep()

    def crash(self, crash: Crash) -> bool:
        """The process is dead; market and broker go on. False when it never comes back."""
        broker = self.world.broker
        broker.engine_down(True)
        back = crash.back_ms
        while (at_ms := broker.next_ms(self.now_ms)) is not None and (back is None or at_ms <= back):
            broker.advance(at_ms)
            self.now_ms = at_ms
            if back is None:
                break
        if back is None:
            self.now_ms = _NEVER
            return False
        self.now_ms = back
        broker.advance(back)
        while self._operators and self._operators[0].at_ms < back:
            self._operators.popleft()
        while self._crashes and self._crashes[0].at_ms < back:
            self._crashes.popleft()  # the dead do not die again
        broker.engine_down(False)
        seen_ms = self._saved_ms if self._unsaved else crash.at_ms - 1
        self._unsaved = None
        self._unheard.clear()
        self.engine = self._build(fold(self.world.journal.read()))
        self.deliver([inp.Resumed(back, seen_ms)])
        return True

    def deliver(self, items: Iterable[inp.Input]) -> None:
        """Handle inputs in order: store each batch, then let its effects leave; their answers come next.

        While the disk refuses nothing is handled: reports are fetched again by the resume that follows; what nobody
        will say again waits.
        """
        queue = deque(items)
        while queue:
            item = queue.popleft()
            batch = self._handled(item, queue)
            if batch is None:
                self._unheard += [item] if isinstance(item, _Once) else []
                continue
            queue.extendleft(replace(each, at_ms=self.now_ms) for each in reversed(self._unheard))
            self._unheard.clear()
            self._saved_ms = self.engine.volatile.seen_ms
            for effect in batch.effects:
                if not self._is_urgent(item, effect):
                    queue.extend(self.world.perform(effect, self.now_ms))

    def _is_urgent(self, item: inp.Input, effect: ef.Effect) -> bool:
        """Whether an effect leaves before its record: the cancels that a person asked for."""
        return isinstance(item, inp.OperatorActed) and isinstance(effect, ef.CancelOrder)

    def _handled(self, item: inp.Input, queue: deque[inp.Input]) -> Batch | None:
        """What the engine makes of an input, stored; None where the disk refuses. Answers to the urgent queue up."""
        if self._unsaved is not None and self._is_refused(self._unsaved):
            return None
        self._unsaved = None
        batch = self._told(item)
        for effect in batch.effects:
            if self._is_urgent(item, effect):
                queue.extend(self.world.perform(effect, self.now_ms))
        if not batch.events or not self._is_refused(batch):
            return batch
        self._disk_failed()
        return None

    def _told(self, item: inp.Input) -> Batch:
        """What the engine makes of an input, which is kept on the tape."""
        if self.world.tape is not None:
            self.world.tape.record(item)
        return self.engine.handle(item)

    def _is_refused(self, batch: Batch) -> bool:
        """Whether the disk refuses to store a batch; `refusal` says why."""
        self.refusal = None
        try:
            self.world.journal.append(batch.at_ms, batch.events)
        except OSError as error:
            self.refusal = error
        else:
            self._unkept += len(batch.events)
        return self.refusal is not None

    def _disk_failed(self) -> None:
        """Back to what is stored, latched; cancels leave all the same."""
        self.engine = self._build(fold(self.world.journal.read()))
        batch = self._told(inp.DiskFailed(self.now_ms, str(self.refusal), self._saved_ms))
        self._unsaved = batch
        for effect in batch.effects:
            if isinstance(effect, ef.CancelOrder):
                self.world.broker.cancel(effect.client_order_id, self.now_ms)

    def _look(self) -> inp.MarketSeen:
        """The quotes that the engine wants, as the feed shows them now."""
        return self.world.shown(*self.engine.wants(), self.now_ms)

    def sources(self) -> tuple[Source, ...]:
        """Where the market's data come from."""
        return self.world.asked.sources(self.now_ms)

    def next_ms(self) -> int:
        """The next instant at which anything may happen."""
        if self.now_ms >= _NEVER:
            return _NEVER
        times = [self._look_ms()]
        if (broker_ms := self.world.broker.next_ms(self.now_ms)) is not None:
            times.append(broker_ms)
        if (inquiries_ms := self.world.asked.next_ms(self.now_ms)) is not None:
            times.append(inquiries_ms)
        if self._operators:
            times.append(self._operators[0].at_ms)
        if self._crashes:
            times.append(self._crashes[0].at_ms)
        until = min(times)
        if self.world.every_tick or self._is_tense() or self.world.market.disturbed(self.now_ms, until):
            tick = self.world.market.next_tick(self.now_ms)
            return until if tick is None else min(tick, until)
        crossing = self._crossing(until)
        return until if crossing is None else min(crossing, until)

    def _look_ms(self) -> int:
        """The next look that the engine needs: those at which nothing can be decided are left out (0.12).

        A disk that refuses is tried again at every tick.
        """
        self._left_out = ()
        if self._unsaved is not None:
            return self.world.market.next_tick(self.now_ms) or _NEVER
        watch = None if self.world.every_tick else self.engine.watch(self.now_ms)
        if watch is None or self.world.market.disturbed(self.now_ms, watch.until_ms):
            return self.engine.wake_at(self.now_ms)
        ahead = self.world.market.ahead(watch.symbols, watch.options, watch.strips, watch.times)
        if ahead is None:
            return self.engine.wake_at(self.now_ms)
        self._left_out = watch.times.tolist()
        return self.engine.first_decision(ahead) or watch.until_ms

    def _is_tense(self) -> bool:
        """Whether a stop works or is due: every tick is looked at (0.12)."""
        state, periods = self.engine.state, self.engine.law.monitoring.period_s
        if any(intent.purpose is Purpose.STOP for intent in state.intents.values()):
            return True
        return any(not periods[p.level] for account in state.accounts.values() for p in account.positions.values())

    def _crossing(self, until_ms: int) -> int | None:
        """The first tick before `until_ms` that passes a threshold of the engine's."""
        market = self.world.market
        found = (market.first_above(t.symbol, t.level, self.now_ms, until_ms) for t in self.engine.thresholds())
        return min((at_ms for at_ms in found if at_ms is not None), default=None)


_NEVER = 2**62
