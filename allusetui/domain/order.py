"""Orders: what is wanted (intent), how it is worked (clip, step, version), and how a broker order lives and dies."""

from decimal import Decimal
from enum import StrEnum
from typing import Final

from allusetui.domain.contract import Contract, Option, Side
from allusetui.domain.frozen import frozen, mutable
from allusetui.domain.money import ZERO


class Purpose(StrEnum):
    """What an order is for."""

    ENTRY = "entry"
    ROLL = "roll"
    STOP = "stop"
    PROFIT_TAKE = "profit_take"
    CLOSE = "close"
    REDUCE = "reduce"
    STOCK = "stock"
    HEDGE = "hedge"
    LEAP = "leap"

    @property
    def opens(self) -> bool:
        """Whether the order deploys the sleeve's money: windows, freezes and stale quotes end it."""
        return self in (Purpose.ENTRY, Purpose.STOCK)

    @property
    def is_ladder(self) -> bool:
        """Whether the order builds or rolls what is held long: hedges and LEAPs (5.7, 17.1)."""
        return self in (Purpose.HEDGE, Purpose.LEAP)

    @property
    def builds(self) -> bool:
        """Whether the order opens or builds something: ORDERING lasts as long, and none is left alone at the broker."""
        return self.opens or self.is_ladder


class Pocket(StrEnum):
    """Whose money pays: the sleeve's own, or what is ring-fenced for LEAPs (3.5, 17.4)."""

    CASH = "cash"
    LEAP_CASH = "leap_cash"


class OrderStatus(StrEnum):
    """How far an order at the broker has come; only evidence ends one (0.6)."""

    SENT = "sent"
    CANCELLING = "cancelling"
    UNKNOWN = "unknown"
    FILLED = "filled"
    CANCELLED = "cancelled"
    REJECTED = "rejected"
    DEAD = "dead"

    @property
    def live(self) -> bool:
        """Whether the order may still fill; UNKNOWN counts as live (0.6)."""
        return self in (OrderStatus.SENT, OrderStatus.CANCELLING, OrderStatus.UNKNOWN)


BACK: Final = "-back"
"""Ends the execution id of what takes a corrected fill back: the opposite trade at the same price and for its fees."""


def root_of(exec_id: str) -> tuple[str, int] | None:
    """What versions of one execution have in common, and which this is: `….01`, `….02`; None without versions."""
    root, _, version = exec_id.rpartition(".")
    return (root, int(version)) if root and version.isdecimal() else None


@frozen
class Order:
    """One message to the broker. `limit` in dollars a share; a roll also sells `candidate`, limit = net debit."""

    client_order_id: str
    account: str
    contract: Contract
    candidate: Option | None
    side: Side
    quantity: int
    limit: Decimal


@mutable
class Working:
    """The one broker order of a clip that is, or may be, live."""

    client_order_id: str
    version: int
    step: int
    limit: Decimal
    quantity: int
    sent_ms: int
    filled: int = 0
    status: OrderStatus = OrderStatus.SENT
    cancel_reason: str | None = None

    @property
    def open_quantity(self) -> int:
        return self.quantity - self.filled


@frozen
class RollChain:
    """A position's first credit and what its rolls have cost so far, dollars a share (6.10)."""

    first_credit: Decimal
    cost: Decimal


@frozen
class LeapStep:
    """What a LEAP's order is a step of: a roll of `rolls` for a `reason`, or a purchase out of leap cash (17.1, 17.4).

    `most`: dollars a share that a purchase may cost at the worst; `deviation`: where it is not what the law would have.
    """

    rolls: Option | None = None
    reason: str | None = None
    most: Decimal | None = None
    deviation: str | None = None


@mutable
class Intent:
    """What a decision wants done, until it is filled or abandoned. `clips` are the sizes not yet begun (0.4)."""

    id: str
    account: str
    purpose: Purpose
    contract: Contract
    side: Side
    quantity: int
    candidate: Option | None
    clauses: tuple[str, ...]
    approved: bool
    chain: RollChain | None
    clips: list[int]
    clip: int = 0
    version: int = 0
    clip_open: int = 0
    halvings: int = 0
    filled: int = 0
    paid: Decimal = ZERO
    received: Decimal = ZERO
    gained: Decimal = ZERO
    """What its sales of a long position have realized, dollars net of fees."""
    order: Working | None = None
    last_order_id: str | None = None
    leap: LeapStep | None = None

    @property
    def adds(self) -> bool:
        """Whether it adds to what is held instead of closing it."""
        return self.purpose.opens or (self.purpose.is_ladder and self.side is Side.BUY)

    @property
    def open_quantity(self) -> int:
        """Contracts not yet filled."""
        return self.quantity - self.filled

    @property
    def live(self) -> bool:
        return self.order is not None and self.order.status.live
