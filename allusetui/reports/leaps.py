"""The LEAP ledger (17.7): what the ladder holds, what it has cost, how it moved. Growth and hedges are never summed."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from itertools import pairwise

from allusetui.domain import event as ev
from allusetui.domain.contract import Option, Side
from allusetui.domain.frozen import frozen
from allusetui.domain.moment import month_of
from allusetui.domain.money import ZERO
from allusetui.domain.order import Pocket
from allusetui.ledger.dated import Dated, dated
from allusetui.ledger.once import Records
from allusetui.reports.income import Income
from allusetui.reports.marks import TOTAL, Series, series_of
from allusetui.reports.periods import Span

GROWTH, HEDGE = "growth", "hedge"
SIDES = (GROWTH, HEDGE)
_YEAR_DAYS = 365


@frozen
class Held:
    """A LEAP or hedge at the last mark; dollars, `price` a share."""

    account: str
    side: str
    contract: Option
    quantity: int
    price: Decimal
    cost: Decimal
    delta: float | None
    theta_day: Decimal | None

    @property
    def value(self) -> Decimal:
        return self.price * self.quantity * self.contract.multiplier


@frozen
class Rung:
    """What of a side expires in a month, and its share of the side."""

    account: str
    side: str
    month: str
    value: Decimal
    share: float


@frozen
class SideRow:
    """One side of an account, dollars: worth and cost now; bought, sold, realized and decayed in the period.

    `theta_paid`: what the days between the marks have cost by the model; `decay_year`: a year at the last mark's pace.
    """

    account: str
    side: str
    value: Decimal
    cost: Decimal
    bought: Decimal
    sold: Decimal
    realized: Decimal
    theta_paid: Decimal
    decay_year: Decimal

    @property
    def is_any(self) -> bool:
        """Whether anything was held or traded."""
        return any((self.value, self.cost, self.bought, self.sold, self.realized, self.theta_paid))


@frozen
class Bought:
    """What a roll bought, `price` dollars a share."""

    contract: Option
    quantity: int
    price: Decimal


@frozen
class Move:
    """What happened to one contract; `into` is what a roll bought, `dollars` a premium, a profit or a price."""

    at_ms: int
    account: str
    side: str
    what: str
    contract: Option | None
    quantity: int
    into: Bought | None
    dollars: Decimal | None
    reason: str | None


@frozen
class Cover:
    """What an account gains where every underlying falls by `share` at once, dollars."""

    account: str
    share: Decimal
    book: Decimal
    growth: Decimal
    hedges: Decimal

    @property
    def covered(self) -> float | None:
        """How much of the book's loss the hedges bring back; None where the book loses nothing."""
        return float(self.hedges / -self.book) if self.book < 0 else None


@frozen
class LeapsTable:
    """The ladder of every account at the last mark of the period, and what happened in it. `cash`: waits for LEAPs.

    `sides`: of accounts that have merged too, where they traded.
    """

    first: date
    last: date | None
    held: tuple[Held, ...]
    rungs: tuple[Rung, ...]
    sides: tuple[SideRow, ...]
    moves: tuple[Move, ...]
    cash: tuple[tuple[str, Decimal], ...]
    covers: tuple[Cover, ...]


def leaps(records: Records, span: Span) -> LeapsTable:
    """The ladder as it stood at the last mark of the span, and what happened to it in the span."""
    told = list(records)
    every = series_of(told, span.last)
    series = {name: row for name, row in every.items() if row.merged is None}
    during = [row for row in dated(told) if span.holds(row.day)]
    of: dict[str | None, list[Dated]] = defaultdict(list)
    for row in during:
        of[row.event.account].append(row)
    marks = {name: mark for name, row in series.items() if (mark := row.mark_at(span.last)) is not None}
    held = tuple(_held(marks))
    days = [row.days[-1].day for row in series.values() if row.marks]
    sides = (_side(name, side, held, row, of[name], span) for name, row in every.items() for side in SIDES)
    return LeapsTable(
        first=span.first,
        last=max(days, default=None),
        held=held,
        rungs=tuple(_rungs(held)),
        sides=tuple(row for row in sides if row.account in series or row.is_any),
        moves=tuple(move for row in during if (move := _move(row)) is not None),
        cash=tuple((name, mark.leap_cash) for name, mark in marks.items()),
        covers=tuple(_covers(marks)),
    )


def side_of(option: Option) -> str:
    return HEDGE if option.is_index else GROWTH


def _held(marks: Mapping[str, ev.AccountMarked]) -> Iterator[Held]:
    for name, mark in marks.items():
        for row in sorted(mark.longs, key=lambda r: (r.contract.is_index, r.contract.expiry, str(r.contract))):
            yield Held(
                name, side_of(row.contract), row.contract, row.quantity, row.price, row.cost_usd, row.delta,
                row.theta_usd,
            )  # fmt: skip


def _rungs(held: Iterable[Held]) -> Iterator[Rung]:
    values: dict[tuple[str, str, str], Decimal] = {}
    for row in held:
        key = row.account, row.side, month_of(row.contract.expiry)
        values[key] = values.get(key, ZERO) + row.value
    sums: dict[tuple[str, str], Decimal] = {}
    for (name, side, _), value in values.items():
        sums[name, side] = sums.get((name, side), ZERO) + value
    for (name, side, month), value in values.items():
        whole = sums[name, side]
        yield Rung(name, side, month, value, float(value / whole) if whole else 0.0)


def _side(name: str, side: str, held: Iterable[Held], series: Series, during: list[Dated], span: Span) -> SideRow:
    ours = [row for row in held if (row.account, row.side) == (name, side)]
    bought, sold, income = ZERO, ZERO, Income()
    for row in during:
        income.book(row)
        traded = _traded(row.event, side)
        if isinstance(row.event, ev.OrderFilled) and (row.event.side is Side.BUY) != bool(row.event.takes_back):
            bought += traded
        else:
            sold -= traded
    theta_day = sum((row.theta_day for row in ours if row.theta_day is not None), ZERO)
    return SideRow(
        name, side, sum((row.value for row in ours), ZERO), sum((row.cost for row in ours), ZERO), bought, sold,
        income.hedges if side == HEDGE else income.growth, _theta_paid(series, side, span), -theta_day * _YEAR_DAYS,
    )  # fmt: skip


def _traded(event: ev.Event, side: str) -> Decimal:
    """Premium that a fill paid for a side of the ladder, before fees; negative where it brought some in."""
    if not isinstance(event, ev.OrderFilled) or not isinstance(event.contract, Option):
        return ZERO
    is_growth = event.pocket is Pocket.LEAP_CASH and not event.contract.is_index
    if not (event.contract.is_index if side == HEDGE else is_growth):
        return ZERO
    return event.value_usd


def _theta_paid(series: Series, side: str, span: Span) -> Decimal:
    """Of each mark of the span what its theta takes in the days to the next one."""
    found, marks = ZERO, list(series.marks.items())
    for (day, mark), (following, _) in pairwise(marks):
        if span.holds(following):
            thetas = (row.theta_usd for row in mark.longs if side_of(row.contract) == side)
            found -= sum((theta for theta in thetas if theta is not None), ZERO) * (following - day).days
    return found


def _covers(marks: Mapping[str, ev.AccountMarked]) -> Iterator[Cover]:
    """Of each account, then of all: the whole book is what the hedges are there for."""
    sums: dict[Decimal, Cover] = {}
    for name, mark in marks.items():
        for fall in mark.falls:
            yield Cover(name, fall.share, fall.book_usd, fall.growth_usd, fall.hedge_usd)
            so_far = sums.get(fall.share, Cover(TOTAL, fall.share, ZERO, ZERO, ZERO))
            sums[fall.share] = Cover(
                TOTAL, fall.share, so_far.book + fall.book_usd, so_far.growth + fall.growth_usd,
                so_far.hedges + fall.hedge_usd,
            )  # fmt: skip
    yield from sums.values()


def _move(row: Dated) -> Move | None:
    event = row.event
    match event:
        case ev.LeapOpened() | ev.LeapClosed():
            what = "opened" if isinstance(event, ev.LeapOpened) else "closed"
            reason = event.deviation if isinstance(event, ev.LeapOpened) else event.reason
            return _moved(row, event.side, what, event.contract, event.quantity, None, event.price, reason)
        case ev.LeapRolled():
            into = Bought(event.candidate, event.candidate_quantity, event.candidate_price)
            return _moved(row, event.side, "rolled", event.contract, event.quantity, into, event.price, event.reason)
        case ev.HedgeOpened():
            return _moved(row, HEDGE, "opened", event.contract, event.quantity, None, event.premium, None)
        case ev.HedgeReleased():
            return _moved(row, HEDGE, "released", event.contract, event.quantity, None, event.profit, event.reason)
        case ev.HedgeSkipped():
            return _moved(row, HEDGE, "skipped", event.contract, 0, None, event.price, event.reason)
        case _:
            return None


def _moved(
    row: Dated, side: str, what: str, contract: Option | None, quantity: int, into: Bought | None,
    dollars: Decimal | None, reason: str | None,
) -> Move:  # fmt: skip
    assert row.event.account is not None
    return Move(row.at_ms, row.event.account, side, what, contract, quantity, into, dollars, reason)
