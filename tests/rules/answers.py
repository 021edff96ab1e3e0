"""A broker whose answers can be changed: for what no scripted fault says."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from allusetui.broker.simulated.exchange import Exchange
from allusetui.compose.run import build_run
from allusetui.domain.input import Input, OrdersSeen, PositionsSeen
from allusetui.domain.order import Order
from allusetui.journal.memory import MemoryJournal
from allusetui.scenario.load import parse
from tests.replaying import Replayed, Silent


@dataclass
class Telling:
    """Implements `ports.Broker` by the exchange; what it says of its book and of orders passes a hand first."""

    exchange: Exchange
    book: Callable[[PositionsSeen], PositionsSeen] = lambda seen: seen
    list_: Callable[[OrdersSeen], OrdersSeen] = lambda seen: seen

    def place(self, order: Order, at_ms: int) -> Sequence[Input]:
        return self.exchange.place(order, at_ms)

    def cancel(self, client_order_id: str, at_ms: int) -> Sequence[Input]:
        return self.exchange.cancel(client_order_id, at_ms)

    def pay_out(self, account: str, amount: Decimal, reason: str, at_ms: int) -> Sequence[Input]:
        return self.exchange.pay_out(account, amount, reason, at_ms)

    def orders(self, at_ms: int) -> OrdersSeen:
        return self.list_(self.exchange.orders(at_ms))

    def positions(self, at_ms: int) -> PositionsSeen:
        return self.book(self.exchange.positions(at_ms))

    def engine_down(self, down: bool) -> None:
        self.exchange.engine_down(down)

    def next_ms(self, after_ms: int) -> int | None:
        return self.exchange.next_ms(after_ms)

    def advance(self, at_ms: int) -> Sequence[Input]:
        return self.exchange.advance(at_ms)


def told_by(
    text: str,
    book: Callable[[PositionsSeen], PositionsSeen] = lambda seen: seen,
    list_: Callable[[OrdersSeen], OrdersSeen] = lambda seen: seen,
) -> Replayed:
    """A replay in which the broker's answers are not quite what its book says."""
    scenario, journal = parse(text, "test.toml"), MemoryJournal()
    run = build_run(scenario, journal, Silent())
    run.runtime.world.broker = Telling(run.exchange, book, list_)
    run.go()
    return Replayed(scenario, run, journal)
