"""6.12–6.14: when each VIX tier trips; 6.13 and 6.14: what SAFE and the halt stop, and how they are left."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from allusetui.domain.account import Account, AccountType, Latch, Status
from allusetui.domain.input import MarketSeen
from allusetui.domain.moment import to_ms
from allusetui.domain.quote import Quote
from allusetui.domain.state import State
from allusetui.engine.engine import Engine
from allusetui.law.load import load
from allusetui.market.calendars import calendar
from tests.replaying import Replayed
from tests.rules.situations import AAPL, clock, fault, operator, tape
from tests.rules.vix import CALM, THU, WED, put, skipped, tripped, vix

ALL = ("GEN", "REV", "COM")


@pytest.mark.clause("6.12", "6.13", "6.14")
@pytest.mark.parametrize(("tier", "level"), [("hedged_week", 50), ("safe", 65), ("halt", 80)])
def test_6_12_a_tier_trips_above_its_value_and_not_at_it(tier: str, level: int) -> None:
    at, above = f"{WED}T10:01:02", f"{WED}T10:02:07"
    run = vix((at, level), (above, level + 0.01), start=f"{WED}T10:00:00", end=f"{WED}T10:10:00")
    assert [row for row in tripped(run) if row[1] == tier] == [("10:02:07", tier, level + 0.01)]


@pytest.mark.clause("6.12", "6.13", "6.14")
def test_6_14_a_leap_over_all_tiers_tells_each_of_them_ascending() -> None:
    run = vix((f"{WED}T10:01:00", 85.0), start=f"{WED}T10:00:00", end=f"{WED}T10:05:00")
    assert tripped(run) == [("10:01:00", tier, 85.0) for tier in ("hedged_week", "safe", "halt")]
    assert [r["clauses"] for r in run.of("breaker.tripped")] == [["6.12"], ["6.13"], ["6.14"]]


@pytest.mark.clause("6.12", "6.13", "6.14")
def test_6_13_before_the_open_a_value_above_a_tier_only_alerts() -> None:
    passed = vix((f"{WED}T08:00:00", 70.0), (f"{WED}T09:29:57", 30.0), start=f"{WED}T07:00:00", end=f"{WED}T10:00:00")
    assert tripped(passed) == []
    alerts = [(clock(r), r["clauses"]) for r in passed.of("alert.raised")]
    assert alerts == [("08:00:00", ["6.12"]), ("08:00:00", ["6.13"])]
    stands = vix((f"{WED}T08:00:00", 70.0), start=f"{WED}T07:00:00", end=f"{WED}T09:31:00")
    assert [(at, tier) for at, tier, _ in tripped(stands)] == [("09:30:00", "hedged_week"), ("09:30:00", "safe")]


@pytest.mark.clause("6.13")
def test_6_13_a_frozen_print_from_before_the_open_trips_nothing_after_it() -> None:
    run = vix(
        (f"{WED}T09:29:50", 70.0), (f"{WED}T09:30:00", 20.0), start=f"{WED}T09:00:00", end=f"{WED}T09:35:00",
        more=(fault(f"{WED}T09:29:55", "stale", "VIX", "2m"),),
    )  # fmt: skip
    assert tripped(run) == []


@pytest.mark.clause("6.13")
def test_6_13_the_quarter_hour_after_the_close_counts_and_what_comes_later_only_alerts() -> None:
    late = vix((f"{WED}T16:15:00", 66.0), start=f"{WED}T15:00:00", end=f"{WED}T17:00:00")
    assert [(at, tier) for at, tier, _ in tripped(late)] == [("16:15:00", "hedged_week"), ("16:15:00", "safe")]
    after = vix((f"{WED}T16:15:01", 66.0), start=f"{WED}T15:00:00", end=f"{WED}T17:00:00")
    assert tripped(after) == [] and len(after.of("alert.raised", severity="warning")) == 2


@pytest.fixture(scope="module")
def safe() -> Replayed:
    """Thursday: an AAPL entry works from 09:45:00, 66 at 09:45:07; 64.9 at 10:20; resets at 10:10, 10:30 and 10:40."""
    return vix(
        (f"{THU}T09:45:07", 66.0), (f"{THU}T10:20:00", 65.0), (f"{THU}T10:50:00", 65.5),
        start=f"{THU}T09:30:00", end=f"{THU}T11:00:00", accounts=ALL, symbols={"AAPL": AAPL, "NVDA": CALM},
        more=(
            put("REV", symbol="NVDA"),
            fault(f"{THU}T09:45:00", "no_fill", "AAPL", "10m"),
            tape(f"{THU}T10:01:00", NVDA=191.0),
            operator(f"{THU}T10:10:00", "reset", "GEN"),
            operator(f"{THU}T10:30:00", "reset", "GEN"),
            operator(f"{THU}T10:40:00", "reset", "REV"),
        ),
    )  # fmt: skip


@pytest.mark.clause("6.13", "9.1")
def test_6_13_every_account_is_latched_and_working_entries_are_cancelled(safe: Replayed) -> None:
    assert {r["account"] for r in safe.of("latch.set", latch="breaker") if clock(r) == "09:45:07"} == set(ALL)
    moved = [r for r in safe.of("state.changed", reason="breaker") if clock(r) == "09:45:07"]
    assert {(r["account"], r["data"]["to"]) for r in moved} == {("GEN", "SAFE"), ("REV", "SAFE")}  # COM rests in SAFE
    (ended,) = safe.of("order.abandoned")
    assert (clock(ended), ended["data"]["reason"]) == ("09:45:07", "safe")
    assert ("MSFT", "no_chain") in skipped(safe) and ("AAPL", "safe") not in skipped(safe)


@pytest.mark.clause("6.13", "6.3")
def test_6_13_the_protocol_goes_on_under_the_latch(safe: Replayed) -> None:
    assert [(clock(r)[:5], r["account"]) for r in safe.of("roll.done")] == [("10:05", "REV")]


@pytest.mark.clause("6.13")
def test_6_13_a_reset_above_65_is_refused_and_at_65_it_leads_back_to_work(safe: Replayed) -> None:
    (refused,) = safe.of("state.refused")
    assert (clock(refused), refused["account"], refused["data"]["reason"]) == ("10:10:00", "GEN", "reset")
    assert [clock(r) for r in safe.of("breaker.cleared", tier="safe")] == ["10:30:00"]
    back = [(clock(r), r["account"], r["data"]["to"]) for r in safe.of("state.changed", reason="reset")]
    assert ("10:40:00", "REV", "MONITORING") in back


@pytest.mark.clause("6.13")
def test_6_13_the_first_reset_ends_the_episode_and_a_later_tick_latches_anew(safe: Replayed) -> None:
    trips = [(at, value) for at, tier, value in tripped(safe) if tier == "safe"]
    assert trips == [("09:45:07", 66.0), ("10:50:00", 65.5)]
    latched = [(clock(r), r["account"]) for r in safe.of("latch.set", latch="breaker") if clock(r) > "10:00"]
    assert latched == [("10:50:00", "GEN"), ("10:50:00", "REV")]  # COM was never reset


@pytest.fixture(scope="module")
def halted() -> Replayed:
    """81 at 09:45:07 while an entry works and a put is held; the put's level is 3 at 10:01; five resets."""
    return vix(
        (f"{THU}T09:45:07", 81.0), (f"{THU}T10:20:00", 80.0), (f"{THU}T10:50:00", 65.0),
        start=f"{THU}T09:30:00", end=f"{THU}T11:00:00", symbols={"AAPL": CALM, "MSFT": AAPL},
        more=(
            put(quantity=-2),
            fault(f"{THU}T09:45:00", "no_fill", "MSFT", "30m"),
            tape(f"{THU}T10:01:00", AAPL=187.0),
            operator(f"{THU}T10:10:00", "reset"),
            operator(f"{THU}T10:25:00", "reset", "GEN"),
            operator(f"{THU}T10:30:00", "reset"),
            operator(f"{THU}T10:40:00", "reset", "GEN"),
            operator(f"{THU}T10:55:00", "reset"),
        ),
    )  # fmt: skip


@pytest.mark.clause("6.14", "9.2")
def test_6_14_everything_is_cancelled_and_nothing_is_sent_at_all(halted: Replayed) -> None:
    to_emergency = {(r["account"], clock(r), r["data"]["reason"]) for r in halted.of("state.changed", to="EMERGENCY")}
    assert to_emergency == {(name, "09:45:07", "halt") for name in ALL}
    ended = [(clock(r), r["data"]["reason"]) for r in halted.of("order.abandoned") if clock(r) < "10:30:00"]
    assert ended and set(ended) == {("09:45:07", "halt")}
    sending = [r for r in halted.records if r["kind"] in ("order.intended", "order.sent", "order.replaced")]
    assert not [r for r in sending if "09:45:07" <= clock(r) < "10:30:00"]


@pytest.mark.clause("6.14", "9.2")
def test_6_14_is_left_by_a_reset_of_all_at_80_or_below_and_by_no_other(halted: Replayed) -> None:
    refused = [(clock(r), r["account"]) for r in halted.of("state.refused")]
    assert refused[:4] == [("10:10:00", "GEN"), ("10:10:00", "REV"), ("10:10:00", "COM"), ("10:25:00", "GEN")]
    left = {(clock(r), r["data"]["to"], r["data"]["reason"]) for r in halted.records if left_emergency(r)}
    assert left == {("10:30:00", "SAFE", "reset")}
    assert [clock(r) for r in halted.of("breaker.cleared", tier="halt")] == ["10:30:00"]


def left_emergency(record: dict[str, Any]) -> bool:
    return bool(record["kind"] == "state.changed" and record["data"]["from"] == "EMERGENCY")


@pytest.mark.clause("6.14", "6.13", "9.5")
def test_6_14_above_65_the_reset_leads_into_the_breaker_latch_with_the_resume_flow(halted: Replayed) -> None:
    steps = [r["data"]["step"] for r in halted.of("resume.step", account="GEN") if clock(r) == "10:30:00"]
    assert steps == ["snapshot", "broker", "reconcile", "schedule", "risk", "active"]
    assert ("10:40:00", "GEN") in [(clock(r), r["account"]) for r in halted.of("state.refused")]
    assert [clock(r) for r in halted.of("breaker.cleared", tier="safe")] == ["10:55:00"]
    # Under the latch the protocol is back: what fell to level 3 in the halt is stopped out at the next look.
    assert {clock(r)[:5] for r in halted.of("stop.done")} == {"10:35"}


@pytest.mark.clause("6.13")
def test_6_13_a_reset_that_does_not_know_the_vix_is_refused() -> None:
    run = vix(
        (f"{WED}T10:00:00", 66.0), (f"{WED}T10:05:00", 20.0), start=f"{WED}T09:30:00", end=f"{WED}T10:20:00",
        more=(fault(f"{WED}T10:10:00", "stale", "VIX"), operator(f"{WED}T10:15:00", "reset", "GEN")),
    )  # fmt: skip
    assert [clock(r) for r in run.of("state.refused", account="GEN")] == ["10:15:00"]
    assert not run.of("breaker.cleared", tier="safe")


@pytest.mark.clause("6.13")
def test_6_13_a_breaker_that_cannot_be_evaluated_counts_as_tripped() -> None:
    now_ms = to_ms(datetime(2026, 3, 4, 10, 0))
    worth = Decimal(400_000)
    gen = Account("GEN", AccountType.GEN, "A1", True, worth, worth, worth, date(2026, 3, 2), Status.MONITORING)
    state = State(accounts={"GEN": gen}, margin_rate=Decimal("0.2"))
    engine = Engine(load("v1.3"), "", calendar(date(2026, 1, 2), date(2026, 6, 30)), state)
    # No feed lets such a value in; should one ever stand there, it is no reason to go on.
    engine.volatile.quotes["VIX"] = Quote(Decimal("NaN"), Decimal("NaN"), now_ms)
    batches = [engine.handle(MarketSeen(now_ms + later_ms, {}, {}, 0.04)) for later_ms in (0, 5_000)]
    assert Latch.BREAKER in gen.latches and gen.status is Status.SAFE
    assert [e.kind for b in batches for e in b.events].count("alert.raised") == 1
