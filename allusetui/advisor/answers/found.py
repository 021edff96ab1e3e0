"""What a query finds, as it is told: an event, or that there is none and what comes nearest."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from allusetui.advisor.answers.find import Finder
from allusetui.advisor.answers.query import Query, Span
from allusetui.advisor.answers.sentence import Derived, Op, Sentence, fall
from allusetui.advisor.answers.tell import moment, number, sentence_of
from allusetui.domain import event as ev
from allusetui.domain.snapshot import Told

Found = tuple[bool, list[Sentence]]
"""Whether the journal decides what was asked, and what is said."""


def told_of(told: Told) -> Sentence:
    """One event, and how deep a fall it marks."""
    lost = fall(told)
    if lost is None or not isinstance(told.event, ev.PivotEntered | ev.PivotLeft):
        return Sentence(sentence_of(told), (told,))
    said = f"{sentence_of(told)}, which is {number(lost)} % below it"
    return Sentence(said, (told,), (Derived(lost, Op.FALL, (told,)),))


def cannot(reason: str, finder: Finder) -> Found:
    """That the journal can't tell, why, and what it spans."""
    ends = finder.edges(Span())
    if not ends:
        return False, [Sentence(f"I can't tell from the ledger: {reason}, and it is empty", ())]
    said = f"I can't tell from the ledger: {reason}; it runs from {moment(ends[0].at_ms)} to {moment(ends[-1].at_ms)}"
    return False, [Sentence(said, ends)]


def nothing(query: Query, finder: Finder, premise: bool) -> Found:
    """Nothing of the kind stands there. A question that takes it for given is not answered; one that asks it, is."""
    ends = finder.edges(query.span)
    if not ends:
        return cannot("nothing is written down", finder)
    after, until = finder.bounds(query.span)
    if after >= until:
        return cannot("it has no record of that time", finder)
    about = " ".join(
        [
            query.topic.noun,
            *(f"of {each}" for each in query.accounts[:3]),
            *(f"about {each}" for each in query.symbols[:2]),
        ]
    )
    where = f"no {about} stands in the ledger between {moment(ends[0].at_ms)} and {moment(ends[-1].at_ms)}"
    started = f"I can't tell from the ledger: {where}" if premise else f"{where[0].upper()}{where[1:]}"
    said = [Sentence(started, ascending((*ends, *finder.numbered(query.accounts))))]
    if (near := finder.nearest(query)) is not None:
        said.append(Sentence(f"The nearest is this: {told_of(near).text}", (near,), told_of(near).derived))
    elif (other := _somebody_elses(query, finder)) is not None:
        said.append(
            Sentence(f"What comes nearest is another's: {told_of(other).text}", (other,), told_of(other).derived)
        )
    return not premise, said


def _somebody_elses(query: Query, finder: Finder) -> Told | None:
    """The newest event of the kind in that time that is another account's, or another symbol's."""
    if not query.accounts and not query.symbols:
        return None
    return next(finder.found(replace(query, accounts=(), symbols=()), backwards=True), None)


def noun_of(query: Query, told: Sequence[Told]) -> str:
    """What the events are called, by how many there are."""
    return query.topic.noun if len(told) == 1 else query.topic.many


def ascending(told: Iterable[Told]) -> tuple[Told, ...]:
    """Each once, by seq."""
    return tuple(sorted({each.seq: each for each in told}.values(), key=lambda each: each.seq))
