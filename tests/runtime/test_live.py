"""A session by the clock: the same decisions as a replay, keys heard at once, cancels proven, an end in good order."""

import asyncio
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from time import perf_counter

import pytest

from allusetui.codec.records import line
from allusetui.compose.live import open_live
from allusetui.compose.run import Run, build_run
from allusetui.domain.advice import LadderAdvice, LadderQuestion
from allusetui.domain.console import Key
from allusetui.domain.input import Input
from allusetui.domain.order import Order
from allusetui.domain.snapshot import Snapshot
from allusetui.journal.memory import MemoryJournal
from allusetui.runtime.asking import Aside, AtOnce
from allusetui.runtime.inbox import ROOM
from allusetui.runtime.live import Live, Session
from allusetui.runtime.pace import Pace, RealTime
from allusetui.runtime.tail import TailJournal
from allusetui.runtime.thread import EngineThread
from allusetui.scenario.load import load, parse
from tests.engine.advisers import Says, quick
from tests.faults.brokers import Before
from tests.replaying import Silent
from tests.rules.situations import AAPL, but, fault, option, situation

MORNING = "2026-03-05T09:44:00", "2026-03-05T11:00:00"
PATIENCE_S = 20.0


class Started:
    """A session put together for a test, with its journal and its run."""

    wall_s = staticmethod(perf_counter)

    def __init__(self, text: str, speed: float | None) -> None:
        scenario = load(text) if text == "crash-week" else parse(text, "test.toml")
        self.journal = TailJournal(MemoryJournal())
        self.run: Run = build_run(scenario, self.journal, Silent())
        start_ms = self.run.started.at_ms
        turn = self.run.runtime
        pace = Pace(self.run.calendar, speed, start_ms, perf_counter())
        begin: Callable[[], None] = lambda: turn.begin(self.run.started)  # noqa: E731
        self.session = Session("test", "SIM", turn, self.journal, begin, lambda: None, pace, self.run.end_ms)

    def live(self) -> Live:
        return Live(self.session, perf_counter)

    def kinds(self) -> list[str]:
        return [event.kind for _, _, event in self.journal.read()]


def until(found: Callable[[], bool]) -> None:
    """Wait for a fact, no longer than patience lasts."""
    end_s, pause = perf_counter() + PATIENCE_S, threading.Event()
    while not found():
        assert perf_counter() < end_s, "it never came"
        pause.wait(0.002)


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


# An entry that nothing fills walks for half a minute: there is time to press a key.
WITHOUT_FILLS = fault("2026-03-05T09:44:00", "no_fill", "AAPL", "60m")
WORKING = situation(*MORNING, {"AAPL": AAPL}, WITHOUT_FILLS)


def running(speed: float = 20.0) -> tuple[EngineThread, Started]:
    started = Started(WORKING, speed)
    engine = EngineThread(started.live)
    engine.start()
    return engine, started


def shown(engine: EngineThread) -> Snapshot:
    snapshot = engine.latest()
    assert snapshot is not None
    return snapshot


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


def test_snapshots_come_five_a_second_and_nothing_changes_in_them() -> None:
    engine, _ = running(60.0)
    seen: list[Snapshot] = []
    until(lambda: engine.latest() is not None)
    first = shown(engine)
    cash = first.state.accounts["GEN"].cash
    began_s = perf_counter()
    until(lambda: perf_counter() - began_s > 1.0)
    seen.append(shown(engine))
    engine.end()
    engine.join()
    assert 3 <= seen[0].count - first.count <= 7
    assert seen[0].now_ms > first.now_ms
    assert first.state.accounts["GEN"].cash == cash
    assert first.state is not seen[0].state


def test_a_screen_that_draws_and_draws_holds_no_heartbeat_up() -> None:
    """How late a beat is beside a slow screen is measured by `tests.bench.screen`; here it comes at all."""
    engine, _ = running(60.0)
    until(lambda: engine.latest() is not None)
    for _ in range(3):
        before, end_s = shown(engine).count, perf_counter() + PATIENCE_S
        while shown(engine).count == before:
            sum(range(10_000))  # a render gives nobody the interpreter of its own will
            assert perf_counter() < end_s, "it waits for the screen"
    engine.end()
    engine.join()


def test_a_snapshot_tells_the_reports_and_dividends_that_are_known_and_the_quotes_that_are_doubted() -> None:
    lines = but(AAPL, earnings="[2026-04-30]", dividends="[{ ex = 2026-03-10, amount = 0.50 }]")
    bad = fault("2026-03-05T10:30:00", "bad_quote", "AAPL", "1h", value='"nan"')
    started = Started(situation(*MORNING, {"AAPL": lines}, bad), None)
    live = started.live()
    asyncio.run(live.run())
    assert live.latest is not None
    shown, known = live.latest.volatile, started.run.runtime.engine.volatile
    assert (shown.reports, shown.payouts, shown.told_invalid) == (known.reports, known.payouts, known.told_invalid)
    assert shown.reports and shown.payouts["AAPL"] and ("AAPL", "bid") in shown.told_invalid


def test_a_snapshot_tells_a_mark_a_session_the_last_transitions_and_the_reports() -> None:
    started = Started(situation("2026-03-05T09:44:00", "2026-03-06T16:31:00", {"AAPL": AAPL}), None)
    live = started.live()
    asyncio.run(live.run())
    assert live.latest is not None
    days = [mark.day.isoformat() for mark in live.latest.marks["GEN"]]
    assert days == ["2026-03-05", "2026-03-06"]
    assert live.latest.marks["GEN"][-1].equity == live.latest.state.accounts["GEN"].last_equity
    moved = {told.event.account: told.event.to for told in live.latest.moves}
    assert moved["GEN"] == live.latest.state.accounts["GEN"].status
    assert [told.event.name for told in live.latest.reports] == ["2026-W10"]


def test_what_breaks_at_the_start_is_kept_for_the_one_who_waits() -> None:
    def refuse() -> Live:
        raise OSError("no such session")

    engine = EngineThread(refuse)
    engine.start()
    engine.join()
    assert isinstance(engine.failure, OSError)
    assert engine.latest() is None


@pytest.mark.parametrize("silent", ["stale", "broker_down"])
def test_what_is_not_heard_of_the_market_or_its_broker_grows_old(silent: str) -> None:
    names = ("AAPL", "VIX") if silent == "stale" else (None,)
    faults = [fault("2026-03-05T09:45:00", silent, name, "20m") for name in names]
    started = Started(situation(*MORNING, {"AAPL": AAPL}, *faults), 60.0)
    engine = EngineThread(started.live)
    engine.start()
    until(lambda: engine.latest() is not None)
    assert (shown(engine).link.up, age_ms(engine) < 1_000) == (True, True)
    until(lambda: age_ms(engine) > 1_500)
    assert shown(engine).link.up is (silent == "stale")
    engine.end()
    engine.join()


def test_where_nothing_trades_no_quote_is_missed() -> None:
    started = Started(situation("2026-03-05T08:00:00", "2026-03-05T11:00:00", {"AAPL": AAPL}), 1.0)
    engine = EngineThread(started.live)
    engine.start()
    until(lambda: engine.latest() is not None and shown(engine).count >= 4)
    assert age_ms(engine) == 0.0
    engine.end()
    engine.join()


def age_ms(engine: EngineThread) -> float:
    found = shown(engine).link.message_age_ms
    assert found is not None
    return found
