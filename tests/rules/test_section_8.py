"""8.6: the link to the broker is lost, comes back, or stays silent."""

from dataclasses import replace
from itertools import pairwise

import pytest

from allusetui.domain.input import PositionsSeen
from tests.replaying import Replayed, replay_text
from tests.rules.answers import told_by
from tests.rules.comebacks import DAY, PUT, QUIET, STEPS, steps
from tests.rules.situations import AAPL, clock, fault, holding, situation, tape


# REV holds nothing, GEN five puts; the link is down 11:30:02–11:40. At 11:35 AAPL falls to 3.1 ATR under the strike.
@pytest.fixture(scope="module")
def lost() -> Replayed:
    return replay_text(situation(
        f"{DAY}T11:28:00", f"{DAY}T11:45:00", {"AAPL": QUIET}, PUT,
        fault(f"{DAY}T11:30:02", "broker_down", span="598s"), tape(f"{DAY}T11:34:30", AAPL=187.0),
        accounts=("GEN", "REV"),
    ))  # fmt: skip


@pytest.mark.clause("8.6")
def test_8_6_a_loss_that_is_seen_latches_every_account_in_safe_at_once(lost: Replayed) -> None:
    (down,) = lost.of("broker.down")
    assert (clock(down), down["account"], down["clauses"]) == ("11:30:02", None, ["8.6"])
    changed = [r for r in lost.of("state.changed", to="SAFE") if r["data"]["reason"] == "broker"]
    assert [(clock(r), r["account"], r["data"]["from"], r["clauses"]) for r in changed] == [
        ("11:30:02", "GEN", "MONITORING", ["8.6"])
    ]
    assert {r["account"] for r in lost.of("latch.set", latch="broker")} == {"GEN", "REV", "COM"}


@pytest.mark.clause("8.6", "9.1")
def test_8_6_nothing_leaves_while_the_link_is_down_though_monitoring_goes_on(lost: Replayed) -> None:
    (level,) = lost.of("protocol.level", to=3)
    assert clock(level) == "11:35:00"
    sent = [clock(r) for r in lost.records if r["kind"] in ("order.sent", "order.replaced", "order.cancel_requested")]
    assert sent
    assert min(sent) >= "11:40:00"


@pytest.mark.clause("8.6", "9.5")
def test_8_6_on_return_every_account_goes_through_the_resume_flow(lost: Replayed) -> None:
    (up,) = lost.of("broker.up")
    assert clock(up) == "11:40:00"
    for account in ("GEN", "REV", "COM"):
        assert steps(lost, account) == STEPS
    assert {clock(r) for r in lost.of("resume.step")} == {"11:40:00"}
    assert {r["account"] for r in lost.of("latch.released", latch="broker")} == {"GEN", "REV", "COM"}


@pytest.mark.clause("8.6", "6.4")
def test_8_6_another_latch_outlives_the_link_and_its_stop_leaves_on_return(lost: Replayed) -> None:
    # Level 3 latched meanwhile: the account stays in SAFE, and the stop, which level3 lets leave, goes out.
    assert lost.of("state.changed", reason="resume") == []
    assert lost.of("latch.released", latch="level3") == []
    assert sum(f["data"]["quantity"] for f in lost.of("order.filled", side="BUY")) == 5
    assert clock(lost.of("stop.done")[0]) >= "11:40:00"


@pytest.mark.clause("8.6")
def test_8_6_without_another_latch_the_account_works_on_after_the_resume() -> None:
    replayed = replay_text(situation(
        f"{DAY}T11:28:00", f"{DAY}T11:45:00", {"AAPL": AAPL}, PUT,
        fault(f"{DAY}T11:30:02", "broker_down", span="1m"),
    ))  # fmt: skip
    moves = [(clock(r), r["data"]["from"], r["data"]["to"], r["data"]["reason"]) for r in replayed.of("state.changed")]
    assert moves[1:] == [("11:30:02", "MONITORING", "SAFE", "broker"), ("11:31:02", "SAFE", "MONITORING", "resume")]


@pytest.mark.clause("8.6")
def test_8_6_an_entry_window_that_opens_meanwhile_is_skipped_safe_and_planned_after_the_return() -> None:
    replayed = replay_text(situation(
        f"{DAY}T09:40:00", f"{DAY}T10:00:00", {"AAPL": AAPL},
        fault(f"{DAY}T09:44:00", "broker_down", span="6m"),
    ))  # fmt: skip
    (skipped,) = replayed.of("entry.skipped", symbol="AAPL")
    assert (clock(skipped), skipped["data"]["reason"], skipped["clauses"]) == ("09:45:00", "safe", ["8.6"])
    (planned,) = replayed.of("entry.planned")
    assert clock(planned) == "09:50:00"


@pytest.mark.clause("8.6", "9.5")
def test_8_6_what_filled_while_the_link_was_down_is_found_once() -> None:
    # Orders go out at 09:45:00 and rest; the link is lost a second later, before the fill of 09:45:01 is told.
    replayed = replay_text(situation(
        f"{DAY}T09:44:00", f"{DAY}T09:55:00", {"AAPL": AAPL},
        fault(f"{DAY}T09:45:01", "broker_down", span="5m"),
    ))  # fmt: skip
    fills = replayed.of("order.filled")
    assert [clock(f) for f in fills] == ["09:50:01"]
    assert sum(f["data"]["quantity"] for f in fills) == 5
    assert [r["data"]["outcome"] for r in replayed.of("order.resolved")] == ["filled"]
    assert replayed.of("reconcile.mismatch") == []


# The process dies at 09:40 and is back at 09:44; the link went down meanwhile, unseen, and returns at 09:50.
@pytest.fixture(scope="module")
def incomplete() -> Replayed:
    return replay_text(situation(
        f"{DAY}T09:30:00", f"{DAY}T10:00:00", {"AAPL": AAPL}, holding("COM", "AAPL", 100, 190.0),
        fault(f"{DAY}T09:40:00", "crash", span="4m"), fault(f"{DAY}T09:42:00", "broker_down", span="8m"),
    ))  # fmt: skip


@pytest.mark.clause("8.6", "9.5")
def test_8_6_a_start_up_reply_that_is_missing_latches_broker(incomplete: Replayed) -> None:
    latched = incomplete.of("latch.set", latch="broker")
    assert {(clock(r), r["account"]) for r in latched} == {("09:44:00", name) for name in ("GEN", "REV", "COM")}
    assert [clock(r) for r in incomplete.of("entry.skipped", symbol="AAPL", reason="safe")] == ["09:45:00"]
    assert min(clock(r) for r in incomplete.of("order.sent")) == "09:50:00"


@pytest.mark.clause("8.6", "9.5")
def test_8_6_the_flow_ends_once_when_the_replies_have_come(incomplete: Replayed) -> None:
    assert steps(incomplete, "GEN") == STEPS
    assert [clock(r) for r in incomplete.of("resume.step", account="GEN")] == ["09:44:00", *["09:50:00"] * 5]
    assert sum(f["data"]["quantity"] for f in incomplete.of("order.filled")) == 5


@pytest.mark.clause("8.6")
def test_8_6_a_silent_broker_is_asked_again_until_it_answers() -> None:
    # The process is back at 11:30; the broker leaves the first two questions for its book unanswered.
    asked: list[int] = []

    def slow(seen: PositionsSeen) -> PositionsSeen:
        asked.append(seen.at_ms)
        return replace(seen, complete=len(asked) > 2)

    text = situation(
        f"{DAY}T11:28:00", f"{DAY}T11:40:00", {"AAPL": AAPL}, PUT,
        fault(f"{DAY}T11:29:00", "crash", span="1m"),
    )  # fmt: skip
    replayed = told_by(text, book=slow)
    assert len(asked) == 3
    assert [after - before for before, after in pairwise(asked)] == [15_000, 15_000]
    assert steps(replayed, "GEN") == STEPS
    (back,) = replayed.of("state.changed", to="MONITORING", reason="resume")
    assert clock(back) == "11:30:30"
