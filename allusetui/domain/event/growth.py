"""What a sleeve's gains become: tax set aside and released, cash for LEAPs, shares."""

from decimal import Decimal

from allusetui.domain.event.base import Event
from allusetui.domain.frozen import frozen


@frozen(kw_only=True)
class ReinvestDone(Event):
    """A quarter's gain shared out, in dollars; `to_buy` is what of `contracts` is to become shares."""

    kind = "reinvest.done"
    quarter: str
    gain: Decimal
    tax_reserve: Decimal
    contracts: Decimal
    leaps: Decimal
    to_buy: Decimal


@frozen(kw_only=True)
class ReinvestPlanned(Event):
    """What is bought of the least-held symbol: whole lots that `budget` carries at `price`; 0 with the `reason`."""

    kind = "reinvest.planned"
    symbol: str | None
    quantity: int
    price: Decimal | None
    budget: Decimal
    reason: str | None


@frozen(kw_only=True)
class TaxReleased(Event):
    """More was reserved than the year's `gain` asks for: `amount` is cash again, `tax_reserve` is what stays."""

    kind = "tax.released"
    year: str
    gain: Decimal
    amount: Decimal
    tax_reserve: Decimal
