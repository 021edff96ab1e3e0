"""9.5, 0.6: a fill of the day before, of which the broker tells no more, is read off its book, or stops the account."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from allusetui.domain.account import Latch
from allusetui.domain.input import OrdersSeen, PositionsSeen
from allusetui.domain.moment import to_ms
from tests.replaying import Replayed
from tests.rules.answers import told_by
from tests.rules.comebacks import DAY, FRIDAY, QUIET
from tests.rules.situations import AAPL, fault, option, situation, tape

pytestmark = pytest.mark.clause("0.6", "9.5")
TOLD_MS = to_ms(datetime(2026, 3, 6, 12))
CRASH = fault(f"{DAY}T09:45:00.500", "crash", None, "24h")
"""Before the order of 09:45:00 fills, a second later, until the next day."""
CRASH_AGAIN = fault(f"{FRIDAY}T12:00:00", "crash", None, "1m")


def of_today(seen: OrdersSeen) -> OrdersSeen:
    """What a broker tells on the morning after: what still works."""
    return replace(seen, orders=tuple(each for each in seen.orders if each.open), executions=())


def until_noon(seen: OrdersSeen) -> OrdersSeen:
    """It tells of the day before only later."""
    return of_today(seen) if seen.at_ms < TOLD_MS else seen


def resumed(
    *more: str, end: str = f"{FRIDAY}T09:47:00", crash: str = CRASH, cash: str = "0",
    told: Callable[[OrdersSeen], OrdersSeen] = of_today, **symbols: str,
) -> Replayed:  # fmt: skip
    """Two days with a night between them; `cash`: dollars that the broker has more than its executions come to."""

    def book(seen: PositionsSeen) -> PositionsSeen:
        return replace(seen, cash=seen.cash + Decimal(cash))

    text = situation(f"{DAY}T09:44:00", end, symbols or {"AAPL": AAPL}, crash, *more)
    return told_by(text, book, told)


def rows(replayed: Replayed, kind: str, *keys: str) -> list[tuple[Any, ...]]:
    return [tuple(row["data"][key] for key in keys) for row in replayed.of(kind)]


def latches(replayed: Replayed) -> set[Latch]:
    return replayed.run.runtime.engine.state.accounts["GEN"].latches


def test_9_5_a_fill_that_one_order_alone_explains_is_booked_as_it_was_dealt() -> None:
    run = resumed()
    (dealt,) = run.run.exchange.orders(run.run.end_ms).executions
    (sent,) = rows(run, "order.sent", "client_order_id", "quantity")
    booked = rows(run, "order.filled", "exec_id", "side", "quantity", "price", "commission", "day")
    money = float(dealt.price), float(dealt.commission)
    assert booked == [(f"seen-{sent[0]}", "SELL", sent[1], *money, DAY)]
    assert rows(run, "order.resolved", "outcome") == [("filled",)]
    assert run.of("reconcile.mismatch") == [] and latches(run) == set()
    assert [f"of its fill of {DAY} " in row["data"]["text"] for row in run.of("alert.raised")] == [True]


def test_9_5_what_is_told_of_it_later_is_not_booked_again() -> None:
    run = resumed(CRASH_AGAIN, end=f"{FRIDAY}T12:02:00", told=until_noon)
    assert len(run.of("order.filled")) == 1
    assert run.of("reconcile.mismatch") == [] and latches(run) == set()


@pytest.mark.parametrize(
    ("cash", "price", "fees"), [("5.00", 1.17, 3.25), ("-1.35", 1.16, 4.6), ("2.12", 1.1642, 3.23)]
)
def test_9_5_a_better_price_and_other_fees_are_what_the_cash_tells(cash: str, price: float, fees: float) -> None:
    run = resumed(cash=cash)
    assert rows(run, "order.filled", "price", "commission") == [(price, fees)]
    assert run.of("reconcile.mismatch") == []


@pytest.mark.parametrize("cash", ["29.01", "-3.26", "75"])
def test_9_5_what_no_fill_of_it_can_have_cost_stops_the_account(cash: str) -> None:
    """580 dollars at the limit: 5 % more is no price of it, and more than twice its 3.25 no fees."""
    run = resumed(cash=cash)
    assert run.of("order.filled") == [] and rows(run, "order.resolved", "outcome") == [("dead",)]
    assert {what for (what,) in rows(run, "reconcile.mismatch", "what")} == {"unknown_position", "cash"}
    assert latches(run) == {Latch.MISMATCH} and len(run.of("order.sent")) == 1


def test_9_5_a_part_of_it_is_booked_and_the_rest_is_dead() -> None:
    slow = fault(f"{DAY}T09:44:00", "partial_fill", "AAPL", "63s", value=1)
    never = fault(f"{DAY}T09:45:03", "no_fill", "AAPL", "20h")
    run = resumed(slow, never)
    dealt = run.run.exchange.orders(run.run.end_ms).executions
    assert rows(run, "order.filled", "quantity") == [(sum(each.quantity for each in dealt),)] != [(5,)]
    assert rows(run, "order.resolved", "outcome") == [("dead",)]
    assert run.of("reconcile.mismatch") == [] and latches(run) == set()


def test_9_5_an_order_of_which_nothing_filled_is_dead() -> None:
    run = resumed(fault(f"{DAY}T09:44:00", "no_fill", "AAPL", "20h"))
    assert rows(run, "order.resolved", "outcome") == [("dead",)]
    assert run.of("order.filled") == [] == run.of("reconcile.mismatch") and latches(run) == set()


def test_9_5_of_two_orders_that_filled_nobody_knows_what_each_brought() -> None:
    run = resumed(AAPL=AAPL, MSFT=AAPL)
    assert len(run.of("order.sent")) == 2 and run.of("order.filled") == []
    assert len(run.of("reconcile.mismatch", what="unknown_position")) == 2 and latches(run) == {Latch.MISMATCH}


def test_9_5_of_two_orders_the_one_that_filled_is_booked() -> None:
    run = resumed(fault(f"{DAY}T09:44:00", "no_fill", "MSFT", "20h"), AAPL=AAPL, MSFT=AAPL)
    assert [row["data"]["contract"]["symbol"] for row in run.of("order.filled")] == ["AAPL"]
    assert sorted(rows(run, "order.resolved", "outcome")) == [("dead",), ("filled",)]
    assert run.of("reconcile.mismatch") == [] and latches(run) == set()


def overnight_from(clock: str, spot: float, price: float) -> Replayed:
    put = option("GEN", "AAPL", "2026-03-13", 199.5, "P", -5, price, DAY)
    moved = tape(f"{DAY}T{clock}", AAPL=spot)
    crash = fault(f"{DAY}T{clock}.500", "crash", None, "17h")
    return resumed(put, moved, end=f"{FRIDAY}T09:35:00", crash=crash, AAPL=QUIET)


def test_6_4_a_stop_that_filled_after_the_process_died_is_not_sent_again() -> None:
    run = overnight_from("15:55:00", 187.0, 3.0)
    assert rows(run, "order.filled", "side", "quantity", "day") == [("BUY", 5, DAY)]
    assert run.of("reconcile.mismatch") == [] and len(run.of("order.sent", purpose="stop")) == 1
    assert len(run.of("stop.done")) == 1


@pytest.mark.clause("6.10")
def test_9_5_of_a_rolls_legs_nobody_says_what_each_was_traded_at() -> None:
    run = overnight_from("15:55:00", 190.5, 14.0)
    assert len(run.of("order.sent", purpose="roll")) == 1 and run.of("order.filled") == []
    assert len(run.of("reconcile.mismatch")) > 1 and latches(run) == {Latch.MISMATCH}
