"""The journal as double entry (10.1, 10.3): one pass, a few rows an event, each event's rows summing to 0.00.

Debits are positive. Money at cost: what options and shares are worth in the market is no posting.
Commissions on options wait in `fees` until their lot closes; those on shares are part of the shares' cost.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import field
from datetime import date
from decimal import Decimal

from allusetui.domain import event as ev
from allusetui.domain.contract import Contract, Option, Right, Stock
from allusetui.domain.frozen import frozen, mutable
from allusetui.domain.money import ZERO, to_cent
from allusetui.domain.order import Pocket
from allusetui.ledger.entries import (
    Entry,
    Ledger,
    assigned,
    called_away,
    cash_moved,
    exercised,
    home_of,
    shares_filled,
    traded,
)
from allusetui.ledger.once import Records, once


@frozen
class Posting:
    """One row. `amount` in dollars, debit positive; `quantity` the signed change of what is held, where it changes."""

    seq: int
    at_ms: int
    account: str
    ledger: Ledger
    symbol: str | None
    expiry: date | None
    strike: Decimal | None
    right: Right | None
    quantity: int | None
    amount: Decimal
    memo: str


def flows_of(event: ev.Event) -> dict[str, Decimal]:
    """By account what the event brings into its equity, or takes out, that is neither gain nor loss (0.9)."""
    match event:
        case ev.AccountProvisioned(account=str() as name, parent=str()):
            return {name: event.equity}
        case ev.AccountForked():
            return {event.from_: -event.amount}
        case ev.AccountMerged():
            return {event.from_: -event.amount, event.to: event.amount}
        case ev.CashBooked(account=str() as name) if event.is_capital:
            return {name: event.amount}
        case ev.OrderFilled(account=str() as name, contract=Option(is_index=True)) if event.pocket is Pocket.CASH:
            return {name: -event.paid_usd}
        case ev.ExpiredReceived(account=str() as name, contract=Option(is_index=True)) if event.price:
            return {name: event.quantity * event.price * event.contract.multiplier}
        case ev.ReinvestDone(account=str() as name):
            return {name: -event.tax_reserve - event.leaps}
        case ev.TaxReleased(account=str() as name):
            return {name: event.amount}
        case _:
            return {}


def postings(records: Records) -> Iterator[Posting]:
    """The rows of the journal, in its order. The rows of one seq sum to exactly 0.00.

    Every ledger but `realized` stands, after each event, at its exact balance rounded to the cent; `realized` (profit
    negative, as a credit) takes what then remains of an event, and with it any cent of rounding.
    """
    books = _Books()
    for seq, at_ms, event in once(records):
        for account in _accounts_of(event):
            yield from books.post(seq, at_ms, account, event)


def _accounts_of(event: ev.Event) -> tuple[str, ...]:
    """Whose books an event is in: of a merge both."""
    if isinstance(event, ev.AccountMerged):
        return event.from_, event.to
    return () if event.account is None else (event.account,)


def balances(rows: Iterable[Posting]) -> dict[tuple[str, str], Decimal]:
    """(account, ledger) → the sum of its amounts."""
    found: dict[tuple[str, str], Decimal] = {}
    for row in rows:
        key = (row.account, row.ledger.value)
        found[key] = found.get(key, ZERO) + row.amount
    return found


@mutable
class _Books:
    """What the projection remembers: exact and posted balances, and what is held."""

    exact: dict[tuple[str, Ledger], Decimal] = field(default_factory=lambda: defaultdict(lambda: ZERO))
    posted: dict[tuple[str, Ledger], Decimal] = field(default_factory=lambda: defaultdict(lambda: ZERO))
    held: dict[tuple[str, Contract], int] = field(default_factory=lambda: defaultdict(int))
    homes: dict[tuple[str, Contract], Ledger] = field(default_factory=dict)
    """The ledger in which an option stands, set when it is opened."""

    def post(self, seq: int, at_ms: int, account: str, event: ev.Event) -> Iterator[Posting]:
        """The rows of one event; `realized` closes what the others leave open."""
        entries = self._entries(account, event)
        about, memo = _about(event), _memo(event)
        rest = ZERO
        for entry in entries:
            cents = self._cents(account, entry.ledger, entry.amount)
            rest -= cents
            if entry.contract is not None and entry.quantity is not None:
                self.held[account, entry.contract] += entry.quantity
            if cents or entry.quantity is not None:
                yield _row(seq, at_ms, account, entry.ledger, entry.contract or about, entry.quantity, cents, memo)
        if rest:
            yield _row(seq, at_ms, account, Ledger.REALIZED, about, None, rest, memo)

    def _cents(self, account: str, ledger: Ledger, amount: Decimal) -> Decimal:
        """Rounded so that fractions of a cent never add up: the balance is rounded, not the row."""
        key = (account, ledger)
        self.exact[key] += amount
        cents = to_cent(self.exact[key]) - self.posted[key] + ZERO  # which turns −0 into 0
        self.posted[key] += cents
        return cents

    def _home(self, account: str, contract: Contract, signed: int) -> Ledger:
        """Where it stands: set by the trade that opens it, and told by the lots it closes."""
        key = account, contract
        if isinstance(contract, Stock):
            return Ledger.STOCK
        if not self.held[key]:
            self.homes[key] = home_of(contract, signed)
        return self.homes[key]

    def _provisioned(self, account: str, start: ev.AccountProvisioned) -> list[Entry]:
        rows = [Entry(Ledger.CASH, start.cash)]
        for held in start.holdings:
            rows.append(Entry(Ledger.STOCK, held.shares * held.basis, Stock(held.symbol), held.shares))
        for row in start.options:
            value = row.quantity * row.price * row.contract.multiplier
            home = self._home(account, row.contract, row.quantity)
            rows.append(Entry(home, value, row.contract, row.quantity))
        return [*rows, Entry(Ledger.EQUITY, -sum((row.amount for row in rows), ZERO))]

    def _entries(self, account: str, event: ev.Event) -> list[Entry]:
        match event:
            case ev.AccountProvisioned():
                return self._provisioned(account, event)
            case ev.OrderFilled(contract=Option() as option):
                signed = event.signed
                cash = Ledger.LEAP_CASH if event.pocket is Pocket.LEAP_CASH else Ledger.CASH
                # What is taken back leaves the ledger that it stands in.
                home = self.homes[account, option] if event.takes_back else self._home(account, option, signed)
                return traded(home, option, signed, event.price, event.commission, cash)
            case ev.OrderFilled(contract=Stock()):
                return shares_filled(event)
            case ev.LotClosed(contract=Option()):
                units = event.quantity * event.contract.multiplier
                gross = (event.proceeds - event.basis) * units
                home = self.homes[account, event.contract]
                return [Entry(home, gross), Entry(Ledger.FEES, -event.fees)]
            case ev.LotClosed(contract=Stock()):
                return [Entry(Ledger.STOCK, -event.book_usd - event.fees)]
            case ev.AssignmentReceived():
                return assigned(event)
            case ev.CalledAwayReceived():
                return called_away(event)
            case ev.ExercisedReceived():
                return exercised(event, self.homes[account, event.contract])
            case ev.ExpiredReceived():
                long = self.held[account, event.contract] > 0
                home = self.homes[account, event.contract]
                return traded(home, event.contract, -event.quantity if long else event.quantity, event.price)
            case ev.PositionAdjusted():
                ledger = self._home(account, event.contract, event.to - event.from_)
                if isinstance(event.into, Option):
                    self.homes[account, event.into] = ledger
                return [Entry(ledger, ZERO, event.contract, -event.from_), Entry(ledger, ZERO, event.into, event.to)]
            case _:
                return cash_moved(account, event)


def plain(number: Decimal) -> str:
    """`195`, `0.65`: the same text for the same number, however it was written down."""
    return format(number.normalize(), "f") if number else "0"


def _about(event: ev.Event) -> Contract | None:
    match event:
        case ev.OrderFilled() | ev.LotClosed() | ev.CalledAwayReceived() | ev.ExercisedReceived():
            return event.contract
        case ev.CashBooked(symbol=str() as symbol):
            return Stock(symbol)
        case _:
            return None


def _memo(event: ev.Event) -> str:
    match event:
        case ev.OrderFilled():
            return f"{event.side.value.lower()} {event.quantity} at {plain(event.price)}"
        case ev.LotClosed():
            return f"lot of {event.opened.isoformat()} closed: {event.quantity}"
        case ev.AssignmentReceived():
            return f"assigned {event.quantity}"
        case ev.CalledAwayReceived():
            return f"called away {event.quantity}"
        case ev.ExercisedReceived():
            return f"exercised {event.quantity}"
        case ev.ExpiredReceived():
            return f"settled in cash at {plain(event.price)}" if event.price else "expired worthless"
        case ev.CashBooked() | ev.PositionAdjusted():
            return event.reason
        case ev.ReinvestDone():
            return f"gain of {event.quarter} reinvested"
        case ev.TaxReleased():
            return f"tax reserve of {event.year} released"
        case ev.AccountForked():
            return f"forked to {event.to}"
        case ev.AccountMerged():
            return f"{event.from_} merged to {event.to}"
        case _:
            return "provisioned"


def _row(
    seq: int, at_ms: int, account: str, ledger: Ledger, contract: Contract | None, quantity: int | None,
    amount: Decimal, memo: str,
) -> Posting:  # fmt: skip
    option = contract if isinstance(contract, Option) else None
    return Posting(
        seq, at_ms, account, ledger,
        contract.symbol if contract else None,
        option.expiry if option else None,
        option.strike if option else None,
        option.right if option else None,
        quantity, amount, memo,
    )  # fmt: skip
