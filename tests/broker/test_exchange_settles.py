"""The simulated broker assigns, exercises, expires and pays as the scenario format says."""

from dataclasses import replace
from decimal import Decimal

import pytest

from allusetui.broker.simulated.book import Book
from allusetui.broker.simulated.clearing import SplitDay
from allusetui.broker.simulated.owners import PunctualOwners
from allusetui.broker.simulated.settlement import at_expiry
from allusetui.domain.contract import Option, Right, Side, Stock
from allusetui.domain.input import (
    OrderCancelled,
    Settled,
)
from allusetui.domain.money import CENT
from allusetui.domain.order import Order
from tests.broker.exchanges import CALL, FRIDAY, LATER, NOW, PUT, THE_PUT, exchange, sell
from tests.broker.provisions import provision
from tests.broker.scripts import OF_AAPL, at, fault, tape


def test_an_early_assignment_goes_to_the_short_accounts_in_order() -> None:
    accounts = provision("GEN", options=[(PUT, -2)]), provision("REV", options=[(PUT, -2)])
    house = exchange(fault("assign", f"{THE_PUT}\nquantity = 3", span=None), *accounts)
    [report] = house.advance(NOW)
    assert isinstance(report, Settled)
    assert [(each.account, each.kind, each.quantity, each.price) for each in report.settlements] == [
        ("GEN", "assigned", 2, Decimal("199.5")),
        ("REV", "assigned", 1, Decimal("199.5")),
    ]
    seen = house.positions(NOW)
    assert seen.positions == {PUT: -1, Stock("AAPL"): 300}
    assert seen.cash == 200_000 - 300 * Decimal("199.5")


def test_a_put_a_cent_in_the_money_is_assigned_at_the_close_without_commission() -> None:
    house = exchange(tape("AAPL = 199.49", "2026-03-06T12:00:00"), provision(options=[(PUT, -5)]))
    reports = house.advance(at(16, 0, day=6))
    [settlement] = [row for each in reports if isinstance(each, Settled) for row in each.settlements]
    assert (settlement.kind, settlement.quantity, settlement.price) == ("assigned", 5, Decimal("199.5"))
    seen = house.positions(at(16, 0, day=6))
    assert seen.positions == {Stock("AAPL"): 500}
    assert seen.cash == 100_000 - 500 * Decimal("199.5")
    assert seen.settled.settlements == (settlement,)


def test_a_put_at_its_strike_expires() -> None:
    house = exchange(tape("AAPL = 199.5", "2026-03-06T12:00:00"), provision(options=[(PUT, -5)]))
    [report] = house.advance(at(16, 1, day=6))
    assert isinstance(report, Settled)
    assert [(row.kind, row.price) for row in report.settlements] == [("expired", Decimal(0))]


def test_a_covered_call_is_called_away_and_the_dividend_paid_at_the_ex_dates_open() -> None:
    house = exchange(tape("AAPL = 206.0", "2026-03-06T12:00:00"), provision(shares=100, options=[(CALL, -1)]))
    paid, settled = house.advance(at(16, 0, day=6))
    assert isinstance(paid, Settled) and isinstance(settled, Settled)
    assert (paid.at_ms, [row.amount for row in paid.bookings]) == (at(9, 30, day=6), [Decimal(25)])
    assert [row.kind for row in settled.settlements] == ["called_away"]
    seen = house.positions(at(16, 0, day=6))
    assert not seen.positions
    assert seen.cash == 100_000 + 25 + 20_500
    assert (seen.settled.bookings, seen.settled.settlements) == (paid.bookings, settled.settlements)


def test_a_split_at_the_open_turns_shares_and_options_into_more_and_is_told() -> None:
    held = provision(shares=100, options=[(LATER, -1)])
    house = exchange("", held, splits=[SplitDay(FRIDAY, "AAPL", Decimal(2))])
    assert house.positions(at(9, 29, day=6)).positions == {Stock("AAPL"): 100, LATER: -1}
    (split,) = [each for report in house.advance(at(9, 30, day=6)) for each in report.splits]  # type: ignore[union-attr]
    assert (split.symbol, split.ratio, split.day) == ("AAPL", 2, FRIDAY)
    seen = house.positions(at(9, 30, day=6))
    assert seen.positions == {Stock("AAPL"): 200, replace(LATER, strike=LATER.strike / 2): -2}
    assert seen.settled.splits == (split,)


def test_shares_of_which_a_reverse_split_leaves_none_are_held_by_nobody() -> None:
    book = Book()
    book.open_account(provision(shares=5))
    book.split("AAPL", Decimal("0.1"))
    assert book.holders(Stock("AAPL")) == [] and not book.standing()[0].held


def test_an_index_put_settles_in_cash_and_a_long_stock_option_is_exercised() -> None:
    index = Option("SPX", FRIDAY, Decimal(5010), Right.PUT)
    call = Option("AAPL", FRIDAY, Decimal(195), Right.CALL)
    house = exchange("", provision(options=[(index, 2), (call, 1)]))
    settled = house.advance(at(16, 0, day=6))[-1]
    assert isinstance(settled, Settled)
    assert [(row.kind, row.price) for row in settled.settlements] == [
        ("exercised", Decimal(195)),
        ("cash_settled", Decimal(10)),
    ]
    assert house.positions(at(16, 0, day=6)).cash == 100_000 - 19_500 + 2_000


@pytest.mark.parametrize("cents", [0, 1])
@pytest.mark.parametrize("symbol", ["AAPL", "SPX"])
def test_what_we_hold_is_worth_something_from_a_cent_in_the_money_on(symbol: str, cents: int) -> None:
    put = Option(symbol, FRIDAY, Decimal(200), Right.PUT)
    found = at_expiry(put, 3, put.strike - cents * CENT, PunctualOwners())
    kind = ("exercised" if symbol == "AAPL" else "cash_settled") if cents else "expired"
    assert (found.kind, found.shares) == (kind, -300 if kind == "exercised" else 0)
    assert found.cash == {"exercised": 60_000, "cash_settled": 3, "expired": 0}[kind]


def test_what_has_no_price_at_its_last_close_is_not_settled_at_a_guess() -> None:
    house = exchange("", provision(options=[(replace(PUT, symbol="MSFT"), -1)]))
    with pytest.raises(LookupError, match="no price of MSFT to settle"):
        house.advance(at(16, day=6))


def test_an_order_in_an_expired_contract_ends_with_it() -> None:
    house = exchange(fault("no_fill", OF_AAPL, span=None))
    house.place(sell("0.10"), at(15, 50, day=6))
    assert house.advance(at(16, 5, day=6)) == (OrderCancelled(at(16, 0, day=6), "o1", 0),)
    assert house.next_ms(at(16, 5, day=6)) is None


def test_with_a_contract_end_the_orders_of_which_it_is_a_leg_and_no_other() -> None:
    house = exchange(fault("no_fill", OF_AAPL, span=None))
    roll = Order("roll", "GEN", PUT, LATER, Side.BUY, 1, Decimal(9))
    for order in (sell("9"), roll, replace(sell("9", order_id="later"), contract=LATER)):
        house.place(order, at(15, 50, day=6), for_the_day=False)
    ended = house.advance(at(16, 5, day=6))
    assert [(type(each), each.client_order_id) for each in ended] == [  # type: ignore[union-attr]
        (OrderCancelled, "o1"), (OrderCancelled, "roll"),
    ]  # fmt: skip
    assert [(each.client_order_id, each.open) for each in house.orders(at(16, 5, day=6)).orders][-1] == ("later", True)


def test_an_option_that_somebody_exercises_is_settled_at_once() -> None:
    house = exchange("", provision(options=[(PUT, -3)]))
    (settled,) = [report for report in house.assign(PUT, 2, NOW) if isinstance(report, Settled)]
    assert [(row.kind, row.quantity) for row in settled.settlements] == [("assigned", 2)]
    assert house.positions(NOW).positions == {PUT: -1, Stock("AAPL"): 200}


def test_where_nobody_is_short_of_an_option_its_holders_exercise_it() -> None:
    house = exchange("", provision("GEN", options=[(PUT, 2)]), provision("REV", options=[(PUT, 2)]))
    (settled,) = [report for report in house.assign(PUT, 3, NOW) if isinstance(report, Settled)]
    assert [(row.account, row.kind, row.quantity) for row in settled.settlements] == [
        ("GEN", "exercised", 2), ("REV", "exercised", 1),
    ]  # fmt: skip
    assert house.positions(NOW).positions == {PUT: 1, Stock("AAPL"): -300}
