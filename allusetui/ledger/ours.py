"""What the journal says of a period, in the terms of a broker's statement."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from allusetui.domain import event as ev
from allusetui.domain.contract import Contract, Stock
from allusetui.domain.frozen import frozen
from allusetui.domain.moment import day_of
from allusetui.domain.money import ZERO
from allusetui.domain.order import BACK
from allusetui.ledger.entries import Ledger
from allusetui.ledger.lots import LotBook, taken_back
from allusetui.ledger.once import Records, once
from allusetui.ledger.postings import balances, postings
from allusetui.ledger.statement import Ended

KINDS = frozenset(
    each.kind
    for each in (
        ev.AccountProvisioned, ev.AccountForked, ev.AccountMerged, ev.OrderFilled, ev.AssignmentReceived,
        ev.CalledAwayReceived, ev.ExercisedReceived, ev.ExpiredReceived, ev.PositionAdjusted, ev.LotClosed,
        ev.CashBooked, ev.ReinvestDone, ev.TaxReleased,
    )
)  # fmt: skip
"""The kinds of events that a statement is compared with; others may be left out of the records."""
MONEY = (Ledger.CASH, Ledger.TAX_RESERVE, Ledger.LEAP_CASH)
"""Ledgers whose money lies at the broker."""
_REASONS = {"deposit": "transfer", "withdrawal": "transfer", "tax": "transfer"}


@frozen
class Fill:
    """A fill of ours, `quantity` signed."""

    seq: int
    at_ms: int
    contract: Contract
    quantity: int
    price: Decimal
    fees: Decimal
    exec_id: str


@frozen
class Ending:
    """An option that ended without a trade; `shares` signed, at `strike`, None where none changed hands."""

    seq: int
    day: date
    contract: Contract
    ended: Ended
    quantity: int
    stock: Stock | None
    shares: int
    strike: Decimal


@frozen
class Booking:
    """Cash that was booked without a trade, by the statement's reasons."""

    seq: int
    day: date
    reason: str
    symbol: str | None
    amount: Decimal


@frozen
class Ours:
    """A period of the journal, all accounts together; `held` and `cash` as at its end, the cash out of `books`."""

    fills: tuple[Fill, ...]
    endings: tuple[Ending, ...]
    bookings: tuple[Booking, ...]
    held: dict[Contract, int]
    cash: Decimal
    books: int


def ours(records: Records, first: date, last: date) -> Ours:
    """What the journal says of the days from `first` to `last`.

    Raises LedgerError, naming the record, where the journal is not whole.
    """
    known = [row for row in once(records) if day_of(row[1]) <= last]
    period = [row for row in known if day_of(row[1]) >= first]
    fills = [_fill(*row) for row in period if isinstance(row[2], ev.OrderFilled)]
    back = taken_back(period)
    # What a correction took back, and the taking back, never happened.
    kept = [f for f in fills if f.exec_id not in back and not f.exec_id.endswith(BACK)]
    endings = [found for row in period if (found := _ending(*row)) is not None]
    cash = [usd for (_, ledger), usd in balances(postings(known)).items() if ledger in MONEY]
    bookings = tuple(_bookings(period))
    return Ours(tuple(kept), tuple(endings), bookings, _held(known), sum(cash, ZERO), len(cash))


def _fill(seq: int, at_ms: int, event: ev.Event) -> Fill:
    assert isinstance(event, ev.OrderFilled)
    signed = event.side.sign * event.quantity
    return Fill(seq, at_ms, event.contract, signed, event.price, event.commission, event.exec_id)


def _ending(seq: int, at_ms: int, event: ev.Event) -> Ending | None:
    day = day_of(at_ms)
    match event:
        case ev.AssignmentReceived():
            ended, sign = Ended.ASSIGNED, 1
        case ev.CalledAwayReceived():
            ended, sign = Ended.ASSIGNED, -1
        case ev.ExercisedReceived():
            ended, sign = Ended.EXERCISED, -1 if event.contract.is_put else 1
        case ev.ExpiredReceived():
            return Ending(seq, day, event.contract, Ended.EXPIRED, event.quantity, None, 0, ZERO)
        case _:
            return None
    stock, shares = Stock(event.contract.symbol), sign * event.shares
    return Ending(seq, day, event.contract, ended, event.quantity, stock, shares, event.contract.strike)


def _bookings(period: Records) -> Iterable[Booking]:
    for seq, at_ms, event in period:
        if isinstance(event, ev.CashBooked):
            reason = _REASONS.get(event.reason, event.reason)
            yield Booking(seq, day_of(at_ms), reason, event.symbol, event.amount)


def _held(known: Records) -> dict[Contract, int]:
    book, found = LotBook(), defaultdict[Contract, int](int)
    for _ in book.facts(known):
        pass
    for (_, contract), lots in book.lots.items():
        found[contract] += sum(lot.quantity for lot in lots)
    return {contract: quantity for contract, quantity in found.items() if quantity}
