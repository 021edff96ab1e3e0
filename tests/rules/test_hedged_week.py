"""6.12: the hedged week: what it halves, when it ends, and a VIX that is stale or unknown."""

import pytest

from tests.replaying import replay_text
from tests.rules.situations import AAPL, VIX, but, clock, fault, situation, tape
from tests.rules.vix import CALM, FRI, THU, WED, put, skipped, tripped, vix


@pytest.mark.clause("6.12", "0.2")
def test_6_12_halved_targets_are_topped_up_only_to_the_aim() -> None:
    # Two symbols of 19,950 and 4,987.50: halved targets of 50,000 take 2 and 10, then the lower exposure takes one more
    # until 190,000 is reached: 5 x 19,950 + 19 x 4,987.50 = 194,512.50. A target of 100,000 would take 5 and 20.
    small = but(AAPL, spot=50.0, strike_step=0.125, spread_pct=0.002, volume=20000)
    run = vix(
        (f"{WED}T10:00:00", 51.0), start=f"{WED}T09:00:00", end=f"{THU}T10:00:00",
        symbols={"AAPL": but(AAPL, volume=20000), "MSFT": small},
    )  # fmt: skip
    assert [r["data"]["quantity"] for r in run.of("entry.planned", account="GEN")] == [5, 19]


@pytest.mark.clause("6.12")
@pytest.mark.parametrize(("held", "full"), [(-10, True), (-9, False)])
def test_6_12_what_stands_at_the_half_already_takes_no_more(held: int, full: bool) -> None:
    # Ten puts of AAPL at 200 are 200,000, half of some 400,000 of equity: just at the half, nine are below.
    run = vix(
        (f"{WED}T15:00:00", 51.0), start=f"{WED}T14:00:00", end=f"{THU}T10:00:00",
        symbols={"AAPL": but(CALM, spot=230.0), "MSFT": but(AAPL, volume=20000)}, more=(put(quantity=held),),
    )  # fmt: skip
    assert (("MSFT", "hedged_week") in skipped(run)) is full
    assert bool(run.of("entry.planned", account="GEN")) is not full
    assert not run.of("order.intended", purpose="close") and not run.of("order.intended", side="BUY")


@pytest.mark.clause("6.12", "6.3")
def test_6_12_rolls_go_on_by_6_3_in_a_hedged_week() -> None:
    run = vix(
        (f"{WED}T10:00:00", 55.0), start=f"{WED}T09:30:00", end=f"{WED}T10:40:00", symbols={"AAPL": CALM},
        more=(put(), tape(f"{WED}T10:31:00", AAPL=191.0)),
    )  # fmt: skip
    assert len(run.of("roll.done")) == 1 and not run.of("state.changed", reason="breaker")


@pytest.mark.clause("6.12", "12.1")
@pytest.mark.parametrize(("at_cut", "cleared"), [(50.0, ["16:30:00"]), (50.01, [])])
def test_6_12_it_is_cleared_at_the_report_cut_if_the_vix_is_at_50_or_below(at_cut: float, cleared: list[str]) -> None:
    run = vix(
        (f"{FRI}T10:00:00", 51.0), (f"{FRI}T10:10:00", 40.0), (f"{FRI}T16:14:00", at_cut),
        start=f"{FRI}T09:30:00", end=f"{FRI}T16:40:00",
    )  # fmt: skip
    assert tripped(run) == [("10:00:00", "hedged_week", 51.0)]  # once an episode
    assert [clock(r) for r in run.of("breaker.cleared", tier="hedged_week")] == cleared


@pytest.mark.clause("6.12")
def test_6_12_a_cut_that_does_not_know_the_vix_clears_nothing() -> None:
    run = vix(
        (f"{FRI}T10:00:00", 51.0), (f"{FRI}T10:10:00", 40.0), start=f"{FRI}T09:30:00", end=f"{FRI}T16:40:00",
        more=(fault(f"{FRI}T15:50:00", "stale", "VIX"),),
    )  # fmt: skip
    assert not run.of("breaker.cleared")


@pytest.mark.clause("6.12", "8.3")
def test_6_12_a_stale_vix_freezes_entries_and_keeps_its_tier() -> None:
    run = vix(
        (f"{THU}T09:35:00", 51.0), (f"{THU}T09:50:30", 40.0), start=f"{THU}T09:30:00", end=f"{THU}T10:20:00",
        more=(fault(f"{THU}T09:40:00", "stale", "VIX", "11m"),),
    )  # fmt: skip
    (on,) = run.of("freeze.on")
    assert (on["account"], on["data"]["reason"], clock(on)) == (None, "vix_stale", "09:40:30")
    assert ("AAPL", "stale") in skipped(run)
    (off,) = run.of("freeze.off")
    assert (off["account"], off["data"]["reason"], clock(off)) == (None, "vix_stale", "09:51:00")
    assert not run.of("breaker.cleared")
    (planned,) = run.of("entry.planned", account="GEN")
    assert clock(planned) == "09:55:00" and "hedged_week" in planned["data"]["deviation"]


@pytest.mark.clause("6.12", "8.3")
def test_6_12_entries_that_work_are_cancelled_when_the_vix_goes_stale() -> None:
    run = vix(
        start=f"{THU}T09:30:00", end=f"{THU}T10:00:00",
        more=(fault(f"{THU}T09:44:40", "stale", "VIX"), fault(f"{THU}T09:45:00", "no_fill", "AAPL")),
    )  # fmt: skip
    (ended,) = run.of("order.abandoned")
    assert ended["data"]["reason"] == "stale" and "09:45:05" < clock(ended) <= "09:45:10"


@pytest.mark.clause("6.12")
def test_6_12_a_vix_that_was_never_seen_freezes_entries_too() -> None:
    text = situation(f"{THU}T09:30:00", f"{THU}T09:50:00", {"AAPL": AAPL})
    run = replay_text(text.replace(f"[market.symbols.VIX]\n{VIX}\n", ""))
    assert [(clock(r), r["account"], r["data"]["reason"]) for r in run.of("freeze.on")] == [
        ("09:30:00", None, "vix_stale")
    ]
    assert ("AAPL", "stale") in skipped(run) and not run.of("entry.planned")


@pytest.mark.clause("6.12", "8.3")
@pytest.mark.parametrize(
    ("silent", "freezes"),
    [("605s", []), ("630s", []), ("700s", [("09:30:35", "freeze.on"), ("09:31:40", "freeze.off")])],
)
def test_6_12_the_first_vix_of_a_session_may_come_a_moment_after_the_bell(
    silent: str, freezes: list[tuple[str, str]]
) -> None:
    before = fault(f"{THU}T09:20:00", "stale", "VIX", silent)
    run = vix(start=f"{WED}T15:50:00", end=f"{THU}T09:32:00", more=(before,))
    told = [r for r in run.records if r["kind"].startswith("freeze.") and r["ts"][:10] == THU]
    assert [(clock(r), r["kind"]) for r in told] == freezes
    assert [clock(r) for r in run.of("data.stale", symbol="VIX")] == [at for at, kind in freezes if kind == "freeze.on"]
