"""Assignments, exercises and expiries of which no broker tells: they stand in its book, and are read off it."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import chain, combinations, product
from math import prod
from typing import Final

from allusetui.domain import input as inp
from allusetui.domain.account import Account
from allusetui.domain.contract import Contract, Option, Stock
from allusetui.domain.frozen import frozen
from allusetui.domain.money import ZERO
from allusetui.engine.desk import Desk
from allusetui.engine.reconcile import missing_cash
from allusetui.engine.settlements import label
from allusetui.rules.situation import clause

_MOST_ROWS: Final = 12
_MOST_WAYS: Final = 4_096


@frozen
class _Gone:
    """Contracts of an account that the broker shows no more; `held` as ours are signed, `shares` if delivered."""

    account: str
    option: Option
    quantity: int
    held: int

    @property
    def shares(self) -> int:
        """The change of the shares: a put that is sold, and a call that is bought, bring them."""
        units = self.quantity * self.option.multiplier
        return units if self.option.is_put == (self.held < 0) else -units

    @property
    def kind(self) -> str:
        if self.held > 0:
            return "exercised"
        return "assigned" if self.option.is_put else "called_away"


_Way = tuple[_Gone, ...]
"""Those of what is gone that were delivered; the others have expired."""


@frozen
class _Story:
    """What is gone of one symbol, and every way in which that can have come about."""

    gone: tuple[_Gone, ...]
    ways: list[_Way]


@clause("7.2", "6.8", "9.5")
def explained(desk: Desk, seen: inp.PositionsSeen, differences: list[tuple[Contract, int, int]]) -> inp.Settled:
    """What alone can have led to the differences, `(contract, ours, the broker's)`; nothing where two things can.

    Of what is gone each either was delivered, so that the shares changed as much, or has seen its last close. Where the
    shares would be the same, of two strikes say, the cash tells to the cent which it was, or nobody knows.
    """
    changed = {contract: theirs - ours for contract, ours, theirs in differences}
    options = [(c, ours, theirs) for c, ours, theirs in differences if isinstance(c, Option)]
    gone_cash = -missing_cash(desk, seen)
    stories: list[_Story] = []
    for symbol in sorted({option.symbol for option, _, _ in options if not option.is_index}):
        gone = _gone(desk, [row for row in options if row[0].symbol == symbol])
        if ways := _ways(desk, gone, changed.get(Stock(symbol), 0)):
            stories.append(_Story(tuple(gone), ways))
    rows: list[inp.Settlement] = []
    for story, way in _told(stories, gone_cash):
        rows += [_row(desk, each, each in way) for each in story.gone]
        gone_cash -= _paid(way)
    if not gone_cash:
        # In cash nothing came of an index option only if it expired with nothing in it.
        gone = _gone(desk, [row for row in options if row[0].is_index])
        rows += [_row(desk, each, delivered=False) for each in gone if _has_expired(desk, each.option)]
    return inp.Settled(desk.now_ms, tuple(rows))


def _told(stories: list[_Story], paid: Decimal) -> list[tuple[_Story, _Way]]:
    """Each story with what happened in it; those of which it is not known are left out.

    `paid`: dollars that are gone in all.
    """
    known = [(story, story.ways[0]) for story in stories if len(story.ways) == 1]
    open_ = [story for story in stories if len(story.ways) > 1]
    left = paid - sum((_paid(way) for _, way in known), ZERO)
    if not open_ or prod(len(story.ways) for story in open_) > _MOST_WAYS:
        return known
    fitting = [ways for ways in product(*(s.ways for s in open_)) if sum(map(_paid, ways), ZERO) == left]
    return known + (list(zip(open_, fitting[0], strict=True)) if len(fitting) == 1 else [])


def _paid(way: _Way) -> Decimal:
    """Dollars for the shares that were delivered."""
    return sum((each.shares * each.option.strike for each in way), ZERO)


def _gone(desk: Desk, rows: list[tuple[Option, int, int]]) -> list[_Gone]:
    """What is gone, by account; nothing where something came, or nobody can say whose it was."""
    found: list[_Gone] = []
    for option, ours, theirs in rows:
        holders = [a for a in desk.state.accounts.values() if option in a.lots]
        shrank = theirs * ours >= 0 and abs(theirs) < abs(ours)
        if not shrank or (theirs and len(holders) > 1) or len({_is_short(a, option) for a in holders}) > 1:
            return []
        for account in holders:
            held = account.quantity(option)
            found.append(_Gone(account.name, option, abs(held) if not theirs else abs(ours - theirs), held))
    return found


def _is_short(account: Account, option: Option) -> bool:
    return account.quantity(option) < 0


def _ways(desk: Desk, gone: list[_Gone], shares: int) -> list[_Way]:
    """Every choice of those that were delivered which explains the change of the shares."""
    if not gone or len(gone) > _MOST_ROWS:
        return []
    return [
        chosen
        for chosen in _choices(gone)
        if sum(each.shares for each in chosen) == shares
        and all(each in chosen or _has_expired(desk, each.option) for each in gone)
    ]


def _choices(gone: list[_Gone]) -> Iterator[_Way]:
    return chain.from_iterable(combinations(gone, count) for count in range(len(gone) + 1))


def _has_expired(desk: Desk, option: Option) -> bool:
    return desk.now_ms >= desk.calendar.from_day(option.expiry).close_ms


def _row(desk: Desk, gone: _Gone, delivered: bool) -> inp.Settlement:
    option = gone.option
    settlement = f"seen-{desk.now_ms}-{gone.account}-{label(option)}"
    kind, price = (gone.kind, option.strike) if delivered else ("expired", Decimal(0))
    return inp.Settlement(settlement, kind, gone.account, option, gone.quantity, price)
