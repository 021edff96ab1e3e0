"""The real client library on a gateway's socket; the market's clock moves when the test says so."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from ib_async import IB

from allusetui.broker.gateway.gateway import Gateway
from allusetui.broker.gateway.server import ADDRESS, Server
from tests.broker.gateway.desks import NOW

PATIENCE_S = 10.0
_NEVER_S = 3_600.0


@dataclass
class House:
    """A gateway on a port of its own."""

    gateway: Gateway
    now_ms: int = NOW
    said: list[str] = field(default_factory=list)
    server: Server = field(init=False)
    port: int = 0

    def __post_init__(self) -> None:
        self.server = Server(self.gateway, lambda: self.now_ms, lambda due_ms: _NEVER_S, self.said.append)

    def wait(self, ms: int) -> None:
        """Lets market time pass."""
        self.now_ms += ms
        self.server.turn()

    async def client(self, client_id: int = 1, **more: object) -> IB:
        """A client that has connected and synchronised."""
        ib = IB()
        ib.RaiseRequestErrors = True
        await ib.connectAsync(ADDRESS, self.port, clientId=client_id, timeout=PATIENCE_S, **more)  # type: ignore[arg-type]
        return ib


@asynccontextmanager
async def serving(gateway: Gateway) -> AsyncIterator[House]:
    """The gateway's socket, until the block ends."""
    house = House(gateway)
    house.port = await house.server.open(0)
    try:
        yield house
    finally:
        await house.server.close()


async def until(holds: Callable[[], object]) -> None:
    """Until something holds; fails where it does not in time."""
    async with asyncio.timeout(PATIENCE_S):
        while not holds():
            await asyncio.sleep(0)
