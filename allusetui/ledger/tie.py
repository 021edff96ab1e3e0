"""A broker's statement against the journal: every trade, ending, payment and position that does not agree.

A trade is ours by its execution id; without one by contract, side, quantity, price and day, the nearest in time; what
is left over of a contract, side and day agrees where quantity and money do together (a statement may tell an order as
one row). Nothing is passed over: what one side alone has is a difference.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import TypeVar

from allusetui.domain.contract import Contract, Option
from allusetui.domain.frozen import frozen
from allusetui.domain.moment import day_of, to_ms
from allusetui.domain.money import CENT, ZERO, to_cent, to_price
from allusetui.ledger.ours import Booking, Ending, Fill, Ours
from allusetui.ledger.postings import plain
from allusetui.ledger.statement import StatedCash, StatedEnding, StatedTrade, Statement

_SETTLES_DAYS = 7
"""A payment is told on its day by one, and once it has settled by the other."""
Mine = TypeVar("Mine")
Theirs = TypeVar("Theirs")


@frozen
class Difference:
    """What does not agree: `ours` and `theirs` as words, `usd` how far apart in dollars, None where it is no money."""

    what: str
    about: str
    ours: str
    theirs: str
    usd: Decimal | None = None


@frozen
class Tie:
    """How a statement and the journal agree: what was compared, and what differs. `missing`: what the file lacks."""

    trades: int
    endings: int
    payments: int
    positions: int
    missing: tuple[str, ...]
    our_fees: Decimal
    their_fees: Decimal
    our_cash: Decimal
    their_cash: Decimal | None
    differences: tuple[Difference, ...]


def tie(statement: Statement, mine: Ours) -> Tie:
    """Compare them; they tie where there are no differences."""
    found: list[Difference] = []
    trades = statement.trades or ()
    if statement.trades is not None:
        found += _trades(mine.fills, trades)
    if statement.endings is not None:
        found += _endings(mine.endings, statement.endings)
        found += _shares(mine.endings, statement.shares)
    if statement.cash is not None:
        found += _payments(mine.bookings, statement.cash)
    if statement.held is not None:
        found += _positions(mine.held, statement)
    found += _balance(statement, mine)
    sections = {
        "trades": statement.trades, "option events": statement.endings, "cash transactions": statement.cash,
        "open positions": statement.held, "cash report": statement.ending_cash,
    }  # fmt: skip
    return Tie(
        len(trades), len(statement.endings or ()), len(statement.cash or ()), len(statement.held or ()),
        tuple(name for name, section in sections.items() if section is None),
        to_cent(sum((fill.fees for fill in mine.fills), ZERO)), to_cent(sum((row.fees for row in trades), ZERO)),
        mine.cash, statement.ending_cash, tuple(found),
    )  # fmt: skip


def _balance(statement: Statement, mine: Ours) -> Iterator[Difference]:
    """The cash at the period's end. Each of our ledgers is rounded to the cent, which may add up."""
    told = statement.ending_cash
    if told is not None and abs(told - mine.cash) > CENT / 2 * max(mine.books, 1):
        apart = to_cent(told) - mine.cash
        yield Difference("cash", statement.last.isoformat(), _usd(mine.cash), _usd(to_cent(told)), apart)


def _trades(fills: Sequence[Fill], rows: Sequence[StatedTrade]) -> Iterator[Difference]:
    by_id, fills, rows = _pairs(fills, rows, lambda f: f.exec_id or None, lambda r: r.exec_id or None)
    alike, fills, rows = _pairs(fills, rows, _fill_key, _row_key, _apart)
    for fill, row in (*by_id, *alike):
        yield from _differs(fill, row)
    yield from _together(fills, rows)


def _fill_key(fill: Fill) -> Hashable:
    return fill.contract, Decimal(fill.quantity), fill.price, day_of(fill.at_ms)


def _row_key(row: StatedTrade) -> Hashable:
    return None if row.contract is None else (row.contract, row.quantity, row.price, row.at.date())


def _apart(fill: Fill, row: StatedTrade) -> int:
    return abs(fill.at_ms - to_ms(row.at))


def _pairs(
    mine: Sequence[Mine], theirs: Sequence[Theirs], my_key: Callable[[Mine], Hashable],
    their_key: Callable[[Theirs], Hashable], apart: Callable[[Mine, Theirs], int] = lambda mine, theirs: 0,
) -> tuple[list[tuple[Mine, Theirs]], list[Mine], list[Theirs]]:  # fmt: skip
    """Each of theirs with the nearest of mine that has its key, each once; then what is left of mine, and of theirs."""
    waiting: dict[Hashable, list[Mine]] = defaultdict(list)
    for each in mine:
        waiting[my_key(each)].append(each)
    pairs: list[tuple[Mine, Theirs]] = []
    left: list[Theirs] = []
    for other in theirs:
        found = waiting.get(key) if (key := their_key(other)) is not None else None
        if not found:
            left.append(other)
            continue
        nearest = min(range(len(found)), key=lambda i: apart(found[i], other))
        pairs.append((found.pop(nearest), other))
    taken = {id(pair[0]) for pair in pairs}
    return pairs, [each for each in mine if id(each) not in taken], left


def _differs(fill: Fill, row: StatedTrade) -> Iterator[Difference]:
    """Two records of one trade, figure by figure."""
    about = f"{label(fill.contract)} [#{fill.seq}], {row.where}"
    if row.contract != fill.contract or row.quantity != fill.quantity or row.price != fill.price:
        theirs = label(row.contract) if row.contract is not None else row.label
        apart = to_cent(row.quantity * row.price * _multiplier(row.contract)) - to_cent(_cost(fill))
        mine = f"{label(fill.contract)} {_at(fill.quantity, fill.price)}"
        yield Difference("trade", about, mine, f"{theirs} {_at(row.quantity, row.price)}", -apart)
    # The journal has four decimals of a fee, a statement up to eight.
    if (fees := to_price(row.fees)) != fill.fees:
        yield Difference("fees", about, _usd(fill.fees), _usd(fees), fees - fill.fees)


def _together(fills: Sequence[Fill], rows: Sequence[StatedTrade]) -> Iterator[Difference]:
    """What is left over, by contract, side and day: the sums may agree where the rows are cut otherwise."""
    mine: dict[tuple[Contract, bool, date], list[Fill]] = defaultdict(list)
    for fill in fills:
        mine[fill.contract, fill.quantity > 0, day_of(fill.at_ms)].append(fill)
    theirs: dict[tuple[Contract, bool, date], list[StatedTrade]] = defaultdict(list)
    for row in rows:
        if row.contract is None:
            yield Difference("trade", f"{row.label}, {row.where}", "none", _at(row.quantity, row.price))
        else:
            theirs[row.contract, row.quantity > 0, row.at.date()].append(row)
    for key in dict.fromkeys((*mine, *theirs)):
        yield from _sums(key[0], mine[key], theirs[key])


def _sums(contract: Contract, fills: list[Fill], rows: list[StatedTrade]) -> Iterator[Difference]:
    quantity, stated = sum(f.quantity for f in fills), sum((r.quantity for r in rows), ZERO)
    cost = to_cent(sum((_cost(fill) for fill in fills), ZERO))
    told = to_cent(sum((r.quantity * r.price * contract.multiplier for r in rows), ZERO))
    places = ", ".join([*(f"#{fill.seq}" for fill in fills), *(row.where for row in rows)])
    about = f"{label(contract)} [{places}]"
    if quantity != stated or cost != told:
        ours = f"{quantity} for {_usd(cost)}" if fills else "none"
        yield Difference("trade", about, ours, f"{plain(stated)} for {_usd(told)}" if rows else "none", cost - told)
        return
    fees, stated_fees = to_cent(sum((f.fees for f in fills), ZERO)), to_cent(sum((r.fees for r in rows), ZERO))
    if fees != stated_fees:
        yield Difference("fees", about, _usd(fees), _usd(stated_fees), stated_fees - fees)


def _endings(mine: Sequence[Ending], rows: Sequence[StatedEnding]) -> Iterator[Difference]:
    """By contract and by what happened, however each side cuts it: partly assigned, over several accounts."""
    held: dict[Hashable, Decimal] = defaultdict(Decimal)
    told: dict[Hashable, Decimal] = defaultdict(Decimal)
    names: dict[Hashable, str] = {}
    for ending in mine:
        key = ending.contract, ending.ended
        held[key] += ending.quantity
        names[key] = f"{label(ending.contract)} {ending.ended.value}"
    for row in rows:
        key_of_row: Hashable = (row.contract or row.label, row.ended)
        told[key_of_row] += row.quantity
        about = label(row.contract) if row.contract is not None else row.label
        names[key_of_row] = f"{about} {row.ended.value}"
    for each in names:
        if held[each] != told[each]:
            yield Difference("option event", names[each], plain(held[each]), plain(told[each]))


def _shares(mine: Sequence[Ending], rows: Sequence[StatedTrade]) -> Iterator[Difference]:
    """Shares that changed hands by an ending: symbol, how many, at which strike."""
    held: dict[tuple[Contract | str, Decimal], Decimal] = defaultdict(Decimal)
    told: dict[tuple[Contract | str, Decimal], Decimal] = defaultdict(Decimal)
    for ending in mine:
        if ending.stock is not None:
            held[ending.stock, ending.strike] += ending.shares
    for row in rows:
        told[row.contract or row.label, row.price] += row.quantity
    for key in dict.fromkeys((*held, *told)):
        if held[key] != told[key]:
            apart = to_cent((held[key] - told[key]) * key[1])
            about = f"{key[0] if isinstance(key[0], str) else label(key[0])} shares at {plain(key[1])}"
            yield Difference("option event", about, plain(held[key]), plain(told[key]), apart)


def _payments(mine: Sequence[Booking], rows: Sequence[StatedCash]) -> Iterator[Difference]:
    pairs, left, told = _pairs(
        mine, rows, lambda b: (b.reason, to_cent(b.amount)), lambda r: (r.reason, to_cent(r.amount)),
        lambda b, r: abs((b.day - r.day).days),
    )  # fmt: skip
    for booking, row in pairs:
        if abs((booking.day - row.day).days) > _SETTLES_DAYS:
            about = f"{booking.reason} of {_usd(booking.amount)} [#{booking.seq}], {row.where}"
            yield Difference("payment", about, booking.day.isoformat(), row.day.isoformat())
    for booking in left:
        about = f"{booking.reason} {booking.symbol or ''} {booking.day.isoformat()} [#{booking.seq}]".replace("  ", " ")
        yield Difference("payment", about, _usd(booking.amount), "none", -booking.amount)
    for row in told:
        about = f"{row.reason} {row.day.isoformat()}, {row.where}: {row.label}"
        yield Difference("payment", about, "none", _usd(row.amount), row.amount)


def _positions(held: dict[Contract, int], statement: Statement) -> Iterator[Difference]:
    told = statement.held or {}
    keys: Iterable[Contract | str] = dict.fromkeys((*held, *told))
    for key in keys:
        mine = ZERO if isinstance(key, str) else Decimal(held.get(key, 0))
        theirs = told.get(key, ZERO)
        if mine != theirs:
            yield Difference("position", key if isinstance(key, str) else label(key), plain(mine), plain(theirs))


def label(contract: Contract | None) -> str:
    """`AAPL 2026-03-06 195 P`, or a stock's symbol."""
    if isinstance(contract, Option):
        return f"{contract.symbol} {contract.expiry.isoformat()} {plain(contract.strike)} {contract.right.value}"
    return contract.symbol if contract is not None else "unknown"


def _cost(fill: Fill) -> Decimal:
    return fill.quantity * fill.price * fill.contract.multiplier


def _multiplier(contract: Contract | None) -> int:
    return contract.multiplier if contract is not None else 1


def _at(quantity: Decimal | int, price: Decimal) -> str:
    return f"{plain(Decimal(quantity))} at {plain(price)}"


def _usd(amount: Decimal) -> str:
    """Cents, or what is finer where a fee is."""
    return plain(amount) if amount != to_cent(amount) else format(amount, ".2f")
