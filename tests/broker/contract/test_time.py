"""A broker's time: nothing before it, nothing twice at it, and the same in steps and in leaps."""

from decimal import Decimal

import pytest

from allusetui.domain.contract import Side
from allusetui.domain.input import Input, OrderAcked, OrderCancelled, OrderExecuted
from allusetui.domain.moment import SECOND_MS
from tests.broker.contract.twins import Twin, order
from tests.broker.contract.words import AT_ONCE, PUT, RESTING, SLOW, Opened, kinds


def busy(twin: Twin) -> None:
    """Orders of every fate: slow, at the middle, resting."""
    middle = twin.quote(PUT).mid.quantize(Decimal("0.01"))
    for number, (limit, quantity) in enumerate(((AT_ONCE, 5), (middle, 2), (RESTING, 1)), start=1):
        twin.place(order(number, PUT, Side.SELL, limit, quantity))


def fills(reports: list[Input]) -> list[tuple[str, int, Decimal, Decimal]]:
    return [
        (row.client_order_id, row.quantity, row.price, row.commission)
        for report in reports
        if isinstance(report, OrderExecuted)
        for row in report.executions
    ]


def test_nothing_is_told_between_the_instants_at_which_a_broker_wants_to_be_asked(opened: Opened) -> None:
    twin = opened(SLOW)
    busy(twin)
    for _ in range(8):
        due_ms = twin._next_ms()
        assert due_ms is not None
        if due_ms > twin.now_ms + 1:
            assert twin.leap(due_ms - 1) == []
        twin.leap(due_ms)
    assert fills(twin.came)


def test_a_second_look_at_the_same_instant_tells_nothing(opened: Opened) -> None:
    twin = opened(SLOW)
    busy(twin)
    told = 0
    for _ in range(6):
        told += len(twin.wait(500))
        assert twin.again() == []
    assert told


def test_in_small_steps_or_in_one_leap_the_same_is_told(opened: Opened) -> None:
    steps, leap = opened(SLOW), opened(SLOW)
    busy(steps)
    busy(leap)
    for _ in range(20):
        steps.wait(500)
    leap.leap(steps.now_ms)
    assert fills(steps.came) == fills(leap.came) != []
    assert steps.ask()[0].orders == leap.ask()[0].orders


def test_a_broker_at_rest_is_not_asked_more_than_a_tick_of_its_market_needs(opened: Opened) -> None:
    twin = opened()
    end_ms, asked = twin.now_ms + 60 * SECOND_MS, 0
    while (due_ms := twin._next_ms()) is not None and due_ms < end_ms:
        twin.leap(due_ms)
        asked += 1
    assert asked <= 60 // 5
    assert twin.came == []


@pytest.mark.clause("0.6")
def test_0_6_of_one_order_the_acknowledgement_comes_first_fills_next_and_the_end_last(opened: Opened) -> None:
    twin = opened(SLOW)
    slow = order(1, PUT, Side.SELL, AT_ONCE, 5)
    twin.place(slow)
    twin.wait(2 * SECOND_MS)
    twin.cancel(slow.client_order_id)
    assert kinds(twin.came) == [OrderAcked, OrderExecuted, OrderExecuted, OrderCancelled]
