"""What positions cost and what closing them realizes, as the broker reckons."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from allusetui.broker.gateway.holdings import Holdings
from allusetui.domain.contract import Contract, Option, Right, Side, Stock
from allusetui.domain.input import CashBooking, Execution, Holding, Settled, Settlement, Split
from tests.broker.gateway.desks import NOW
from tests.broker.gateway.placed import ACCOUNT
from tests.broker.provisions import provision
from tests.broker.scripts import at

AAPL = Stock("AAPL")
CALL = Option("AAPL", date(2026, 3, 20), Decimal(210), Right.CALL)
SPX = Option("SPX", date(2026, 3, 5), Decimal(5_000), Right.PUT)


def holdings(**more: object) -> Holdings:
    begun = provision(ACCOUNT, **more)  # type: ignore[arg-type]
    return Holdings([begun], lambda contract, at_ms: Decimal(200 if contract == AAPL else 2), lambda at_ms: {})


def trade(house: Holdings, contract: Contract, quantity: int, price: int) -> Decimal | None:
    side = Side.BUY if quantity > 0 else Side.SELL
    row = Execution(f"X{quantity}", "1", contract, side, abs(quantity), Decimal(price), Decimal(1))
    return house.trade(ACCOUNT, row, NOW)


@pytest.mark.parametrize(
    ("trades", "cost", "gains"),
    [
        ([(10, 100), (30, 120)], 115, [None, None]),
        ([(10, 100), (-4, 110)], 100, [None, 39]),
        ([(-10, 100), (4, 110)], 100, [None, -41]),
        ([(10, 100), (-25, 90)], 90, [None, -101]),
        ([(10, 100), (-10, 110), (5, 130)], 130, [None, 99, None]),
    ],
    ids=["adds", "closes a part", "covers a part", "turns", "begins anew"],
)
def test_the_average_cost_follows_what_is_added(
    trades: list[tuple[int, int]], cost: int, gains: list[int | None]
) -> None:
    house = holdings()
    assert [trade(house, AAPL, *each) for each in trades] == gains
    (held,) = house.positions(ACCOUNT, NOW)
    assert (held.quantity, held.cost) == (sum(quantity for quantity, _ in trades), cost)
    assert house.day(ACCOUNT, NOW)[1] == sum(each for each in gains if each)


def test_what_several_sleeves_hold_of_one_stock_costs_the_average() -> None:
    begun = provision(ACCOUNT)
    lots = (Holding("AAPL", 100, Decimal(190)), Holding("AAPL", 300, Decimal(170)))
    house = Holdings([replace(begun, holdings=lots)], lambda contract, at_ms: Decimal(200), lambda at_ms: {})
    (held,) = house.positions(ACCOUNT, NOW)
    assert (held.quantity, held.cost) == (400, 175)


def test_money_is_booked_at_once_and_each_entry_once() -> None:
    house = holdings()
    paid = CashBooking("D1", ACCOUNT, "dividend", Decimal(25), "AAPL")
    put_in = CashBooking("T1", ACCOUNT, "deposit", Decimal(1_000))
    for _ in range(2):
        house.take(Settled(NOW, bookings=(paid, put_in)))
    assert house.cash(ACCOUNT) == 101_025
    assert house.day(ACCOUNT, NOW) == (25, 0)  # what is put in is no gain


def test_a_split_changes_shares_strike_and_cost() -> None:
    house = holdings(shares=100, options=((CALL, -1),))
    house.take(Settled(NOW, splits=(Split("P1", "AAPL", Decimal(2), date(2026, 3, 5)),)))
    held = {each.contract: (each.quantity, each.cost) for each in house.positions(ACCOUNT, NOW)}
    halved = Option("AAPL", CALL.expiry, Decimal(105), Right.CALL)
    assert held == {AAPL: (200, 95), halved: (-2, Decimal("0.5"))}


def test_a_day_s_gain_counts_from_midnight_whoever_looked_first_and_when() -> None:
    begun = provision(ACCOUNT, shares=100)
    house = Holdings([begun], lambda contract, at_ms: Decimal(200 if at_ms < NOW else 190), lambda at_ms: {})
    assert house.day(ACCOUNT, at(11)) == (-1_000, 0)
    (held,) = house.positions(ACCOUNT, at(11))
    assert house.day_of_position(ACCOUNT, held, at(11)) == (-1_000, 0)


@pytest.mark.parametrize("kind", ["assigned", "cash_settled"])
def test_what_an_option_was_worth_when_it_was_settled_is_no_gain_of_the_night(kind: str) -> None:
    put = SPX if kind == "cash_settled" else Option("AAPL", date(2026, 3, 5), Decimal(210), Right.PUT)
    begun = provision(ACCOUNT, options=((put, -1),))
    house = Holdings([begun], lambda contract, at_ms: Decimal(200 if contract == AAPL else 10), lambda at_ms: {})
    price = Decimal(10) if kind == "cash_settled" else put.strike
    house.take(Settled(at(16), (Settlement("S1", kind, ACCOUNT, put, 1, price),)))
    house.advance(at(2, 30, day=6))
    assert house.day(ACCOUNT, at(10, day=6)) == (0, 0)


def test_a_split_is_no_gain_of_its_day() -> None:
    begun = provision(ACCOUNT, shares=100)
    house = Holdings([begun], lambda contract, at_ms: Decimal(200 if at_ms < NOW else 100), lambda at_ms: {})
    house.take(Settled(NOW, splits=(Split("P1", "AAPL", Decimal(2), date(2026, 3, 5)),)))
    (held,) = house.positions(ACCOUNT, at(11))
    assert house.day(ACCOUNT, at(11)) == house.day_of_position(ACCOUNT, held, at(11)) == (0, 0)


@pytest.mark.parametrize(("quantity", "cash"), [(2, 102_000), (-2, 98_000)], ids=["long", "short"])
def test_an_index_option_settles_in_cash_in_the_night(quantity: int, cash: int) -> None:
    house = holdings(options=((SPX, quantity),))
    settled = Settlement("S1", "cash_settled", ACCOUNT, SPX, 2, Decimal(10))
    house.take(Settled(at(16), (settled,)))
    assert house.next_ms() == at(2, 30, day=6) and house.cash(ACCOUNT) == 100_000
    assert house.advance(at(2, 30, day=6)) == (settled,)
    assert house.cash(ACCOUNT) == cash and not house.positions(ACCOUNT, NOW) and house.next_ms() is None


def test_a_call_that_is_exercised_takes_the_shares_at_its_strike() -> None:
    house = holdings(shares=100, options=((CALL, -1),))
    house.take(Settled(at(16), (Settlement("S1", "called_away", ACCOUNT, CALL, 1, CALL.strike),)))
    house.advance(at(3, day=6))
    assert house.cash(ACCOUNT) == 121_000 and not house.positions(ACCOUNT, NOW)
