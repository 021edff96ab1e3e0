"""The simulated broker fills, settles and fails as the scenario format says."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

import pytest

from allusetui.broker.simulated.book import Book
from allusetui.broker.simulated.exchange import Exchange
from allusetui.domain.contract import Option, Right, Side, Stock
from allusetui.domain.input import (
    BrokerLost,
    BrokerOrder,
    BrokerReturned,
    Execution,
    ForeignOrderSeen,
    Input,
    OrderAcked,
    OrderCancelled,
    OrderExecuted,
    OrderRejected,
    Provision,
    Settled,
)
from allusetui.domain.moment import SECOND_MS, to_ms
from allusetui.domain.order import Order
from allusetui.market.calendars import calendar
from allusetui.market.scripted import ScriptedMarket
from allusetui.scenario.load import parse
from tests.broker.provisions import provision

CALENDAR = calendar(date(2025, 10, 1), date(2028, 6, 30))
FRIDAY = date(2026, 3, 6)
PUT = Option("AAPL", FRIDAY, Decimal("199.5"), Right.PUT)  # 1.14 / 1.17 on Thursday 09:45, mid 1.155
CALL = Option("AAPL", FRIDAY, Decimal(205), Right.CALL)
LATER = Option("AAPL", date(2026, 3, 13), Decimal("197.5"), Right.PUT)
HEAD = """
[scenario]
name = "broker"
start = 2026-03-05T09:00:00
end = 2026-03-10T17:00:00
capital = 1_000_000
[market]
kind = "scripted"
[market.symbols.AAPL]
spot = 200.0
iv = 0.3
strike_step = 0.5
dividends = [{ ex = 2026-03-06, amount = 0.25 }]
[market.symbols.VIX]
spot = 18.0
[market.symbols.SPX]
spot = 5000.0
"""


def at(hour: int, minute: int, second: int = 0, day: int = 5) -> int:
    return to_ms(datetime(2026, 3, day, hour, minute, second))


NOW = at(9, 45)


def tape(values: str, when: str) -> str:
    return f"[[tape]]\nat = {when}\nset = {{ {values} }}\n"


def fault(kind: str, more: str = "", when: str = "2026-03-05T09:40:00", span: str | None = "10m") -> str:
    lasting = f'for = "{span}"\n' if span else ""
    return f'[[fault]]\nat = {when}\n{lasting}kind = "{kind}"\n{more}\n'


OF_AAPL = 'symbol = "AAPL"'
THE_PUT = 'symbol = "AAPL"\nexpiry = 2026-03-06\nstrike = 199.5\nright = "P"'


def exchange(script: str = "", *accounts: Provision) -> Exchange:
    scenario = parse(HEAD + script, "test")
    run, spec = scenario.scenario, scenario.market
    market = ScriptedMarket(spec, scenario.tape, CALENDAR, to_ms(run.start), to_ms(run.end))
    dividends = {name: table.dividends for name, table in spec.symbols.items()}
    house = Exchange(market, CALENDAR, to_ms(run.start), scenario.faults, dividends)
    for account in accounts or (provision(),):
        house.open_account(account)
    return house


def sell(limit: str, quantity: int = 1, order_id: str = "o1") -> Order:
    return Order(order_id, "GEN", PUT, None, Side.SELL, quantity, Decimal(limit))


def buy(limit: str, quantity: int = 1, order_id: str = "o1") -> Order:
    return Order(order_id, "GEN", PUT, None, Side.BUY, quantity, Decimal(limit))


def fills(reports: Sequence[Input]) -> list[Execution]:
    return [row for report in reports if isinstance(report, OrderExecuted) for row in report.executions]


def fill_times(reports: Sequence[Input]) -> list[int]:
    return [report.at_ms for report in reports if isinstance(report, OrderExecuted)]


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


def test_nothing_of_the_symbol_fills_until_no_fill_ends() -> None:
    house = exchange(fault("no_fill", OF_AAPL))
    house.place(sell("0.50"), NOW)
    assert fill_times(house.advance(at(9, 55))) == [at(9, 50)]


def test_a_rejected_order_is_dead() -> None:
    house = exchange(fault("reject", OF_AAPL))
    [report] = house.place(sell("1.10"), NOW)
    assert isinstance(report, OrderRejected)
    assert [(each.open, each.filled) for each in house.orders(NOW).orders] == [(False, 0)]


def test_lost_acks_come_when_the_span_ends_while_questions_show_the_truth() -> None:
    house = exchange(fault("lost_ack", OF_AAPL))
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


def test_an_order_in_an_expired_contract_ends_with_it() -> None:
    house = exchange(fault("no_fill", OF_AAPL, span=None))
    house.place(sell("0.10"), at(15, 50, day=6))
    assert house.advance(at(16, 5, day=6)) == (OrderCancelled(at(16, 0, day=6), "o1", 0),)
    assert house.next_ms(at(16, 5, day=6)) is None


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


def test_an_option_that_somebody_exercises_is_settled_at_once() -> None:
    house = exchange("", provision(options=[(PUT, -3)]))
    (settled,) = [report for report in house.assign(PUT, 2, NOW) if isinstance(report, Settled)]
    assert [(row.kind, row.quantity) for row in settled.settlements] == [("assigned", 2)]
    assert house.positions(NOW).positions == {PUT: -1, Stock("AAPL"): 200}
