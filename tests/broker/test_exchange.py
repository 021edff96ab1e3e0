"""The simulated broker fills, cancels, amends and ends orders as the scenario format says."""

from dataclasses import replace
from decimal import Decimal

import pytest

from allusetui.domain.contract import Side
from allusetui.domain.input import (
    OrderAcked,
    OrderCancelled,
    OrderExecuted,
)
from allusetui.domain.moment import SECOND_MS
from allusetui.domain.order import Order
from tests.broker.exchanges import LATER, NOW, PUT, buy, exchange, fill_times, fills, sell
from tests.broker.provisions import provision
from tests.broker.scripts import OF_AAPL, at, fault, tape


def test_a_sale_at_the_bid_fills_at_once_at_the_bid() -> None:
    reports = exchange().place(sell("1.10"), NOW)
    assert [type(report) for report in reports] == [OrderAcked, OrderExecuted]
    assert [(row.price, row.commission, row.exec_id) for row in fills(reports)] == [
        (Decimal("1.14"), Decimal("0.65"), "X000001-1")
    ]


def test_a_sale_at_the_mid_rounded_up_fills_at_its_limit_after_a_second() -> None:
    house = exchange()
    assert not fills(house.place(sell("1.16"), NOW))
    assert house.next_ms(NOW) == NOW + SECOND_MS
    reports = house.advance(NOW + SECOND_MS)
    assert (fill_times(reports), fills(reports)[0].price) == ([NOW + SECOND_MS], Decimal("1.16"))


def test_a_limit_that_the_market_has_left_waits_anew_when_it_comes_back() -> None:
    away, back = tape("AAPL = 201.0", "2026-03-05T09:45:00.500"), tape("AAPL = 200.0", "2026-03-05T09:45:01.200")
    house = exchange(away + back)
    house.place(sell("1.16"), NOW)
    assert fill_times(house.advance(NOW + 10 * SECOND_MS)) == [NOW + 2_200]


def test_a_sale_above_the_mid_never_fills_while_the_market_stays() -> None:
    house = exchange()
    house.place(sell("1.17"), NOW)
    assert not fills(house.advance(NOW + 60 * SECOND_MS))


def test_a_purchase_at_the_mid_rounded_down_fills_and_one_tick_less_does_not() -> None:
    house = exchange()
    house.place(buy("1.15"), NOW)
    house.place(buy("1.14", order_id="o2"), NOW)
    assert [row.client_order_id for row in fills(house.advance(NOW + 10 * SECOND_MS))] == ["o1"]


def test_a_resting_order_fills_at_the_quote_when_the_market_comes_through_it() -> None:
    house = exchange(tape("AAPL = 195.0", "2026-03-05T09:45:20"))
    house.place(sell("2.00"), NOW)
    [row] = fills(house.advance(at(9, 46)))
    assert row.price > 4


@pytest.mark.parametrize("order", [sell("0.01"), Order("r1", "GEN", PUT, LATER, Side.BUY, 1, Decimal(9))])
@pytest.mark.parametrize("name", ["contract", "candidate"])
def test_an_order_of_which_a_leg_is_quoted_by_nobody_rests_and_ends_with_its_day(order: Order, name: str) -> None:
    unquoted = replace(order, **{name: replace(LATER, symbol="MSFT")})
    house = exchange()
    assert [type(report) for report in house.place(unquoted, NOW)] == [OrderAcked]
    assert house.advance(at(17)) == (OrderCancelled(at(16) + 1, order.client_order_id, 0),)


def test_nothing_fills_before_the_open() -> None:
    house = exchange()
    house.place(sell("0.50"), at(9, 10))
    assert fill_times(house.advance(at(9, 31))) == [at(9, 30)]


def combo(limit: str, order_id: str = "r1") -> Order:
    """Buys the put back (1.14 / 1.17) and sells a later one (2.36 / 2.42): net mid -1.235, far side -1.19."""
    return Order(order_id, "GEN", PUT, LATER, Side.BUY, 1, Decimal(limit))


def test_a_combo_at_the_net_mid_rounded_down_nets_to_its_limit_after_a_second() -> None:
    house = exchange("", provision(options=[(PUT, -1)]))
    house.place(combo("-1.24"), NOW)
    bought, sold = fills(house.advance(NOW + SECOND_MS))
    assert (bought.contract, bought.side, bought.price) == (PUT, Side.BUY, Decimal("1.15"))
    assert (sold.contract, sold.side, sold.price) == (LATER, Side.SELL, Decimal("2.39"))
    assert house.positions(NOW + SECOND_MS).positions == {LATER: -1}


def test_a_combo_at_the_far_side_fills_at_once_and_one_below_the_mid_never() -> None:
    house = exchange("", provision(options=[(PUT, -2)]))
    prices = [row.price for row in fills(house.place(combo("-1.10"), NOW))]
    assert prices == [Decimal("1.17"), Decimal("2.36")]
    house.place(combo("-1.25", "r2"), NOW)
    assert not fills(house.advance(NOW + 20 * SECOND_MS))


def test_a_cancel_answers_at_once_with_what_had_filled() -> None:
    house = exchange(fault("partial_fill", f"{OF_AAPL}\nvalue = 2"))
    house.place(sell("1.16", 5), NOW)
    assert fill_times(house.advance(NOW + 2 * SECOND_MS)) == [NOW + SECOND_MS, NOW + 2 * SECOND_MS]
    assert house.cancel("o1", NOW + 2 * SECOND_MS) == (OrderCancelled(NOW + 2 * SECOND_MS, "o1", 4),)
    assert house.cancel("o1", NOW + 3 * SECOND_MS) == ()


def test_a_slow_market_takes_no_more_a_second_over_two_orders() -> None:
    house = exchange(fault("partial_fill", f"{OF_AAPL}\nvalue = 2"))
    house.place(sell("1.10", 3), NOW)
    house.place(sell("1.10", 3, "o2"), NOW)
    rows = fills(house.advance(NOW + 3 * SECOND_MS))
    assert [(row.client_order_id, row.quantity) for row in rows] == [("o1", 2), ("o1", 1), ("o2", 1), ("o2", 2)]


def test_an_order_for_the_day_ends_with_it_and_one_that_is_good_till_cancelled_fills_at_the_next_open() -> None:
    house = exchange(fault("no_fill", OF_AAPL, span="8h"))
    house.place(sell("0.30"), at(15, 50))
    house.place(sell("0.30", order_id="o2"), at(15, 50), for_the_day=False)
    assert house.advance(at(15, 59, 59)) == ()
    assert house.advance(at(16, 5)) == (OrderCancelled(at(16, 0) + 1, "o1", 0),)
    assert fill_times(house.advance(at(9, 31, day=6))) == [at(9, 30, day=6)]


def test_an_order_for_the_day_that_comes_after_its_close_is_of_the_next() -> None:
    house = exchange()
    house.place(replace(sell("9.00"), contract=LATER), at(16, 5))
    assert house.advance(at(16, 0, day=6)) == ()
    assert house.advance(at(16, 1, day=6)) == (OrderCancelled(at(16, 0, day=6) + 1, "o1", 0),)


def test_an_amended_order_has_its_new_time_in_force() -> None:
    house = exchange()
    for order_id in ("o1", "o2"):
        house.place(sell("1.30", order_id=order_id), at(15, 50), for_the_day=order_id == "o2")
        house.amend(sell("1.31", order_id=order_id), at(15, 51), for_the_day=order_id == "o1")
    assert house.advance(at(16, 5)) == (OrderCancelled(at(16, 0) + 1, "o1", 0),)


def test_an_amended_order_is_confirmed_and_trades_at_its_new_limit() -> None:
    house = exchange()
    house.place(sell("1.20", quantity=2), NOW)
    reports = house.amend(sell("1.10", quantity=3), NOW + SECOND_MS)
    assert [type(report) for report in reports] == [OrderAcked, OrderExecuted]
    assert [(row.quantity, row.price) for row in fills(reports)] == [(3, Decimal("1.14"))]


def test_an_order_that_does_not_work_or_has_filled_as_much_can_not_be_amended() -> None:
    house = exchange(fault("partial_fill", f"{OF_AAPL}\nvalue = 1"))
    house.place(sell("1.10", quantity=5), NOW)
    assert len(fills(house.advance(NOW + 2 * SECOND_MS))) == 2
    assert house.amend(sell("1.20", quantity=2), NOW + 2 * SECOND_MS) == ()
    assert house.amend(sell("1.20", order_id="other"), NOW + 2 * SECOND_MS) == ()
    assert [order.filled for order in house.orders(NOW + 2 * SECOND_MS).orders if order.open] == [2]
