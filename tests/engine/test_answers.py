"""An answer to an approval prompt names it and what was shown of it: it is used once, in time, and for nothing else."""

from dataclasses import fields, replace
from datetime import date

import pytest

from allusetui.domain import event as ev
from allusetui.domain.input import MarketSeen, OperatorActed
from allusetui.domain.moment import DAY_MS
from allusetui.domain.order import Purpose
from allusetui.domain.state import Approval
from allusetui.engine.apply import apply
from tests.engine.amending import PROPOSAL
from tests.replaying import Replayed, replay_crash_week
from tests.rules.situations import operator

PAUSE_GEN = operator("2026-03-12T10:20:00", "pause", "GEN")


@pytest.fixture
def run() -> Replayed:
    """Thursday 14:00; GEN is paused, and two rolls of it are asked for, and a hedge."""
    return replay_crash_week("2026-03-12T14:00:00", PAUSE_GEN)


def prompts(run: Replayed) -> list[Approval]:
    """The rolls that are asked for, and what was asked later."""
    return [a for a in run.run.runtime.engine.state.approvals.values() if a.purpose is not Purpose.HEDGE]


def answered(run: Replayed, prompt: str, shown: str, action: str = "refuse", later_ms: int = 0) -> list[str]:
    """Press the answer; gives what the journal says of prompts from then on."""
    before = len(run.records)
    acted = OperatorActed(run.run.end_ms + later_ms, action, "GEN", "operator", prompt=prompt, shown=shown)
    run.run.runtime.deliver([acted])
    told = run.records[before:]
    assert (told[0]["kind"], told[0]["data"]["prompt"]) == ("operator.acted", prompt)
    says = {"approval.decided": "decision", "alert.raised": "text"}
    return [row["data"][says[row["kind"]]] for row in told if row["kind"] in says]


@pytest.mark.clause("0.7")
def test_0_7_an_answer_is_for_the_prompt_that_it_names_and_says_who_and_what_was_shown(run: Replayed) -> None:
    first, second = prompts(run)
    assert answered(run, second.id, second.shown) == ["refused"]
    (decided,) = run.of("approval.decided", decision="refused")
    assert (decided["data"]["id"], decided["data"]["by"]) == (second.id, "operator")
    assert decided["data"]["shown"] == second.shown and len(second.shown) == 64
    assert prompts(run) == [first]


@pytest.mark.clause("0.7")
def test_0_7_a_prompt_that_was_answered_can_not_be_answered_again(run: Replayed) -> None:
    first, _ = prompts(run)
    assert answered(run, first.id, first.shown) == ["refused"]
    assert answered(run, first.id, first.shown, "approve") == [
        f"GEN: prompt {first.id} is not open; approve did nothing."
    ]
    assert len(prompts(run)) == 1


@pytest.mark.clause("0.7")
def test_0_7_an_answer_to_something_else_than_was_asked_is_refused_and_journalled(run: Replayed) -> None:
    first, second = prompts(run)
    assert answered(run, first.id, second.shown, "approve") == [
        f"GEN: prompt {first.id} is not what was shown; approve did nothing."
    ]
    assert prompts(run) == [first, second]
    assert run.of("order.intended", account="GEN", purpose="roll") == []


@pytest.mark.clause("0.7")
def test_0_7_an_answer_of_another_account_is_not_heard(run: Replayed) -> None:
    first, _ = prompts(run)
    acted = OperatorActed(run.run.end_ms, "approve", "REV", "operator", prompt=first.id, shown=first.shown)
    run.run.runtime.deliver([acted])
    assert run.of("alert.raised", account="REV")[-1]["data"]["text"].startswith(f"REV: prompt {first.id} is not open")
    assert len(prompts(run)) == 2


@pytest.mark.clause("0.7")
def test_0_7_what_was_shown_is_known_by_every_term_of_the_prompt(run: Replayed) -> None:
    """What the adviser or a law's proposal says is a term of those prompts: see their own tests."""
    first, second = prompts(run)
    assert first.contract is not None and second.candidate is not None
    others = {
        "id": second.id, "account": "REV", "purpose": Purpose.STOP, "quantity": first.quantity + 1,
        "contract": replace(first.contract, strike=first.contract.strike + 1), "candidate": second.candidate,
        "subject": "llms", "text": "another", "expires": date(2026, 3, 18), "suggestion": None, "proposal": PROPOSAL,
    }  # fmt: skip
    assert others.keys() == {each.name for each in fields(Approval)}
    changed = [replace(first, **{name: value}) for name, value in others.items() if name != "suggestion"]
    assert len({each.shown for each in (first, *changed)}) == 1 + len(changed)
    assert replace(first).shown == first.shown


def ask(run: Replayed, expires: date) -> Approval:
    """Ask for a suggestion that may be answered up to the close of a session."""
    state = run.run.runtime.engine.state
    asked = ev.ApprovalRequested(
        account="GEN", clauses=("13.3",), id=str(state.approval_count + 1), subject="llms", text="keep", expires=expires
    )
    apply(state, run.run.end_ms, asked)
    return state.approvals[asked.id]


@pytest.mark.clause("13.3")
def test_13_3_a_suggestion_is_approved_once_and_a_resume_does_not_withdraw_it(run: Replayed) -> None:
    asked = ask(run, date(2026, 3, 18))
    run.run.runtime.deliver([OperatorActed(run.run.end_ms, "resume", "GEN", "operator")])
    assert prompts(run) == [asked]
    assert answered(run, asked.id, asked.shown, "approve") == ["approved"]
    (decided,) = run.of("approval.decided", decision="approved")
    assert decided["clauses"] == ["13.3", "17.6"]
    assert prompts(run) == []


@pytest.mark.clause("13.3")
def test_13_3_a_suggestion_expires_at_the_close_of_its_last_session(run: Replayed) -> None:
    asked, engine = ask(run, date(2026, 3, 13)), run.run.runtime.engine
    friday = engine.calendar.on(date(2026, 3, 13))
    assert friday is not None and friday.close_ms - run.run.end_ms > DAY_MS
    assert engine.wake_at(friday.close_ms - 1_000) <= friday.close_ms
    early = engine.handle(MarketSeen(friday.close_ms - 1_000, {}, {}, 0.0))
    assert "expired" not in [e.decision for e in early.events if isinstance(e, ev.ApprovalDecided)]
    late = engine.handle(MarketSeen(friday.close_ms, {}, {}, 0.0))
    expired = [e for e in late.events if isinstance(e, ev.ApprovalDecided) and e.decision == "expired"]
    assert [(e.id, e.by) for e in expired] == [(asked.id, "engine")]


@pytest.mark.clause("13.3")
def test_13_3_an_answer_that_comes_after_the_last_session_finds_it_expired(run: Replayed) -> None:
    asked = ask(run, date(2026, 3, 11))
    assert answered(run, asked.id, asked.shown, "approve")[:2] == [
        "expired", f"GEN: prompt {asked.id} is not open; approve did nothing.",
    ]  # fmt: skip
