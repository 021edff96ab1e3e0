"""A witness at the simulated exchange: it stands before it and notes what comes."""

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal

from allusetui.broker.simulated.exchange import Exchange
from allusetui.domain.contract import Contract
from allusetui.domain.input import Execution, Input
from allusetui.domain.order import Order
from allusetui.domain.quote import Quote
from allusetui.ports import Broker, Market
from allusetui.torture.checker.witness import BookOrder, Deal, Holding, Message, quote_of


class AtTheExchange:
    """Implements `Witness`, and `ports.Broker` by `broker`: the exchange itself, or what stands before it.

    `market` is the true one; `durable` tells the newest record that is.
    """

    def __init__(self, broker: Broker, exchange: Exchange, market: Market, durable: Callable[[], int]) -> None:
        self._broker = broker
        self._exchange = exchange
        self._market = market
        self._durable = durable
        self._messages: list[Message] = []
        self._orders: dict[str, BookOrder] = {}
        self._deals: dict[str, Deal] = {}
        self._seen = -1

    # As a witness

    def messages(self, since: int = 0) -> Sequence[Message]:
        return self._messages[since:]

    def orders(self) -> Iterable[BookOrder]:
        self._look()
        return tuple(self._orders.values())

    def deals(self) -> Sequence[Deal]:
        self._look()
        return tuple(self._deals.values())

    def holding(self, at_ms: int) -> Holding:
        standing = self._exchange.standing()
        found: dict[Contract, int] = {}
        for holder in standing.holders:
            for contract, quantity in holder.held:
                found[contract] = found.get(contract, 0) + quantity
        return Holding({contract: quantity for contract, quantity in found.items() if quantity}, standing.cash)

    def quote(self, contract: Contract, at_ms: int) -> Quote | None:
        return quote_of(self._market, contract, at_ms)

    def _look(self) -> None:
        """Notes what is new before the exchange, which remembers for days only, forgets it."""
        if self._seen == self._exchange.changes:
            return
        self._seen, standing = self._exchange.changes, self._exchange.standing()
        for at_ms, execution in standing.executions:
            self._deals.setdefault(execution.exec_id, _deal(at_ms, execution))
        for live in standing.live:
            name = live.order.client_order_id
            self._orders[name] = BookOrder(name, live.filled)
        for at_ms, done in standing.done:
            self._orders[done.client_order_id] = BookOrder(done.client_order_id, done.filled, at_ms)

    # As a broker

    def place(self, order: Order, at_ms: int) -> Sequence[Input]:
        self._messages.append(Message(at_ms, order.client_order_id, False, order, self._durable()))
        return self._noted(self._broker.place(order, at_ms))

    def cancel(self, client_order_id: str, at_ms: int) -> Sequence[Input]:
        self._messages.append(Message(at_ms, client_order_id, True, None, self._durable()))
        return self._noted(self._broker.cancel(client_order_id, at_ms))

    def pay_out(self, account: str, amount: Decimal, reason: str, at_ms: int) -> Sequence[Input]:
        return self._noted(self._broker.pay_out(account, amount, reason, at_ms))

    def ask_orders(self, at_ms: int) -> Sequence[Input]:
        return self._noted(self._broker.ask_orders(at_ms))

    def ask_positions(self, at_ms: int) -> Sequence[Input]:
        return self._noted(self._broker.ask_positions(at_ms))

    def engine_down(self, down: bool) -> None:
        self._broker.engine_down(down)

    def next_ms(self, after_ms: int) -> int | None:
        return self._broker.next_ms(after_ms)

    def advance(self, at_ms: int) -> Sequence[Input]:
        return self._noted(self._broker.advance(at_ms))

    def _noted(self, reports: Sequence[Input]) -> Sequence[Input]:
        self._look()
        return reports


def _deal(at_ms: int, row: Execution) -> Deal:
    return Deal(
        at_ms, row.exec_id, row.client_order_id, row.contract, row.side, row.quantity, row.price, row.commission
    )  # fmt: skip
