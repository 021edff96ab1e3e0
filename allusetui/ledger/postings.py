"""The journal as double entry (10.1, 10.3): one pass, a few rows an event, each event's rows summing to 0.00.

Debits are positive. Money at cost: what options and shares are worth in the market is no posting.
Commissions on options wait in `fees` until their lot closes; those on shares are part of the shares' cost.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from allusetui.domain import event as ev
from allusetui.domain.contract import Contract, Option, Right, Side, Stock
from allusetui.domain.money import ZERO, to_cent
from allusetui.domain.order import Pocket
from allusetui.ledger.once import Records, once

CAPITAL = frozenset({"deposit", "withdrawal"})
"""Reasons of `cash.booked` that move the owner's capital; any other but `tax` is earned or spent."""


class Ledger(StrEnum):
    CASH = "cash"
    STOCK = "stock"
    SHORT_OPTIONS = "short_options"
    LEAPS_GROWTH = "leaps_growth"
    LEAPS_HEDGE = "leaps_hedge"
    TAX_RESERVE = "tax_reserve"
    LEAP_CASH = "leap_cash"
    FEES = "fees"
    REALIZED = "realized"
    UNREALIZED = "unrealized"
    EQUITY = "equity"


@dataclass(frozen=True, slots=True)
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
        case ev.CashBooked(account=str() as name) if event.reason in CAPITAL:
            return {name: event.amount}
        case ev.OrderFilled(account=str() as name, contract=Option(is_index=True)) if event.pocket is Pocket.CASH:
            paid = event.side.sign * event.quantity * event.price * event.contract.multiplier + event.commission
            return {name: -paid}
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


class _Entry(NamedTuple):
    ledger: Ledger
    amount: Decimal
    contract: Contract | None = None
    quantity: int | None = None


@dataclass(slots=True)
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
            self.homes[key] = _home_of(contract, signed)
        return self.homes[key]

    def _provisioned(self, account: str, start: ev.AccountProvisioned) -> list[_Entry]:
        rows = [_Entry(Ledger.CASH, start.cash)]
        for held in start.holdings:
            rows.append(_Entry(Ledger.STOCK, held.shares * held.basis, Stock(held.symbol), held.shares))
        for row in start.options:
            value = row.quantity * row.price * row.contract.multiplier
            home = self._home(account, row.contract, row.quantity)
            rows.append(_Entry(home, value, row.contract, row.quantity))
        return [*rows, _Entry(Ledger.EQUITY, -sum((row.amount for row in rows), ZERO))]

    def _entries(self, account: str, event: ev.Event) -> list[_Entry]:
        match event:
            case ev.AccountProvisioned():
                return [*self._provisioned(account, event)]
            case ev.OrderFilled(contract=Option() as option):
                signed = event.side.sign * event.quantity
                cash = Ledger.LEAP_CASH if event.pocket is Pocket.LEAP_CASH else Ledger.CASH
                return _traded(self._home(account, option, signed), option, signed, event.price, event.commission, cash)
            case ev.OrderFilled(contract=Stock()):
                return _shares_filled(event)
            case ev.LotClosed(contract=Option()):
                units = event.quantity * event.contract.multiplier
                gross = (event.proceeds - event.basis) * units
                home = self.homes[account, event.contract]
                return [_Entry(home, gross), _Entry(Ledger.FEES, -event.fees)]
            case ev.LotClosed(contract=Stock()):
                return [_Entry(Ledger.STOCK, -event.book_usd - event.fees)]
            case ev.AssignmentReceived():
                return _assigned(event)
            case ev.CalledAwayReceived():
                return _called_away(event)
            case ev.ExercisedReceived():
                return _exercised(event, self.homes[account, event.contract])
            case ev.ExpiredReceived():
                long = self.held[account, event.contract] > 0
                home = self.homes[account, event.contract]
                return _traded(home, event.contract, -event.quantity if long else event.quantity, event.price)
            case ev.CashBooked(reason="tax"):
                return [_Entry(Ledger.TAX_RESERVE, event.amount), _Entry(Ledger.EQUITY, -event.amount)]
            case ev.ReinvestDone():
                return [
                    _Entry(Ledger.CASH, -event.tax_reserve - event.leaps),
                    _Entry(Ledger.TAX_RESERVE, event.tax_reserve),
                    _Entry(Ledger.LEAP_CASH, event.leaps),
                ]
            case ev.TaxReleased():
                return [_Entry(Ledger.TAX_RESERVE, -event.amount), _Entry(Ledger.CASH, event.amount)]
            case ev.CashBooked():
                capital = [_Entry(Ledger.EQUITY, -event.amount)] if event.reason in CAPITAL else []
                return [_Entry(Ledger.CASH, event.amount), *capital]
            case ev.AccountForked():
                return _moved(-event.amount)
            case ev.AccountMerged():
                sign = 1 if account == event.to else -1
                return [*_moved(sign * event.amount), *_moved(sign * event.leap_cash, Ledger.LEAP_CASH)]
            case ev.PositionAdjusted():
                ledger = self._home(account, event.contract, event.to - event.from_)
                if isinstance(event.into, Option):
                    self.homes[account, event.into] = ledger
                return [_Entry(ledger, ZERO, event.contract, -event.from_), _Entry(ledger, ZERO, event.into, event.to)]
            case _:
                return []


def _moved(amount: Decimal, cash: Ledger = Ledger.CASH) -> list[_Entry]:
    """Cash that comes from another account, or goes there: capital on both sides."""
    return [_Entry(cash, amount), _Entry(Ledger.EQUITY, -amount)]


def _traded(
    home: Ledger, option: Option, signed: int, price: Decimal, commission: Decimal = ZERO, cash: Ledger = Ledger.CASH
) -> list[_Entry]:
    """`signed` contracts more in `home`, at `price` a share, paid out of `cash`."""
    cost = signed * price * option.multiplier
    return [
        _Entry(cash, -cost - commission),
        _Entry(home, cost, option, signed),
        _Entry(Ledger.FEES, commission),
    ]


def _shares_filled(fill: ev.OrderFilled) -> list[_Entry]:
    """Shares are never sold short: a sale is proceeds at once, and `lot.closed` takes out what they cost.

    The journal adds a sale's commission to the fees of the lot it closes, so it is added to the shares' cost here.
    """
    value, bought = fill.price * fill.quantity, fill.side is Side.BUY
    cost = value + fill.commission if bought else fill.commission
    return [
        _Entry(Ledger.CASH, -fill.side.sign * value - fill.commission),
        _Entry(Ledger.STOCK, cost, fill.contract, fill.side.sign * fill.quantity),
    ]


def _assigned(event: ev.AssignmentReceived) -> list[_Entry]:
    """No profit yet: the premium, net of what it cost to earn, lowers the cost of the shares."""
    paid = event.contract.notional * event.quantity
    cost = paid - event.premium_usd + event.fees_usd
    return [
        _Entry(Ledger.CASH, -paid),
        _Entry(Ledger.SHORT_OPTIONS, event.premium_usd, event.contract, event.quantity),
        _Entry(Ledger.STOCK, cost, Stock(event.contract.symbol), event.shares),
        _Entry(Ledger.FEES, -event.fees_usd),
    ]


def _called_away(event: ev.CalledAwayReceived) -> list[_Entry]:
    """Strike and premium are proceeds; what the shares cost leaves with the `lot.closed` that follows."""
    return [
        _Entry(Ledger.CASH, event.contract.notional * event.quantity),
        _Entry(Ledger.SHORT_OPTIONS, event.premium_usd, event.contract, event.quantity),
        _Entry(Ledger.STOCK, ZERO, Stock(event.contract.symbol), -event.shares),
        _Entry(Ledger.FEES, -event.fees_usd),
    ]


def _exercised(event: ev.ExercisedReceived, home: Ledger) -> list[_Entry]:
    """A call's premium and fees are cost of the shares it buys; a put's come off what its shares bring."""
    paid = event.contract.notional * event.quantity
    stock = Stock(event.contract.symbol)
    gone = _Entry(home, -event.premium_usd, event.contract, -event.quantity)
    fees = _Entry(Ledger.FEES, -event.fees_usd)
    if event.contract.is_put:
        return [_Entry(Ledger.CASH, paid), gone, _Entry(Ledger.STOCK, ZERO, stock, -event.shares), fees]
    cost = paid + event.premium_usd + event.fees_usd
    return [_Entry(Ledger.CASH, -paid), gone, _Entry(Ledger.STOCK, cost, stock, event.shares), fees]


def _home_of(option: Option, signed: int) -> Ledger:
    """What is sold is income, what is bought is the ladder: indices its hedge side, stocks its growth side (17.7)."""
    if signed < 0:
        return Ledger.SHORT_OPTIONS
    return Ledger.LEAPS_HEDGE if option.is_index else Ledger.LEAPS_GROWTH


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
