"""Brokers that misbehave: each stands before the simulated exchange and passes on what its fault lets through."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from allusetui.broker.simulated.exchange import Exchange
from allusetui.compose.run import Run
from allusetui.domain import input as inp
from allusetui.domain.order import Order
from allusetui.ports import Broker

Reports = Sequence[inp.Input]
OF_ORDERS = (inp.OrderAcked, inp.OrderExecuted, inp.OrderCancelled, inp.OrderRejected)


class Killed(Exception):
    """The process dies here, as by kill -9."""


@dataclass
class Before:
    """Implements `ports.Broker`: the exchange, with every report passed through `_bend`."""

    exchange: Exchange

    def _bend(self, reports: Reports) -> Reports:
        return reports

    def place(self, order: Order, at_ms: int) -> Reports:
        return self._bend(self.exchange.place(order, at_ms))

    def cancel(self, client_order_id: str, at_ms: int) -> Reports:
        return self._bend(self.exchange.cancel(client_order_id, at_ms))

    def pay_out(self, account: str, amount: Decimal, reason: str, at_ms: int) -> Reports:
        return self._bend(self.exchange.pay_out(account, amount, reason, at_ms))

    def ask_orders(self, at_ms: int) -> Reports:
        return self.exchange.ask_orders(at_ms)

    def ask_positions(self, at_ms: int) -> Reports:
        return self.exchange.ask_positions(at_ms)

    def engine_down(self, down: bool) -> None:
        self.exchange.engine_down(down)

    def next_ms(self, after_ms: int) -> int | None:
        return self.exchange.next_ms(after_ms)

    def advance(self, at_ms: int) -> Reports:
        return self._bend(self.exchange.advance(at_ms))


@dataclass
class Twice(Before):
    """Every report comes twice, the later ones first the second time."""

    def _bend(self, reports: Reports) -> Reports:
        return [*reports, *reversed(reports)]


@dataclass
class Mute(Before):
    """The first `count` reports of a kind never come, though the line is healthy."""

    kind: type[inp.Input]
    count: int = 1

    def _bend(self, reports: Reports) -> Reports:
        kept: list[inp.Input] = []
        for report in reports:
            if isinstance(report, self.kind) and self.count:
                self.count -= 1
            else:
                kept.append(report)
        return kept


@dataclass
class Moody(Before):
    """By its dice a report on an order is lost or told twice, and an answer is not whole, until `until_ms`."""

    rng: np.random.Generator
    until_ms: int

    def _bend(self, reports: Reports) -> Reports:
        kept: list[inp.Input] = []
        for report in reports:
            told = isinstance(report, OF_ORDERS) and report.at_ms < self.until_ms
            kept += [report] * (int(self.rng.choice([0, 1, 2], p=[0.3, 0.5, 0.2])) if told else 1)
        return kept

    def ask_orders(self, at_ms: int) -> Reports:
        if at_ms < self.until_ms and self.rng.random() < 0.3:
            return [inp.OrdersSeen(at_ms, (), (), complete=False)]
        return self.exchange.ask_orders(at_ms)


@dataclass
class NoReplies(Before):
    """The answers to the first `count` questions of each kind do not come whole."""

    count: int = 1
    asked: int = 0

    def ask_orders(self, at_ms: int) -> Reports:
        self.asked += 1
        if self.asked <= self.count:
            return [inp.OrdersSeen(at_ms, (), (), complete=False)]
        return self.exchange.ask_orders(at_ms)

    def ask_positions(self, at_ms: int) -> Reports:
        seen = self.exchange.positions(at_ms)
        if self.asked <= self.count:
            return [inp.PositionsSeen(at_ms, {}, seen.cash * 0, inp.Settled(at_ms), complete=False)]
        return [seen]


@dataclass
class Stranger(Before):
    """At `at_ms` a fill is reported for an order that was never sent."""

    at_ms: int
    execution: inp.Execution

    def advance(self, at_ms: int) -> Reports:
        reports = super().advance(at_ms)
        if at_ms < self.at_ms:
            return reports
        self.at_ms = 2**62
        return [*reports, inp.OrderExecuted(at_ms, (self.execution,))]


@dataclass
class DiesAtPlace(Before):
    """The process dies at its `nth` order: before it is on the wire, or just after, its answer unheard."""

    nth: int
    on_the_wire: bool
    placed: int = 0

    def place(self, order: Order, at_ms: int) -> Reports:
        self.placed += 1
        if self.placed != self.nth:
            return super().place(order, at_ms)
        if self.on_the_wire:
            self.exchange.place(order, at_ms)
        raise Killed


@dataclass
class DiesAtFill(Before):
    """The process dies between a fill and its record."""

    done: bool = False

    def _bend(self, reports: Reports) -> Reports:
        if not self.done and any(isinstance(report, inp.OrderExecuted) for report in reports):
            self.done = True
            raise Killed
        return reports


def before(make: Callable[[Exchange], Broker]) -> Callable[[Run], Broker]:
    """What `survive` wraps a run's exchange in."""
    return lambda run: make(run.exchange)
