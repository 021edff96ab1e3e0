"""Entries and orders, from the plan to the fill or the end."""

from collections.abc import Mapping
from dataclasses import field
from datetime import date
from decimal import Decimal

from allusetui.domain.contract import Contract, Option, Side
from allusetui.domain.event.base import Event, Figure
from allusetui.domain.frozen import frozen
from allusetui.domain.order import BACK, LeapStep, Pocket, Purpose, RollChain, root_of


@frozen(kw_only=True)
class EntryPlanned(Event):
    """What is to be sold in an entry window. `dte` in calendar days, `mid` a share, `exposure` the dollars that it
    adds; `deviation`: where it leaves the rule.
    """

    kind = "entry.planned"
    contract: Option
    quantity: int
    delta: float
    dte: int
    mid: Decimal
    exposure: Decimal
    deviation: str | None
    window: str


@frozen(kw_only=True)
class EntrySkipped(Event):
    """Nothing is entered on the symbol at this look: why, and the figures that decided it."""

    kind = "entry.skipped"
    symbol: str
    reason: str
    window: str
    figures: Mapping[str, Figure] = field(default_factory=dict)


@frozen(kw_only=True)
class OrderIntended(Event):
    """A trade that is wanted: worked by clips, steps and versions until it is filled or abandoned. A roll buys
    `contract` and sells `candidate`.
    """

    kind = "order.intended"
    intent: str
    purpose: Purpose
    contract: Contract
    candidate: Option | None
    side: Side
    quantity: int
    approved: bool = False
    chain: RollChain | None = None
    leap: LeapStep | None = None


@frozen(kw_only=True)
class IntentSplit(Event):
    """The sizes of an intent's next clips; `clip`: the number of the last one before them."""

    kind = "intent.split"
    intent: str
    sizes: tuple[int, ...]
    clip: int


@frozen(kw_only=True)
class OrderSent(Event):
    """A version of a clip leaves for the broker. `quantity` is what is still open, `limit` in dollars a share, of a
    roll its net debit.
    """

    kind = "order.sent"
    client_order_id: str
    purpose: Purpose
    contract: Contract
    candidate: Option | None
    side: Side
    quantity: int
    limit: Decimal
    intent: str
    clip: int
    version: int
    step: int


@frozen(kw_only=True)
class OrderReplaced(Event):
    """As order.sent, in the place of the version that it `replaces`, which is proven dead."""

    kind = "order.replaced"
    client_order_id: str
    purpose: Purpose
    contract: Contract
    candidate: Option | None
    side: Side
    quantity: int
    limit: Decimal
    intent: str
    clip: int
    version: int
    step: int
    replaces: str


@frozen(kw_only=True)
class CancelRequested(Event):
    """The broker is asked to cancel; the order lives until its end is proven."""

    kind = "order.cancel_requested"
    client_order_id: str
    intent: str
    reason: str


@frozen(kw_only=True)
class OrderFilled(Event):
    """A fill, or a leg of a roll's. `price` a share, `commission` in dollars; `day`: the earlier one on which it was
    traded, None for the day on which it is told.

    A correction of the broker's is two: one that takes the earlier version back, and the new one. What they do to lots
    they do together, in the place of the earlier version.
    """

    kind = "order.filled"
    client_order_id: str
    contract: Contract
    side: Side
    quantity: int
    price: Decimal
    commission: Decimal
    exec_id: str
    intent: str
    pocket: Pocket = Pocket.CASH
    day: date | None = None

    @property
    def root(self) -> str | None:
        """What the versions of its execution have in common; None where there are no versions, nor of what takes one
        back.
        """
        found = root_of(self.exec_id)
        return found[0] if found else None

    @property
    def takes_back(self) -> str | None:
        """The execution that a correction takes back by this one; None for a trade."""
        return self.exec_id.removesuffix(BACK) if self.exec_id.endswith(BACK) else None

    @property
    def signed(self) -> int:
        """What it adds to what is held."""
        return self.side.sign * self.quantity

    @property
    def value_usd(self) -> Decimal:
        """What was bought for; below zero what was sold for. Before the commission."""
        return self.side.sign * self.quantity * self.price * self.contract.multiplier

    @property
    def paid_usd(self) -> Decimal:
        """What it takes out of its pocket, the commission included; below zero what it brings."""
        return self.value_usd + self.commission

    @property
    def is_premium(self) -> bool:
        """Whether it is income's: an option, neither a hedge nor a LEAP."""
        return isinstance(self.contract, Option) and not self.contract.is_index and self.pocket is Pocket.CASH


@frozen(kw_only=True)
class OrderCancelled(Event):
    """Proven dead; what had filled of it is booked."""

    kind = "order.cancelled"
    client_order_id: str
    reason: str
    intent: str


@frozen(kw_only=True)
class OrderRejected(Event):
    """The broker has refused the order. `fits`: to how many contracts its own margin cuts the intent's rest (0.10)."""

    kind = "order.rejected"
    client_order_id: str
    reason: str
    intent: str
    fits: int | None = None


@frozen(kw_only=True)
class OrderUnknown(Event):
    """Nobody knows what the order does: it counts as live, and is looked for (0.6)."""

    kind = "order.unknown"
    client_order_id: str
    intent: str


@frozen(kw_only=True)
class OrderResolved(Event):
    """What an unknown order has turned out to be: open, filled or dead."""

    kind = "order.resolved"
    client_order_id: str
    outcome: str
    intent: str


@frozen(kw_only=True)
class OrderAbandoned(Event):
    """An intent ends, once, with `quantity` of it not traded; `client_order_id` is its last version's."""

    kind = "order.abandoned"
    intent: str
    client_order_id: str | None
    reason: str
    quantity: int


@frozen(kw_only=True)
class SymbolRejecting(Event):
    """So many rejections in a row that entries on the symbol stop until a reset (§9)."""

    kind = "symbol.rejecting"
    symbol: str
    rejections: int


@frozen(kw_only=True)
class RejectingEnded(Event):
    """An operator's reset lets the account enter the symbol again (§9)."""

    kind = "symbol.cleared"
    symbol: str
