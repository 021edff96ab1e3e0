"""How advice changes the state: what is suggested, what acts, and what comes of it."""

from allusetui.domain import event as ev
from allusetui.domain.advice import Outcome, Suggestion
from allusetui.domain.moment import day_of, quarter_of
from allusetui.domain.state import State
from allusetui.engine.changes.held import Changes, account_of


def _suggested(state: State, e: ev.LlmsSuggested) -> None:
    log = account_of(state, e).ladder
    log.quarter = e.quarter
    log.suggestion = Suggestion(e.id, e.quarter, e.now, e.proposed, e.evidence, e.past)


def _refused(state: State, e: ev.LlmsRefused) -> None:
    account_of(state, e).ladder.quarter = e.quarter


def _applied(state: State, e: ev.LlmsApplied) -> None:
    log = account_of(state, e).ladder
    if log.waiting is None or (log.waiting.id, log.waiting.proposed) != (e.id, e.terms):
        raise ValueError(f"suggestion {e.id} was not approved")
    log.follow(log.waiting, quarter_of(day_of(state.at_ms)))


def _outcome(state: State, e: ev.LlmsOutcome) -> None:
    outcome = Outcome(e.id, e.quarter, e.promised, e.realized)
    account_of(state, e).ladder.remember(outcome, quarter_of(day_of(state.at_ms)))


CHANGES: Changes = {
    ev.LlmsSuggested: _suggested,
    ev.LlmsRefused: _refused,
    ev.LlmsApplied: _applied,
    ev.LlmsOutcome: _outcome,
}
