"""The LEAP ledger as it stands now: growth and hedge side apart, what each costs to hold, what a fall would do."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from allusetui.domain.account import Account
from allusetui.domain.event import LongMark
from allusetui.domain.money import ZERO
from allusetui.rules import explain
from allusetui.rules.explain import Situation
from allusetui.view import words
from allusetui.view.fit import Spec, choose, cut, fold, trim
from allusetui.view.model import GAP, Cell, Column, Line, Seen, Tone

_YEAR_DAYS = 365
_TITLES = {False: "growth", True: "hedges"}
_HELD = (
    Spec(Column("account", 7), 0),
    Spec(Column("LEAP", 18), 0, 30),
    Spec(Column("qty", 3, right=True), 1),
    Spec(Column("cost", 8, right=True), 4),
    Spec(Column("value", 8, right=True), 0),
    Spec(Column("gain", 8, right=True), 2),
    Spec(Column("delta", 5, right=True), 5),
    Spec(Column("θ day", 7, right=True), 3),
    Spec(Column("decay year", 10, right=True), 6),
)
_FALLS = (
    Spec(Column("account", 7), 0),
    Spec(Column("fall", 5, right=True), 0),
    Spec(Column("book", 11, right=True), 0),
    Spec(Column("hedges", 10, right=True), 1),
    Spec(Column("covered", 7, right=True), 2),
    Spec(Column("growth", 10, right=True), 3),
)
_MODEL = (
    "Every underlying falls at once; each option by Black and Scholes at the implied vol of its mid, which stays;"
    " options on the VIX keep their price. θ and decay: what passing days alone bring."
)
Cells = Mapping[str, Cell]


def leaps(seen: Seen, width: int) -> tuple[Line, ...]:
    """Both sides one below the other, never summed (17.7), their rungs, and what a fall of the market does."""
    s = explain.situation_of(seen.law, seen.calendar, seen.snapshot)
    lines: list[Line] = []
    for hedges in (False, True):
        rows = [
            (account, mark)
            for account in s.state.accounts.values()
            for mark in explain.longs(s, account)
            if mark.contract.is_index is hedges
        ]
        lines += [(Cell(_title(rows, hedges), Tone.GOOD if rows else Tone.DIM),)]
        lines += _lines(_HELD, [_held(account, mark, s) for account, mark in rows], width) if rows else ()
        lines += [*_rungs(s, hedges), ()]
    lines += [(Cell("in a fall of the market", Tone.GOOD),), *_lines(_FALLS, list(_falls(s)), width)]
    lines += [(Cell(part, Tone.DIM),) for part in fold(_MODEL, width)]
    return tuple(trim(line, width) for line in lines)


def _title(rows: Sequence[tuple[Account, LongMark]], hedges: bool) -> str:
    worth = sum((_value(mark) for _, mark in rows), ZERO)
    decay = sum((mark.theta_usd or ZERO for _, mark in rows), ZERO) * _YEAR_DAYS
    told = f"{words.count(len(rows), 'LEAP')}, worth {words.usd(worth)}, decay a year {words.usd(decay)}"
    return f"{_TITLES[hedges]}: {told if rows else 'none held'}"


def _value(mark: LongMark) -> Decimal:
    return mark.price * mark.quantity * mark.contract.multiplier


def _held(account: Account, mark: LongMark, s: Situation) -> Cells:
    value, theta = _value(mark), mark.theta_usd
    return {
        "account": Cell(account.name),
        "LEAP": Cell(words.named(mark.contract, s.today)),
        "qty": Cell(str(mark.quantity)),
        "cost": Cell(words.usd(mark.cost_usd)),
        "value": Cell(words.usd(value)),
        "gain": Cell(words.usd(value - mark.cost_usd)),
        "delta": Cell(words.UNKNOWN if mark.delta is None else words.minus(f"{mark.delta:.2f}")),
        "θ day": Cell(words.UNKNOWN if theta is None else words.usd(theta)),
        "decay year": Cell(words.UNKNOWN if theta is None else words.usd(theta * _YEAR_DAYS)),
    }


def _rungs(s: Situation, hedges: bool) -> Iterator[Line]:
    """Of each account its rungs by expiry month and what part of the side each is."""
    for side in explain.ladder(s):
        if side.hedges is hedges and side.shares:
            told = ", ".join(f"{y}-{m:02} {words.percent(part)}%" for (y, m), part in sorted(side.shares.items()))
            yield (Cell(f"rungs of {side.account.name}: {told}", Tone.DIM),)


def _falls(s: Situation) -> Iterator[Cells]:
    """Of each account that holds something, then of all: the whole book is what the hedges are there for."""
    sums: dict[Decimal, tuple[Decimal, Decimal, Decimal]] = {}
    for account in s.state.accounts.values():
        for fall in explain.falls(s, account):
            found = fall.book_usd, fall.hedge_usd, fall.growth_usd
            so_far = sums.get(fall.share, (ZERO, ZERO, ZERO))
            sums[fall.share] = (so_far[0] + found[0], so_far[1] + found[1], so_far[2] + found[2])
            yield _fall(account.name, fall.share, found)
    for share, found in sums.items():
        yield _fall("all", share, found)


def _fall(name: str, share: Decimal, found: tuple[Decimal, Decimal, Decimal]) -> Cells:
    book, hedges, growth = found
    covered = f"{words.percent(hedges / -book)}%" if book < 0 else words.NONE
    texts = (name, f"−{words.percent(share)}%", words.usd(book), words.usd(hedges), covered, words.usd(growth))
    return {spec.column.title: Cell(text) for spec, text in zip(_FALLS, texts, strict=True)}


def _lines(specs: Sequence[Spec], rows: Sequence[Cells], width: int) -> Iterator[Line]:
    """A table as lines: its titles, then its rows, the columns that fit."""
    columns = choose(specs, width)
    titles = {column.title: Cell(column.title, Tone.DIM) for column in columns}
    for row in (titles, *rows):
        cells = (Cell(_padded(row[column.title].text, column), row[column.title].tone) for column in columns)
        first, *others = cells
        yield (first, *(each for cell in others for each in (Cell(" " * GAP), cell)))


def _padded(text: str, column: Column) -> str:
    told = cut(text, column.width)
    return told.rjust(column.width) if column.right else told.ljust(column.width)
