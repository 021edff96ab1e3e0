"""What one event does to the ledgers of its account: entries, before they are rounded to rows."""

from dataclasses import replace
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from allusetui.domain import event as ev
from allusetui.domain.contract import Contract, Option, Side, Stock
from allusetui.domain.money import ZERO


class Ledger(StrEnum):
    """The accounts of the double entry (10.1)."""

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


class Entry(NamedTuple):
    """A change of one ledger, dollars, debit positive; `quantity` the signed change of what is held."""

    ledger: Ledger
    amount: Decimal
    contract: Contract | None = None
    quantity: int | None = None


def traded(
    home: Ledger, option: Option, signed: int, price: Decimal, commission: Decimal = ZERO, cash: Ledger = Ledger.CASH
) -> list[Entry]:
    """`signed` contracts more in `home`, at `price` a share, paid out of `cash`."""
    cost = signed * price * option.multiplier
    return [
        Entry(cash, -cost - commission),
        Entry(home, cost, option, signed),
        Entry(Ledger.FEES, commission),
    ]


def shares_filled(fill: ev.OrderFilled) -> list[Entry]:
    """Shares are never sold short: a sale is proceeds at once, and `lot.closed` takes out what they cost.

    The journal adds a sale's commission to the fees of the lot it closes, so it is added to the shares' cost here.
    What takes a corrected fill back takes its rows back.
    """
    if fill.takes_back is not None:
        side = Side.BUY if fill.side is Side.SELL else Side.SELL
        was = replace(fill, exec_id=fill.takes_back, side=side, commission=-fill.commission)
        return [Entry(e.ledger, -e.amount, e.contract, -e.quantity if e.quantity else None) for e in shares_filled(was)]
    value, bought = fill.price * fill.quantity, fill.side is Side.BUY
    cost = value + fill.commission if bought else fill.commission
    return [
        Entry(Ledger.CASH, -fill.paid_usd),
        Entry(Ledger.STOCK, cost, fill.contract, fill.side.sign * fill.quantity),
    ]


def assigned(event: ev.AssignmentReceived) -> list[Entry]:
    """No profit yet: the premium, net of what it cost to earn, lowers the cost of the shares."""
    paid = event.contract.notional * event.quantity
    cost = paid - event.premium_usd + event.fees_usd
    return [
        Entry(Ledger.CASH, -paid),
        Entry(Ledger.SHORT_OPTIONS, event.premium_usd, event.contract, event.quantity),
        Entry(Ledger.STOCK, cost, Stock(event.contract.symbol), event.shares),
        Entry(Ledger.FEES, -event.fees_usd),
    ]


def called_away(event: ev.CalledAwayReceived) -> list[Entry]:
    """Strike and premium are proceeds; what the shares cost leaves with the `lot.closed` that follows."""
    return [
        Entry(Ledger.CASH, event.contract.notional * event.quantity),
        Entry(Ledger.SHORT_OPTIONS, event.premium_usd, event.contract, event.quantity),
        Entry(Ledger.STOCK, ZERO, Stock(event.contract.symbol), -event.shares),
        Entry(Ledger.FEES, -event.fees_usd),
    ]


def exercised(event: ev.ExercisedReceived, home: Ledger) -> list[Entry]:
    """A call's premium and fees are cost of the shares it buys; a put's come off what its shares bring."""
    paid = event.contract.notional * event.quantity
    stock = Stock(event.contract.symbol)
    gone = Entry(home, -event.premium_usd, event.contract, -event.quantity)
    fees = Entry(Ledger.FEES, -event.fees_usd)
    if event.contract.is_put:
        return [Entry(Ledger.CASH, paid), gone, Entry(Ledger.STOCK, ZERO, stock, -event.shares), fees]
    cost = paid + event.premium_usd + event.fees_usd
    return [Entry(Ledger.CASH, -paid), gone, Entry(Ledger.STOCK, cost, stock, event.shares), fees]


def home_of(option: Option, signed: int) -> Ledger:
    """What is sold is income, what is bought is the ladder: indices its hedge side, stocks its growth side (17.7)."""
    if signed < 0:
        return Ledger.SHORT_OPTIONS
    return Ledger.LEAPS_HEDGE if option.is_index else Ledger.LEAPS_GROWTH


def cash_moved(account: str, event: ev.Event) -> list[Entry]:
    """What an event does to the account's money where nothing is traded or settled; nothing for any other event."""
    match event:
        case ev.CashBooked(reason="tax"):
            return _capital(event.amount, Ledger.TAX_RESERVE)
        case ev.CashBooked():
            return _capital(event.amount) if event.is_capital else [Entry(Ledger.CASH, event.amount)]
        case ev.ReinvestDone():
            return [
                Entry(Ledger.CASH, -event.tax_reserve - event.leaps),
                Entry(Ledger.TAX_RESERVE, event.tax_reserve),
                Entry(Ledger.LEAP_CASH, event.leaps),
            ]
        case ev.TaxReleased():
            return [Entry(Ledger.TAX_RESERVE, -event.amount), Entry(Ledger.CASH, event.amount)]
        case ev.AccountForked():
            return _capital(-event.amount)
        case ev.AccountMerged():
            sign = 1 if account == event.to else -1
            return [*_capital(sign * event.amount), *_capital(sign * event.leap_cash, Ledger.LEAP_CASH)]
        case _:
            return []


def _capital(amount: Decimal, ledger: Ledger = Ledger.CASH) -> list[Entry]:
    """Money that comes from an owner or another account, or goes there: capital on both sides."""
    return [Entry(ledger, amount), Entry(Ledger.EQUITY, -amount)]
