"""What the broker tells of its book and of itself: what settled, what it holds, whether it is there."""

from collections.abc import Mapping
from dataclasses import field
from datetime import date
from decimal import Decimal

from allusetui.domain.contract import Contract, Option
from allusetui.domain.frozen import frozen


@frozen
class Settlement:
    """A change without an order; `kind`: expired, assigned, called_away, exercised or cash_settled.

    `quantity` contracts (unsigned) of `contract` are gone; `price` a share is the strike, or the cash value settled.
    """

    id: str
    kind: str
    account: str
    contract: Option
    quantity: int
    price: Decimal


@frozen
class CashBooking:
    """Cash that came or went without a trade; `day`: the one that the broker books it for, None for now."""

    id: str
    account: str
    reason: str
    amount: Decimal
    symbol: str | None = None
    day: date | None = None


@frozen
class Split:
    """`ratio` new shares for each old one of `symbol`, from the open of `day`."""

    id: str
    symbol: str
    ratio: Decimal
    day: date


@frozen
class Settled:
    at_ms: int
    settlements: tuple[Settlement, ...] = ()
    bookings: tuple[CashBooking, ...] = ()
    splits: tuple[Split, ...] = ()


@frozen
class PositionsSeen:
    """The answer to AskPositions, asked at `asked_ms`, None for now: the book, and every settlement it still lists."""

    at_ms: int
    positions: Mapping[Contract, int]
    cash: Decimal
    settled: Settled
    complete: bool
    foreign: Mapping[Contract, int] = field(default_factory=dict)
    asked_ms: int | None = None

    @property
    def since_ms(self) -> int:
        """What it shows was collected no earlier than this."""
        return self.at_ms if self.asked_ms is None else self.asked_ms


@frozen
class BrokerLost:
    """The link is gone; `alarm`: at an hour at which nobody expects that."""

    at_ms: int
    reason: str
    alarm: bool = False


@frozen
class BrokerReturned:
    at_ms: int
    reason: str
