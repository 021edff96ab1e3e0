"""A session by the clock: the same decisions as a replay, keys heard at once, cancels proven, an end in good order."""

import asyncio
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from time import perf_counter

import pytest

from allusetui.codec.records import line
from allusetui.compose.live import open_live
from allusetui.compose.run import build_run
from allusetui.domain.advice import LadderAdvice, LadderQuestion
from allusetui.domain.console import Key
from allusetui.domain.input import Input
from allusetui.domain.order import Order
from allusetui.domain.snapshot import Snapshot
from allusetui.journal.memory import MemoryJournal
from allusetui.runtime.asking import Aside, AtOnce
from allusetui.runtime.inbox import ROOM
from allusetui.runtime.live import Live
from allusetui.runtime.pace import RealTime
from allusetui.runtime.thread import EngineThread
from allusetui.scenario.load import load
from tests.engine.advisers import Says, quick
from tests.faults.brokers import Before
from tests.replaying import Silent
from tests.rules.situations import AAPL, but, option, situation
from tests.runtime.engines import PATIENCE_S, until
from tests.runtime.started import MORNING, WITHOUT_FILLS, WORKING, Started, running, shown


def test_a_live_session_decides_what_a_replay_decides() -> None:
    started, journal = Started("crash-week", None), MemoryJournal()
    asyncio.run(started.live().run())
    build_run(load("crash-week"), journal, Silent()).go()
    assert [line(*row) for row in started.journal.read()] == [line(*row) for row in journal.read()]


def test_a_screen_is_not_handed_what_every_fill_of_a_session_adds_to() -> None:
    started = Started("crash-week", None)
    live = started.live()
    asyncio.run(live.run())
    state = started.run.runtime.engine.state
    assert state.seen_ids and live.latest is not None
    assert live.latest.state == replace(state, fills={}, seen_ids=set())


# Thu 2026-10-01 is reinvest day, the adviser is asked at 10:00.
LADDER = situation(
    "2026-10-01T09:59:50", "2026-10-01T10:30:00", {"NVDA": but(AAPL, iv=0.45, atr=6.0)},
    option("REV", "NVDA", "2027-12-17", 290.0, "C", 5, 15.0, "2026-09-01"), accounts=("REV",),
)  # fmt: skip


@pytest.mark.clause("13.3")
def test_13_3_an_adviser_that_thinks_in_a_thread_of_its_own_is_heard_while_the_engine_goes_on() -> None:
    started = Started(LADDER, 20.0)
    engine, thinking, think = EngineThread(started.live), threading.Event(), threading.Event()

    def answer(question: LadderQuestion) -> LadderAdvice | None:
        thinking.set()
        assert think.wait(PATIENCE_S)
        return quick(question)

    world = started.run.runtime.world
    world.advice, world.every_tick = Aside(Says(answer)), True
    engine.start()
    until(thinking.is_set)
    asked_ms = started.run.runtime.now_ms
    until(lambda: started.run.runtime.now_ms > asked_ms)
    think.set()
    until(lambda: "llms.suggested" in started.kinds())
    engine.end()
    engine.join()
    assert engine.failure is None and "llms.refused" not in started.kinds()


@pytest.mark.parametrize(
    ("speed", "kind"), [(1.0, Aside), (10.0, Aside), (60.0, AtOnce), (None, AtOnce)], ids=["1", "10", "60", "max"]
)
def test_a_session_too_fast_for_an_adviser_waits_for_it(speed: float | None, kind: type, tmp_path: Path) -> None:
    live = open_live(tmp_path, None, None, speed, perf_counter)
    assert type(live.session.turn.world.advice) is kind
    live.session.close()


def works(engine: EngineThread) -> bool:
    snapshot = engine.latest()
    return snapshot is not None and any(i.live for i in snapshot.state.intents.values())


@pytest.mark.clause("0.7")
def test_0_7_a_pause_is_proven_in_the_next_snapshot() -> None:
    engine, started = running()
    until(lambda: works(engine))
    engine.send(Key("pause", "GEN"))
    until(lambda: "GEN" in shown(engine).proofs)
    proof = shown(engine).proofs["GEN"]
    assert (proof.action, proof.sent, proof.confirmed) == ("pause", 1, 1)
    assert proof.took_ms < 1_000
    engine.end()
    engine.join()
    kinds = started.kinds()
    assert "order.abandoned" in kinds[kinds.index("operator.acted") :]
    assert shown(engine).state.accounts["GEN"].latches == {"paused"}


async def turns_until_heard(live: Live, started: Started) -> int:
    """How often the loop turns between a key and its record, while the session waits."""
    running, turns = asyncio.create_task(live.run()), 0
    while live.latest is None or not live.latest.begun:
        await asyncio.sleep(0)
    for _ in range(50):
        await asyncio.sleep(0)
    live.inbox.put(Key("pause", "GEN"))
    while "operator.acted" not in started.kinds():
        await asyncio.sleep(0)
        turns += 1
    live.end()
    await running
    return turns


@pytest.mark.clause("0.7")
def test_0_7_a_key_waits_for_two_turns_of_the_loop_at_most() -> None:
    """At each of them a screen that draws may have the interpreter."""
    started = Started(situation(*MORNING, {"AAPL": AAPL}), 1.0)
    assert asyncio.run(turns_until_heard(started.live(), started)) <= 2


def test_an_end_cancels_entries_and_says_that_it_has_ended() -> None:
    engine, started = running()
    until(lambda: works(engine))
    engine.end()
    engine.join()
    assert engine.failure is None
    assert shown(engine).ended
    assert shown(engine).state.intents == {}
    assert "order.abandoned" in started.kinds()[-3:]
    with pytest.raises(BlockingIOError):
        engine.send(Key("pause", "GEN"))


@pytest.mark.clause("9.1")
def test_9_1_an_inbox_that_overflows_stops_every_account() -> None:
    started = Started(WORKING, 1.0)
    live = started.live()
    for _ in range(ROOM):
        live.inbox.put(Key("approve", "GEN"))
    with pytest.raises(BlockingIOError):
        live.inbox.put(Key("approve", "GEN"))
    live.watchers.append(lambda snapshot: live.end() if snapshot.count > 1 else None)
    asyncio.run(live.run())
    latches = {name: account.latches for name, account in started.run.runtime.engine.state.accounts.items()}
    assert all("mismatch" in found for found in latches.values())


class Distant(Before):
    """Its reports come in from outside, a twentieth of a second after the order, and ring."""

    def __init__(self, started: Started) -> None:
        super().__init__(started.run.exchange)
        self.started = started
        self.came: list[Input] = []
        self.came_ms = 0

    def place(self, order: Order, at_ms: int) -> Sequence[Input]:
        asyncio.get_running_loop().call_later(0.05, self.come, order)
        return ()

    def come(self, order: Order) -> None:
        self.came_ms = self.started.session.pace.now_ms(perf_counter())
        self.came += self.exchange.place(order, self.came_ms)
        self.started.session.bell.ring()

    def next_ms(self, after_ms: int) -> int | None:
        return max(self.came_ms, after_ms + 1) if self.came else None

    def advance(self, at_ms: int) -> Sequence[Input]:
        came, self.came = self.came, []
        return came


@pytest.mark.clause("0.6")
def test_0_6_what_comes_in_from_outside_is_heard_at_once_and_not_at_the_next_appointment() -> None:
    started = Started(situation("2026-03-05T09:44:59", MORNING[1], {"AAPL": AAPL}), 1.0)
    turn = started.run.runtime
    turn.world.broker = broker = Distant(started)
    live, heard_ms = started.live(), []

    def watch(snapshot: Snapshot) -> None:
        if turn.engine.volatile.acked:
            heard_ms.append(turn.now_ms)
            live.end()

    live.watchers.append(watch)
    asyncio.run(live.run())
    assert 0 <= heard_ms[0] - broker.came_ms < 500  # its next appointment was three seconds away


class Trickling(Before):
    """The answer to a cancel comes six milliseconds later, and something else before it."""

    def __init__(self, started: Started, clock: RealTime) -> None:
        super().__init__(started.run.exchange)
        self._clock = clock
        self._came: list[tuple[int, Sequence[Input]]] = []
        self.late_ms: list[int] = []
        """How long after it came each was heard."""

    def cancel(self, client_order_id: str, at_ms: int) -> Sequence[Input]:
        loop = asyncio.get_running_loop()
        loop.call_later(0.001, self._come, ())
        loop.call_later(0.006, self._come, self.exchange.cancel(client_order_id, at_ms))
        return ()

    def _come(self, reports: Sequence[Input]) -> None:
        self._came.append((self._clock.instant(), reports))

    def next_ms(self, after_ms: int) -> int | None:
        return max(self._came[0][0], after_ms + 1) if self._came else None

    def advance(self, at_ms: int) -> Sequence[Input]:
        came, self._came = self._came, []
        self.late_ms += [at_ms - ms for ms, _ in came]
        return [replace(report, at_ms=at_ms) for _, reports in came for report in reports]


@pytest.mark.clause("0.6")
def test_0_6_what_comes_while_it_ends_is_not_heard_before_it_came() -> None:
    text = situation("2026-03-05T09:44:59", MORNING[1], {"AAPL": AAPL}, WITHOUT_FILLS)
    started, began_s = Started(text, 1.0), perf_counter()
    start_ms = started.run.started.at_ms
    clock = RealTime(started.run.calendar, lambda: start_ms + int((perf_counter() - began_s) * 1_000), perf_counter)
    started.session.pace = clock
    started.run.runtime.world.broker = broker = Trickling(started, clock)
    live = started.live()
    live.watchers.append(lambda snapshot: live.end() if snapshot.state.intents else None)
    asyncio.run(live.run())
    assert len(broker.late_ms) == 2 and min(broker.late_ms) >= 0
    assert "order.cancelled" in started.kinds()


def test_what_breaks_at_the_start_is_kept_for_the_one_who_waits() -> None:
    def refuse() -> Live:
        raise OSError("no such session")

    engine = EngineThread(refuse)
    engine.start()
    engine.join()
    assert isinstance(engine.failure, OSError)
    assert engine.latest() is None
