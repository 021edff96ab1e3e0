"""Orders on the wire: how they live and end, what one would do, and combinations."""

from decimal import Decimal

import pytest

from allusetui.broker.gateway.frames import UNSET_NUMBER
from allusetui.broker.gateway.venue import assemble
from allusetui.broker.simulated.fees import BrokerFees
from allusetui.domain.moment import MINUTE_MS, SECOND_MS
from tests.broker.gateway.desks import NOW, assembly, venue
from tests.broker.gateway.ordering import FAR, FILLED_AT_ONCE, NEAR, STOCK, client, desk, status
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
from tests.broker.gateway.wire import errors
from tests.broker.provisions import provision
from tests.broker.scripts import OF_AAPL, at, fault

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
    wire = desk(fault("partial_fill", f"{OF_AAPL}\nvalue = 2"))
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
    changed = place(wire, 1, STOCK, sale(101.0, 20))
    assert kinds(changed) == ["5", "3:PreSubmitted"] and changed[0][14] == "20"
    assert kinds(wire.say(4, 1, 1, "")) == ["3:Cancelled", "4:202"]
    place(wire, 2, STOCK, sale(100.0, 10))
    assert kinds(wire.wait(at(16) + 1 - wire.at_ms)) == ["3:Cancelled", "4:202"]


def test_shares_are_sold_once() -> None:
    wire = client(assembly("", accounts=(provision(ACCOUNT, shares=100),)))
    assert kinds(place(wire, 1, STOCK, sale(900.0, 60))) == ["5", "3:Submitted"]
    assert kinds(place(wire, 2, STOCK, sale(900.0, 60)))[-1] == "4:404"


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
