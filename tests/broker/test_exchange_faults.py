"""The simulated broker fails as the scenario format says, and its answers show the truth."""

from decimal import Decimal

import pytest

from allusetui.domain.input import (
    BrokerLost,
    BrokerOrder,
    BrokerReturned,
    ForeignOrderSeen,
    OrderAcked,
    OrderExecuted,
    OrderRejected,
    Settled,
)
from allusetui.domain.moment import SECOND_MS
from tests.broker.exchanges import NOW, PUT, THE_PUT, exchange, fill_times, sell
from tests.broker.provisions import provision
from tests.broker.scripts import OF_AAPL, at, fault


def test_nothing_of_the_symbol_fills_until_no_fill_ends() -> None:
    house = exchange(fault("no_fill", OF_AAPL, span="10m"))
    house.place(sell("0.50"), NOW)
    assert fill_times(house.advance(at(9, 55))) == [at(9, 50)]


def test_a_rejected_order_is_dead() -> None:
    house = exchange(fault("reject", OF_AAPL))
    [report] = house.place(sell("1.10"), NOW)
    assert isinstance(report, OrderRejected)
    assert [(each.open, each.filled) for each in house.orders(NOW).orders] == [(False, 0)]


def test_lost_acks_come_when_the_span_ends_while_questions_show_the_truth() -> None:
    house = exchange(fault("lost_ack", OF_AAPL, span="10m"))
    assert house.place(sell("1.10"), NOW) == ()
    answer = house.orders(NOW + SECOND_MS)
    assert answer.complete and [each.filled for each in answer.orders] == [1]
    assert [(type(each), each.at_ms) for each in house.advance(at(9, 51))] == [
        (OrderAcked, at(9, 50)),
        (OrderExecuted, at(9, 50)),
    ]


def test_orders_fill_while_the_link_is_lost_and_are_seen_on_return() -> None:
    house = exchange(fault("broker_down", when="2026-03-05T09:45:00.500", span="30s"))
    house.place(sell("1.16"), NOW)
    assert [type(each) for each in house.advance(NOW + 5 * SECOND_MS)] == [BrokerLost]
    assert house.cancel("o1", NOW + 5 * SECOND_MS) == ()
    assert not house.orders(NOW + 5 * SECOND_MS).complete
    assert not house.positions(NOW + 5 * SECOND_MS).complete
    assert [type(each) for each in house.advance(NOW + 31 * SECOND_MS)] == [BrokerReturned]
    assert [row.quantity for row in house.orders(NOW + 31 * SECOND_MS).executions] == [1]


def test_money_is_paid_out_once_it_is_asked_for_and_not_while_the_link_is_lost() -> None:
    house = exchange(fault("broker_down", when="2026-03-05T09:45:00", span="30s"))
    assert [type(each) for each in house.pay_out("GEN", Decimal(1_000), "tax_paid", NOW)] == [BrokerLost]
    later = NOW + 60 * SECOND_MS
    assert house.positions(later).cash == 100_000
    told = house.pay_out("GEN", Decimal(1_000), "tax_paid", later)
    bookings = [row for each in told if isinstance(each, Settled) for row in each.bookings]
    assert [(row.account, row.reason, row.amount) for row in bookings] == [("GEN", "tax_paid", -1_000)]
    seen = house.positions(later)
    assert (seen.cash, seen.settled.bookings) == (99_000, tuple(bookings))


def test_an_account_is_opened_once() -> None:
    with pytest.raises(ValueError, match="account GEN is open already"):
        exchange("", provision("GEN"), provision("GEN"))


def test_what_fills_while_the_engine_is_down_is_only_in_the_answers() -> None:
    house = exchange()
    house.place(sell("1.16"), NOW)
    house.engine_down(True)
    assert house.advance(NOW + 5 * SECOND_MS) == ()
    house.engine_down(False)
    assert house.advance(NOW + 9 * SECOND_MS) == ()
    assert len(house.orders(NOW + 9 * SECOND_MS).executions) == 1


def test_the_book_holds_more_than_was_traded() -> None:
    house = exchange(fault("broker_book", f"{THE_PUT}\nquantity = 3", span=None), provision(options=[(PUT, -10)]))
    assert house.positions(at(9, 39)).positions == {PUT: -10}
    assert house.positions(at(9, 40)).positions == {PUT: -7}


def test_a_foreign_order_is_told_and_is_not_ours() -> None:
    house = exchange(fault("foreign_order", f"{OF_AAPL}\nquantity = 4"))
    (told,) = house.advance(NOW)
    assert isinstance(told, ForeignOrderSeen)
    assert (told.at_ms, told.symbol, told.quantity) == (at(9, 40), "AAPL", 4)
    assert house.orders(NOW).orders == ()
    assert [order.id for order in house.orders(NOW).foreign] == [told.id]


@pytest.mark.clause("9.5", "0.6")
@pytest.mark.parametrize(("limit", "filled"), [("1.30", 0), ("0.90", 3)])
def test_9_5_the_close_of_a_day_without_the_engine_is_in_the_answers_with_what_had_filled(
    limit: str, filled: int
) -> None:
    house = exchange(fault("partial_fill", f"{OF_AAPL}\nvalue = 1", when="2026-03-05T15:40:00", span="30m"))
    house.place(sell(limit, quantity=5), at(15, 59, 57))
    house.engine_down(True)
    assert house.advance(at(9, 31, day=6)) == ()
    house.engine_down(False)
    assert house.orders(at(9, 31, day=6)).orders == (BrokerOrder("o1", open=False, filled=filled),)
