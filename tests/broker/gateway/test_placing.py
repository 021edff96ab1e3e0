"""placeOrder is read to its last field, whatever the library can put into it."""

from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ib_async import (
    Contract,
    DeltaNeutralContract,
    LimitOrder,
    MarginCondition,
    Order,
    OrderComboLeg,
    PriceCondition,
    TagValue,
    TimeCondition,
)

from allusetui.broker.gateway.fields import Fields, Leg
from allusetui.broker.gateway.frames import WireError
from allusetui.broker.gateway.placing import PlaceOrder, place_order
from tests.broker.gateway.placed import ACCOUNT, PUT, fields, roll, sale

PLACE = 3


def parse(values: list[str]) -> PlaceOrder:
    return place_order(Fields(PLACE, values[1:]))


def read(contract: Contract, order: Order) -> PlaceOrder:
    return parse(fields(7, contract, order))


def test_a_limit_order_is_what_the_client_said() -> None:
    asked = read(PUT, sale(1.15, 2, orderRef="AU-1", openClose="C", outsideRth=True))
    assert (asked.order_id, asked.action, asked.quantity, asked.order_type) == (7, "SELL", 2, "LMT")
    assert (asked.limit, asked.tif, asked.account, asked.order_ref) == (Decimal("1.15"), "DAY", ACCOUNT, "AU-1")
    assert (asked.open_close, asked.outside_rth, asked.what_if, asked.is_combo) == ("C", True, False, False)
    assert (asked.contract.symbol, asked.contract.strike, asked.contract.right) == ("AAPL", 200, "P")
    assert asked.rest["transmit"] is True and asked.rest["minQty"] is None and asked.rest["exemptCode"] == -1


def test_a_combination_has_its_legs_prices_and_routing() -> None:
    order = sale(-0.5, smartComboRoutingParams=[TagValue("NonGuaranteed", "1")], algoStrategy="Adaptive")
    order.orderComboLegs, order.algoParams = [OrderComboLeg(1.5), OrderComboLeg()], [TagValue("adaptivePriority", "x")]
    asked = read(roll(11, 22), order)
    assert [each.leg for each in asked.legs] == [Leg(11, 1, "BUY", "SMART"), Leg(22, 1, "SELL", "SMART")]
    assert asked.leg_prices == (Decimal("1.5"), None) and asked.limit == Decimal("-0.5")
    assert asked.routing == (("NonGuaranteed", "1"),)
    assert (asked.algo, asked.algo_params) == ("Adaptive", (("adaptivePriority", "x"),))


FULL = {
    "delta neutral": {"deltaNeutralOrderType": "LMT", "deltaNeutralConId": 5, "volatility": 0.3},
    "scale": {"scaleInitLevelSize": 2, "scalePriceIncrement": 0.05, "scaleProfitOffset": 0.1},
    "hedge": {"hedgeType": "D", "hedgeParam": "x"},
    "pegged to a benchmark": {"orderType": "PEG BENCH", "referenceContractId": 9},
    "pegged to the best": {"orderType": "PEG BEST", "competeAgainstBestOffset": float("inf"), "midOffsetAtWhole": 0.1},
    "pegged to the middle": {"orderType": "PEG MID", "midOffsetAtHalf": 0.01},
    "conditions": {"conditions": [PriceCondition(price=3.0), TimeCondition(time="x"), MarginCondition(percent=10)]},
    "every price": {
        "auxPrice": 1.0,
        "trailStopPrice": 2.0,
        "trailingPercent": 3.0,
        "triggerPrice": 4.0,
        "cashQty": 5.0,
    },
    "algo without parameters": {"algoStrategy": "Twap"},
    "no price": {"lmtPrice": None},
}


@pytest.mark.parametrize("more", FULL.values(), ids=FULL)
@pytest.mark.parametrize("combo", [False, True])
def test_no_field_is_left_over_in_any_block(more: dict[str, object], combo: bool) -> None:
    order = LimitOrder("SELL", 1, 2.0)
    for name, value in more.items():
        setattr(order, name, value)
    asked = read(roll(11, 22) if combo else PUT, order)
    assert asked.order_id == 7 and asked.rest["manualOrderTime"] == ""
    assert len(asked.conditions) == len(order.conditions)


def test_a_dark_venue_and_a_hedged_underlying_have_fields_of_their_own() -> None:
    contract = Contract(conId=5, symbol="AAPL", secType="OPT", exchange="IBKRATS", currency="USD")
    contract.deltaNeutralContract = DeltaNeutralContract(conId=265598, delta=0.5, price=200.0)
    asked = read(contract, LimitOrder("BUY", 1, 2.0, minTradeQty=3))
    assert asked.rest["minTradeQty"] == 3 and asked.rest["underDelta"] == Decimal("0.5")


@pytest.mark.parametrize("cut", [1, 2, 50])
def test_fields_that_are_missing_or_left_over_are_named(cut: int) -> None:
    whole = fields(7, PUT, sale())
    with pytest.raises(WireError, match=r"message 3: .*: found 'nothing'"):
        parse(whole[:-cut])
    with pytest.raises(WireError, match=f"message 3: end: found '{cut} more"):
        parse([*whole, *["0"] * cut])


def test_a_condition_of_no_kind_is_refused_by_its_name() -> None:
    values = fields(7, PUT, sale(conditions=[TimeCondition(time="x")]))
    place = values.index("x") - 3
    assert values[place] == "3"  # what a time's is
    values[place] = "2"
    with pytest.raises(WireError, match="condition type: found '2'"):
        parse(values)


@given(place=st.integers(1, 110), junk=st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=12))
def test_whatever_a_field_holds_it_is_read_or_refused(place: int, junk: str) -> None:
    values = fields(7, PUT, sale())
    values[min(place, len(values) - 1)] = junk
    with suppress(WireError):
        assert isinstance(parse(values), PlaceOrder)
