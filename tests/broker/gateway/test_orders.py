"""Orders on the wire: how they live and end, what is refused under which code, and who sees what."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from ib_async import Contract, Order

from allusetui.broker.gateway.commands import ByHand
from allusetui.broker.gateway.fields import Wanted
from allusetui.broker.gateway.frames import UNSET_NUMBER
from allusetui.broker.gateway.venue import Assembly, assemble
from allusetui.broker.simulated.fees import BrokerFees
from allusetui.domain.contract import Option, Right, Side
from allusetui.domain.moment import MINUTE_MS, SECOND_MS
from tests.broker.gateway.desks import NOW, assembly, at, venue
from tests.broker.gateway.placed import (
    ACCOUNT,
    LATER,
    PUT,
    con_id,
    kinds,
    place,
    purchase,
    roll,
    sale,
)
from tests.broker.gateway.wire import Wire, errors
from tests.broker.provisions import provision

FILLED_AT_ONCE = ["5", "3:Submitted", "11", "5", "3:Filled", "59"]
NEAR = Option("AAPL", date(2026, 3, 6), Decimal(200), Right.PUT)
FAR = Option("AAPL", date(2026, 3, 13), Decimal("197.5"), Right.PUT)
STOCK = Contract(symbol="AAPL", secType="STK", exchange="SMART", currency="USD")


def client(made: Assembly, client_id: int = 1, at_ms: int = NOW, beside: Wire | None = None) -> Wire:
    wire = Wire(made.gateway, client_id + 1, at_ms, beside)
    wire.begin(client_id)
    return wire


def desk(more: str = "", at_ms: int = NOW) -> Wire:
    return client(assembly(more), at_ms=at_ms)


def fault(kind: str, more: str = "", when: str = "2026-03-05T09:59:00", span: str = "10m") -> str:
    return f'[[fault]]\nat = {when}\nfor = "{span}"\nkind = "{kind}"\n{more}\n'


def status(message: list[str]) -> tuple[str, str, str, str]:
    """Standing, filled, remaining and average price of an orderStatus."""
    return message[2], message[3], message[4], message[5]


# How an order lives


def test_an_order_at_the_bid_fills_at_once_and_is_told_in_order() -> None:
    wire = desk()
    wire.say(61, 1)
    messages = place(wire, 1, PUT, sale(1.0, 2, orderRef="AU-1"))
    assert kinds(messages) == [*FILLED_AT_ONCE, "61"]
    assert status(messages[4]) == ("Filled", "2", "0", "1.37")
    execution, commission = messages[2], messages[5]
    assert (
        execution[1:3] == ["-1", "1"] and execution[14] == "X000001-1.01" and execution[18:21] == ["SLD", "2", "1.37"]
    )
    assert execution[15] == "20260305 10:00:00 US/Eastern" and execution[26] == "AU-1"
    assert commission == ["59", "1", "X000001-1.01", "1.30", "USD", UNSET_NUMBER, UNSET_NUMBER, ""]


def test_an_order_that_fills_in_parts_tells_each() -> None:
    wire = desk(fault("partial_fill", 'symbol = "AAPL"\nvalue = 2'))
    place(wire, 1, PUT, sale(1.0, 3))
    first, second = wire.wait(SECOND_MS), wire.wait(SECOND_MS)
    assert kinds(first) == ["11", "5", "3:Submitted", "59"] and kinds(second) == ["11", "5", "3:Filled", "59"]
    assert status(first[2]) == ("Submitted", "2", "1", "1.37") and status(second[2]) == ("Filled", "3", "0", "1.37")


def test_what_closes_a_position_says_what_it_realized() -> None:
    wire = desk()
    place(wire, 1, PUT, sale(1.0))
    *_, commission = place(wire, 2, PUT, purchase(9.0))
    assert commission[0] == "59" and commission[5] == "-4.65"  # sold at 1.37, bought at 1.41 for a fee of 0.65


def test_a_change_keeps_the_permanent_id_and_is_confirmed() -> None:
    wire = desk()
    before = place(wire, 1, PUT, sale(9.0))
    after = place(wire, 1, PUT, sale(8.5, 2))
    assert kinds(after) == ["5", "3:Submitted"]
    assert before[1][6] == after[1][6] == "1500000001" and after[1][4] == "2"
    assert [each[16] for each in wire.say(5, 1) if each[0] == "5"] == ["8.5"]


def test_a_cancelled_order_says_so_twice_and_is_among_the_completed() -> None:
    wire = desk()
    place(wire, 1, PUT, sale(9.0, orderRef="AU-1"))
    assert kinds(wire.say(4, 1, 1, "")) == ["3:Cancelled", "4:202"]
    (completed, end) = wire.say(99, True)
    assert completed[0] == "101" and "AU-1" in completed and completed.count("Cancelled") == 2 and end == ["102"]
    assert kinds(wire.say(5, 1)) == ["53"]


def test_an_order_for_the_day_ends_at_the_close_and_another_does_not() -> None:
    wire = desk()
    place(wire, 1, PUT, sale(9.0))
    place(wire, 2, LATER, sale(9.0, tif="GTC"))
    assert not wire.wait(at(16) - NOW)
    assert [(each[0], each[1]) for each in wire.wait(1) if each[0] == "3"] == [("3", "1")]
    assert [each[1] for each in wire.say(5, 1) if each[0] == "3"] == ["2"]


def test_outside_hours_an_order_waits_for_the_open_and_says_so() -> None:
    wire = desk(at_ms=at(9))
    messages = place(wire, 1, PUT, sale(9.0))
    assert kinds(messages) == ["5", "3:PreSubmitted", "4:399"]
    assert messages[2][4].endswith("will not be placed at the exchange until 2026-03-05 09:30:00 US/Eastern")
    assert kinds(wire.wait(30 * MINUTE_MS)) == ["3:Submitted"]
    wire.wait(at(17) - at(9, 30))
    assert kinds(place(wire, 2, LATER, sale(9.0))) == ["5", "3:PreSubmitted", "4:399"]
    assert kinds(wire.wait(at(9, 30, day=6) - at(17))) == ["3:Submitted"]


def test_without_a_time_in_force_the_broker_sets_the_day_and_complains() -> None:
    wire = desk()
    messages = place(wire, 1, PUT, sale(9.0, tif=""))
    assert kinds(messages) == ["4:10349", "5", "3:Submitted"] and messages[1][18] == "DAY"


def test_outside_regular_hours_is_ignored_for_options() -> None:
    assert kinds(place(desk(), 1, PUT, sale(9.0, outsideRth=True))) == ["4:2109", "5", "3:Submitted"]


def test_shares_that_nobody_has_are_looked_for_until_the_order_ends() -> None:
    wire = desk()
    messages = place(wire, 1, STOCK, sale(100.0, 10))
    assert kinds(messages) == ["5", "3:PreSubmitted", "4:404"] and messages[1][10] == "locate"
    assert not wire.wait(MINUTE_MS)
    assert kinds(wire.say(4, 1, 1, "")) == ["3:Cancelled", "4:202"]


def test_shares_are_sold_once() -> None:
    wire = client(assembly("", accounts=(provision(ACCOUNT, shares=100),)))
    assert kinds(place(wire, 1, STOCK, sale(900.0, 60))) == ["5", "3:Submitted"]
    assert kinds(place(wire, 2, STOCK, sale(900.0, 60)))[-1] == "4:404"


# What is refused

CASES: Mapping[str, tuple[Contract, dict[str, Any], int]] = {
    "no account": (PUT, {"account": ""}, 435),
    "another's account": (PUT, {"account": "DU9999999"}, 321),
    "no size": (PUT, {"totalQuantity": 0}, 434),
    "a part of one": (PUT, {"totalQuantity": 1.5}, 10243),
    "more than anybody has": (PUT, {"totalQuantity": 1e12}, 10243),
    "more than there are atoms": (PUT, {"totalQuantity": 1e299}, 320),
    "a price without bounds": (PUT, {"lmtPrice": 1e299}, 320),
    "a price that is none": (PUT, {"lmtPrice": float("inf")}, 110),
    "off the grid": (PUT, {"lmtPrice": 1.234}, 110),
    "below nothing": (PUT, {"lmtPrice": -1.0}, 110),
    "no price": (PUT, {"lmtPrice": None}, 321),
    "a market order": (PUT, {"orderType": "MKT"}, 387),
    "at once or not at all": (PUT, {"tif": "IOC"}, 321),
    "no side": (PUT, {"action": "HOLD"}, 321),
    "not to be sent": (PUT, {"transmit": False}, 321),
    "a condition of a group": (PUT, {"ocaGroup": "x"}, 321),
    "a child": (PUT, {"parentId": 3}, 321),
    "another algorithm": (PUT, {"algoStrategy": "Twap"}, 321),
    "no such contract": (Contract(symbol="NONE", secType="STK", exchange="SMART"), {}, 200),
    "not one contract": (Contract(symbol="AAPL", secType="OPT", exchange="SMART", currency="USD"), {}, 200),
    "no exchange": (Contract(symbol="AAPL", secType="STK", currency="USD"), {}, 321),
    "an index": (Contract(symbol="SPX", secType="IND", exchange="CBOE", currency="USD"), {}, 201),
    "too much for its margin": (PUT, {"totalQuantity": 30}, 201),
}


@pytest.mark.parametrize(("contract", "more", "code"), CASES.values(), ids=CASES)
def test_an_order_that_can_not_be_taken_is_refused_under_its_code(
    contract: Contract, more: dict[str, Any], code: int
) -> None:
    wire, order = desk(), sale(1.0)
    for name, value in more.items():
        setattr(order, name, value)
    messages = place(wire, 1, contract, order)
    assert errors(messages) == [(1, code)]
    assert kinds(wire.say(16, 1)) == ["53"] and kinds(wire.say(7, 3, 9, 0, "", "", "", "", "", "")) == ["55"]


def test_index_options_that_settle_by_the_open_are_refused() -> None:
    contract = Contract(
        symbol="SPX", secType="OPT", lastTradeDateOrContractMonth="20260320", strike=5000, right="P",
        exchange="SMART", currency="USD", tradingClass="SPX",
    )  # fmt: skip
    assert errors(place(desk(), 1, contract, sale(50.0))) == [(1, 201)]


def test_an_order_without_margin_ends_inactive_with_a_permanent_id() -> None:
    wire = desk()
    assert kinds(place(wire, 1, PUT, sale(1.0, 30))) == ["4:201", "3:Inactive"]
    completed, _ = wire.say(99, False)
    assert "Inactive" in completed and "1500000001" in completed


def test_ids_are_used_once_and_in_order() -> None:
    wire = desk()
    place(wire, 5, PUT, sale(9.0))
    assert errors(place(wire, 4, PUT, sale(9.0))) == [(4, 103)]
    assert kinds(place(wire, 6, PUT, sale(1.0))) == FILLED_AT_ONCE
    assert errors(place(wire, 6, PUT, sale(1.0))) == [(6, 104)]


@pytest.mark.parametrize(
    ("contract", "order", "code"),
    [(LATER, sale(8.0), 105), (PUT, purchase(0.05), 105), (PUT, sale(8.123), 110), (PUT, sale(8.0, 90), 201)],
    ids=["contract", "side", "tick", "margin"],
)
def test_a_change_that_is_refused_leaves_the_order_as_it_was(contract: Contract, order: Order, code: int) -> None:
    wire = desk()
    place(wire, 1, PUT, sale(9.0))
    assert errors(place(wire, 1, contract, order)) == [(1, code)]
    opened, *_ = wire.say(5, 1)
    assert opened[13:17] == ["SELL", "1", "LMT", "9.0"] and "Submitted" in opened


def test_a_change_to_no_more_than_has_filled_is_refused() -> None:
    wire = desk(fault("partial_fill", 'symbol = "AAPL"\nvalue = 2'))
    place(wire, 1, PUT, sale(1.0, 5))
    wire.wait(SECOND_MS)
    assert errors(place(wire, 1, PUT, sale(1.0, 2))) == [(1, 104)]


def test_a_cancel_of_what_is_not_there_or_over_or_on_its_way_has_its_own_code() -> None:
    wire = desk(fault("broker_down", when="2026-03-05T10:05:00", span="5m"))
    place(wire, 1, PUT, sale(1.0))
    place(wire, 2, PUT, sale(9.0))
    assert errors(wire.say(4, 1, 9, "")) == [(9, 10147)]
    assert errors(wire.say(4, 1, 1, "")) == [(1, 10148)]
    wire.wait(6 * MINUTE_MS)
    assert kinds(wire.say(4, 1, 2, "")) == ["3:PendingCancel"]
    assert errors(wire.say(4, 1, 2, "")) == [(2, 161)]
    assert "3:Submitted" in kinds(wire.wait(5 * MINUTE_MS))


# Questions what an order would do


def test_a_question_is_answered_twice_and_places_nothing() -> None:
    wire = desk()
    first, second = place(wire, 1, PUT, sale(1.0, whatIf=True))
    at_margins = first.index("PreSubmitted") + 1
    assert set(first[at_margins : at_margins + 9]) == {UNSET_NUMBER}
    change = [Decimal(each) for each in second[at_margins + 3 : at_margins + 6]]
    assert change == [4_000, 4_000, Decimal("-39.65")]  # a fifth of 200 × 100; sold at 1.00, worth 1.39
    assert kinds(wire.say(16, 1)) == ["53"]
    assert kinds(place(wire, 1, PUT, sale(9.0))) == ["5", "3:Submitted"]


def test_a_question_says_what_the_exchange_takes() -> None:
    wire = client(assemble(venue(fees=BrokerFees())))
    asked = (PUT, sale(1.0, whatIf=True)), (roll(con_id(NEAR), con_id(FAR)), purchase(0.5, 2, whatIf=True))
    fees = []
    for order_id, (contract, order) in enumerate(asked, start=1):
        _, told = place(wire, order_id, contract, order)
        fees.append(told[told.index("PreSubmitted") + 10])
    # .05315 passed on for each contract and .00329 for each that is sold: 1.00 + .05644; 2.60 + .2126 + .00658
    assert fees == ["1.06", "2.82"]
    charged = place(wire, 3, PUT, sale(1.0))
    assert charged[-1][0] == "59" and charged[-1][3] == "1.06"


# Combinations


def test_a_roll_is_bought_at_a_net_price() -> None:
    wire = desk()
    messages = place(wire, 1, roll(con_id(NEAR), con_id(FAR)), purchase(0.5, 2))
    assert kinds(messages) == ["5", "3:Submitted", "11", "11", "11", "5", "3:Filled", "59", "59"]
    rows = [(each[5], each[14], each[18], each[19], Decimal(each[20])) for each in messages[2:5]]
    (_, _, _, _, net), (_, _, _, _, bought), (_, _, _, _, sold) = rows
    assert [row[:4] for row in rows] == [
        ("BAG", "X000001-0.01", "BOT", "2"), ("OPT", "X000001-1.01", "BOT", "2"), ("OPT", "X000001-2.01", "SLD", "2"),
    ]  # fmt: skip
    assert net == bought - sold and status(messages[6])[3] == str(net)


def test_a_combination_that_is_sold_turns_its_legs_and_its_sign() -> None:
    wire = desk()
    messages = place(wire, 1, roll(con_id(FAR), con_id(NEAR)), sale(-0.5))
    rows = [(each[18], Decimal(each[20])) for each in messages if each[0] == "11"]
    assert [side for side, _ in rows] == ["SLD", "BOT", "SLD"]
    assert rows[0][1] == rows[2][1] - rows[1][1]


@pytest.mark.parametrize(
    "change",
    [{"ratio": 2}, {"action": "SELL"}, {"conId": 265598}, {"conId": 1}],
    ids=["ratio", "one side", "shares", "unknown"],
)
def test_a_combination_of_anything_else_is_refused(change: dict[str, object]) -> None:
    wire, contract = desk(), roll(con_id(NEAR), con_id(FAR))
    for name, value in change.items():
        setattr(contract.comboLegs[0], name, value)
    ((_, code),) = errors(place(wire, 1, contract, purchase(0.5)))
    assert code in (200, 321)


# Who sees what


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
