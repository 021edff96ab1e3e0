"""0.7 and 0.8: what a person stops, what is asked of him meanwhile, and what he does by hand."""

from typing import Any

import pytest

from tests.replaying import Replayed, replay_text
from tests.rules.situations import AAPL, but, fault, operator, option, situation, tape, told

# Three 200 puts of next week, sold at 20.00 so that every roll is cheap enough; ATR 4: 191 is a breach of 2.25 (roll),
# 187 of 3.25 (stop). The grid of level 0 looks at 10:05, 10:10 …
HELD = option("GEN", "AAPL", "2026-03-13", 200.0, "P", -3, 20.0, "2026-03-03")
WILD = but(AAPL, atr=4.0)
PAUSE = operator("2026-03-04T10:02:00", "pause", "GEN")
TO_ROLL = tape("2026-03-04T10:04:00", AAPL=191.0)
TO_STOP = tape("2026-03-04T10:04:00", AAPL=187.0)
SENDS = ("order.intended", "order.sent", "order.replaced", "order.filled")
THE_PUT = '\nsymbol = "AAPL"\nexpiry = 2026-03-13\nstrike = 200.0\nright = "P"'


def wednesday(*more: str, end: str = "2026-03-04T10:30:00", accounts: tuple[str, ...] = ("GEN",)) -> Replayed:
    return replay_text(situation("2026-03-04T10:00:00", end, {"AAPL": WILD}, HELD, *more, accounts=accounts))


def thursday(*more: str, end: str = "2026-03-05T10:30:00") -> Replayed:
    """GEN plans four 199.5 puts at 09:45, of which nothing fills before 10:00."""
    quiet = fault("2026-03-05T09:40:00", "no_fill", "AAPL", "20m")
    return replay_text(situation("2026-03-05T09:44:00", end, {"AAPL": AAPL}, quiet, *more, capital=798_000))


def at(clock: str, action: str, account: str | None = "GEN", day: int = 4) -> str:
    return operator(f"2026-03-{day:02}T{clock}", action, account)


def prompts(replayed: Replayed) -> list[tuple[str, str]]:
    """When what was asked for and how it was decided."""
    rows = [r for r in replayed.records if r["kind"].startswith("approval.")]
    return [(told(r), r["data"].get("decision") or r["data"]["purpose"]) for r in rows]


def sends(replayed: Replayed, since: str = "00") -> list[dict[str, Any]]:
    return [r for r in replayed.records if r["kind"] in SENDS and told(r) >= since]


@pytest.mark.clause("0.7")
def test_0_7_a_paused_account_sends_nothing_until_it_is_resumed_and_then_plans_again_inside_the_window() -> None:
    r = thursday(at("09:45:07", "pause", day=5), at("10:03:00", "resume", day=5))
    assert [(told(x), x["data"]["reason"]) for x in r.of("order.abandoned")] == [("09:45:07", "paused")]
    assert [told(x) for x in r.of("order.cancelled")] == ["09:45:07"]
    assert [told(x) for x in sends(r, "09:45:07")][:2] == ["10:03:00", "10:03:00"]
    planned = [(told(x), x["data"]["quantity"]) for x in r.of("entry.planned")]
    assert planned == [("09:45:00", 4), ("10:03:00", 4)]
    states = [(told(x), x["data"]["to"], x["data"]["reason"]) for x in r.of("state.changed")]
    assert ("09:45:07", "SAFE", "paused") in states


@pytest.mark.clause("0.7", "9.1")
def test_0_7_an_account_paused_before_its_window_reports_each_symbol_paused() -> None:
    r = thursday(at("09:44:30", "pause", day=5), end="2026-03-05T11:10:00")
    skipped = {(x["data"]["symbol"], x["data"]["reason"]) for x in r.of("entry.skipped")}
    assert skipped == {(s, "paused") for s in ("AAPL", "MSFT", "AMZN", "GOOG", "SPY", "QQQ", "IWM")}
    assert sends(r) == []


@pytest.mark.clause("0.7")
def test_0_7_a_pause_survives_a_crash() -> None:
    r = thursday(at("09:44:30", "pause", day=5), fault("2026-03-05T09:46:00", "crash", span="30s"))
    assert sends(r) == []
    assert [x["data"]["findings"] for x in r.of("resume.step", account="GEN", step="active")] == ["latched paused"]


@pytest.mark.clause("0.7")
def test_0_7_resuming_takes_off_the_pause_and_no_other_latch() -> None:
    r = wednesday(TO_STOP, at("10:10:00", "pause"), at("10:12:00", "resume"))
    assert [x["data"]["latch"] for x in r.of("latch.released", account="GEN")] == ["paused"]
    assert "level3" in {latch.value for latch in r.run.runtime.engine.state.accounts["GEN"].latches}


@pytest.fixture(scope="module")
def unanswered() -> Replayed:
    return wednesday(PAUSE, TO_STOP)


@pytest.mark.clause("0.7")
def test_0_7_monitoring_goes_on_in_a_paused_account(unanswered: Replayed) -> None:
    assert [(told(x), x["data"]["to"]) for x in unanswered.of("protocol.level")] == [("10:05:00", 3)]


@pytest.mark.clause("0.7")
def test_0_7_a_defence_becomes_one_prompt_and_unanswered_nothing_is_sent(unanswered: Replayed) -> None:
    assert prompts(unanswered) == [("10:05:00", "stop")]
    (asked,) = unanswered.of("approval.requested")
    assert (asked["data"]["subject"], asked["data"]["quantity"]) == ("defence", 3)
    assert asked["data"]["text"] == "stop 3 AAPL 200.0 P 2026-03-13"
    assert asked["clauses"] == ["0.7", "6.4"]
    assert sends(unanswered) == []


@pytest.mark.clause("0.7")
def test_0_7_an_approved_stop_is_the_only_thing_that_leaves() -> None:
    r = wednesday(PAUSE, TO_STOP, at("10:07:00", "approve"))
    assert prompts(r) == [("10:05:00", "stop"), ("10:07:00", "approved")]
    assert r.of("approval.decided")[0]["data"]["by"] == "operator"
    assert [(x["kind"], told(x)) for x in sends(r)] == [
        ("order.intended", "10:07:00"), ("order.sent", "10:07:00"), ("order.filled", "10:07:01"),
    ]  # fmt: skip
    assert [(x["data"]["purpose"], x["data"]["quantity"]) for x in r.of("order.sent")] == [("stop", 3)]


@pytest.mark.clause("0.7")
def test_0_7_a_refused_defence_is_not_done_and_not_asked_for_again_at_its_level() -> None:
    r = wednesday(PAUSE, TO_STOP, at("10:07:00", "refuse"))
    assert prompts(r) == [("10:05:00", "stop"), ("10:07:00", "refused")]
    assert sends(r) == []


@pytest.mark.clause("0.7")
def test_0_7_after_its_level_has_fallen_and_risen_again_a_refused_defence_is_asked_for_anew() -> None:
    back, down = tape("2026-03-04T10:10:00", AAPL=199.0), tape("2026-03-04T10:20:00", AAPL=187.0)
    r = wednesday(PAUSE, TO_STOP, at("10:07:00", "refuse"), back, down)
    assert prompts(r) == [("10:05:00", "stop"), ("10:07:00", "refused"), ("10:20:00", "stop")]


@pytest.mark.clause("0.7")
def test_0_7_an_approved_roll_is_sent_as_it_was_shown() -> None:
    r = wednesday(PAUSE, TO_ROLL, at("10:07:00", "approve"))
    (asked,) = r.of("approval.requested")
    (sent,) = r.of("order.sent")
    assert prompts(r) == [("10:05:00", "roll"), ("10:07:00", "approved")]
    assert sent["data"]["candidate"] == asked["data"]["candidate"]
    assert (sent["data"]["contract"], sent["data"]["quantity"]) == (asked["data"]["contract"], 3)
    assert f"into AAPL {sent['data']['candidate']['strike']} P" in asked["data"]["text"]
    assert [told(x) for x in r.of("roll.done")] == ["10:07:01"]


@pytest.mark.clause("0.7")
def test_0_7_a_roll_that_has_become_another_one_is_not_sent_on_the_old_approval() -> None:
    # Between the prompt (spot 191) and the yes the spot moves to 189.5: still level 2, but the band lies elsewhere.
    r = wednesday(PAUSE, TO_ROLL, tape("2026-03-04T10:06:40", AAPL=189.5), at("10:06:45", "approve"))
    assert sends(r) == []
    asked = [(told(x), x["data"]["candidate"]["strike"]) for x in r.of("approval.requested")]
    assert [clock for clock, _ in asked] == ["10:05:00", "10:07:00"] and asked[0][1] != asked[1][1]


@pytest.mark.clause("0.7", "13.3")
def test_0_7_a_prompt_is_withdrawn_when_its_level_falls() -> None:
    r = wednesday(PAUSE, TO_STOP, tape("2026-03-04T10:10:00", AAPL=199.0), at("10:20:00", "approve"))
    assert prompts(r) == [("10:05:00", "stop"), ("10:10:05", "withdrawn")]
    assert r.of("approval.decided")[0]["data"]["by"] == "engine"
    assert sends(r) == []


@pytest.mark.clause("0.7")
def test_0_7_a_roll_prompt_gives_way_to_the_stop_of_the_same_position() -> None:
    r = wednesday(PAUSE, TO_ROLL, tape("2026-03-04T10:08:00", AAPL=187.0))
    assert prompts(r) == [("10:05:00", "roll"), ("10:08:00", "stop"), ("10:08:00", "withdrawn")]


@pytest.mark.clause("0.7")
def test_0_7_a_prompt_is_withdrawn_when_its_position_is_gone() -> None:
    gone = fault("2026-03-04T10:10:00", "assign") + f"{THE_PUT}\nquantity = 3"
    r = wednesday(PAUSE, TO_STOP, gone, at("10:20:00", "approve"))
    assert prompts(r) == [("10:05:00", "stop"), ("10:10:00", "withdrawn")]
    assert sends(r) == []


@pytest.mark.clause("0.7")
def test_0_7_resuming_withdraws_the_prompts_and_the_account_defends_itself() -> None:
    r = wednesday(PAUSE, TO_STOP, at("10:07:02", "resume"))
    assert prompts(r) == [("10:05:00", "stop"), ("10:07:02", "withdrawn")]
    assert [told(x) for x in r.of("order.sent", purpose="stop")] == ["10:07:05"]


@pytest.mark.clause("0.7")
def test_0_7_stops_are_answered_before_rolls_and_then_by_age() -> None:
    # The 200 put asks for its roll first; the 203 put, 3.0 ATR below its strike, for its stop in the same look.
    deeper = option("GEN", "AAPL", "2026-03-13", 203.0, "P", -1, 20.0, "2026-03-03")
    r = wednesday(deeper, PAUSE, TO_ROLL, at("10:07:00", "approve"), at("10:08:00", "approve"))
    asked = {x["data"]["id"]: x["data"]["purpose"] for x in r.of("approval.requested")}
    assert sorted(asked.values()) == ["roll", "stop"]
    decided = [asked[x["data"]["id"]] for x in r.of("approval.decided", decision="approved")]
    assert decided == ["stop", "roll"]


@pytest.mark.clause("0.7")
def test_0_7_an_answer_without_a_prompt_does_nothing_but_say_so() -> None:
    r = wednesday(PAUSE, at("10:10:00", "approve"))
    assert prompts(r) == [] and sends(r) == []
    assert [told(x) for x in r.of("alert.raised", severity="warning")] == ["10:10:00"]


@pytest.mark.clause("0.7")
def test_0_7_a_pause_cancels_a_working_defence_and_asks_for_it_instead() -> None:
    r = wednesday(TO_STOP, fault("2026-03-04T10:00:00", "no_fill", "AAPL", "1h"), at("10:05:04", "pause"))
    assert [(told(x), x["data"]["reason"]) for x in r.of("order.abandoned")] == [("10:05:04", "paused")]
    assert prompts(r)[0] == ("10:05:05", "stop")
    assert sends(r, "10:05:04") == []


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


@pytest.fixture(scope="module")
def no_entries() -> Replayed:
    return thursday(at("09:45:07", "no_entries", day=5), at("10:03:00", "resume", day=5))


@pytest.mark.clause("0.7")
def test_0_7_no_entries_cancels_the_working_ones_and_changes_no_state(no_entries: Replayed) -> None:
    assert [(told(x), x["data"]["reason"]) for x in no_entries.of("order.abandoned")] == [("09:45:07", "no_entries")]
    assert [told(x) for x in no_entries.of("order.cancelled")] == ["09:45:07"]
    assert "SAFE" not in {x["data"]["to"] for x in no_entries.of("state.changed") if x["data"]["reason"] == "paused"}
    assert no_entries.of("latch.set") == []
    # Planned once; a resume plans again only what a pause has ended.
    assert [told(x) for x in no_entries.of("entry.planned")] == ["09:45:00"]


@pytest.mark.clause("0.7", "9.1")
def test_0_7_with_no_entries_every_symbol_is_skipped_so_and_planned_after_the_resume() -> None:
    r = thursday(at("09:44:30", "no_entries", day=5), at("10:03:00", "resume", day=5))
    assert {x["data"]["reason"] for x in r.of("entry.skipped", symbol="AAPL")} == {"no_entries"}
    assert [told(x) for x in r.of("entry.planned")] == ["10:03:00"]


@pytest.mark.clause("0.7")
def test_0_7_with_no_entries_the_protocol_stays_armed() -> None:
    r = wednesday(at("10:02:00", "no_entries"), TO_STOP)
    assert [told(x) for x in r.of("order.sent", purpose="stop")] == ["10:05:00"]
    assert [x["data"]["quantity"] for x in r.of("stop.done")] == [3]


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


@pytest.mark.clause("0.7", "9.5")
def test_0_7_a_prompt_survives_a_crash_and_is_used_once() -> None:
    crash = fault("2026-03-04T10:06:00", "crash", span="30s")
    r = wednesday(PAUSE, TO_STOP, crash, at("10:07:00", "approve"), at("10:07:00.500", "approve"))
    assert prompts(r) == [("10:05:00", "stop"), ("10:07:00", "approved")]
    assert [(x["data"]["purpose"], x["data"]["quantity"]) for x in r.of("order.sent")] == [("stop", 3)]


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
