"""What the broker takes, by premium and by date: figures worked by hand, and what holds of any order."""

from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allusetui.broker.simulated import fees
from allusetui.broker.simulated.fees import BrokerFees, FlatFees, Trade
from allusetui.domain.contract import Contract, Option, Right, Side, Stock
from allusetui.domain.money import CENT

SPRING = date(2026, 5, 4)
SPY = Option("SPY", date(2026, 5, 8), Decimal(700), Right.PUT)
SPX = Option("SPX", date(2027, 1, 15), Decimal(6000), Right.PUT)


def trade(quantity: int, price: str, side: Side = Side.BUY, contract: Contract = SPY) -> Trade:
    return Trade(contract, side, quantity, Decimal(price))


@pytest.mark.parametrize(
    ("quantity", "price", "commission", "fee"),
    [
        (1, "2.00", "1.00", "1.05"),  # the least an order
        (2, "5.00", "1.30", "1.41"),
        (3, "0.075", "1.50", "1.66"),
        (5, "0.03", "1.25", "1.52"),
        (10, "0.10", "6.50", "7.03"),
        (10, "0.0999", "5.00", "5.53"),
        (10, "0.05", "5.00", "5.53"),
        (10, "0.0499", "2.50", "3.03"),
    ],
)
def test_the_commission_goes_by_premium_and_what_others_are_owed_comes_on_top(
    quantity: int, price: str, commission: str, fee: str
) -> None:
    passed_on = quantity * (Decimal("0.025") + Decimal("0.02815"))
    due = BrokerFees().due(SPRING, [trade(quantity, price)])
    assert due == Decimal(fee)
    assert abs(due - Decimal(commission) - passed_on) <= CENT / 2


@pytest.mark.parametrize(
    ("day", "contract", "fee"),
    [
        # 10 at 1.50: 6.50, .25 to the clearing house, .2815 to the exchanges, .0329 to FINRA, 1,500 × 20.60 / 1,000,000
        (SPRING, SPY, "7.10"),
        (SPRING, SPX, "7.06"),  # the same without the SEC: options on an index
        (date(2026, 4, 3), SPY, "7.06"),  # the SEC's rate was nothing until the day after
        (date(2026, 4, 4), SPY, "7.10"),
        (date(2024, 12, 31), SPY, "6.98"),  # .20, .2135, .0279, .0417
        (date(2020, 3, 12), SPY, "7.48"),  # .55, .379, .02, .03315
        (date(1995, 1, 3), SPY, "7.48"),  # before the first row of each
    ],
)
def test_what_is_sold_pays_finra_and_the_sec_by_the_rates_of_its_day(day: date, contract: Contract, fee: str) -> None:
    assert BrokerFees().due(day, [trade(10, "1.50", Side.SELL, contract)]) == Decimal(fee)


def test_a_roll_is_one_order_each_leg_at_its_own_premium() -> None:
    legs = [trade(1, "0.04"), trade(1, "1.20", Side.SELL)]
    # .25 + .65 is less than the least; .05315 twice, .00329, 120 × 20.60 / 1,000,000
    assert BrokerFees().due(SPRING, legs) == Decimal("1.11")


def test_the_script_s_fee_is_the_same_for_every_contract() -> None:
    assert FlatFees().due(SPRING, [trade(3, "0.01"), trade(2, "9", Side.SELL)]) == Decimal("3.25")


@pytest.mark.parametrize("kind", [FlatFees, BrokerFees])
def test_shares_cost_nothing(kind: type[FlatFees | BrokerFees]) -> None:
    assert kind().due(SPRING, [trade(100, "250", Side.SELL, Stock("SPY"))]) == 0


TRADES = st.lists(
    st.builds(
        trade,
        st.integers(1, 500),
        st.decimals(0, 500, places=2).map(str),
        st.sampled_from(Side),
        st.sampled_from([SPY, SPX, Stock("SPY")]),
    ),
    max_size=6,
)


@given(TRADES, st.dates(date(2010, 1, 1), date(2035, 1, 1)), st.sampled_from([FlatFees(), BrokerFees()]))
def test_more_trades_never_make_it_less_and_it_is_whole_cents(
    trades: list[Trade], day: date, house: FlatFees | BrokerFees
) -> None:
    steps = [house.due(day, trades[:count]) for count in range(len(trades) + 1)]
    assert all(before <= after for before, after in pairwise(steps))
    assert all(step % CENT == 0 for step in steps)


def test_every_table_is_in_order_of_its_days() -> None:
    for rates in (fees._CLEARING, fees._EXCHANGES, fees._ACTIVITY, fees._SALES):
        days = [day for day, _ in rates]
        assert days == sorted(set(days))
