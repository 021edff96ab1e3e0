"""A query answered: sentences, each of which stands on the records that it cites."""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Final

from allusetui.advisor.answers.amounts import quantity
from allusetui.advisor.answers.figures import ranked, stands, summed_up
from allusetui.advisor.answers.find import Finder
from allusetui.advisor.answers.found import Found, ascending, nothing, noun_of, told_of
from allusetui.advisor.answers.query import End, How, Query
from allusetui.advisor.answers.sentence import Sentence, counted, summed
from allusetui.advisor.answers.tell import moment, number, sentence_of
from allusetui.domain import event as ev
from allusetui.domain.snapshot import Told
from allusetui.ledger.leads import symbol_of

_MOST_TOLD: Final = 12


def respond(query: Query, finder: Finder) -> Found:
    """The answer to a query."""
    if query.topic.reading is not None and query.how not in (How.WHY, How.WHEN):
        return stands(query, finder)
    asks_for_events = query.how in (How.WHY, How.HOW_MANY)
    if query.topic.amount is not None and query.end in (End.MOST, End.LEAST) and not asks_for_events:
        return ranked(query, finder)
    match query.how:
        case How.WHY:
            return _why(query, finder)
        case How.WHEN:
            return _listed(query, finder, premise=True)
        case How.HOW_MANY:
            return _counted(query, finder)
        case How.HOW_MUCH if query.topic.amount is not None:
            return summed_up(query, finder)
        case _:
            return _listed(query, finder, premise=False)


def _why(query: Query, finder: Finder) -> Found:
    rows = finder.found(query, backwards=query.end is not End.FIRST)
    told = next(rows, None)
    if told is None:
        return nothing(query, finder, premise=True)
    others = _head(rows, _MOST_TOLD)
    said = [told_of(told)]
    earlier = finder.chain(told)
    said += [Sentence(f"Before it, {sentence_of(each)}", (each,)) for each in earlier]
    if (end := finder.end_of(told)) is not None:
        said.append(Sentence(f"It ended: {sentence_of(end)}", (end,)))
    if others and isinstance(told.event, ev.EntrySkipped):
        said.append(_reasons([told, *others]))
    elif others:
        which = "earliest" if query.end is End.FIRST else "latest"
        text = f"That is the {which} {query.topic.noun} of more than one in that time"
        said.append(Sentence(text, ascending([told, *others])))
    return True, said


def _reasons(skips: Sequence[Told]) -> Sentence:
    """Why entries were skipped, each reason once with a symbol that it befell."""
    found = {(e.symbol, e.reason): each for each in skips if isinstance(e := each.event, ev.EntrySkipped)}
    said = "; ".join(f"{symbol} {reason.replace('_', ' ')}" for symbol, reason in found)
    return Sentence(f"The skips around it: {said}", ascending(found.values()))


def _listed(query: Query, finder: Finder, premise: bool) -> Found:
    if query.end in (End.FIRST, End.LAST):
        told = _head(finder.found(query, backwards=query.end is End.LAST), 1)
    else:
        told = list(finder.found(query))
    if not told:
        return nothing(query, finder, premise)
    said = [_count_of(query, told)] if query.how is How.WHETHER or len(told) > 1 else []
    if query.how is How.WHICH and query.topic.amount is not None and len(told) > 1:
        said += summed_up(query, finder)[1]
    if len(told) > _MOST_TOLD and query.how is not How.WHEN:
        said += _shares(query, told)
        said += [told_of(each) for each in told[-3:]]
    else:
        said += [told_of(each) for each in told[-_MOST_TOLD:]]
    return True, said


def _counted(query: Query, finder: Finder) -> Found:
    told = list(finder.found(query))
    if not told:
        return nothing(query, finder, premise=False)
    said = [_count_of(query, told)]
    if isinstance(
        told[0].event, ev.AssignmentReceived | ev.CalledAwayReceived | ev.ExpiredReceived | ev.StopDone | ev.RollDone
    ):
        contracts = summed(told, quantity)
        said.append(Sentence(f"They are {number(int(contracts.value))} contracts", tuple(told), (contracts,)))
    return True, said + _shares(query, told)


def _count_of(query: Query, told: Sequence[Told]) -> Sentence:
    count = counted(told)
    verb = "stands" if len(told) == 1 else "stand"
    yes = "Yes: " if query.how is How.WHETHER else ""
    first, last = moment(told[0].at_ms), moment(told[-1].at_ms)
    span = f"at {first}" if first == last else f"between {first} and {last}"
    text = f"{yes}{number(len(told))} {noun_of(query, told)} {verb} in the ledger {span}"
    return Sentence(text, tuple(told), (count,))


def _shares(query: Query, told: Sequence[Told]) -> list[Sentence]:
    """How many of them were each account's, each symbol's, each reason's; of each the count is cited."""
    said = []
    for what in (_account, symbol_of, _reason):
        groups = Counter(key for each in told if (key := what(each.event)) is not None)
        if not 1 < len(groups) <= _MOST_TOLD:
            continue
        for key, _ in groups.most_common():
            own = [each for each in told if what(each.event) == key]
            count = counted(own)
            text = f"{str(key).replace('_', ' ')}: {number(len(own))} {noun_of(query, own)}"
            said.append(Sentence(text, tuple(own), (count,)))
    return said


def _account(event: ev.Event) -> str | None:
    return event.account


def _reason(event: ev.Event) -> str | None:
    return getattr(event, "reason", None) if isinstance(event, ev.EntrySkipped | ev.OrderAbandoned) else None


def _head(rows: Iterable[Told], count: int) -> list[Told]:
    return list(islice(rows, count))
