"""A query answered: sentences, each of which stands on the records that it cites."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import islice
from typing import Final

from allusetui.advisor.answers.amounts import Amount, quantity
from allusetui.advisor.answers.find import Finder
from allusetui.advisor.answers.query import End, How, Query, Span
from allusetui.advisor.answers.sentence import Derived, Op, Sentence, counted, fall, summed
from allusetui.advisor.answers.tell import moment, number, sentence_of
from allusetui.domain import event as ev
from allusetui.domain.snapshot import Told
from allusetui.ledger.leads import symbol_of

Found = tuple[bool, list[Sentence]]
"""Whether the journal decides what was asked, and what is said."""

_MOST_TOLD: Final = 12
_MOST_RANKED: Final = 3


def respond(query: Query, finder: Finder) -> Found:
    """The answer to a query."""
    if query.topic.reading is not None and query.how not in (How.WHY, How.WHEN):
        return _stand(query, finder)
    asks_for_events = query.how in (How.WHY, How.HOW_MANY)
    if query.topic.amount is not None and query.end in (End.MOST, End.LEAST) and not asks_for_events:
        return _ranked(query, finder)
    match query.how:
        case How.WHY:
            return _why(query, finder)
        case How.WHEN:
            return _listed(query, finder, premise=True)
        case How.HOW_MANY:
            return _counted(query, finder)
        case How.HOW_MUCH if query.topic.amount is not None:
            return _summed(query, finder)
        case _:
            return _listed(query, finder, premise=False)


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


def _why(query: Query, finder: Finder) -> Found:
    rows = finder.found(query, backwards=query.end is not End.FIRST)
    told = next(rows, None)
    if told is None:
        return _nothing(query, finder, premise=True)
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
        said.append(
            Sentence(f"That is the {which} {query.topic.noun} of more than one in that time", _sorted([told, *others]))
        )
    return True, said


def _reasons(skips: Sequence[Told]) -> Sentence:
    """Why entries were skipped, each reason once with a symbol that it befell."""
    found = {(e.symbol, e.reason): each for each in skips if isinstance(e := each.event, ev.EntrySkipped)}
    said = "; ".join(f"{symbol} {reason.replace('_', ' ')}" for symbol, reason in found)
    return Sentence(f"The skips around it: {said}", _sorted(found.values()))


def _listed(query: Query, finder: Finder, premise: bool) -> Found:
    if query.end in (End.FIRST, End.LAST):
        told = _head(finder.found(query, backwards=query.end is End.LAST), 1)
    else:
        told = list(finder.found(query))
    if not told:
        return _nothing(query, finder, premise)
    said = [_count_of(query, told)] if query.how is How.WHETHER or len(told) > 1 else []
    if query.how is How.WHICH and query.topic.amount is not None and len(told) > 1:
        said += _summed(query, finder)[1]
    if len(told) > _MOST_TOLD and query.how is not How.WHEN:
        said += _shares(query, told)
        said += [told_of(each) for each in told[-3:]]
    else:
        said += [told_of(each) for each in told[-_MOST_TOLD:]]
    return True, said


def _counted(query: Query, finder: Finder) -> Found:
    told = list(finder.found(query))
    if not told:
        return _nothing(query, finder, premise=False)
    said = [_count_of(query, told)]
    if isinstance(
        told[0].event, ev.AssignmentReceived | ev.CalledAwayReceived | ev.ExpiredReceived | ev.StopDone | ev.RollDone
    ):
        contracts = summed(told, quantity)
        said.append(Sentence(f"They are {number(int(contracts.value))} contracts", tuple(told), (contracts,)))
    return True, said + _shares(query, told)


def _summed(query: Query, finder: Finder) -> Found:
    amount = query.topic.amount
    assert amount is not None
    told = [each for each in finder.found(query) if amount(each.event) is not None]
    return (True, _parts(query, finder, told)) if told else _nothing(query, finder, premise=False)


def _parts(query: Query, finder: Finder, told: list[Told]) -> list[Sentence]:
    """What they amount to; what of it is told apart."""
    amount = query.topic.amount
    assert amount is not None
    sides = {each.seq: finder.side_of(each) for each in told} if query.topic.by_side else {}
    book = [each for each in told if sides.get(each.seq) is None]
    said = _sums(query, book, amount, query.topic.amount_noun)
    for side in sorted({side for side in sides.values() if side is not None}):
        own = [each for each in told if sides[each.seq] == side]
        said += _sums(query, own, amount, f"{query.topic.amount_noun} of the ladder's {side}, which stands apart,")
    if (part := query.topic.part) is not None:
        of_it = summed(told, part)
        said.append(Sentence(f"Of it the {query.topic.part_noun} is {number(of_it.value)}", tuple(told), (of_it,)))
    return said


def _ranked(query: Query, finder: Finder) -> Found:
    """The events with the highest amounts, or the lowest; and what all amount to."""
    amount, sign = query.topic.amount, 1 if query.end is End.LEAST else -1
    assert amount is not None
    found = [(value, each) for each in finder.found(query) if (value := amount(each.event)) is not None]
    if not found:
        return _nothing(query, finder, premise=True)
    ranked = [each for _, each in sorted(found, key=lambda row: (sign * row[0], row[1].seq))]
    which = "lowest" if query.end is End.LEAST else "highest"
    said = f"The {which} of {number(len(found))} {_noun(query, ranked)}, by dollars, come first"
    told = [each for _, each in found]
    return True, [
        Sentence(said, tuple(told), (counted(told),)), *(told_of(each) for each in ranked[:_MOST_RANKED]),
        *_parts(query, finder, told),
    ]  # fmt: skip


def _sums(query: Query, told: Sequence[Told], amount: Amount, noun: str) -> list[Sentence]:
    """What events amount to: all of them, and each account's."""
    said = []
    accounts = _accounts(told)
    for account in (None, *accounts) if len(accounts) > 1 else accounts:
        own = [each for each in told if account in (None, each.event.account)]
        sum_, count = summed(own, amount), counted(own)
        who = account or "all accounts"
        text = f"For {who} the {noun} came to {number(sum_.value)} dollars in {number(len(own))} {_noun(query, own)}"
        said.append(Sentence(text, tuple(own), (sum_, count)))
    return said


def _stand(query: Query, finder: Finder) -> Found:
    """A figure as it stood last in the time that was asked about, of each account."""
    if query.end in (End.MOST, End.LEAST):
        return _extreme(query, finder)
    reading, newest = query.topic.reading, {}
    wanted = set(query.accounts or finder.accounts)
    for told in finder.found(query, backwards=True):
        key = told.event.account or symbol_of(told.event)
        if key not in newest and _reading(told, reading) is not None:
            newest[key] = told
        if newest and (None in newest or (query.symbols and newest) or wanted <= newest.keys()):
            break
    if not newest:
        return _nothing(query, finder, premise=True)
    return True, [_read(query, told) for told in _sorted(newest.values())]


def _extreme(query: Query, finder: Finder) -> Found:
    """The highest, or the lowest, that a figure stood at: of each account where they were marked."""
    sign = 1 if query.end is End.MOST else -1
    best: dict[str | None, tuple[float, Told]] = {}
    for told in finder.found(query):
        value, key = _reading(told, query.topic.reading), told.event.account or symbol_of(told.event)
        if value is not None and (key not in best or sign * float(value) > best[key][0]):
            best[key] = (sign * float(value), told)
    if not best:
        return _nothing(query, finder, premise=True)
    return True, [_read(query, told) for told in _sorted(told for _, told in best.values())]


def _read(query: Query, told: Told) -> Sentence:
    who, value = told.event.account or symbol_of(told.event), _reading(told, query.topic.reading)
    assert value is not None
    whose = f"{who}'s {query.topic.amount_noun}" if who is not None else f"the {query.topic.amount_noun}"
    text = f"At {moment(told.at_ms)} {whose} was {number(value)}"
    if query.topic.reading != "drawdown":
        return Sentence(text, (told,))
    equity, mark = getattr(told.event, "equity", None), getattr(told.event, "high_water", None)
    assert isinstance(equity, Decimal) and isinstance(mark, Decimal)
    text = f"{text} %: equity {number(equity)} against a high-water mark of {number(mark)}"
    return Sentence(text, (told,), (Derived(Decimal(value), Op.FALL, (told,)),))


def _reading(told: Told, name: str | None) -> Decimal | float | None:
    if name == "drawdown":
        return fall(told)
    value = getattr(told.event, name or "", None)
    return value if isinstance(value, Decimal | float) else None


def _nothing(query: Query, finder: Finder, premise: bool) -> Found:
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
    said = [Sentence(started, _sorted((*ends, *finder.numbered(query.accounts))))]
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


def _count_of(query: Query, told: Sequence[Told]) -> Sentence:
    count = counted(told)
    verb = "stands" if len(told) == 1 else "stand"
    yes = "Yes: " if query.how is How.WHETHER else ""
    first, last = moment(told[0].at_ms), moment(told[-1].at_ms)
    span = f"at {first}" if first == last else f"between {first} and {last}"
    text = f"{yes}{number(len(told))} {_noun(query, told)} {verb} in the ledger {span}"
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
            text = f"{str(key).replace('_', ' ')}: {number(len(own))} {_noun(query, own)}"
            said.append(Sentence(text, tuple(own), (count,)))
    return said


def _account(event: ev.Event) -> str | None:
    return event.account


def _reason(event: ev.Event) -> str | None:
    return getattr(event, "reason", None) if isinstance(event, ev.EntrySkipped | ev.OrderAbandoned) else None


def _noun(query: Query, told: Sequence[Told]) -> str:
    return query.topic.noun if len(told) == 1 else query.topic.many


def _accounts(told: Sequence[Told]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each.event.account for each in told if each.event.account is not None))


def _sorted(told: Iterable[Told]) -> tuple[Told, ...]:
    """Each once, by seq."""
    return tuple(sorted({each.seq: each for each in told}.values(), key=lambda each: each.seq))


def _head(rows: Iterable[Told], count: int) -> list[Told]:
    return list(islice(rows, count))
