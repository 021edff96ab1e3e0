"""Executions as the broker keeps them: each once, those of a combination under a row of its own."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Final

from allusetui.broker.gateway import order_messages as words
from allusetui.broker.gateway.contracts import Registry
from allusetui.broker.gateway.frames import Value
from allusetui.broker.gateway.holdings import Holdings
from allusetui.broker.gateway.instruments import SMART
from allusetui.broker.gateway.tickets import Fill, Ticket
from allusetui.domain.contract import Side
from allusetui.domain.input import Execution
from allusetui.domain.moment import day_of
from allusetui.domain.money import ZERO

Say = Callable[[Ticket, tuple[Value, ...]], None]
_LIVE: Final = -1
"""The request id of an execution that nobody asked for."""


class Fills:
    """Every execution of the orders, and which of them their clients have not been told."""

    def __init__(self, registry: Registry, holdings: Holdings, say: Say) -> None:
        self._registry = registry
        self._holdings = holdings
        self._say = say
        self._by_id: dict[str, Fill] = {}
        self._noted: set[str] = set()
        self._untold: set[str] = set()

    def on_day_of(self, at_ms: int) -> tuple[Fill, ...]:
        """The executions of the instant's day."""
        return tuple(each for each in self._by_id.values() if day_of(each.at_ms) == day_of(at_ms))

    def note(self, ticket: Ticket, executions: Iterable[Execution], at_ms: int) -> None:
        """Books those executions of an order that are new."""
        by_fill: dict[str, list[Execution]] = {}
        for row in executions:
            if row.exec_id not in self._noted:
                self._noted.add(row.exec_id)
                by_fill.setdefault(row.exec_id.rpartition("-")[0], []).append(row)
        for name, rows in by_fill.items():
            self._book(name, ticket, tuple(rows), at_ms)

    def tell(self, ticket: Ticket) -> bool:
        """Says what of an order has filled and was not told: rows, the order, its status, what it cost; whether any."""
        fills = [each for each in ticket.fills if each.exec_id in self._untold]
        self._untold.difference_update(each.exec_id for each in fills)
        if not fills:
            return False
        if not ticket.confirmed:
            ticket.confirmed = True
            self._say(ticket, words.open_order(ticket))
        for each in fills:
            self._say(ticket, words.execution(each, _LIVE))
        self._say(ticket, words.open_order(ticket))
        self._say(ticket, words.order_status(ticket))
        for each in fills:
            if each.contract is not None:
                self._say(ticket, words.commission(each))
        return True

    def keep_quiet(self) -> None:
        """Nobody is told any more what was not told until now; who asks finds it."""
        self._untold.clear()

    def resend(self, ticket: Ticket) -> None:
        """Says an order's last execution once more, as it was."""
        self._say(ticket, words.execution(_last(ticket), _LIVE))

    def correct(self, ticket: Ticket, price: Decimal) -> None:
        """Takes back the price of an order's last execution, dollars a share, and says it under its next version."""
        wrong = _last(ticket)
        root, _, version = wrong.exec_id.rpartition(".")
        right = replace(wrong, exec_id=f"{root}.{int(version) + 1:02}", price=price)
        del self._by_id[wrong.exec_id]
        self._by_id[right.exec_id] = ticket.fills[-1] = right
        if wrong.contract is not None:
            signed = wrong.side.sign * wrong.quantity * wrong.contract.multiplier
            self._holdings.adjust(ticket.account, -signed * (price - wrong.price))
        self._say(ticket, words.execution(right, _LIVE))
        self._say(ticket, words.commission(right))

    def _book(self, name: str, ticket: Ticket, rows: tuple[Execution, ...], at_ms: int) -> None:
        quantity, price, is_combo = rows[0].quantity, ticket.net(rows), ticket.trade.candidate is not None
        ticket.take(quantity, price)
        if not ticket.standing.live:
            ticket.ended_ms = at_ms
        own = Fill(
            _wire_id(f"{name}-0"), ticket, at_ms, None, ticket.block, Side(ticket.asked.action), quantity, price,
            ticket.filled, ticket.average, ZERO, None,
        )  # fmt: skip
        if is_combo:
            self._keep(own)
        for row in rows:
            self._keep(
                replace(
                    own,
                    exec_id=_wire_id(row.exec_id),
                    contract=row.contract,
                    block=self._registry.listed(row.contract).block(SMART),
                    side=row.side,
                    price=row.price,
                    average=row.price if is_combo else ticket.average,
                    commission=row.commission,
                    realized=self._holdings.trade(ticket.account, row, at_ms),
                )
            )

    def _keep(self, fill: Fill) -> None:
        self._by_id[fill.exec_id] = fill
        self._untold.add(fill.exec_id)
        fill.ticket.fills.append(fill)


def _last(ticket: Ticket) -> Fill:
    if not ticket.fills:
        raise LookupError(f"order {ticket.asked.order_ref} has no execution")
    return ticket.fills[-1]


def _wire_id(exec_id: str) -> str:
    """An execution's id on the wire ends in its version; a correction is the next one."""
    return f"{exec_id}.01"
