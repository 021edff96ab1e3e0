"""What a live session shows of itself, how often, and how old it says its market is."""

import asyncio
from time import perf_counter

import pytest

from allusetui.domain.moment import SECOND_MS
from allusetui.domain.snapshot import Snapshot
from allusetui.runtime.live import Live
from allusetui.runtime.pace import Pace
from allusetui.runtime.thread import EngineThread
from allusetui.torture.loop import VirtualLoop
from tests.rules.situations import AAPL, but, fault, situation
from tests.runtime.engines import PATIENCE_S, until
from tests.runtime.started import MORNING, WITHOUT_FILLS, Started, running, shown


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


@pytest.mark.parametrize("start", ["02:00:00", "09:45:00"])
def test_at_the_wall_s_own_pace_a_snapshot_comes_as_each_second_begins(start: str) -> None:
    text = situation(f"2026-03-05T{start}", "2026-03-05T11:00:00", {"AAPL": AAPL}, WITHOUT_FILLS)
    started, loop, seen = Started(text, 1.0), VirtualLoop(), list[Snapshot]()
    started.session.pace = Pace(started.run.calendar, 1.0, started.run.started.at_ms, loop.time())
    live = Live(started.session, loop.time)
    live.watchers.append(seen.append)
    loop.call_later(10.5, live.end)
    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        runner.run(live.run())
    *shown_ms, _ = [snapshot.now_ms - started.run.started.at_ms for snapshot in seen]
    assert shown_ms == [second * SECOND_MS for second in range(11)]


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
