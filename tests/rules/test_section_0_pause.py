"""0.7: a pause and a stop of entries, and what a person is asked meanwhile."""

from copy import deepcopy

import pytest

from allusetui.domain.event import AlertRaised
from allusetui.domain.input import OperatorActed
from tests.replaying import Replayed, replay_text
from tests.rules.situations import AAPL, but, fault, operator, option, situation, tape, told
from tests.rules.stopped import PAUSE, THE_PUT, TO_ROLL, TO_STOP, at, prompts, sends, thursday, wednesday


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


@pytest.fixture(scope="module")
def no_entries() -> Replayed:
    return thursday(at("09:45:07", "no_entries", day=5), at("10:03:00", "resume", day=5))


@pytest.mark.clause("0.7")
def test_0_7_no_entries_cancels_the_working_ones_and_changes_no_state(no_entries: Replayed) -> None:
    assert [(told(x), x["data"]["reason"]) for x in no_entries.of("order.abandoned")] == [("09:45:07", "no_entries")]
    assert [told(x) for x in no_entries.of("order.cancelled")] == ["09:45:07"]
    assert {x["data"]["reason"] for x in no_entries.of("state.changed")} == {"window", "rest"}
    assert no_entries.of("latch.set") == []
    # Planned once; a resume plans again only what a pause has ended.
    assert [told(x) for x in no_entries.of("entry.planned")] == ["09:45:00"]


@pytest.mark.clause("0.7", "6.4", "9.1")
def test_0_7_with_no_entries_the_protocol_stays_armed() -> None:
    r = wednesday(at("10:02:00", "no_entries"), TO_STOP)
    assert [told(x) for x in r.of("order.sent", purpose="stop")] == ["10:05:00"]
    assert [x["data"]["quantity"] for x in r.of("stop.done")] == [3]


@pytest.mark.clause("0.7", "9.5")
def test_0_7_a_prompt_survives_a_crash_and_is_used_once() -> None:
    crash = fault("2026-03-04T10:06:00", "crash", span="30s")
    r = wednesday(PAUSE, TO_STOP, crash, at("10:07:00", "approve"), at("10:07:00.500", "approve"))
    assert prompts(r) == [("10:05:00", "stop"), ("10:07:00", "approved")]
    assert [(x["data"]["purpose"], x["data"]["quantity"]) for x in r.of("order.sent")] == [("stop", 3)]


@pytest.mark.clause("0.7")
def test_0_7_a_key_on_an_account_that_no_fork_has_made_is_told_and_does_nothing() -> None:
    late = operator("2026-03-05T10:00:00", "pause", "MINI-7")
    r = replay_text(situation("2026-03-04T16:30:00", "2026-03-05T10:30:00", {"AAPL": but(AAPL, oi=0)}, late))
    (alert,) = r.of("alert.raised")
    assert (told(alert), alert["account"]) == ("10:00:00", None)
    assert alert["data"]["text"] == "No account MINI-7: pause did nothing."
    assert r.of("operator.acted") == []


@pytest.mark.clause("0.7")
@pytest.mark.parametrize(
    ("action", "account", "text"),
    [
        ("approve", None, "No account named: approve did nothing."),
        ("jump", "GEN", "jump does nothing in this version."),
    ],
)
def test_0_7_a_key_without_its_account_or_without_a_meaning_is_told_and_does_nothing(
    action: str, account: str | None, text: str
) -> None:
    r = wednesday(PAUSE)
    engine, before = r.run.runtime.engine, deepcopy(r.run.runtime.engine.state.accounts)
    batch = engine.handle(OperatorActed(r.run.end_ms, action, account, "operator"))
    assert [event.kind for event in batch.events] == ["operator.acted", "alert.raised"]
    assert [event.text for event in batch.events if isinstance(event, AlertRaised)] == [text]
    assert (batch.effects, engine.state.accounts) == ((), before)
