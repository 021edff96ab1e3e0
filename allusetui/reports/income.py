"""What a period earned: premium, dividends, what closed lots realized; the ladder's two sides apart (17.7)."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Self

from allusetui.domain import event as ev
from allusetui.domain.contract import Option
from allusetui.domain.frozen import mutable
from allusetui.domain.money import ZERO
from allusetui.domain.order import Pocket
from allusetui.ledger.dated import Dated


@mutable
class Income:
    """Dollars. `premium`: options sold less those bought back, LEAPs and hedges aside, before fees.

    `dividends` with interest and the broker's fees; `realized` of the book, net of fees, dividends included;
    `growth` and `hedges`: what their closed lots realized, net of fees. `fees`: commissions of all.
    """

    premium: Decimal = ZERO
    dividends: Decimal = ZERO
    realized: Decimal = ZERO
    growth: Decimal = ZERO
    hedges: Decimal = ZERO
    fees: Decimal = ZERO

    def book(self, row: Dated) -> None:
        """Add what one record earned or cost."""
        match row.event:
            case ev.OrderFilled() as fill:
                self.fees += fill.commission
                if fill.is_premium:
                    self.premium -= fill.value_usd
            case ev.LotClosed() as lot if not _is_ladder(lot.contract, row.cause):
                self.realized += lot.realized
            case ev.LotClosed(contract=Option(is_index=True)) as lot:
                self.hedges += lot.realized
            case ev.LotClosed() as lot:
                self.growth += lot.realized
            case ev.CashBooked() as booked if booked.is_income:
                self.dividends += booked.amount
                self.realized += booked.amount
            case _:
                pass

    @classmethod
    def total(cls, rows: Iterable[Self]) -> Self:
        """The sum, each figure on its own."""
        found = cls()
        for row in rows:
            for name in cls.__slots__:
                setattr(found, name, getattr(found, name) + getattr(row, name))
        return found


def _is_ladder(contract: object, cause: ev.Event | None) -> bool:
    """A hedge by what it is on; a LEAP by whose money it moves."""
    if not isinstance(contract, Option):
        return False
    return contract.is_index or (isinstance(cause, ev.OrderFilled) and cause.pocket is Pocket.LEAP_CASH)
