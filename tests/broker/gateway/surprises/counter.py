"""A gateway on a socket with somebody at its controls, and what a test of the real client often asks of both."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from ib_async import IB, Contract, Option, Trade

from allusetui.broker.gateway.commands import Command, Commands
from allusetui.broker.gateway.session import USUAL, Limits
from allusetui.domain.input import Provision
from tests.broker.gateway.clients import House, serving, until
from tests.broker.gateway.desks import assembly
from tests.broker.gateway.placed import sale

RESTING = 9.0
"""A limit that nobody meets."""
AT_ONCE = 1.0
"""A limit that is met at the bid."""


@dataclass
class Counter:
    """The house, its controls, and every message that a client has sent, by its id."""

    house: House
    commands: Commands
    heard: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        def tap(at_ms: int, key: int, way: str, values: object) -> None:
            if way == "in" and isinstance(values, list) and values[0].isdecimal():
                self.heard.append(int(values[0]))

        self.house.gateway.tap = tap

    def do(self, command: Command) -> None:
        """Something happens at the broker or on its wire."""
        self.commands.do(command, self.house.now_ms)
        self.house.server.turn()


@asynccontextmanager
async def counter(more: str = "", limits: Limits = USUAL, accounts: Sequence[Provision] = ()) -> AsyncIterator[Counter]:
    made = assembly(more, limits, accounts)
    async with serving(made.gateway) as house:
        yield Counter(house, made.commands)


async def put(ib: IB, expiry: str = "20260306", strike: float = 200) -> Contract:
    """A put that is listed, known by its id."""
    asked = Option("AAPL", expiry, strike, "P", "SMART", currency="USD", tradingClass="AAPL")
    (found,) = await ib.qualifyContractsAsync(asked)
    assert isinstance(found, Contract)
    return found


async def rest(ib: IB, contract: Contract, order_ref: str = "r1", quantity: float = 1) -> Trade:
    """An order that works and does not fill."""
    trade = ib.placeOrder(contract, sale(RESTING, quantity, orderRef=order_ref))
    await until(lambda: trade.orderStatus.status == "Submitted")
    return trade


async def fill(ib: IB, contract: Contract, order_ref: str = "r1", quantity: float = 1) -> Trade:
    """An order that fills at once, with its commission."""
    trade = ib.placeOrder(contract, sale(AT_ONCE, quantity, orderRef=order_ref))
    await until(lambda: trade.fills and trade.fills[-1].commissionReport.execId)
    return trade


async def quiet(ib: IB) -> None:
    """Until everything that was sent before has been answered."""
    await ib.reqCurrentTimeAsync()
