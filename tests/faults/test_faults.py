"""Each fault that can be scripted, in each story, held to every invariant, and what the journal must say of it."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import numpy as np
import pytest

from allusetui.broker.simulated.exchange import Exchange
from allusetui.codec.records import line
from allusetui.domain import input as inp
from allusetui.domain.contract import Option, Right, Side
from allusetui.ports import Broker
from allusetui.runtime.world import Crash
from tests.faults.brokers import DiesAtFill, DiesAtPlace, Killed, Moody, Mute, Stranger, Twice, before
from tests.faults.runs import (
    ENTRY,
    ROLL,
    STOP,
    STORIES,
    at,
    breaches,
    fault,
    finish,
    key,
    prepare,
    sent,
    sold,
    survive,
)
from tests.faults.scripts import KINDS, SPANS, scripted
from tests.replaying import Replayed


@pytest.mark.clause("0.6", "9.5", "9.2")
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("story", STORIES)
def test_every_scripted_fault_keeps_every_invariant(story: str, kind: str) -> None:
    text, minute = STORIES[story]
    for clock, span in (("00", "4s"), ("00.500", "25s"), ("01", "150s"), ("02", "1s")):
        assert breaches(finish(text + scripted(kind, story, f"{minute}:{clock}", span))) == []


@pytest.mark.clause("0.6", "9.5", "9.2")
@pytest.mark.parametrize("seed", range(40))
def test_faults_on_top_of_each_other_keep_every_invariant(seed: int) -> None:
    rng = np.random.default_rng(seed)
    story = str(rng.choice(list(STORIES)))
    text, minute = STORIES[story]
    for kind in rng.choice(KINDS, size=3):
        clock = f"{minute}:{int(rng.integers(0, 12)):02}.{int(rng.choice([0, 500, 999])):03}"
        text += scripted(str(kind), story, clock, str(rng.choice(SPANS)))
    text += key(str(rng.choice(["pause", "no_entries", "reset"])), f"{minute}:{int(rng.integers(0, 20)):02}")
    assert breaches(finish(text + key("resume", f"{minute}:40") + key("reset", f"{minute}:50"))) == []


@pytest.mark.clause("0.6", "6.4")
def test_0_6_a_fill_of_which_nobody_told_is_found_within_half_a_minute_though_the_stop_rests_at_its_cap() -> None:
    # At its cap from 10:30:09 on; nothing fills before 10:31:05, and that fill is never told.
    quiet = fault("no_fill", "10:30:00", "65s", symbol="AAPL")
    r = finish(STOP + quiet, wrap=before(lambda exchange: Mute(exchange, inp.OrderExecuted)))
    assert breaches(r) == []
    (fill,) = r.of("order.filled")
    assert "10:31:05" <= fill["ts"][11:19] <= "10:31:35"
    assert r.of("stop.done") and not r.of("order.unknown")


@pytest.mark.clause("0.4", "0.5", "0.6")
@pytest.mark.parametrize("seed", range(30))
def test_0_6_whatever_the_broker_tells_no_clip_has_two_live_orders_and_no_fill_is_lost_or_doubled(seed: int) -> None:
    rng = np.random.default_rng(seed)
    story = str(rng.choice(list(STORIES)))
    text, minute = STORIES[story]
    for kind in ("no_fill", "partial_fill"):
        text += scripted(kind, story, f"{minute}:{int(rng.integers(0, 10)):02}", str(rng.choice(SPANS)))
    r = finish(text, wrap=before(lambda exchange: Moody(exchange, rng, at(f"{minute}:00") + 600_000)))
    assert breaches(r) == []
    assert r.of("order.sent")


# Crashes: 1 after the journal and before the wire, 2 after the wire, 3 between fill and record


def die(text: str, wrap: Callable[[Exchange], Broker]) -> Replayed:
    """A run that dies inside a step, as by kill -9, and is started again in the same instant."""
    r = prepare(text, wrap=before(wrap))
    runtime = r.run.runtime
    with pytest.raises(Killed):
        r.run.go()
    runtime.crash(Crash(runtime.now_ms, runtime.now_ms))
    runtime.go_on(r.run.end_ms)
    assert breaches(r) == []
    return r


@pytest.mark.clause("0.6", "9.5")
def test_0_6_an_order_that_died_before_the_wire_is_dead_after_two_complete_answers_and_its_version_never_sent() -> None:
    r = die(ENTRY, lambda exchange: DiesAtPlace(exchange, nth=1, on_the_wire=False))
    (dead,) = r.of("order.resolved", outcome="dead")
    assert dead["ts"][11:19] == "09:45:02"
    assert [row["data"]["version"] for row in sent(r)] == [1, 2]
    assert sold(r) == 4


@pytest.mark.clause("0.6", "9.5")
@pytest.mark.peer(11, 13)
def test_0_6_an_order_that_reached_the_wire_before_the_crash_is_adopted() -> None:
    r = die(ENTRY, lambda exchange: DiesAtPlace(exchange, nth=1, on_the_wire=True))
    assert [row["data"]["outcome"] for row in r.of("order.resolved")] == ["open"]
    assert [row["data"]["version"] for row in sent(r)] == [1]
    assert sold(r) == 4


@pytest.mark.clause("0.6", "9.5")
@pytest.mark.peer(14)
@pytest.mark.parametrize(("text", "side"), [(ENTRY, "SELL"), (ROLL, "BUY"), (STOP, "BUY")])
def test_9_5_a_fill_that_died_before_its_record_is_booked_once_from_the_executions(text: str, side: str) -> None:
    r = die(text, DiesAtFill)
    assert sold(r, side) == 4
    assert len(sent(r)) == 1


# Reports that lie, come twice or not at all


@pytest.mark.clause("0.6")
@pytest.mark.parametrize("story", STORIES)
def test_0_6_reports_that_come_twice_count_once(story: str) -> None:
    twice, once = survive(STORIES[story][0], wrap=before(Twice)), survive(STORIES[story][0])
    assert [line(*row) for row in twice.journal.read()] == [line(*row) for row in once.journal.read()]


@pytest.mark.clause("0.6")
@pytest.mark.parametrize("story", STORIES)
def test_0_6_a_fill_report_lost_on_a_healthy_line_is_found_within_30_seconds(story: str) -> None:
    text, minute = STORIES[story]
    r = survive(text, wrap=before(lambda exchange: Mute(exchange, inp.OrderExecuted)))
    fills = r.of("order.filled")
    assert sum(row["data"]["quantity"] for row in fills) == (8 if story == "roll" else 4)
    assert all(f"{minute}:01" <= row["ts"][11:19] <= f"{minute}:31" for row in fills)
    assert len(sent(r)) == 1


@pytest.mark.clause("0.6")
@pytest.mark.peer(18)
def test_0_6_an_order_whose_ack_never_comes_is_unknown_after_3_seconds_and_is_not_sent_again() -> None:
    quiet = fault("no_fill", "09:44:00", "76s", symbol="AAPL") + fault("lost_ack", "09:44:00", "70s", symbol="AAPL")
    r = survive(ENTRY + quiet)
    assert r.of("order.unknown")[0]["ts"][11:19] == "09:45:03"
    assert r.of("order.resolved", outcome="open")
    assert sold(r) == 4


@pytest.mark.clause("0.6")
def test_0_6_a_cancel_that_is_not_confirmed_leaves_the_order_unknown_and_withholds_the_next_version() -> None:
    quiet = fault("no_fill", "09:44:00", "70s", symbol="AAPL")
    r = survive(ENTRY + quiet, wrap=before(lambda exchange: Mute(exchange, inp.OrderCancelled)))
    (unknown,) = r.of("order.unknown")
    assert unknown["ts"][11:19] == "09:45:06"
    versions = [(row["data"]["version"], row["ts"][11:19]) for row in sent(r)][:2]
    assert versions[0] == (1, "09:45:00")
    assert versions[1][0] == 2 and versions[1][1] >= "09:45:06"
    assert sold(r) == 4


@pytest.mark.clause("9.5", "9.2")
def test_9_5_a_fill_for_an_order_never_sent_halts_the_account_and_books_nothing() -> None:
    option = Option("AAPL", date(2026, 3, 6), Decimal("195.0"), Right.PUT)
    alien = inp.Execution("Z1", "AU-000000-GEN-9-1.v1", option, Side.SELL, 3, Decimal("1.00"), Decimal("1.95"))
    r = survive(ENTRY, wrap=before(lambda exchange: Stranger(exchange, at("09:40:00"), alien)))
    assert r.of("latch.set", account="GEN", latch="mismatch")
    assert r.of("order.filled") == []
    assert sent(r) == []
    assert r.of("alert.raised", severity="critical")
    assert {row["data"]["reason"] for row in r.of("entry.skipped", symbol="AAPL")} == {"safe"}


# Fills that come slowly, never, or are refused


@pytest.mark.clause("0.6", "0.5")
def test_0_6_a_slow_market_is_filled_to_the_contract_with_the_rest_in_each_next_version() -> None:
    r = survive(ENTRY + fault("partial_fill", "09:44:00", "20m", symbol="AAPL", value=1))
    assert [row["data"]["quantity"] for row in r.of("order.filled")] == [1, 1, 1, 1]
    filled = [sum(fill["seq"] < row["seq"] for fill in r.of("order.filled")) for row in sent(r)]
    assert [row["data"]["quantity"] for row in sent(r)] == [4 - count for count in filled] and filled[-1] > 0


@pytest.mark.clause("0.6")
@pytest.mark.peer(20)
def test_0_6_a_rejected_entry_is_abandoned_once_and_a_rejected_stop_goes_on() -> None:
    entry = survive(ENTRY + fault("reject", "09:44:00", "30m", symbol="AAPL"))
    assert [row["data"]["reason"] for row in entry.of("order.abandoned")] == ["rejected"]
    stop = survive(STOP + fault("reject", "10:29:00", "2m", symbol="AAPL"))
    assert len(stop.of("order.rejected")) >= 5
    assert stop.of("order.abandoned") == []
    assert stop.of("stop.done", quantity=4)


@pytest.mark.clause("0.6")
def test_0_6_the_same_seed_tells_the_same_journal_with_every_fault_in_it() -> None:
    kinds = ("lost_ack", "partial_fill", "crash")
    text = STOP + "".join(scripted(kind, "stop", "10:30:00.500", "7s") for kind in kinds)
    first, second = survive(text), survive(text)
    assert [line(*row) for row in first.journal.read()] == [line(*row) for row in second.journal.read()]


@pytest.mark.clause("0.8", "6.14")
@pytest.mark.parametrize("story", STORIES)
@pytest.mark.parametrize("clock", ["00.000", "00.500", "03.000", "03.500"])
def test_0_8_after_a_kill_nothing_is_sent_whatever_the_broker_does(story: str, clock: str) -> None:
    text, minute = STORIES[story]
    quiet = fault("no_fill", f"{minute[:2]}:29:00" if minute == "10:30" else "09:44:00", "10m", symbol="AAPL")
    r = survive(text + quiet + key("kill", f"{minute}:{clock}", None) + fault("crash", f"{minute}:20", "5s"))
    assert [row for row in sent(r) if row["ts"][11:23] > f"{minute}:{clock}"] == []
    assert {a.status.value for a in r.run.runtime.engine.state.accounts.values()} == {"EMERGENCY"}
    (abandoned,) = r.of("order.abandoned")
    assert abandoned["data"]["reason"] == "halt"
