"""17.7: what a LEAP costs to hold and what a falling market does, as the mark of each session tells it."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from allusetui.domain.contract import Option, Right
from allusetui.domain.quote import Quote
from allusetui.pricing import black_scholes
from allusetui.rules.situation import Situation
from allusetui.rules.stress import falls
from tests.replaying import Replayed, replay_text
from tests.rules.situations import AAPL, but, holding, option, situation

CLOSE = ("2026-03-04T15:55:00", "2026-03-04T16:01:00")
SPX = "spot = 5000.0\niv = 0.18"
VIX = "spot = 18.0\niv = 0.9"


@pytest.fixture(scope="module")
def marked() -> dict[str, Any]:
    """REV's mark: 200 AAPL, a short put on it, a LEAP, a hedge put and calls on the VIX."""
    r = replay_text(situation(
        *CLOSE, {"AAPL": but(AAPL, strike_step=2.5), "SPX": SPX, "VIX": VIX}, holding("REV", "AAPL", 200, 190.0),
        option("REV", "AAPL", "2026-03-20", 195.0, "P", -3, 2.0, "2026-03-02"),
        option("REV", "AAPL", "2027-06-18", 250.0, "C", 2, 11.0, "2026-01-05"),
        option("REV", "SPX", "2026-12-18", 4250.0, "P", 1, 80.0, "2026-03-02"),
        option("REV", "VIX", "2026-09-16", 27.0, "C", 4, 1.2, "2026-03-02"), accounts=("REV",), capital=4_000_000,
    ))  # fmt: skip
    return last_mark(r, "REV")


def last_mark(r: Replayed, account: str) -> dict[str, Any]:
    data: dict[str, Any] = r.of("account.marked", account=account)[-1]["data"]
    return data


def value(spot: float, strike: float, days: float, vol: float, call: bool) -> float:
    return black_scholes.price(spot, strike, days / 365, 0.04, vol, call)


@pytest.mark.clause("17.7")
def test_17_7_the_mark_tells_of_every_long_option_its_cost_price_delta_and_theta(marked: dict[str, Any]) -> None:
    rows = {row["contract"]["symbol"]: row for row in marked["longs"]}
    assert set(rows) == {"AAPL", "SPX", "VIX"}
    assert (rows["AAPL"]["quantity"], rows["AAPL"]["cost_usd"], rows["AAPL"]["spot"]) == (2, 2200.0, 200.0)
    tomorrow, today = (value(5000, 4250, days, 0.18, call=False) for days in (288, 289))
    assert rows["SPX"]["theta_usd"] == pytest.approx((tomorrow - today) * 100, rel=0.01)
    assert rows["SPX"]["delta"] < 0 < rows["AAPL"]["delta"]
    assert all(row["theta_usd"] < 0 for row in rows.values())


@pytest.mark.clause("17.7")
def test_17_7_a_fall_moves_book_growth_and_hedges_apart_and_leaves_the_vix_alone(marked: dict[str, Any]) -> None:
    falls = {row["share"]: row for row in marked["falls"]}
    assert list(falls) == [0.1, 0.2, 0.35]
    for share, row in falls.items():
        spot = 200 * (1 - share)
        put = value(spot, 195, 16, 0.3, call=False) - value(200, 195, 16, 0.3, call=False)
        leap = value(spot, 250, 471, 0.3, call=True) - value(200, 250, 471, 0.3, call=True)
        hedge = value(5000 * (1 - share), 4250, 289, 0.18, call=False) - value(5000, 4250, 289, 0.18, call=False)
        assert row["book_usd"] == pytest.approx(-200 * 200 * share - 300 * put, rel=2e-3)
        assert row["growth_usd"] == pytest.approx(200 * leap, rel=1e-2)
        assert row["hedge_usd"] == pytest.approx(100 * hedge, rel=2e-3)


@pytest.mark.clause("17.7")
def test_17_7_who_holds_nothing_has_no_fall() -> None:
    data = last_mark(replay_text(situation(*CLOSE, {"AAPL": AAPL})), "GEN")
    assert (data["falls"], data["longs"]) == ([], [])


@pytest.mark.clause("17.7")
def test_17_7_a_price_that_no_volatility_reaches_falls_by_what_it_is_worth_at_expiry() -> None:
    # Against 100 shares at 200 a call at 140, quoted at 59.95: less than it is worth at once, there is no vol in it.
    # −10 %: 2,000 lost, 40 left of 59.95: 1,995 gained. −35 %: 7,000 lost, nothing left of it: 5,995 gained.
    call = Option("AAPL", date(2026, 3, 6), Decimal(140), Right.CALL)
    run = replay_text(situation(
        *CLOSE, {"AAPL": AAPL}, holding("COM", "AAPL", 100, 190.0),
        option("COM", "AAPL", "2026-03-06", 140.0, "C", -1, 60.0, "2026-03-02"), accounts=("COM",),
    )).run  # fmt: skip
    engine = run.runtime.engine
    engine.volatile.option_quotes[call] = Quote(Decimal("59.9"), Decimal(60), run.end_ms)
    s = Situation(engine.law, engine.calendar, engine.state, engine.volatile, run.end_ms)
    first, _, last = falls(s, engine.state.accounts["COM"])
    assert (first.book_usd, last.book_usd) == (Decimal(-5), Decimal(-1005))


@pytest.mark.clause("11.2")
def test_11_2_the_mark_tells_the_riskless_rate_of_its_day(marked: dict[str, Any]) -> None:
    assert Decimal(str(marked["rate"])) == Decimal("0.04")
