"""A wire that can be made worse, the simulated exchange behind it, and what left beside what the journal knew."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from allusetui.domain import event as ev
from allusetui.domain.input import Input
from allusetui.domain.order import Order
from allusetui.ports import Journal
from tests.faults.brokers import Before


@dataclass(frozen=True)
class Placed:
    """An order at the wire: its records in the journal, and the orders of its clip that lived at the exchange."""

    order: Order
    records: tuple[ev.OrderSent | ev.OrderReplaced, ...]
    alive: tuple[str, ...]


def clip_of(client_order_id: str) -> str:
    return client_order_id.rsplit(".v", 1)[0]


@dataclass
class Unreliable(Before):
    """Swallows the first `deaf` orders, leaves the first `partial` answers incomplete, reports everything twice, or
    ends each order by itself as soon as it has taken it."""

    journal: Journal
    deaf: int = 0
    partial: int = 0
    stutters: bool = False
    ends: bool = False
    swallowed: list[str] = field(default_factory=list)
    placed: list[Placed] = field(default_factory=list)
    asked_ms: list[int] = field(default_factory=list)

    def place(self, order: Order, at_ms: int) -> Sequence[Input]:
        if len(self.swallowed) < self.deaf:
            self.swallowed.append(order.client_order_id)
            return ()
        mine = clip_of(order.client_order_id)
        listed = self.exchange.orders(at_ms).orders
        alive = tuple(o.client_order_id for o in listed if o.open and clip_of(o.client_order_id) == mine)
        records = tuple(
            event
            for _, _, event in self.journal.read()
            if isinstance(event, ev.OrderSent | ev.OrderReplaced) and event.client_order_id == order.client_order_id
        )
        self.placed.append(Placed(order, records, alive))
        taken = self.exchange.place(order, at_ms)
        return [*taken, *self.exchange.cancel(order.client_order_id, at_ms)] if self.ends else taken

    def ask_orders(self, at_ms: int) -> Sequence[Input]:
        self.asked_ms.append(at_ms)
        answer = self.exchange.orders(at_ms)
        return [replace(answer, complete=False) if len(self.asked_ms) <= self.partial else answer]

    def advance(self, at_ms: int) -> Sequence[Input]:
        seen = self.exchange.advance(at_ms)
        return (*seen, *seen) if self.stutters else seen
