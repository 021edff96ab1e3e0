"""The adapter on a gateway's socket, with somebody at the gateway's controls; market time moves when the test says."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TypeVar

from allusetui.broker.gateway.commands import Command, Commands
from allusetui.broker.gateway.session import USUAL, Limits
from allusetui.broker.ibkr.broker import Account, IbkrBroker
from allusetui.domain.contract import Option, Right, Side
from allusetui.domain.input import (
    BrokerLost,
    BrokerOrder,
    BrokerReturned,
    Execution,
    Input,
    OrderAcked,
    OrderExecuted,
    OrdersSeen,
    PositionsSeen,
    Provision,
)
from allusetui.domain.order import Order
from tests.broker.gateway.clients import PATIENCE_S, House, serving
from tests.broker.gateway.desks import assembly

T = TypeVar("T", bound=Input)
CODE, OTHER_CODE = "DU4000001", "DU4000002"
PUT = Option("AAPL", date(2026, 3, 6), Decimal(200), Right.PUT)
LATER = Option("AAPL", date(2026, 3, 13), Decimal("197.5"), Right.PUT)
RESTING, AT_ONCE = Decimal(9), Decimal(1)
"""Limits for a sale: one that nobody meets, and one that is met at the bid."""
USUAL_WAITS, QUICK_ANSWERS, QUICK_BEATS = (5.0, 60.0), (0.25, 60.0), (5.0, 0.05)
"""How long an answer, and a beat, is waited for, s."""
CLIENT = 7


def name(number: int) -> str:
    """The reference of an order of ours."""
    return f"AU-ab12cd-GEN-{number}-1.v1"


@dataclass
class Stand:
    """A house, its controls, and an adapter that has been linked; `came`: everything that it has reported."""

    house: House
    commands: Commands
    broker: IbkrBroker
    came: list[Input] = field(default_factory=list)
    heard: list[tuple[int, list[str]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        def tap(at_ms: int, key: int, way: str, values: object) -> None:
            if way == "in" and isinstance(values, list) and len(values) > 1:
                self.heard.append((int(values[0]), values))

        self.house.gateway.tap = tap

    @property
    def now_ms(self) -> int:
        return self.house.now_ms

    def do(self, command: Command) -> None:
        """Something happens at the broker or on its wire."""
        self.commands.do(command, self.now_ms)
        self.house.server.turn()

    def take(self) -> list[Input]:
        """What the engine would hear now."""
        news = list(self.broker.advance(self.now_ms))
        self.came += news
        return news

    def wait(self, ms: int) -> None:
        """Market time passes."""
        self.house.wait(ms)

    async def until(self, holds: Callable[[], object]) -> None:
        """Until something holds; fails where it does not in time."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                self.take()
                if holds():
                    return
                await asyncio.sleep(0)

    async def report(self, kind: type[T], count: int = 1) -> T:
        """The `count`th report of a kind since the start."""
        await self.until(lambda: len(self.of(kind)) >= count)
        return self.of(kind)[count - 1]

    def of(self, kind: type[T]) -> list[T]:
        return [report for report in self.came if isinstance(report, kind)]

    @property
    def executions(self) -> list[Execution]:
        return [row for report in self.of(OrderExecuted) for row in report.executions]

    def sent(self, message: int) -> list[list[str]]:
        """What the adapter has sent of a message, field by field."""
        return [values for number, values in self.heard if number == message]

    def sell(self, number: int = 1, limit: Decimal = RESTING, quantity: int = 1, option: Option = PUT) -> str:
        order = Order(name(number), "GEN", option, None, Side.SELL, quantity, limit)
        self.came += self.broker.place(order, self.now_ms)
        return order.client_order_id

    def roll(self, number: int = 1, limit: Decimal = Decimal("0.5"), quantity: int = 2) -> str:
        order = Order(name(number), "GEN", PUT, LATER, Side.BUY, quantity, limit)
        self.came += self.broker.place(order, self.now_ms)
        return order.client_order_id

    async def rest(self, number: int = 1, quantity: int = 1) -> str:
        """An order that works and does not fill."""
        reference = self.sell(number, quantity=quantity)
        await self.until(lambda: reference in {ack.client_order_id for ack in self.of(OrderAcked)})
        return reference

    async def fill(self, number: int = 1, quantity: int = 1) -> Execution:
        """An order that fills at once, with its commission."""
        reference = self.sell(number, AT_ONCE, quantity)
        await self.until(lambda: reference in {row.client_order_id for row in self.executions})
        return next(row for row in self.executions if row.client_order_id == reference)

    async def orders(self) -> OrdersSeen:
        """The answer to a question of now."""
        before = len(self.of(OrdersSeen))
        self.came += self.broker.ask_orders(self.now_ms)
        return await self.report(OrdersSeen, before + 1)

    async def listed(self) -> dict[str, BrokerOrder]:
        return {order.client_order_id: order for order in (await self.orders()).orders}

    async def positions(self) -> PositionsSeen:
        """The answer to a question of now."""
        before = len(self.of(PositionsSeen))
        self.came += self.broker.ask_positions(self.now_ms)
        return await self.report(PositionsSeen, before + 1)

    async def back(self, count: int) -> None:
        """Until the link has come up for the `count`th time."""
        await self.report(BrokerReturned, count)


@asynccontextmanager
async def stand(
    more: str = "", *accounts: Provision, limits: Limits = USUAL, client_id: int = CLIENT,
    account: Account | None = None, waits: tuple[float, float] = USUAL_WAITS,
) -> AsyncIterator[Stand]:  # fmt: skip
    """A house of two accounts, and an adapter for the first that is linked to it."""
    made = assembly(more, limits, accounts)
    async with serving(made.gateway) as house, linked(house, client_id, account, waits) as broker:
        desk = Stand(house, made.commands, broker)
        await desk.back(1)
        yield desk


@asynccontextmanager
async def linked(
    house: House, client_id: int = CLIENT, account: Account | None = None,
    waits: tuple[float, float] = USUAL_WAITS,
) -> AsyncIterator[IbkrBroker]:  # fmt: skip
    """An adapter that begins to connect to a house."""
    address = "127.0.0.1", house.port, client_id
    broker = IbkrBroker(address, account or Account(CODE), lambda: house.now_ms, lambda: None, waits=waits)
    broker.open()
    try:
        yield broker
    finally:
        await broker.close()


def reasons(desk: Stand) -> list[tuple[str, bool]]:
    """Why the broker was lost, time and again, and whether with an alarm."""
    return [(lost.reason, lost.alarm) for lost in desk.of(BrokerLost)]
