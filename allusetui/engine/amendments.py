"""15.2: a change of the law is put to a person, who is asked once; what is approved is written by another hand.

Nothing here reads or changes a law: this session goes on under its own.
"""

from allusetui.domain import event as ev
from allusetui.domain import input as inp
from allusetui.domain.effect import EnactLaw
from allusetui.domain.proposal import Proposal
from allusetui.domain.text import untrusted
from allusetui.engine import prompts
from allusetui.engine.desk import Desk
from allusetui.rules.situation import clause

SUBJECT = "amendment"
CLAUSES = ("15.2",)


@clause("15.2")
def on_proposals(desk: Desk, seen: inp.ProposalsSeen) -> None:
    """All that waits for a word by now: what is new is asked for, what does not wait any more is withdrawn."""
    waiting = {each.evidence for each in seen.waiting}
    for id_, proposal in list(desk.state.proposals.items()):
        prompt = desk.state.approvals.get(id_)
        if prompt is not None and proposal.evidence not in waiting:
            prompts.decide(desk, prompt, "withdrawn", "engine")
    known = desk.state.proposals_answered | {each.evidence for each in desk.state.proposals.values()}
    for proposal in seen.waiting:
        if proposal.evidence not in known:
            _ask_for(desk, proposal)


def _ask_for(desk: Desk, proposal: Proposal) -> None:
    """Once for what was simulated: who simulates it again asks again."""
    prompt = str(desk.state.approval_count + 1)
    desk.emit(ev.AmendmentProposed(clauses=CLAUSES, id=prompt, proposal=proposal))
    text = f"{proposal.version}: {', '.join(f'{each.key} {each.was} to {each.now}' for each in proposal.changes)}"
    desk.emit(
        ev.ApprovalRequested(
            clauses=CLAUSES, id=prompt, subject=SUBJECT, text=untrusted(text), expires=prompts.last_session(desk)
        )
    )


@clause("15.2")
def answer(desk: Desk, seen: inp.OperatorActed) -> None:
    """What is approved is to be written; it is what was shown, or nothing."""
    prompt = prompts.answered(desk, None, seen)
    if prompt is not None and prompt.proposal is not None and seen.action == "approve":
        desk.ask(EnactLaw(prompt.id, prompt.proposal))


@clause("15.2")
def go_on(desk: Desk) -> None:
    """What was approved before a restart, and of which nobody knows whether it was written, is to be written."""
    for prompt, proposal in desk.state.proposals.items():
        if prompt not in desk.state.approvals:
            desk.ask(EnactLaw(prompt, proposal))


@clause("15.2", "15.3")
def on_enacted(desk: Desk, seen: inp.LawWritten) -> None:
    """What became of it, once: what is not waited for any more is nobody's."""
    proposal = desk.state.proposals.get(seen.prompt)
    if proposal is None or seen.prompt in desk.state.approvals:
        return
    version = proposal.version
    if seen.trouble:
        reason = untrusted(seen.trouble)
        desk.emit(ev.LawNotEnacted(clauses=CLAUSES, id=seen.prompt, version=version, reason=reason))
        desk.alert("warning", f"Constitution {version} did not come into force: {reason}", None, CLAUSES)
        return
    desk.emit(ev.LawEnacted(clauses=("15.2", "15.3"), id=seen.prompt, version=version, sha256=proposal.sha256))
    text = f"Constitution {version} is in force; this session goes on under {desk.law.version} until it is resumed"
    desk.alert("info", f"{text} at a week's start.", None, CLAUSES)
