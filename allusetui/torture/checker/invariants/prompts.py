"""15: an approval is used once, and what is done equals what was shown."""

from collections.abc import Iterator

from allusetui.domain import event as ev
from allusetui.domain.state import Approval
from allusetui.law.model import Law
from allusetui.torture.checker.books import Books, Row
from allusetui.torture.checker.sheet import Prompt
from allusetui.torture.checker.violation import Violation


def approved_once(books: Books, row: Row, law: Law) -> Iterator[Violation]:
    """15. A prompt is asked once, decided once, acted on once, and as it was shown."""
    seq, at_ms, event = row
    match event:
        case ev.ApprovalRequested() if event.id in books.prompts:
            yield Violation(15, at_ms, seq, f"prompt {event.id} is asked twice")
        case ev.ApprovalDecided():
            yield from _decided(books.prompts.get(event.id), event, row)
        case ev.OrderIntended(approved=True):
            if not _is_allowed(books, event):
                what = f"{event.purpose} of {event.quantity} {event.contract} in {event.account}"
                yield Violation(15, at_ms, seq, f"{what} is done as approved without a yes of its own")
        case ev.LlmsApplied():
            yield from _applied(books, event, row)
        case ev.LawEnacted():
            yield from _enacted(books, event, row)


def _is_allowed(books: Books, event: ev.OrderIntended) -> bool:
    if event.account is not None and books.closes.get((event.account, event.contract)):
        return True
    return any(each.allows(event) for each in books.prompts.values())


def _decided(prompt: Prompt | None, event: ev.ApprovalDecided, row: Row) -> Iterator[Violation]:
    seq, at_ms, _ = row
    if prompt is None or prompt.decision is not None:
        was = "was never asked" if prompt is None else f"is {prompt.decision} already"
        yield Violation(15, at_ms, seq, f"prompt {event.id} is {event.decision}, and {was}")
    elif event.shown is not None and prompt.asked.subject == "defence" and event.shown != _terms(prompt.asked):
        yield Violation(15, at_ms, seq, f"prompt {event.id} is {event.decision} by who was shown something else")


def _terms(asked: ev.ApprovalRequested) -> str:
    """The hash of what a person was shown."""
    return Approval(
        asked.id, asked.account or "", asked.purpose, asked.contract, asked.quantity, asked.candidate, asked.subject,
        asked.text, asked.expires,
    ).shown  # fmt: skip


def _applied(books: Books, event: ev.LlmsApplied, row: Row) -> Iterator[Violation]:
    seq, at_ms, _ = row
    prompt = books.prompts.get(event.id)
    if prompt is None or prompt.decision != "approved" or prompt.used:
        yield Violation(15, at_ms, seq, f"suggestion {event.id} acts without a yes of its own")
    elif books.suggested.get(event.id) != event.terms:
        shown = books.suggested.get(event.id)
        yield Violation(15, at_ms, seq, f"suggestion {event.id} acts by {event.terms}, shown was {shown}")


def _enacted(books: Books, event: ev.LawEnacted, row: Row) -> Iterator[Violation]:
    seq, at_ms, _ = row
    prompt, shown = books.prompts.get(event.id), books.proposed.get(event.id)
    if prompt is None or prompt.decision != "approved" or prompt.used:
        yield Violation(15, at_ms, seq, f"law {event.version} is in force without a yes of its own")
    elif shown is None or shown.sha256 != event.sha256:
        yield Violation(15, at_ms, seq, f"law {event.version} is in force, and another one was shown")
