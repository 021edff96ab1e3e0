"""A witness at the wire: the simulated exchange, and beside it a record of every message that reached it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from allusetui.broker.simulated.exchange import Exchange
from allusetui.domain import event as ev
from allusetui.domain.input import Input
from allusetui.domain.order import Order
from allusetui.ports import Broker, Journal


@dataclass(frozen=True)
class Message:
    """What left, when, what the journal had on it by then, and which orders of its clip lived at the exchange."""

    at_ms: int
    order: Order | None
    client_order_id: str
    records: tuple[ev.OrderSent | ev.OrderReplaced, ...]
    alive: tuple[str, ...] = ()


def clip_of(client_order_id: str) -> str:
    return client_order_id.rsplit(".v", 1)[0]


@dataclass
class Witness:
    """Implements `ports.Broker` by `broker`, which is the exchange itself or stands before it."""

    broker: Broker
    exchange: Exchange
    journal: Journal
    messages: list[Message] = field(default_factory=list)

    def place(self, order: Order, at_ms: int) -> Sequence[Input]:
        mine = clip_of(order.client_order_id)
        listed = self.exchange.orders(at_ms).orders
        alive = tuple(o.client_order_id for o in listed if o.open and clip_of(o.client_order_id) == mine)
        records = self._records(order.client_order_id)
        self.messages.append(Message(at_ms, order, order.client_order_id, records, alive))
        return self.broker.place(order, at_ms)

    def cancel(self, client_order_id: str, at_ms: int) -> Sequence[Input]:
        self.messages.append(Message(at_ms, None, client_order_id, self._records(client_order_id)))
        return self.broker.cancel(client_order_id, at_ms)

    def pay_out(self, account: str, amount: Decimal, reason: str, at_ms: int) -> Sequence[Input]:
        return self.broker.pay_out(account, amount, reason, at_ms)

    def ask_orders(self, at_ms: int) -> Sequence[Input]:
        return self.broker.ask_orders(at_ms)

    def ask_positions(self, at_ms: int) -> Sequence[Input]:
        return self.broker.ask_positions(at_ms)

    def engine_down(self, down: bool) -> None:
        self.broker.engine_down(down)

    def next_ms(self, after_ms: int) -> int | None:
        return self.broker.next_ms(after_ms)

    def advance(self, at_ms: int) -> Sequence[Input]:
        return self.broker.advance(at_ms)

    def _records(self, client_order_id: str) -> tuple[ev.OrderSent | ev.OrderReplaced, ...]:
        return tuple(
            event
            for _, _, event in self.journal.read()
            if isinstance(event, ev.OrderSent | ev.OrderReplaced) and event.client_order_id == client_order_id
        )
