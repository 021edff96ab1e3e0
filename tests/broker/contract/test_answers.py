"""9.5: what a broker answers is whole, or says that it is not; and what nobody asks for is told once."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from allusetui.domain.contract import Right, Side, Stock
from allusetui.domain.input import (
    BrokerLost,
    BrokerReturned,
    ForeignOrderSeen,
    OrderAcked,
    OrderExecuted,
)
from allusetui.domain.moment import SECOND_MS
from tests.broker.contract.twins import CASH, order
from tests.broker.contract.words import AT_ONCE, LATER, PUT, RESTING, SLOW, Opened, kinds, listed
from tests.broker.gateway.desks import provision
from tests.broker.scripts import OF_AAPL, fault

SOON = "2026-03-05T10:00:10"


@pytest.mark.clause("9.5")
def test_9_5_who_has_done_nothing_has_nothing_and_that_answer_is_whole(opened: Opened) -> None:
    orders, positions = opened().ask()
    assert (orders.complete, orders.orders, orders.executions, orders.foreign) == (True, (), (), ())
    assert (positions.complete, dict(positions.positions), dict(positions.foreign)) == (True, {}, {})
    assert positions.cash == 2 * CASH


@pytest.mark.clause("9.5")
def test_9_5_an_answer_lists_every_order_and_execution_as_they_were_told(opened: Opened) -> None:
    twin = opened(SLOW)
    for number, limit in enumerate((AT_ONCE, RESTING, RESTING), start=1):
        twin.place(order(number, PUT, Side.SELL, limit, 2))
        twin.wait(2 * SECOND_MS)
    twin.cancel("AU-ab12cd-GEN-2-1.v1")
    orders, _ = twin.ask()
    assert {each.client_order_id[-6:-5]: (each.open, each.filled) for each in orders.orders} == {
        "1": (False, 2), "2": (False, 0), "3": (True, 0),
    }  # fmt: skip
    assert list(orders.executions) == twin.executions


@pytest.mark.clause("9.5", "10.3")
def test_9_5_the_book_is_what_was_held_and_what_was_traded_and_its_cash_is_to_the_cent(opened: Opened) -> None:
    call = replace(PUT, strike=Decimal(205), right=Right.CALL)
    gen = provision("GEN", cash=500_000, shares=300, options=[(call, -2)])
    rev = provision("REV", cash=250_000, options=[(PUT, -1)])
    twin = opened("", gen, rev)
    twin.place(order(1, PUT, Side.SELL, AT_ONCE, 4))
    twin.place(order(2, PUT, Side.BUY, "9", 1, account="REV"))
    twin.place(order(3, Stock("AAPL"), Side.BUY, "250", 10))
    _, positions = twin.ask()
    assert dict(positions.positions) == {Stock("AAPL"): 310, call: -2, PUT: -4}
    traded = sum(
        -row.side.sign * row.quantity * row.contract.multiplier * row.price - row.commission
        for row in twin.executions
    )  # fmt: skip
    assert positions.cash == 750_000 + traded


@pytest.mark.clause("0.6")
@pytest.mark.peer(23)
def test_0_6_a_fill_that_has_been_told_stands_in_the_book_at_once(opened: Opened) -> None:
    twin = opened(SLOW)
    twin.place(order(1, PUT, Side.SELL, AT_ONCE, 5))
    for held in (2, 4, 5):
        twin.wait(SECOND_MS)
        assert twin.ask()[1].positions == {PUT: -held}


@pytest.mark.clause("9.5")
def test_9_5_questions_tell_nothing_new_however_often_they_are_asked(opened: Opened) -> None:
    twin = opened(SLOW)
    twin.place(order(1, PUT, Side.SELL, AT_ONCE, 5))
    twin.wait(SECOND_MS)
    first, told = twin.ask(), kinds(twin.came)
    assert [(seen.orders, seen.executions) for seen, _ in (twin.ask(), twin.ask())] == [
        (first[0].orders, first[0].executions)
    ] * 2
    assert kinds(twin.came) == told + told[-2:] * 2


@pytest.mark.clause("9.5")
def test_9_5_an_order_of_somebody_else_is_told_once_listed_apart_and_never_ours(opened: Opened) -> None:
    twin = opened(fault("foreign_order", f"{OF_AAPL}\nquantity = 4", SOON, "30s"))
    twin.wait(20 * SECOND_MS)
    for _ in range(2):
        seen, _ = twin.ask()
        assert (seen.orders, [(each.symbol, each.quantity) for each in seen.foreign]) == ((), [("AAPL", 4)])
    (told,) = twin.of(ForeignOrderSeen)
    assert (told.symbol, told.quantity) == ("AAPL", 4)
    assert twin.cancel(told.id) == []
    assert len(twin.ask()[0].foreign) == 1
    twin.wait(60 * SECOND_MS)
    assert twin.ask()[0].foreign == ()


@pytest.mark.clause("9.5")
def test_9_5_what_nobody_traded_stands_in_the_book_and_is_not_explained(opened: Opened) -> None:
    book = f'{OF_AAPL}\nexpiry = 2026-03-06\nstrike = 200.0\nright = "P"\nquantity = 3'
    twin = opened(fault("broker_book", book, SOON, None))
    assert twin.ask()[1].positions == {}
    twin.wait(20 * SECOND_MS)
    _, seen = twin.ask()
    assert (seen.complete, dict(seen.positions), seen.settled.settlements) == (True, {PUT: 3}, ())


@pytest.mark.clause("10.3")
def test_10_3_money_that_is_paid_out_is_shown_or_was_never_moved(opened: Opened) -> None:
    twin = opened()
    told = twin._turn(lambda: twin.broker.pay_out("GEN", Decimal(1_000), "withdrawal", twin.now_ms))
    booked = [row.amount for report in told for row in report.bookings]  # type: ignore[union-attr]
    assert booked in ([], [Decimal(-1_000)])
    assert twin.ask()[1].cash == 2 * CASH + sum(booked)


# The link is lost


DOWN = fault("broker_down", when=SOON, span="30s")


@pytest.mark.clause("8.6")
def test_8_6_a_lost_link_is_told_once_and_so_is_its_return(opened: Opened) -> None:
    twin = opened(DOWN)
    assert kinds(twin.wait(20 * SECOND_MS)) == [BrokerLost]
    assert kinds(twin.wait(60 * SECOND_MS)) == [BrokerReturned]
    assert twin.wait(60 * SECOND_MS) == []


@pytest.mark.clause("8.6", "0.6")
@pytest.mark.peer(16)
def test_8_6_while_the_link_is_lost_answers_are_not_whole_and_nothing_is_taken(opened: Opened) -> None:
    twin = opened(DOWN)
    working = order(1, PUT, Side.SELL, RESTING)
    twin.place(working)
    twin.wait(20 * SECOND_MS)
    assert [seen.complete for seen in twin.ask()] == [False, False]
    lost = order(2, PUT, Side.SELL, AT_ONCE)
    assert twin.place(lost) == [] and twin.cancel(working.client_order_id) == []
    twin.wait(60 * SECOND_MS)
    assert listed(twin) == {working.client_order_id: (True, 0)}
    assert kinds(twin.cancel(working.client_order_id))[0].__name__ == "OrderCancelled"


@pytest.mark.clause("8.6", "9.5")
@pytest.mark.peer(17)
def test_9_5_what_fills_while_the_link_is_lost_is_in_the_answers_after_it_once(opened: Opened) -> None:
    twin = opened(DOWN)
    twin.wait(int(9.5 * SECOND_MS))
    filling = order(1, PUT, Side.SELL, twin.quote(PUT).mid.quantize(Decimal("0.01")), 3)
    assert kinds(twin.place(filling)) == [OrderAcked]
    twin.wait(60 * SECOND_MS)
    orders, positions = twin.ask()
    assert [(each.open, each.filled) for each in orders.orders] == [(False, 3)]
    assert [row.quantity for row in orders.executions] == [3]
    assert positions.positions == {PUT: -3}


@pytest.mark.clause("0.6")
def test_0_6_where_the_line_swallows_reports_questions_show_the_truth_and_nothing_comes_twice(opened: Opened) -> None:
    twin = opened(fault("lost_ack", OF_AAPL, span="21m"))
    filled = order(1, PUT, Side.SELL, AT_ONCE, 2)
    assert twin.place(filled) == []
    assert listed(twin) == {filled.client_order_id: (False, 2)}
    twin.wait(120 * SECOND_MS)
    assert sum(row.quantity for report in twin.of(OrderExecuted) for row in report.executions) == 2


# The engine's process dies


@pytest.mark.clause("9.5", "0.6")
@pytest.mark.peer(11, 13, 14)
def test_9_5_a_process_that_begins_again_finds_its_orders_counts_no_fill_twice_and_can_cancel(opened: Opened) -> None:
    twin = opened(SLOW)
    slow, resting = order(1, PUT, Side.SELL, AT_ONCE, 5), order(2, LATER, Side.SELL, RESTING)
    twin.place(slow)
    twin.place(resting)
    twin.wait(SECOND_MS)
    twin.crash()
    twin.wait(SECOND_MS)
    twin.begin_again()
    assert listed(twin) == {slow.client_order_id: (True, 4), resting.client_order_id: (True, 0)}
    orders, positions = twin.ask()
    assert [row.quantity for row in orders.executions] == [2, 2]
    assert dict(positions.positions) == {PUT: -4}
    assert kinds(twin.cancel(slow.client_order_id)) == kinds(twin.cancel(resting.client_order_id))
    assert listed(twin) == {slow.client_order_id: (False, 4), resting.client_order_id: (False, 0)}


@pytest.mark.clause("9.5")
@pytest.mark.peer(11)
def test_9_5_an_order_that_filled_while_the_process_was_dead_is_over_and_its_id_is_used(opened: Opened) -> None:
    twin = opened()
    filling = order(1, PUT, Side.SELL, twin.quote(PUT).mid.quantize(Decimal("0.01")))
    twin.place(filling)
    twin.crash()
    assert twin.wait(60 * SECOND_MS) == []
    twin.begin_again()
    orders, positions = twin.ask()
    assert [(each.open, each.filled) for each in orders.orders] == [(False, 1)]
    assert [row.quantity for row in orders.executions] == [1] and positions.positions == {PUT: -1}
    with pytest.raises(ValueError, match="placed before"):
        twin.place(filling)


@pytest.mark.clause("9.5")
def test_9_5_the_executions_of_two_processes_are_the_same_ones(opened: Opened) -> None:
    twin = opened()
    twin.place(order(1, PUT, Side.SELL, AT_ONCE, 2))
    twin.place(order(2, PUT, Side.BUY, "0.5", 1, candidate=LATER))
    before, _ = twin.ask()
    twin.crash()
    twin.begin_again()
    after, _ = twin.ask()
    assert after.executions == before.executions and len(after.executions) == 3
    assert all((row.day or date(2026, 3, 5)) == date(2026, 3, 5) for row in after.executions)


@pytest.mark.clause("9.5", "8.6")
@pytest.mark.peer(16)
def test_9_5_a_process_that_begins_while_the_link_is_lost_is_told_nothing_that_looks_whole(opened: Opened) -> None:
    twin = opened(DOWN)
    twin.wait(9 * SECOND_MS)
    filling = order(1, PUT, Side.SELL, twin.quote(PUT).mid.quantize(Decimal("0.01")), 3)
    twin.place(filling)
    twin.crash()
    twin.wait(11 * SECOND_MS)
    twin.begin_again()
    assert [seen.complete for seen in twin.ask()] == [False, False]
    twin.wait(60 * SECOND_MS)
    orders, positions = twin.ask()
    assert (orders.complete, positions.complete, dict(positions.positions)) == (True, True, {PUT: -3})
    assert [(each.open, each.filled) for each in orders.orders] == [(False, 3)]
