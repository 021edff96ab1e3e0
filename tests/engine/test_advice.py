"""13.3, 17.6: what becomes of an adviser's answer, or of none. Thu 2026-10-01 is reinvest day, asked at 10:00."""

import json
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest

from allusetui.codec.records import decode, line
from allusetui.codec.state import state_data, state_of
from allusetui.domain.advice import LadderTerms
from allusetui.domain.input import AdviceSeen, OperatorActed
from allusetui.domain.moment import MINUTE_MS, to_ms
from allusetui.domain.state import Approval
from allusetui.engine.apply import FoldError, fold
from allusetui.law.load import load
from allusetui.rules.suggestion import by_law
from allusetui.runtime.world import Crash
from allusetui.scenario.load import parse
from tests.engine.advisers import (
    APPROVED,
    LEAP,
    NVDA,
    REV,
    ROLL_DAY,
    Says,
    Slow,
    outside,
    quarter,
    quick,
    raises,
    run_with,
)
from tests.replaying import Replayed, replay_text
from tests.rules.situations import fault, operator, situation, told

TERMS = by_law(load().ladder)


def open_prompts(r: Replayed) -> list[Approval]:
    return list(r.run.runtime.engine.state.approvals.values())


def alerts(r: Replayed) -> list[tuple[str, str]]:
    return [(x["data"]["severity"], x["data"]["text"]) for x in r.of("alert.raised")]


@pytest.mark.clause("13.3", "17.6")
def test_13_3_an_answer_becomes_a_question_to_a_person_with_its_evidence() -> None:
    adviser = Says(quick)
    r = run_with(quarter(end="2026-10-01T17:00:00"), adviser)
    (asked,) = adviser.heard
    assert (asked.account, asked.quarter, asked.now, asked.past) == ("REV", "2026-Q4", TERMS, ())
    (leap,) = asked.leaps
    assert (leap.quantity, leap.spot, round(leap.vol, 2)) == (10, 180.0, 0.45)
    (made,), (prompt,) = r.of("llms.suggested"), open_prompts(r)
    assert (told(made), made["data"]["id"]) == ("10:00:00", prompt.id)
    assert prompt.expires == date(2026, 10, 8)
    assert prompt.suggestion is not None
    assert prompt.suggestion.evidence == r.run.runtime.engine.state.accounts["REV"].ladder.suggestion.evidence  # type: ignore[union-attr]
    assert r.of("approval.requested", id=prompt.id, subject="llms")[0]["clauses"] == ["13.3", "17.6"]


@pytest.mark.clause("13.3")
@pytest.mark.parametrize(
    ("answer", "reason", "alert"),
    [
        (lambda _: None, "absent", ("info", "REV: the adviser gave no answer; its ladder stays as it is.")),
        (raises, "absent", ("info", "REV: the adviser failed (RuntimeError); its ladder stays as it is.")),
        (
            lambda _: "\x1b[2J" * 10**6, "unsound",
            ("info", "REV: the adviser gave an answer that can't be read; its ladder stays as it is."),
        ),
        (
            outside, "band",
            ("warning", "REV: the adviser wants what the law's bands do not hold; its ladder stays as it is."),
        ),
    ],
    ids=["none", "exception", "garbage", "outside"],
)  # fmt: skip
def test_13_3_an_answer_that_is_none_is_told_and_nothing_else_happens(
    answer: Any, reason: str, alert: tuple[str, str]
) -> None:
    r = run_with(quarter(), Says(answer))
    (refused,) = r.of("llms.refused")
    assert (told(refused), refused["data"]["reason"], refused["clauses"]) == ("10:00:00", reason, ["13.3", "17.6"])
    assert alerts(r) == [alert]
    assert not open_prompts(r) and not r.of("llms.suggested")


@pytest.mark.clause("13.3")
def test_13_3_an_answer_that_does_not_come_is_waited_for_a_minute_and_one_that_comes_then_is_nobody_s() -> None:
    r = run_with(quarter(), Slow(90))
    (refused,) = r.of("llms.refused", reason="late")
    assert told(refused) == "10:01:00"
    assert alerts(r) == [("info", "REV: the adviser gave no answer in time; its ladder stays as it is.")]
    late = Says(quick)
    run_with(quarter(), late)
    (question,) = late.heard
    before = len(r.records)
    r.run.runtime.deliver([AdviceSeen(r.run.end_ms, question, quick(question))])
    assert len(r.records) == before


@pytest.mark.clause("13.3")
def test_13_3_an_answer_within_the_minute_is_heard_wherever_it_comes_from() -> None:
    r = run_with(quarter(end="2026-10-01T12:00:00"), Slow(20), every_tick=True)
    (made,) = r.of("llms.suggested")
    assert told(made) == "10:00:20"


@pytest.mark.clause("13.3")
def test_13_3_a_ladder_without_a_young_quote_is_asked_about_when_it_has_one() -> None:
    stale = fault("2026-10-01T09:31:00", "stale", "NVDA", "40m")
    r = run_with(quarter(stale), Says(quick))
    (made,) = r.of("llms.suggested")
    assert "10:11" <= told(made) <= "10:15:00"


@pytest.mark.clause("17.6")
def test_17_6_what_is_approved_acts_once_from_the_next_action_on_and_names_the_clause() -> None:
    r = run_with(quarter(APPROVED, end=ROLL_DAY), Says(quick))
    (applied,) = r.of("llms.applied")
    assert applied["ts"][:19] == "2026-10-15T10:00:00"
    assert applied["data"]["terms"] == r.of("llms.suggested")[0]["data"]["proposed"]
    log = r.run.runtime.engine.state.accounts["REV"].ladder
    assert (log.waiting, log.terms, log.since) == (None, log.followed.proposed, "2026-Q4")  # type: ignore[union-attr]
    for kind in ("leap.planned", "leap.rolled"):
        assert "17.6" in r.of(kind)[0]["clauses"]
    sold, bought = r.of("order.intended", purpose="leap")
    assert ("17.6" in sold["clauses"], "17.6" in bought["clauses"]) == (False, True)


@pytest.mark.clause("17.6")
def test_17_6_a_yes_between_the_halves_of_a_roll_waits_for_the_next_one() -> None:
    held = operator("2026-10-01T10:00:01.500000", "approve", "REV")
    ripe = LEAP.replace("2027-01-15", "2026-12-18")
    text = situation(
        "2026-09-30T15:00:00", "2026-10-01T12:00:00", {"NVDA": NVDA}, REV, ripe, held, accounts=("REV",), capital=None
    )
    r = replay_text(text)
    (decided,), (rolled,) = r.of("approval.decided", decision="approved"), r.of("leap.rolled")
    assert told(decided) < told(rolled)
    assert "17.6" not in rolled["clauses"]
    assert r.of("llms.applied") == []
    assert r.run.runtime.engine.state.accounts["REV"].ladder.waiting is not None


@pytest.mark.clause("13.3")
@pytest.mark.parametrize("answer", ["approve", "refuse"])
def test_13_3_the_key_s_hash_covers_the_change_and_its_evidence(answer: str) -> None:
    r = run_with(quarter(end="2026-10-01T17:00:00"), Says(quick))
    (prompt,) = open_prompts(r)
    assert prompt.suggestion is not None
    evidence = replace(prompt.suggestion.evidence, gain=9.9)
    others = (
        replace(prompt, suggestion=replace(prompt.suggestion, proposed=LadderTerms(0.25, 12, 1))),
        replace(prompt, suggestion=replace(prompt.suggestion, evidence=evidence)),
        replace(prompt, suggestion=None),
    )
    assert len({each.shown for each in (prompt, *others)}) == 4
    for other in others:
        r.run.runtime.deliver([OperatorActed(r.run.end_ms, answer, "REV", "a", prompt=prompt.id, shown=other.shown)])
        assert open_prompts(r) == [prompt]
    r.run.runtime.deliver([OperatorActed(r.run.end_ms, answer, "REV", "b", prompt=prompt.id, shown=prompt.shown)])
    (decided,) = r.of("approval.decided")
    assert (decided["data"]["by"], decided["data"]["shown"]) == ("b", prompt.shown)


@pytest.mark.clause("13.3", "9.5")
def test_13_3_the_journal_alone_tells_the_same_terms_prompts_and_outcomes() -> None:
    r = run_with(quarter(APPROVED, end=ROLL_DAY), Says(quick))
    read = [decode(line(*row)) for row in r.journal.read()]
    state = r.run.runtime.engine.state
    for count in range(0, len(read), 7):
        fold(read[:count])
    assert fold(read) == state
    assert state_of(json.loads(json.dumps(state_data(state)))) == state
    assert state.accounts["REV"].ladder.terms is not None
    (applied,) = [index for index, row in enumerate(read) if row[2].kind == "llms.applied"]
    with pytest.raises(FoldError, match="was not approved"):
        fold([*read[: applied + 1], read[applied]])


@pytest.mark.clause("13.3", "9.5")
def test_13_3_a_crash_before_the_answer_asks_again_and_one_after_it_does_not() -> None:
    ten_ms = to_ms(datetime(2026, 10, 1, 10))
    undisturbed = run_with(quarter(end="2026-10-01T12:00:00"), Slow(20), every_tick=True)
    for crash_ms, times in ((ten_ms - 1, 1), (ten_ms, 1), (ten_ms + 10_000, 2), (ten_ms + 30_000, 1)):
        slow, crash = Slow(20), Crash(crash_ms, crash_ms + MINUTE_MS)
        r = run_with(quarter(end="2026-10-01T12:00:00"), slow, crashes=(crash,), every_tick=True)
        assert len(slow.heard) == times
        (made,) = r.of("llms.suggested")
        assert made["data"]["change"] == undisturbed.of("llms.suggested")[0]["data"]["change"]
        assert len(open_prompts(r)) == 1 and alerts(r) == []


@pytest.mark.clause("13.3")
def test_13_3_one_is_open_at_most_and_a_new_quarter_brings_another() -> None:
    r = run_with(quarter(end="2027-01-04T12:00:00"), Says(quick))
    assert [x["data"]["quarter"] for x in r.of("llms.suggested")] == ["2026-Q4", "2027-Q1"]
    assert [x["data"]["decision"] for x in r.of("approval.decided")] == ["expired"]
    assert [prompt.id for prompt in open_prompts(r)] == ["2"]


@pytest.mark.clause("13.3", "17.6")
def test_17_6_what_was_approved_and_has_not_acted_yet_is_what_the_next_quarter_starts_from() -> None:
    young, adviser = LEAP.replace("2027-01-15", "2027-12-17"), Says(quick)
    text = situation(
        "2026-09-30T15:00:00", "2027-01-04T12:00:00", {"NVDA": NVDA}, REV, young, APPROVED, accounts=("REV",),
        capital=None,
    )  # fmt: skip
    r = run_with(parse(text, "test.toml"), adviser)
    first, second = r.of("llms.suggested")
    assert r.of("llms.applied") == []
    assert second["data"]["now"] == first["data"]["proposed"] != first["data"]["now"]
    assert r.run.runtime.engine.state.accounts["REV"].ladder.waiting.id == first["data"]["id"]  # type: ignore[union-attr]


@pytest.mark.clause("13.3")
def test_13_3_a_paused_sleeve_is_told_all_the_same_and_its_answer_sends_nothing() -> None:
    """Nor on the day on which its ladder would have rolled: what was approved waits until it has resumed."""
    pause = operator("2026-10-01T09:45:00", "pause", "REV")
    r = run_with(quarter(pause, APPROVED, end=ROLL_DAY), Says(quick))
    assert len(r.of("approval.decided", decision="approved")) == 1
    assert r.of("order.intended") == r.of("llms.applied") == []
    assert r.run.runtime.engine.state.accounts["REV"].ladder.waiting is not None
