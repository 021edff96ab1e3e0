"""Who sees which orders and executions: other clients, later ones, and client 0."""

from decimal import Decimal

import pytest

from allusetui.broker.gateway.commands import ByHand
from allusetui.broker.gateway.fields import Wanted
from allusetui.broker.gateway.venue import Assembly
from allusetui.domain.contract import Side
from tests.broker.gateway.desks import NOW, assembly
from tests.broker.gateway.ordering import client, desk
from tests.broker.gateway.placed import (
    ACCOUNT,
    PUT,
    kinds,
    place,
    purchase,
    sale,
)
from tests.broker.gateway.wire import Wire, errors
from tests.broker.scripts import at


def test_orders_outlive_the_connection_and_are_listed_to_the_next() -> None:
    made = assembly()
    wire = client(made)
    place(wire, 1, PUT, sale(9.0, orderRef="AU-1"))
    made.gateway.lost(wire.key, NOW)
    again = Wire(made.gateway, 9, NOW)
    assert ["9", "1", "2"] in again.begin(1)
    opened, _, _ = again.say(5, 1)
    assert opened[1] == "1" and "AU-1" in opened
    assert kinds(again.say(4, 1, 1, "")) == ["3:Cancelled", "4:202"]


def test_another_client_is_told_nothing_and_sees_all_by_asking() -> None:
    made = assembly()
    mine = client(made, 1)
    other = client(made, 2, beside=mine)
    place(mine, 1, PUT, sale(1.0))
    place(mine, 2, PUT, sale(9.0))
    assert not other.heard()
    assert kinds(other.say(5, 1)) == ["53"]
    assert kinds(other.say(16, 1)) == ["5", "3:Submitted", "53"]
    assert errors(other.say(4, 1, 2, "")) == [(2, 10147)]
    assert kinds(other.say(99, True)) == ["101", "102"]
    assert kinds(other.say(58, 1)) == [] and kinds(mine.heard()) == ["3:Cancelled", "4:202"]


@pytest.mark.parametrize(
    ("filters", "rows"),
    [
        ((0, "", "", "", "", "", ""), 2),
        ((1, ACCOUNT, "20260305 09:30:00", "AAPL", "OPT", "", "SELL"), 1),
        ((2, "", "", "", "", "", ""), 0),
        ((0, "", "20260305-10:00:01", "", "", "", ""), 0),
        ((0, "", "", "GOOG", "", "", ""), 0),
        ((0, "", "", "", "STK", "", ""), 0),
    ],
)
def test_executions_pass_a_filter(filters: tuple[object, ...], rows: int) -> None:
    wire = desk()
    place(wire, 1, PUT, sale(1.0))
    place(wire, 2, PUT, purchase(9.0))
    messages = wire.say(7, 3, 9, *filters)  # type: ignore[arg-type]
    assert kinds(messages) == [*["11"] * rows, "55", *["59"] * rows]
    assert all(each[1] == "9" for each in messages if each[0] == "11")


def test_a_time_that_is_none_is_refused_under_the_requests_number() -> None:
    assert errors(desk().say(7, 3, 9, 0, "", "yesterday", "", "", "", "")) == [(9, 320)]


def test_executions_and_completed_orders_are_those_of_the_day() -> None:
    wire = desk()
    place(wire, 1, PUT, sale(1.0))
    wire.wait(at(9, day=6) - NOW)
    assert kinds(wire.say(7, 3, 9, 0, "", "", "", "", "", "")) == ["55"]
    assert kinds(wire.say(99, False)) == ["102"]


def by_hand(made: Assembly) -> None:
    wanted = Wanted(symbol="AAPL", sec_type="STK", exchange="SMART", currency="USD")
    made.commands.do(ByHand(wanted, Side.BUY, 5, Decimal(100)), NOW)


def test_a_persons_order_is_seen_by_client_0_and_bound_when_it_asks() -> None:
    made = assembly()
    zero = client(made, 0)
    other = client(made, 1, beside=zero)
    by_hand(made)
    assert [(each[0], each[1]) for each in zero.heard()] == [("5", "0"), ("3", "0")] and not other.heard()
    assert [each[1] for each in zero.say(15, 1, True)][1:] == ["-1", "-1"]
    by_hand(made)
    assert [each[1] for each in zero.heard()][1:] == ["-2", "-2"]
    assert kinds(zero.say(4, 1, -1, "")) == ["3:Cancelled", "4:202"]
    assert errors(other.say(15, 1, True)) == [(-1, 321)]
    assert kinds(other.say(5, 1)) == ["53"] and kinds(other.say(16, 1)) == ["5", "3:Submitted", "53"]
    assert kinds(other.say(99, True)) == ["102"] and kinds(other.say(99, False)) == ["101", "102"]
