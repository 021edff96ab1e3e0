"""Everything that the exchange remembers, as one value: what is stored of it, and what it is restored from."""

from decimal import Decimal

from allusetui.domain.contract import Contract, Option
from allusetui.domain.frozen import frozen, mutable
from allusetui.domain.input import (
    BrokerOrder,
    CashBooking,
    Execution,
    OrderAcked,
    OrderCancelled,
    OrderExecuted,
    OrderRejected,
    Settlement,
    Split,
)
from allusetui.domain.order import Order

OrderReport = OrderAcked | OrderExecuted | OrderCancelled | OrderRejected


@mutable
class Live:
    """An order that works. `since_ms`: from when its limit has been good enough, without a break.

    `ends_ms`: right after the close with which an order for the day ends; one that is good till cancelled has none.
    """

    order: Order
    ends_ms: int | None
    filled: int = 0
    since_ms: int | None = None

    @property
    def open_quantity(self) -> int:
        return self.order.quantity - self.filled

    @property
    def options(self) -> tuple[Option, ...]:
        """The options it trades."""
        return tuple(c for c in (self.order.contract, self.order.candidate) if isinstance(c, Option))


@frozen
class Holder:
    """An account of the book and its signed quantities, in the order in which they came."""

    account: str
    held: tuple[tuple[Contract, int], ...]


@frozen
class Late:
    """A report about an order of `symbol` that is kept back until `until_ms`."""

    until_ms: int
    symbol: str
    report: OrderReport


@frozen
class Taken:
    """What a slow market took of a symbol at an instant."""

    symbol: str
    at_ms: int
    quantity: int


@frozen
class Standing:
    """The exchange as it stands at `now_ms`. What is kept for some days is a row of (instant, entry); dollars."""

    now_ms: int
    cash: Decimal
    holders: tuple[Holder, ...]
    live: tuple[Live, ...]
    known: tuple[tuple[int, str], ...]
    done: tuple[tuple[int, BrokerOrder], ...]
    executions: tuple[tuple[int, Execution], ...]
    settled: tuple[tuple[int, Settlement | CashBooking | Split], ...]
    late: tuple[Late, ...]
    taken: tuple[Taken, ...]
    fill_count: int
    settled_count: int
