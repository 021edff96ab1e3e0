"""9.1 and 9.2: a position that a person closes by hand."""

import pytest

from tests.rules.situations import fault, told
from tests.rules.stopped import PAUSE, THE_PUT, TO_STOP, at, sends, wednesday


@pytest.mark.clause("0.7", "9.1")
def test_9_1_a_position_of_a_paused_account_can_be_closed_by_hand() -> None:
    r = wednesday(PAUSE, at("10:03:00", "close") + THE_PUT)
    assert [(x["data"]["purpose"], x["data"]["side"], x["data"]["quantity"]) for x in r.of("order.sent")] == [
        ("close", "BUY", 3)
    ]
    assert [told(x) for x in r.of("order.filled")] == ["10:03:01"]
    assert r.run.runtime.engine.state.accounts["GEN"].positions == {}


@pytest.mark.clause("0.7", "9.2")
def test_9_2_in_emergency_nothing_is_closed_by_hand() -> None:
    r = wednesday(at("10:02:00", "kill", None), at("10:03:00", "close") + THE_PUT)
    assert [(told(x), x["data"]["from"], x["data"]["reason"]) for x in r.of("state.refused")] == [
        ("10:03:00", "EMERGENCY", "close")
    ]
    assert sends(r) == []


@pytest.mark.clause("9.1")
def test_9_1_a_close_by_hand_waits_for_no_second_order_on_the_same_position() -> None:
    quiet = fault("2026-03-04T10:00:00", "no_fill", "AAPL", "1h")
    r = wednesday(TO_STOP, quiet, at("10:05:04", "close") + THE_PUT, end="2026-03-04T10:06:00")
    assert [x["data"]["purpose"] for x in r.of("order.intended")] == ["stop"]
    assert [told(x) for x in r.of("alert.raised", severity="warning")] == ["10:05:04"]


@pytest.mark.clause("9.1")
def test_9_1_a_contract_that_is_not_held_cannot_be_closed() -> None:
    r = wednesday(at("10:03:00", "close") + THE_PUT.replace("200.0", "190.0"))
    assert [x["data"]["reason"] for x in r.of("state.refused")] == ["close"]
    assert sends(r) == []
