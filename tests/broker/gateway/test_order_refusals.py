"""Orders, changes and cancels that the gateway refuses, and under which code."""

from collections.abc import Mapping
from typing import Any

import pytest
from ib_async import Contract, Order

from allusetui.domain.moment import MINUTE_MS, SECOND_MS
from tests.broker.gateway.ordering import FILLED_AT_ONCE, desk
from tests.broker.gateway.placed import (
    LATER,
    PUT,
    kinds,
    place,
    purchase,
    roll,
    sale,
)
from tests.broker.gateway.questions import details, ids
from tests.broker.gateway.wire import errors
from tests.broker.scripts import OF_AAPL, fault

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


def test_a_combination_with_a_leg_that_settles_by_the_open_is_refused() -> None:
    wire = desk()
    terms = {"symbol": "SPX", "sec_type": "OPT", "expiry": "20260320", "right": "P", "trading_class": "SPX"}
    (near,), (far,) = (ids(details(wire, **terms, strike=strike)) for strike in (5000.0, 4975.0))
    assert errors(place(wire, 1, roll(near, far), purchase(50.0))) == [(1, 201)]


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
    wire = desk(fault("partial_fill", f"{OF_AAPL}\nvalue = 2"))
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
