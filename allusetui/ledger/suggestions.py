"""What the adviser has suggested, what a person decided, and what came of it beside what was promised (13.3, 17.6)."""

from collections.abc import Iterator

from allusetui.domain import event as ev
from allusetui.domain.advice import Outcome, Outlook
from allusetui.domain.frozen import frozen, mutable
from allusetui.ledger.once import Records

OPEN = "open"


@mutable
class Suggested:
    """One suggestion of an account; `decision` as the journal has it, `open` before there is one.

    `promised`: what a dollar in the ladder becomes by each quarter's end.
    """

    id: str
    account: str
    quarter: str
    change: str
    promised: tuple[Outlook, ...]
    decision: str = OPEN
    outcomes: tuple[Outcome, ...] = ()


@frozen
class Row:
    """A line of the table: one outcome of a suggestion, or the suggestion alone where there is none."""

    account: str
    id: str
    quarter: str
    change: str
    decision: str
    outcome: Outcome | None


def suggestions(records: Records) -> tuple[Suggested, ...]:
    """Every suggestion of a journal, in its order."""
    found: dict[str, Suggested] = {}
    for _, _, event in records:
        match event:
            case ev.LlmsSuggested(account=str() as account):
                promised = event.evidence.quarters
                found[event.id] = Suggested(event.id, account, event.quarter, event.change, promised)
            case ev.ApprovalDecided() if event.id in found:
                found[event.id].decision = event.decision
            case ev.LlmsOutcome():
                made = Outcome(event.id, event.quarter, event.promised, event.realized)
                found[event.id].outcomes += (made,)
            case _:
                pass
    return tuple(found.values())


def table(records: Records) -> Iterator[Row]:
    """The rows of a report, by suggestion and quarter."""
    for each in suggestions(records):
        for outcome in each.outcomes or (None,):
            yield Row(each.account, each.id, each.quarter, each.change, each.decision, outcome)
