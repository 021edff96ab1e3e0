"""Whatever a client says of orders and accounts, the gateway answers or refuses, and goes on."""

from hypothesis import given, settings
from hypothesis import strategies as st

from allusetui.broker.gateway.order_requests import (
    ACCOUNT_UPDATES,
    ALL_OPEN,
    AUTO_OPEN,
    CANCEL,
    CANCEL_MULTI,
    CANCEL_PNL,
    CANCEL_PNL_SINGLE,
    CANCEL_POSITIONS,
    CANCEL_SUMMARY,
    COMPLETED,
    EXECUTIONS,
    GLOBAL_CANCEL,
    OPEN,
    PNL,
    PNL_SINGLE,
    POSITIONS,
    SUMMARY,
    UPDATES_MULTI,
)
from allusetui.broker.gateway.session import Limits
from tests.broker.gateway.desks import assembly
from tests.broker.gateway.ordering import FAR, NEAR, client
from tests.broker.gateway.placed import ACCOUNT, PUT, con_id, fields, purchase, roll, sale

MESSAGES = (
    CANCEL, OPEN, EXECUTIONS, AUTO_OPEN, ALL_OPEN, GLOBAL_CANCEL, COMPLETED, ACCOUNT_UPDATES, POSITIONS, SUMMARY,
    CANCEL_SUMMARY, CANCEL_POSITIONS, UPDATES_MULTI, CANCEL_MULTI, PNL, CANCEL_PNL, PNL_SINGLE, CANCEL_PNL_SINGLE,
)  # fmt: skip
SAID = st.sampled_from(
    ["", "0", "1", "2", "3", "-1", "1e9", "1e299", "-1e-30", "nan", "inf", "Infinite", "2147483647", "9" * 40, "AAPL",
     "BUY", "SELL", "LMT", "DAY", "GTC", "OPT", "BAG", ACCOUNT, "All", "NetLiquidation", "20260305 10:00:00", "\x01"]
)  # fmt: skip
PLACED = (
    fields(1, PUT, sale(1.0)),
    fields(1, PUT, sale(9.0, whatIf=True)),
    fields(1, roll(con_id(NEAR), con_id(FAR)), purchase(0.5)),
)
ORDERS = st.tuples(st.sampled_from(PLACED), st.lists(st.tuples(st.integers(1, 120), SAID), max_size=4))
OTHERS = st.tuples(st.sampled_from(MESSAGES), st.lists(SAID, max_size=9))


def changed(values: list[str], changes: list[tuple[int, str]]) -> list[str]:
    found = list(values)
    for place, said in changes:
        found[min(place, len(found) - 1)] = said
    return found


@settings(max_examples=200)
@given(st.lists(st.one_of(ORDERS, OTHERS), min_size=1, max_size=6))
def test_nothing_that_is_said_ends_the_conversation(said: list[tuple[object, list[object]]]) -> None:
    wire = client(assembly("", Limits(messages=1_000)))
    for first, more in said:
        if isinstance(first, list):
            wire.say_fields(changed(first, more))  # type: ignore[arg-type]
        else:
            wire.say_fields([str(first), *map(str, more)])
        wire.wait(1_000)
    assert any(each[0] == "49" for each in wire.say(49, 1))
    assert not wire.closed
