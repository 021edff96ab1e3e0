"""What leaves the program is in its journal by then: judged at its own door, before the broker hears it."""

from allusetui.domain import event as ev
from allusetui.law.load import load
from allusetui.torture.checker.checker import Checker
from tests.faults.runs import ENTRY
from tests.torture.checker.spoiling import case, place


def test_3_an_order_that_leaves_before_its_record_is_told_though_the_record_comes_right_after_it() -> None:
    rows = case(ENTRY).rows
    at = place(rows, ev.OrderSent)
    sent = rows[at][2]
    assert isinstance(sent, ev.OrderSent)
    found = []
    for durable in (rows[:at], rows[: at + 1]):
        checker = Checker(load())
        for row in durable:
            checker.take(row)
        checker.leaves(sent.client_order_id, rows[at][1])
        found.append([each.invariant for each in checker.violations])
    assert found == [[3], []]
