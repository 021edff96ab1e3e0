"""What came without an order: expiries, assignments and exercises, cash and splits, each booked once."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from allusetui.domain import event as ev
from allusetui.domain import input as inp
from allusetui.domain.account import Account
from allusetui.domain.contract import Contract, Option, Stock, after_split
from allusetui.domain.lot import take
from allusetui.domain.moment import week_of
from allusetui.domain.money import ZERO, to_price
from allusetui.engine.closing import type_week
from allusetui.engine.desk import Desk, lots_closed
from allusetui.engine.reconcile import drop_orders, mismatch
from allusetui.rules.assignment import basis_of
from allusetui.rules.situation import clause

_BOOKING_CLAUSES = {"deposit": ("0.1", "0.9", "10.3"), "withdrawal": ("0.1", "0.9", "10.3"), "tax": ("10.2", "10.3")}


def on_settled(desk: Desk, settled: inp.Settled) -> None:
    """Book what came without an order, each once."""
    late = False
    for row in settled.settlements:
        if row.id not in desk.state.seen_ids and row.account in desk.state.accounts:
            account = desk.state.accounts[row.account]
            if _is_held(account, row):
                _book(desk, account, row)
                late = late or _is_late(desk, row)
                drop_orders(desk, account, row.contract)
            else:
                _not_held(desk, account, row)
    for booking in settled.bookings:
        if booking.id not in desk.state.seen_ids and booking.account in desk.state.accounts:
            _book_cash(desk, booking)
    for split in settled.splits:
        _split(desk, split)
    if late:
        type_week(desk, desk.state.week_typed, desk.state.typed_facts)  # its report is issued again with the batch


def _is_late(desk: Desk, row: inp.Settlement) -> bool:
    """Whether it came after the cut of its expiry's week: it counts for that week, whose report is issued again."""
    return row.kind in ("assigned", "called_away") and week_of(row.contract.expiry) == desk.state.week_typed


def _book_cash(desk: Desk, booking: inp.CashBooking) -> None:
    """Taxes are paid out of their reserve; what is paid beyond it leaves the sleeve like any withdrawal."""
    rows = [booking]
    if booking.reason == "tax":
        kept = min(desk.state.accounts[booking.account].tax_reserve, -booking.amount)
        rest = replace(booking, id=f"{booking.id}-rest", reason="withdrawal", amount=booking.amount + kept)
        rows = [replace(booking, amount=-kept), *([rest] if rest.amount else [])]
    for row in rows:
        read = ("9.5",) if row.id in desk.state.dividends else ()  # off the broker's cash
        desk.emit(
            ev.CashBooked(
                account=row.account, clauses=(*read, *_BOOKING_CLAUSES.get(row.reason, ("10.3",))), reason=row.reason,
                amount=to_price(row.amount), symbol=row.symbol, settlement=row.id,
                day=row.day if row.day is not None and row.day < desk.today else None,
            )
        )  # fmt: skip


def _is_held(account: Account, row: inp.Settlement) -> bool:
    """Whether the account has what the settlement takes away: the option, and the shares that it delivers."""
    held = account.quantity(row.contract)
    if row.kind == "exercised":
        delivers = row.contract.is_put
    else:
        delivers = row.kind == "called_away"
        held = -held if row.kind in ("assigned", "called_away") else abs(held)
    shares = row.quantity * row.contract.multiplier if delivers else 0
    return held >= row.quantity and account.shares(row.contract.symbol) >= shares


def _not_held(desk: Desk, account: Account, row: inp.Settlement) -> None:
    signed = row.quantity if row.kind == "exercised" else -row.quantity
    held, shares = account.quantity(row.contract), account.shares(row.contract.symbol)
    if abs(held) < row.quantity or held * signed < 0:
        mismatch(desk, [account], "unknown_position", row.contract, Decimal(held), Decimal(signed), row.id)
    else:
        left = Decimal(shares - row.quantity * row.contract.multiplier)
        mismatch(desk, [account], "missing_position", Stock(row.contract.symbol), Decimal(shares), left, row.id)


@clause("7.2", "6.8", "2.4", "3.4")
def _book(desk: Desk, account: Account, row: inp.Settlement) -> None:
    option, held = row.contract, account.lots.get(row.contract, [])
    signed = row.quantity if row.kind == "exercised" or account.quantity(option) > 0 else -row.quantity
    taken, _ = take(held, signed)
    fees = sum((lot.fees_usd for lot in taken), ZERO)
    units = row.quantity * option.multiplier
    premium = sum((abs(lot.quantity) * lot.price for lot in taken), ZERO) * option.multiplier
    if row.kind == "assigned":
        own = ("3.4",) if account.type.value == "rev" else ("2.4",)
        desk.emit(
            ev.AssignmentReceived(
                account=account.name, clauses=("7.2", *own), contract=option, quantity=row.quantity, shares=units,
                price=row.price, basis=to_price(basis_of(option, taken)),
                premium_usd=to_price(premium), fees_usd=to_price(fees), settlement=row.id,
            )
        )  # fmt: skip
    elif row.kind == "called_away":
        _called_away(desk, account, row, premium, fees)
    elif row.kind == "exercised":
        _exercised(desk, account, row, premium, fees)
    else:
        event = ev.ExpiredReceived(
            account=account.name, clauses=("10.3",), contract=option, quantity=row.quantity, shares=0, price=row.price,
            settlement=row.id,
        )  # fmt: skip
        desk.emit(event)
        rows = lots_closed(account, option, taken, row.price, ZERO, ("10.3",), _settled_on(desk, option))
        for closed in rows:
            desk.emit(closed)
        if signed > 0 and option.is_index:
            profit = sum((closed.realized for closed in rows), ZERO)
            ended = ev.HedgeReleased(
                account=account.name,
                clauses=("5.2", "10.3"),
                contract=option,
                quantity=row.quantity,
                reason="expiry",
                profit=profit,
            )
            desk.emit(ended)


@clause("6.8")
def _called_away(desk: Desk, account: Account, row: inp.Settlement, premium: Decimal, fees: Decimal) -> None:
    option = row.contract
    units = row.quantity * option.multiplier
    shares, _ = take(account.lots.get(Stock(option.symbol), []), units)
    proceeds = option.strike + (premium - fees) / units
    desk.emit(
        ev.CalledAwayReceived(
            account=account.name, clauses=("6.8", "7.3"), contract=option, quantity=row.quantity, shares=units,
            price=row.price, proceeds=to_price(proceeds), premium_usd=to_price(premium),
            fees_usd=to_price(fees), settlement=row.id,
        )
    )  # fmt: skip
    day = _settled_on(desk, option)
    for closed in lots_closed(account, Stock(option.symbol), shares, proceeds, ZERO, ("10.3",), day):
        desk.emit(closed)


@clause("10.3")
def _exercised(desk: Desk, account: Account, row: inp.Settlement, premium: Decimal, fees: Decimal) -> None:
    """A long call buys shares, and has cost what they cost more; a long put sells them, and its cost comes off."""
    option = row.contract
    units = row.quantity * option.multiplier
    cost = (premium + fees) / units
    sold = take(account.lots[Stock(option.symbol)], units)[0] if option.is_put else []
    desk.emit(
        ev.ExercisedReceived(
            account=account.name, clauses=("10.3",), contract=option, quantity=row.quantity, shares=units,
            price=row.price, basis=None if option.is_put else to_price(option.strike + cost),
            proceeds=to_price(option.strike - cost) if option.is_put else None, premium_usd=to_price(premium),
            fees_usd=to_price(fees), settlement=row.id,
        )
    )  # fmt: skip
    day = _settled_on(desk, option)
    for closed in lots_closed(account, Stock(option.symbol), sold, option.strike - cost, ZERO, ("10.3",), day):
        desk.emit(closed)


def _settled_on(desk: Desk, option: Option) -> date | None:
    """The day that a settlement is of, where it is told later: a broker's book shows it in the night after."""
    return option.expiry if option.expiry < desk.today else None


def _split(desk: Desk, split: inp.Split) -> None:
    """What was held before the split changes, once; what was opened since is of the new kind already."""
    for account in desk.state.accounts.values():
        if any(seen.startswith(f"{split.id}-{account.name}-") for seen in desk.state.seen_ids):
            continue
        old_lots = {c for c, lots in account.lots.items() if any(lot.opened < split.day for lot in lots)}
        held = [c for c in old_lots if c.symbol == split.symbol]
        # A strike may become one that is held too: that one has to move out of the way first.
        held.sort(key=lambda c: (c.strike if isinstance(c, Option) else ZERO, str(c)), reverse=split.ratio < 1)
        for contract in held:
            settlement = f"{split.id}-{account.name}-{label(contract)}"
            old = account.quantity(contract)
            into = after_split(contract, split.ratio)
            desk.emit(
                ev.PositionAdjusted(
                    account=account.name, clauses=("10.3",), reason="split", contract=contract, from_=old,
                    to=int(old * split.ratio), into=into, settlement=settlement,
                )
            )  # fmt: skip


def label(contract: Contract) -> str:
    """`AAPL-2026-03-06-195.0P`, or a stock's symbol: as settlements name it in their ids."""
    if isinstance(contract, Stock):
        return contract.symbol
    return f"{contract.symbol}-{contract.expiry}-{contract.strike}{contract.right.value}"
