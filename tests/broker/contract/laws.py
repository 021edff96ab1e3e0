"""What holds of everything that any broker tells: checked on every report of every test of the contract."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from allusetui.domain.contract import Contract, Side
from allusetui.domain.input import (
    Execution,
    ForeignOrderSeen,
    Input,
    OrderAcked,
    OrderCancelled,
    OrderExecuted,
    OrderRejected,
    OrdersSeen,
    Settled,
)
from allusetui.domain.order import Order


@dataclass
class Laws:
    """A listener of one process's life; `orders`: what was placed in it or before it."""

    orders: dict[str, Order]
    last_ms: int
    acked: set[str] = field(default_factory=set)
    ended: set[str] = field(default_factory=set)
    executions: dict[str, Execution] = field(default_factory=dict)
    answered: dict[str, Execution] = field(default_factory=dict)
    settled: set[str] = field(default_factory=set)
    foreign: set[str] = field(default_factory=set)

    def hear(self, reports: Iterable[Input], now_ms: int) -> None:
        """Take reports that were heard by `now_ms`; fails where one of them breaks a law."""
        for report in reports:
            assert self.last_ms <= report.at_ms <= now_ms, "told in the order of time, and never before its time"
            self.last_ms = report.at_ms
            match report:
                case OrderAcked():
                    _once(self.acked, report.client_order_id)
                    assert report.client_order_id in self.orders
                    assert report.client_order_id not in self.ended
                case OrderExecuted():
                    for row in report.executions:
                        self._fill(row)
                case OrderCancelled():
                    self._end(report.client_order_id)
                    assert report.filled == self.filled(report.client_order_id), "fills are told before the end"
                case OrderRejected():
                    self._end(report.client_order_id)
                    assert report.reason and not self.filled(report.client_order_id)
                case OrdersSeen():
                    self._answer(report)
                case ForeignOrderSeen():
                    _once(self.foreign, report.id)
                case Settled():
                    for entry in (*report.settlements, *report.bookings, *report.splits):
                        _once(self.settled, entry.id)
                case _:
                    pass  # the link, and answers: each has tests of its own

    def filled(self, order_id: str) -> int:
        """How much of an order has been told to be filled; of a combo whole ones."""
        sums = dict.fromkeys(legs_of(self.orders[order_id]), 0)
        for row in {**self.answered, **self.executions}.values():
            if row.client_order_id == order_id:
                sums[row.contract] += row.quantity
        assert len(set(sums.values())) == 1, "both legs or none"
        return min(sums.values())

    def _fill(self, row: Execution) -> None:
        assert row.exec_id not in self.executions, "an execution is told once"
        order = self.orders[row.client_order_id]
        assert legs_of(order)[row.contract] is row.side
        assert row.quantity > 0 and row.price >= 0 and row.commission >= 0
        self.executions[row.exec_id] = row
        told = sum(each.quantity for each in self.executions.values() if _same(each, row))
        assert told <= order.quantity

    def _answer(self, seen: OrdersSeen) -> None:
        self.answered |= {row.exec_id: row for row in seen.executions}
        for row in self.executions.values():
            assert not seen.complete or self.answered[row.exec_id] == row, "what was told stands in every whole answer"
        for each in seen.orders:
            assert each.filled == self.filled(each.client_order_id)

    def _end(self, order_id: str) -> None:
        assert order_id in self.orders
        _once(self.ended, order_id)


def legs_of(order: Order) -> dict[Contract, Side]:
    """What an order trades, and which way."""
    if order.candidate is None:
        return {order.contract: order.side}
    return {order.contract: Side.BUY, order.candidate: Side.SELL}


def _same(one: Execution, other: Execution) -> bool:
    return (one.client_order_id, one.contract) == (other.client_order_id, other.contract)


def _once(seen: set[str], what: str) -> None:
    assert what not in seen, f"{what} is told once"
    seen.add(what)
