"""An order as the broker keeps it, and its executions; whose it is, where it stands, and what has come of it."""

from collections.abc import Iterator
from dataclasses import field
from decimal import Decimal
from enum import StrEnum

from allusetui.broker.gateway.frames import Value
from allusetui.broker.gateway.placing import PlaceOrder
from allusetui.domain.contract import Contract, Side
from allusetui.domain.frozen import frozen, mutable
from allusetui.domain.input import Execution
from allusetui.domain.moment import day_of
from allusetui.domain.money import ZERO
from allusetui.domain.order import Order

Block = tuple[Value, ...]
"""A contract as eleven fields: conId symbol secType expiry strike right multiplier exchange currency local class."""


class Standing(StrEnum):
    """Where an order stands, in the protocol's words."""

    PENDING = "PendingSubmit"
    HELD = "PreSubmitted"
    WORKING = "Submitted"
    CANCELLING = "PendingCancel"
    CANCELLED = "Cancelled"
    FILLED = "Filled"
    INACTIVE = "Inactive"

    @property
    def live(self) -> bool:
        """Whether it may still fill."""
        return self not in (Standing.CANCELLED, Standing.FILLED, Standing.INACTIVE)


@mutable(eq=False)
class Ticket:
    """An order of a client, or of a person at the broker's own screen (`client_id` 0).

    `trade` is what the exchange was given, under the permanent id as its name. `price`s are dollars a share, of a
    combination net, as the client signs them.
    """

    client_id: int
    order_id: int
    perm_id: int
    asked: PlaceOrder
    account: str
    tif: str
    trade: Order
    block: Block
    placed_ms: int
    standing: Standing = Standing.PENDING
    ends_ms: int | None = None
    """The close at which an order for the day ends."""
    why_held: str = ""
    at_exchange: bool = False
    confirmed: bool = False
    """Whether its client has been told that the broker has it."""
    shown_perm_id: int | None = None
    """The permanent id that clients are shown in its place."""
    filled: int = 0
    paid: Decimal = ZERO
    last_price: Decimal = ZERO
    ended_ms: int = 0
    fills: list["Fill"] = field(default_factory=list)

    @property
    def quantity(self) -> int:
        return int(self.asked.quantity)

    @property
    def left(self) -> int:
        return self.quantity - self.filled

    @property
    def average(self) -> Decimal:
        """Dollars a share over all that has filled."""
        return self.paid / self.filled if self.filled else ZERO

    @property
    def told_perm_id(self) -> int:
        return self.perm_id if self.shown_perm_id is None else self.shown_perm_id

    @property
    def is_manual(self) -> bool:
        """Whether a person placed it at the broker's own screen."""
        return self.order_id <= 0

    def again(self, perm_id: int, trade: Order, at_ms: int) -> "Ticket":
        """Another order with what was asked for in this one."""
        made = Ticket(
            self.client_id, self.order_id, perm_id, self.asked, self.account, self.tif, trade, self.block, at_ms
        )
        made.ends_ms = self.ends_ms
        return made

    def net(self, executions: tuple[Execution, ...]) -> Decimal:
        """The price of one fill as the client signs it: a combination that is bought costs its legs' difference."""
        if self.trade.candidate is None:
            return executions[0].price
        paid = sum((row.side.sign * row.price for row in executions), ZERO)
        return paid if self.asked.action == Side.BUY else -paid

    def take(self, quantity: int, price: Decimal) -> None:
        """Some of it has filled."""
        self.filled += quantity
        self.paid += quantity * price
        self.last_price = price
        if not self.left:
            self.standing = Standing.FILLED


@frozen
class Fill:
    """One row of executions: of an order, or of one leg of it; `average` and `total` as the order stood after it.

    `contract` is None for a combination's own row. `realized`: dollars, None where nothing was closed.
    """

    exec_id: str
    ticket: Ticket
    at_ms: int
    contract: Contract | None
    block: Block
    side: Side
    quantity: int
    price: Decimal
    total: int
    average: Decimal
    commission: Decimal
    realized: Decimal | None


class Tickets:
    """Every order that the broker remembers, by its permanent id, and by the ids that clients give."""

    def __init__(self) -> None:
        self._by_perm_id: dict[int, Ticket] = {}
        self._by_handle: dict[tuple[int, int], Ticket] = {}
        self._live: list[Ticket] = []

    def __iter__(self) -> Iterator[Ticket]:
        """As they came."""
        return iter(tuple(self._by_perm_id.values()))

    def __len__(self) -> int:
        return len(self._by_perm_id)

    def enter(self, ticket: Ticket) -> None:
        """Takes in an order, or one under an id that it has been given since."""
        if ticket.perm_id not in self._by_perm_id:
            self._live.append(ticket)
        self._by_perm_id[ticket.perm_id] = ticket
        if ticket.order_id:
            self._by_handle[ticket.client_id, ticket.order_id] = ticket

    def of(self, client_order_id: str) -> Ticket:
        """The order that the exchange knows under this name."""
        return self._by_perm_id[int(client_order_id)]

    def find(self, client_id: int, order_id: int) -> Ticket | None:
        """The order that a client means by an id; of several under it the newest that is live."""
        found = self._by_handle.get((client_id, order_id))
        if found is None or found.standing.live:
            return found
        same = (each for each in self._live if (each.client_id, each.order_id) == (client_id, order_id))
        return next((each for each in same if each.standing.live), found)

    def named(self, order_ref: str) -> Ticket | None:
        """The newest order under a client's own reference."""
        return next((each for each in reversed(tuple(self)) if each.asked.order_ref == order_ref), None)

    def live(self) -> list[Ticket]:
        """Those that may still fill. An order that has ended never lives again."""
        self._live = [each for each in self._live if each.standing.live]
        return list(self._live)

    def ended_on_day_of(self, at_ms: int) -> list[Ticket]:
        """Those that have ended on the instant's day."""
        return [each for each in self if not each.standing.live and day_of(each.ended_ms) == day_of(at_ms)]

    def forget_ended(self) -> None:
        """The ids of orders that have ended mean nothing any more, and may be given out again."""
        self._by_handle = {key: each for key, each in self._by_handle.items() if each.standing.live}
