"""A split changes shares, strikes and counts, and nothing else: the books agree before and after (10.3)."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from allusetui.domain.account import Account, AccountType, Position
from allusetui.domain.contract import Option, Right, Stock, after_split
from allusetui.domain.event import PositionAdjusted
from allusetui.domain.lot import Lot
from allusetui.domain.moment import to_ms
from allusetui.domain.state import State
from allusetui.engine.apply import apply
from allusetui.scenario.load import parse
from tests.replaying import DATA, Replayed, replay

AUGUST_2020 = """
[scenario]
name = "split"
start = 2020-08-28T09:00:00
end = 2020-08-31T17:00:00
capital = 4_000_000
accounts = ["COM"]
[market]
kind = "history"
[accounts.COM.holdings.AAPL]
shares = 300
basis = 400.0
[[accounts.COM.options]]
symbol = "AAPL"
expiry = 2020-09-18
strike = 600.0
right = "C"
quantity = -2
price = 0.5
opened = 2020-08-24
[[fault]]
at = 2020-08-31T09:30:00
kind = "crash"
for = "10m"
"""


@pytest.fixture(scope="module")
def replayed() -> Replayed:
    if not DATA.is_dir():
        pytest.skip("the market data is not here")
    path = DATA / "none.toml"
    return replay(parse(AUGUST_2020.replace('"history"', f'"history"\ndata = "{DATA}"'), str(path)))


@pytest.mark.clause("10.3")
def test_apple_splits_four_for_one_on_the_last_day_of_august_2020(replayed: Replayed) -> None:
    told = [record["data"] for record in replayed.of("position.adjusted")]
    assert [(d["contract"].get("strike"), d["from"], d["into"].get("strike"), d["to"]) for d in told] == [
        (None, 300, None, 1200),
        (600.0, -2, 150.0, -8),
    ]


@pytest.mark.clause("9.5")
def test_a_split_that_is_told_again_after_a_restart_is_booked_once(replayed: Replayed) -> None:
    account = replayed.run.runtime.engine.state.accounts["COM"]
    assert account.quantity(Stock("AAPL")) == 1200
    assert account.basis("AAPL") == 100
    assert dict(replayed.run.exchange.positions(replayed.run.end_ms).positions).get(Stock("AAPL")) == 1200
    assert replayed.of("reconcile.mismatch") == []


@pytest.mark.clause("10.3")
def test_what_a_reverse_split_leaves_less_than_one_of_lapses() -> None:
    put = Option("AAPL", date(2020, 9, 18), Decimal(50), Right.PUT)
    account = Account("GEN", AccountType.GEN, "A1", True, Decimal(0), Decimal(0), Decimal(0), date(2020, 1, 2))
    account.lots = {
        Stock("AAPL"): [Lot(7, Decimal(40), Decimal(0), date(2020, 8, 3))],
        put: [Lot(-5, Decimal(1), Decimal(0), date(2020, 8, 3))],
    }
    account.positions = {put: Position(first_credit=Decimal(1))}
    state = State(accounts={"GEN": account})
    for contract, quantity in ((Stock("AAPL"), 7), (put, -5)):
        gone = PositionAdjusted(
            account="GEN", reason="split", contract=contract, from_=quantity, to=0,
            into=after_split(contract, Decimal("0.1")), settlement=f"P{quantity}",
        )  # fmt: skip
        apply(state, to_ms(datetime(2020, 8, 31, 9, 30)), gone)
    assert (account.lots, account.positions) == ({}, {})
