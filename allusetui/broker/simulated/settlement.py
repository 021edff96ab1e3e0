"""What becomes of an option: at the close of its last session, or by an early exercise."""

from decimal import Decimal

from allusetui.broker.simulated.owners import Owners
from allusetui.domain.contract import Option
from allusetui.domain.frozen import frozen
from allusetui.domain.money import CENT, ZERO


@frozen
class Outcome:
    """How a position ends: its kind, the price a share, and what the account gets. Signed; cash in dollars."""

    kind: str
    price: Decimal
    shares: int
    cash: Decimal


def at_expiry(option: Option, quantity: int, spot: Decimal, owners: Owners) -> Outcome:
    """Of `quantity` contracts (− = short) at the close.

    Indices settle in cash; what an account holds is exercised a cent in the money, what it is short of by its `owners`.
    """
    intrinsic = option.intrinsic(spot)
    if option.is_index and intrinsic >= CENT:
        return Outcome("cash_settled", intrinsic, 0, intrinsic * option.multiplier * quantity)
    is_short = quantity < 0 and not option.is_index
    if owners.exercise_at_expiry(option, spot) if is_short else intrinsic >= CENT:
        return exercised(option, quantity)
    return Outcome("expired", ZERO, 0, ZERO)


def exercised(option: Option, quantity: int) -> Outcome:
    """Of `quantity` contracts (− = short): shares against the strike."""
    shares = quantity * option.multiplier * (-1 if option.is_put else 1)
    short_kind = "assigned" if option.is_put else "called_away"
    return Outcome(short_kind if quantity < 0 else "exercised", option.strike, shares, -shares * option.strike)
