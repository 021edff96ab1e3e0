"""What the broker tells of orders: ours, each fill, and those that are nobody's."""

from datetime import date
from decimal import Decimal

from allusetui.domain.contract import Contract, Side
from allusetui.domain.frozen import frozen
from allusetui.domain.order import root_of


@frozen
class Execution:
    """One fill of one leg: `price` a share, `commission` in dollars; `day`: when it was traded, None for now."""

    exec_id: str
    client_order_id: str
    contract: Contract
    side: Side
    quantity: int
    price: Decimal
    commission: Decimal
    day: date | None = None

    @property
    def root(self) -> tuple[str, int] | None:
        """As `root_of` its id."""
        return root_of(self.exec_id)


@frozen
class OrderAcked:
    at_ms: int
    client_order_id: str


@frozen
class OrderExecuted:
    at_ms: int
    executions: tuple[Execution, ...]


@frozen
class OrderCancelled:
    """The broker's proof that the order is dead; `filled` is what had filled before."""

    at_ms: int
    client_order_id: str
    filled: int


@frozen
class OrderRejected:
    """`fits`: how many of its contracts the account's margin would carry; None where margin is not why (0.10)."""

    at_ms: int
    client_order_id: str
    reason: str
    fits: int | None = None


@frozen
class ForeignOrderSeen:
    """An order at the broker that is none of ours; `id` is the broker's."""

    at_ms: int
    id: str
    symbol: str
    quantity: int


@frozen
class OrderDoubled:
    """Behind one order of ours the broker has several, which `permanents` names."""

    at_ms: int
    client_order_id: str
    permanents: tuple[str, ...]


@frozen
class BrokerOrder:
    """An order of ours as the broker lists it. `reachable`: whether a cancel of ours gets to it."""

    client_order_id: str
    open: bool
    filled: int
    reachable: bool = True


@frozen
class OrdersSeen:
    """The answer to AskOrders, asked at `asked_ms`, None for now. Only a complete answer proves an absence."""

    at_ms: int
    orders: tuple[BrokerOrder, ...]
    executions: tuple[Execution, ...]
    complete: bool
    foreign: tuple[ForeignOrderSeen, ...] = ()
    asked_ms: int | None = None

    @property
    def since_ms(self) -> int:
        """What it shows was collected no earlier than this."""
        return self.at_ms if self.asked_ms is None else self.asked_ms
