"""How events of the house change the state: data, breakers, people, weeks."""

from datetime import timedelta

from allusetui.domain import event as ev
from allusetui.domain.account import Status
from allusetui.domain.moment import day_of
from allusetui.domain.order import Purpose
from allusetui.domain.state import Approval, Atr, State
from allusetui.engine.changes.held import Changes, account_of


def _started(state: State, e: ev.SessionStarted) -> None:
    state.session, state.mode, state.seed = e.session, e.mode, e.seed
    state.constitution, state.constitution_hash = e.constitution, e.constitution_hash
    state.margin_rate, state.commission = e.margin_rate, e.commission
    if not e.resumed:
        state.began = day_of(state.at_ms)
        # Closes before the start turn nothing on: the first one that is judged is the start's own day's.
        state.triggers.judged = day_of(state.at_ms) - timedelta(days=1)


def _linked(state: State, e: ev.SessionLinked) -> None:
    state.linked = True


def _atr_fixed(state: State, e: ev.AtrFixed) -> None:
    atr = Atr(e.atr, e.atr_source, e.day)
    state.atr[e.symbol] = atr
    if e.atr_source == "bars":
        state.last_bars_atr[e.symbol] = atr


def _alerted(state: State, e: ev.AlertRaised) -> None:
    if e.topic is not None and e.symbol is not None:
        state.anomalies[e.topic, e.symbol] = day_of(state.at_ms)


def _mismatched(state: State, e: ev.ReconcileMismatch) -> None:
    if e.settlement is not None:
        state.seen_ids.add(e.settlement)


def _tripped(state: State, e: ev.BreakerTripped) -> None:
    state.breakers.add(e.tier)
    fact = {"hedged_week": "Hedged", "safe": "Preservation"}.get(e.tier)
    if fact:
        for group in {a.group for a in state.accounts.values()}:
            state.week_facts.setdefault(group, set()).add(fact)


def _cleared(state: State, e: ev.BreakerCleared) -> None:
    state.breakers.discard(e.tier)


def _requested(state: State, e: ev.ApprovalRequested) -> None:
    state.approval_count = int(e.id)
    made = None if e.account is None else account_of(state, e).ladder.suggestion
    state.approvals[e.id] = Approval(
        e.id, e.account, e.purpose, e.contract, e.quantity, e.candidate, e.subject, e.text, e.expires,
        made if made is not None and made.id == e.id else None, state.proposals.get(e.id),
    )  # fmt: skip


def _decided(state: State, e: ev.ApprovalDecided) -> None:
    prompt = state.approvals.pop(e.id)
    if prompt.account is None:
        _decided_of_law(state, prompt, e.decision)
        return
    account = state.accounts[prompt.account]
    position = account.positions.get(prompt.contract) if prompt.contract else None
    if e.decision == "approved" and prompt.suggestion is not None and not prompt.suggestion.keeps:
        account.ladder.waiting = prompt.suggestion
    if e.decision != "refused" or prompt.purpose is None:
        return
    if prompt.purpose is Purpose.HEDGE:
        account.hedges.refused = True
    elif position is not None:
        position.refused.add(prompt.purpose)


def _decided_of_law(state: State, prompt: Approval, decision: str) -> None:
    """What is approved stays until it is written; what was withdrawn may come again."""
    assert prompt.proposal is not None
    if decision != "withdrawn":
        state.proposals_answered.add(prompt.proposal.evidence)
    if decision != "approved":
        del state.proposals[prompt.id]


def _proposed(state: State, e: ev.AmendmentProposed) -> None:
    state.proposals[e.id] = e.proposal


def _law_written(state: State, e: ev.LawEnacted | ev.LawNotEnacted) -> None:
    if e.id in state.approvals:
        raise ValueError(f"amendment {e.id} was not approved")
    del state.proposals[e.id]


def _week_typed(state: State, e: ev.WeekTyped) -> None:
    if e.group is None and e.week != state.week_typed:
        state.week_typed, state.typed_facts = e.week, state.week_facts
        state.assigned_weeks = {week: groups for week, groups in state.assigned_weeks.items() if week >= e.week}
        hedged = "hedged_week" in state.breakers
        state.week_facts = {a.group: {"Hedged"} for a in state.accounts.values()} if hedged else {}


def _report_written(state: State, e: ev.ReportWritten) -> None:
    state.reports[f"{e.period} {e.name}"] = e.sha256


def _operator(state: State, e: ev.OperatorKey) -> None:
    state.heard_ms = state.at_ms
    if e.account is None:
        return
    account = account_of(state, e)
    if e.action == "no_entries":
        account.no_entries = True
    elif e.action == "resume" and account.status not in (Status.EMERGENCY, Status.MAINTENANCE):
        account.no_entries = False


CHANGES: Changes = {
    ev.SessionStarted: _started,
    ev.SessionLinked: _linked,
    ev.AtrFixed: _atr_fixed,
    ev.BreakerTripped: _tripped,
    ev.BreakerCleared: _cleared,
    ev.ApprovalRequested: _requested,
    ev.ApprovalDecided: _decided,
    ev.AmendmentProposed: _proposed,
    ev.LawEnacted: _law_written,
    ev.LawNotEnacted: _law_written,
    ev.ReconcileMismatch: _mismatched,
    ev.AlertRaised: _alerted,
    ev.WeekTyped: _week_typed,
    ev.ReportWritten: _report_written,
    ev.OperatorKey: _operator,
}
