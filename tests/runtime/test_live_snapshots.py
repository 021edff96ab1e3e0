"""What a live session shows of itself, how often, and how old it says its market is."""

import asyncio
from copy import deepcopy
from itertools import pairwise
from time import perf_counter

import pytest

from allusetui.domain.moment import SECOND_MS
from allusetui.domain.snapshot import Snapshot
from allusetui.runtime.live import SNAPSHOT_S, Live
from allusetui.runtime.thread import EngineThread
from tests.rules.situations import AAPL, but, fault, situation
from tests.runtime.engines import PATIENCE_S, until
from tests.runtime.started import MORNING, WORKING, Started, running, shown


def test_snapshots_come_five_a_second_at_most_and_nothing_changes_in_them() -> None:
    started, seen = Started(WORKING, 60.0), list[Snapshot]()

    def watched() -> Live:
        live = started.live()
        live.watchers.append(seen.append)
        return live

    engine = EngineThread(watched)
    engine.start()
    until(lambda: seen)
    first, as_it_was = seen[0].state, deepcopy(seen[0].state)
    until(lambda: len(seen) > 6 and any(each.state.intents for each in seen))
    engine.end()
    engine.join()
    *running, last = seen
    gaps_s = [(later.beat_ms - sooner.beat_ms) / SECOND_MS for sooner, later in pairwise(running)]
    assert SNAPSHOT_S - 1e-6 <= min(gaps_s) < 2 * SNAPSHOT_S
    assert first == as_it_was != last.state
    assert running[0].now_ms < running[-1].now_ms


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
