"""13.3, 17.6: the adviser is asked about a ladder; what it says is put to a person, and acts once after a yes.

Nothing waits for it: without an answer, or with one that the law does not let through, everything goes on as it was.
"""

from allusetui.domain import event as ev
from allusetui.domain import input as inp
from allusetui.domain.account import Account
from allusetui.domain.advice import HeadlineQuestion, LadderAdvice, LadderQuestion, LadderTerms, MarketQuestion
from allusetui.domain.effect import AskAdvice
from allusetui.domain.moment import SECOND_MS, quarter_before, quarter_of, quarters_between
from allusetui.domain.money import to_figure
from allusetui.domain.text import untrusted
from allusetui.engine import anomalies
from allusetui.engine.desk import Desk
from allusetui.engine.prompts import last_session
from allusetui.rules import suggestion
from allusetui.rules.situation import clause
from allusetui.rules.suggestion import CLAUSES, SUBJECT

_WAIT_S = 60


def look(desk: Desk) -> None:
    """On a session: tell what came of what acts, and ask where it is due."""
    for account in desk.trading():
        _tell_outcome(desk, account)
        if suggestion.is_due(desk, account) and not _is_awaited(desk, account):
            question = suggestion.question(desk, account)
            if question is not None:
                desk.volatile.advice_awaited[question] = desk.now_ms + _WAIT_S * SECOND_MS
                desk.ask(AskAdvice(question))


def owes_a_question(desk: Desk) -> bool:
    """Whether a ladder waits for its figures, or for the adviser."""
    return bool(desk.volatile.advice_awaited) or any(suggestion.is_due(desk, a) for a in desk.trading())


def _is_awaited(desk: Desk, account: Account) -> bool:
    asked = (question for question in desk.volatile.advice_awaited if isinstance(question, LadderQuestion))
    return any(question.account == account.name for question in asked)


@clause("13.3")
def _tell_outcome(desk: Desk, account: Account) -> None:
    """Once a quarter, while the suggestion that acts has promised something for it."""
    log, quarter = account.ladder, quarter_of(desk.today)
    if log.followed is None or log.told == quarter:
        return
    passed = quarters_between(log.since, quarter)
    promised = log.followed.evidence.quarters[passed - 1 : passed]
    if promised:
        desk.emit(
            ev.LlmsOutcome(
                account=account.name, clauses=CLAUSES, id=log.followed.id, quarter=quarter_before(quarter),
                promised=promised[0], realized=to_figure(log.index),
            )
        )  # fmt: skip


def lapse(desk: Desk) -> None:
    """Answers that have not come in time are not waited for any longer."""
    for question, due_ms in list(desk.volatile.advice_awaited.items()):
        if desk.now_ms >= due_ms:
            del desk.volatile.advice_awaited[question]
            if isinstance(question, LadderQuestion):
                _refuse(desk, question, "late", "gave no answer in time")
            else:
                anomalies.fail(desk, "gave no answer in time")


def on_advice(desk: Desk, seen: inp.AdviceSeen) -> None:
    """An answer to what was asked; one that is not waited for any longer is nobody's."""
    if desk.volatile.advice_awaited.pop(seen.question, None) is None:
        return
    match seen.question:
        case LadderQuestion():
            _on_ladder(desk, seen.question, seen)
        case MarketQuestion() | HeadlineQuestion():
            anomalies.on_answer(desk, seen.question, seen)


@clause("13.3", "17.6")
def _on_ladder(desk: Desk, asked: LadderQuestion, seen: inp.AdviceSeen) -> None:
    if seen.advice is None:
        _refuse(desk, asked, "absent", untrusted(seen.trouble) or "gave no answer")
        return
    fault = suggestion.fault(desk, asked, seen.advice)
    if not isinstance(seen.advice, LadderAdvice) or fault == "unsound":
        _refuse(desk, asked, "unsound", "gave an answer that can't be read")
    elif fault is None:
        _suggest(desk, asked, seen.advice)
    elif fault == "band":
        _refuse(desk, asked, fault, "wants what the law's bands do not hold", seen.advice.proposed)
    else:
        _refuse(desk, asked, fault, "wants what its own evidence does not carry", seen.advice.proposed)


def _refuse(desk: Desk, asked: LadderQuestion, reason: str, told: str, proposed: LadderTerms | None = None) -> None:
    """No suggestion this quarter. That nothing came is a note; that the law was passed is a warning."""
    desk.emit(
        ev.LlmsRefused(account=asked.account, clauses=CLAUSES, quarter=asked.quarter, reason=reason, proposed=proposed)
    )
    severity = "info" if proposed is None else "warning"
    text = f"{asked.account}: the adviser {told}; its ladder stays as it is."
    desk.alert(severity, text, asked.account, CLAUSES)


@clause("13.3", "17.6")
def _suggest(desk: Desk, asked: LadderQuestion, advice: LadderAdvice) -> None:
    """Told, and asked of a person, who may answer up to the close of the last session."""
    made, prompt = advice.proposed, str(desk.state.approval_count + 1)
    desk.emit(
        ev.LlmsSuggested(
            account=asked.account, clauses=CLAUSES, id=prompt, change=suggestion.change_of(asked.now, made),
            evidence=advice.evidence, quarter=asked.quarter, now=asked.now, proposed=made, past=asked.past,
        )
    )  # fmt: skip
    desk.emit(
        ev.ApprovalRequested(
            account=asked.account, clauses=CLAUSES, id=prompt, subject=SUBJECT,
            text=suggestion.told(asked.now, made, advice.evidence), expires=last_session(desk),
        )
    )  # fmt: skip


@clause("17.6")
def apply_approved(desk: Desk, account: Account) -> None:
    """An action of the ladder begins: what was approved before it acts from here on."""
    waiting = account.ladder.waiting
    if waiting is not None:
        desk.emit(ev.LlmsApplied(account=account.name, clauses=CLAUSES, id=waiting.id, terms=waiting.proposed))
