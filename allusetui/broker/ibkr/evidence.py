"""What the wire says of orders, in our words: the only things that an order's fate is judged by."""

from datetime import date
from decimal import Decimal
from enum import Enum

from allusetui.domain.contract import Contract, Side
from allusetui.domain.frozen import frozen

OURS = "AU-"
"""What the references of our orders begin with (0.6)."""


class Stage(Enum):
    """How far an order has come, by the broker's own word."""

    PENDING = "pending"
    """Sent on, and not yet taken."""
    WORKING = "working"
    INACTIVE = "inactive"
    """It does not work: refused, or held back. Alone it proves nothing."""
    FILLED = "filled"
    CANCELLED = "cancelled"

    @property
    def is_over(self) -> bool:
        return self in (Stage.FILLED, Stage.CANCELLED)


@frozen
class OpenSeen:
    """An order as the broker lists it. `handle`: its number on this connection, where it is one of this client's.

    `symbol` and `quantity` are for people. `reference` is empty where somebody else's program or hand placed it.
    """

    reference: str
    permanent: int
    handle: int | None
    account: str
    stage: Stage
    symbol: str
    quantity: int
    is_combo: bool = False


@frozen
class StatusSeen:
    """News of an order, which name no reference: `filled` counts contracts, or combos."""

    permanent: int
    handle: int | None
    stage: Stage
    filled: int


@frozen
class DoneSeen:
    """An order among the completed ones; they have no handle."""

    reference: str
    permanent: int
    account: str
    stage: Stage
    filled: int


@frozen
class FillSeen:
    """A row of an execution: one leg, or with `contract` None a combo as a whole, whose legs have rows of their own."""

    exec_id: str
    reference: str
    permanent: int
    account: str
    contract: Contract | None
    side: Side
    quantity: int
    price: Decimal
    day: date


@frozen
class FeeSeen:
    """The commission of an execution, dollars; it may come before the execution does."""

    exec_id: str
    amount: Decimal


@frozen
class ErrorSeen:
    """A complaint under an order's handle. It ends nothing; it may be why something else has."""

    handle: int
    code: int
    text: str


Evidence = OpenSeen | StatusSeen | DoneSeen | FillSeen | FeeSeen | ErrorSeen
