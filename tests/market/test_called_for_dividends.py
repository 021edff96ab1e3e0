"""A covered call of the synthetic market is called away at the last close before its fund goes ex."""

from datetime import date

import pytest

from allusetui.scenario.load import parse
from tests.replaying import Replayed, replay

EX = date(2026, 3, 20)
LAST_CLOSE = "2026-03-19T16:00:00.000-04:00"
HELD = """
[scenario]
name = "called-for-its-dividend"
start = 2026-03-19T15:55:00
end = 2026-03-20T09:40:00
capital = 1_000_000
seed = 1
accounts = ["GEN"]
[market]
kind = "synthetic"
[accounts.GEN.holdings.SPY]
shares = 300
basis = 610.0
[[accounts.GEN.options]]
symbol = "SPY"
expiry = 2026-03-27
strike = 600.0
right = "C"
quantity = -2
price = 80.0
opened = 2026-03-13
"""


@pytest.fixture(scope="module")
def night() -> Replayed:
    return replay(parse(HELD, "called.toml"))


@pytest.mark.clause("6.6")
def test_6_6_it_warns_before(night: Replayed) -> None:
    [warning] = [each for each in night.of("alert.raised") if "6.6" in each["clauses"]]
    assert warning["ts"] < LAST_CLOSE


@pytest.mark.clause("10.3")
def test_10_3_the_shares_go_at_the_strike_and_the_premium_is_proceeds(night: Replayed) -> None:
    [called] = night.of("called_away.received")
    assert (called["ts"], called["account"]) == (LAST_CLOSE, "GEN")
    assert (called["data"]["quantity"], called["data"]["shares"], called["data"]["price"]) == (2, 200, 600.0)
    assert called["data"]["proceeds"] == 680.0
    [closed] = [lot for lot in night.of("lot.closed", account="GEN") if lot["data"]["contract"] == {"symbol": "SPY"}]
    assert (closed["data"]["quantity"], closed["data"]["realized"]) == (200, 200 * (680.0 - 610.0))


@pytest.mark.clause("10.3")
def test_10_3_only_the_shares_that_stayed_are_paid_the_dividend(night: Replayed) -> None:
    [paid] = night.of("cash.booked", reason="dividend")
    [amount] = [amount for symbol, amount in night.run.market.dividends_on(EX) if symbol == "SPY"]  # type: ignore[union-attr]
    assert paid["data"]["amount"] == pytest.approx(100 * float(amount))
    assert {audit["data"]["mismatches"] for audit in night.of("audit.done")} == {0}
    assert night.of("reconcile.mismatch") == []
