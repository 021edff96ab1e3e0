"""What events amount to: each amount is figures of its event, multiplied and added, so that it can be checked."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final

from allusetui.domain import event as ev
from allusetui.domain.contract import Side
from allusetui.domain.money import ZERO

Amount = Callable[[ev.Event], Decimal | None]
"""An event's dollars, or what else is summed; None where the event is not meant."""


def premium(event: ev.Event) -> Decimal | None:
    """What a short option's sale brought, or its purchase cost, before commission; hedges and LEAPs are no income."""
    return -event.value_usd if isinstance(event, ev.OrderFilled) and event.is_premium else None


def premium_sold(event: ev.Event) -> Decimal | None:
    """Of the premium what was sold, less what of it the broker's corrections took back."""
    if not isinstance(event, ev.OrderFilled):
        return None
    sold = (event.side is Side.SELL) == (event.takes_back is None)
    return premium(event) if sold else None


def fees(event: ev.Event) -> Decimal | None:
    return event.commission if isinstance(event, ev.OrderFilled) else None


def realized(event: ev.Event) -> Decimal | None:
    """Closed lots net of fees, and cash that is neither capital nor tax."""
    match event:
        case ev.LotClosed():
            return event.realized
        case ev.CashBooked() if event.is_income:
            return event.amount
        case _:
            return None


def traded(event: ev.Event) -> Decimal | None:
    """Dollars that a bought or sold ladder option cost or brought."""
    if isinstance(event, ev.LeapOpened | ev.LeapClosed):
        return event.quantity * event.price * event.contract.multiplier
    return None


def strike_cash(event: ev.Event) -> Decimal | None:
    if isinstance(event, ev.AssignmentReceived | ev.CalledAwayReceived):
        return event.shares * event.price
    return None


def stopped(event: ev.Event) -> Decimal | None:
    """What buying back at a stop cost, in dollars."""
    return event.quantity * event.price * event.contract.multiplier if isinstance(event, ev.StopDone) else None


def rolled(event: ev.Event) -> Decimal | None:
    return event.quantity * event.cost * event.contract.multiplier if isinstance(event, ev.RollDone) else None


def _of(name: str) -> Amount:
    def amount(event: ev.Event) -> Decimal | None:
        value = getattr(event, name, None)
        return Decimal(value) if isinstance(value, int | Decimal) else None

    return amount


field_amounts: Final[Mapping[str, Amount]] = {
    name: _of(name) for name in ("amount", "premium", "profit", "gain", "tax_reserve", "exposure")
}


def quantity(event: ev.Event) -> Decimal | None:
    """How many contracts an event tells of."""
    value = getattr(event, "quantity", None)
    return Decimal(value) if isinstance(value, int) else None


def total(amount: Amount, events: list[ev.Event]) -> Decimal:
    return sum((found for event in events if (found := amount(event)) is not None), ZERO)
