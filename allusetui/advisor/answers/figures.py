"""Figures of what a query finds: what events amount to, the highest of them, and how an account stood."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from allusetui.advisor.answers.amounts import Amount
from allusetui.advisor.answers.find import Finder
from allusetui.advisor.answers.found import Found, ascending, nothing, noun_of, told_of
from allusetui.advisor.answers.query import End, Query
from allusetui.advisor.answers.sentence import Derived, Op, Sentence, counted, fall, summed
from allusetui.advisor.answers.tell import moment, number
from allusetui.domain.snapshot import Told
from allusetui.ledger.leads import symbol_of

_MOST_RANKED: Final = 3


def summed_up(query: Query, finder: Finder) -> Found:
    """What the events amount to, each account's part and all."""
    amount = query.topic.amount
    assert amount is not None
    told = [each for each in finder.found(query) if amount(each.event) is not None]
    return (True, _parts(query, finder, told)) if told else nothing(query, finder, premise=False)


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


def ranked(query: Query, finder: Finder) -> Found:
    """The events with the highest amounts, or the lowest; and what all amount to."""
    amount, sign = query.topic.amount, 1 if query.end is End.LEAST else -1
    assert amount is not None
    found = [(value, each) for each in finder.found(query) if (value := amount(each.event)) is not None]
    if not found:
        return nothing(query, finder, premise=True)
    ranked = [each for _, each in sorted(found, key=lambda row: (sign * row[0], row[1].seq))]
    which = "lowest" if query.end is End.LEAST else "highest"
    said = f"The {which} of {number(len(found))} {noun_of(query, ranked)}, by dollars, come first"
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
        text = f"For {who} the {noun} came to {number(sum_.value)} dollars in {number(len(own))} {noun_of(query, own)}"
        said.append(Sentence(text, tuple(own), (sum_, count)))
    return said


def stands(query: Query, finder: Finder) -> Found:
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
        return nothing(query, finder, premise=True)
    return True, [_read(query, told) for told in ascending(newest.values())]


def _extreme(query: Query, finder: Finder) -> Found:
    """The highest, or the lowest, that a figure stood at: of each account where they were marked."""
    sign = 1 if query.end is End.MOST else -1
    best: dict[str | None, tuple[float, Told]] = {}
    for told in finder.found(query):
        value, key = _reading(told, query.topic.reading), told.event.account or symbol_of(told.event)
        if value is not None and (key not in best or sign * float(value) > best[key][0]):
            best[key] = (sign * float(value), told)
    if not best:
        return nothing(query, finder, premise=True)
    return True, [_read(query, told) for told in ascending(told for _, told in best.values())]


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


def _accounts(told: Sequence[Told]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each.event.account for each in told if each.event.account is not None))
