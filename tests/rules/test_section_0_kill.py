"""0.8: what a kill cancels, what outlives it, and that nothing leaves after it."""

import pytest

from tests.rules.situations import fault, told
from tests.rules.stopped import PAUSE, TO_STOP, at, prompts, sends, thursday, wednesday


@pytest.mark.clause("0.8")
def test_0_8_a_kill_cancels_everything_of_every_account_and_nothing_leaves_after_it() -> None:
    quiet = fault("2026-03-04T10:00:00", "no_fill", "AAPL", "1h")
    r = wednesday(TO_STOP, quiet, at("10:06:02", "kill", None), at("10:08:00", "approve"), accounts=("GEN", "REV"))
    assert [(told(x), x["data"]["reason"], x["clauses"]) for x in r.of("order.abandoned")] == [
        ("10:06:02", "halt", ["0.8", "6.14"])
    ]
    emergencies = [(x["account"], x["data"]["reason"]) for x in r.of("state.changed", to="EMERGENCY")]
    assert emergencies == [("GEN", "kill"), ("REV", "kill"), ("COM", "kill")]
    assert [x["account"] for x in r.of("operator.acted", action="kill")] == [None]
    assert sends(r, "10:06:02") == []
    assert [o for o in r.run.exchange.orders(r.run.end_ms).orders if o.open] == []


@pytest.mark.clause("0.8")
def test_0_8_a_kill_takes_the_open_prompts_with_it() -> None:
    r = wednesday(PAUSE, TO_STOP, at("10:06:00", "kill", None), at("10:08:00", "approve"))
    assert prompts(r) == [("10:05:00", "stop"), ("10:06:00", "withdrawn")]
    assert sends(r) == []


@pytest.mark.clause("0.8")
def test_0_8_a_kill_survives_a_crash_and_a_reset_of_one_account() -> None:
    r = wednesday(
        at("10:02:00", "kill", None), TO_STOP, fault("2026-03-04T10:10:00", "crash", span="1m"), at("10:15:00", "reset")
    )  # fmt: skip
    assert {a.status.value for a in r.run.runtime.engine.state.accounts.values()} == {"EMERGENCY"}
    assert [told(x) for x in r.of("state.refused", account="GEN")] == ["10:15:00"]
    assert sends(r) == []


@pytest.mark.clause("0.8")
def test_0_8_a_cancel_of_the_kill_that_nobody_confirms_is_asked_about_after_3_s() -> None:
    silent = fault("2026-03-05T09:44:30", "lost_ack", "AAPL", "5m")
    r = thursday(silent, at("09:45:01", "kill", None, day=5), end="2026-03-05T09:55:00")
    assert [told(x) for x in r.of("order.unknown")] == ["09:45:04"]
    assert [(told(x), x["data"]["outcome"]) for x in r.of("order.resolved")] == [("09:45:04", "dead")]
    assert [(told(x), x["data"]["reason"]) for x in r.of("order.abandoned")] == [("09:45:04", "halt")]
    assert sends(r, "09:45:01") == []


@pytest.mark.clause("0.8", "0.6")
def test_0_8_an_order_that_was_unknown_at_the_kill_is_cancelled_as_soon_as_it_is_found() -> None:
    # v1 lives unheard of; the process is down from 09:45:02 to 09:45:30 and finds it open.
    crash = fault("2026-03-05T09:45:02", "crash", span="28s")
    r = thursday(crash, at("09:45:30", "kill", None, day=5), end="2026-03-05T09:55:00")
    assert [told(x) for x in r.of("order.abandoned", reason="halt")] == ["09:45:30"]
    assert sends(r, "09:45:30") == []
    assert [o for o in r.run.exchange.orders(r.run.end_ms).orders if o.open] == []


@pytest.mark.clause("0.8", "8.6")
def test_0_8_a_kill_while_the_broker_is_lost_cancels_as_soon_as_it_is_back() -> None:
    down = fault("2026-03-05T09:45:01", "broker_down", span="1m")
    r = thursday(down, at("09:45:30", "kill", None, day=5), end="2026-03-05T09:55:00")
    assert [(told(x), x["data"]["reason"]) for x in r.of("order.abandoned")] == [("09:46:01", "halt")]
    assert sends(r, "09:45:01") == []
    assert [o for o in r.run.exchange.orders(r.run.end_ms).orders if o.open] == []
