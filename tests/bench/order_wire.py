"""What an order takes over the loopback, and cancels with two hundred requests queued before them.

The gateway runs in a process of its own. `python -m tests.bench.order_wire`
"""

import asyncio
import gc
import logging
import subprocess
import sys
from decimal import Decimal
from time import perf_counter

import numpy as np

from allusetui.broker.gateway.server import ADDRESS, Server
from allusetui.broker.gateway.session import Limits
from allusetui.broker.ibkr.broker import Account, IbkrBroker
from allusetui.domain.contract import Side
from allusetui.domain.input import BrokerReturned, Input, OrderAcked, OrderCancelled
from allusetui.domain.order import Order
from tests.broker.gateway.desks import NOW, assembly
from tests.broker.ibkr.stands import CODE, PUT

ORDERS, KILLS, KILLED, QUEUED = 200, 20, 20, 200
GOAL_MS = 10.0


async def serve() -> None:
    """A gateway whose market runs by the clock; says its port."""
    began_s = perf_counter()
    gateway = assembly("", Limits(messages=100_000)).gateway

    def now_ms() -> int:
        return NOW + int((perf_counter() - began_s) * 1_000)

    server = Server(gateway, now_ms, lambda due_ms: (due_ms - now_ms()) / 1_000, lambda line: None)
    print(await server.open(0), flush=True)
    await asyncio.Event().wait()


class Desk:
    """The adapter, and when each report came."""

    def __init__(self, port: int) -> None:
        self.began_s = perf_counter()
        self.came_s: dict[tuple[type[Input], str], float] = {}
        self.rung = asyncio.Event()
        self.broker = IbkrBroker((ADDRESS, port, 7), Account(CODE), self.now_ms, self.rung.set)
        self.count = 0

    def now_ms(self) -> int:
        return NOW + int((perf_counter() - self.began_s) * 1_000)

    async def report(self, kind: type[Input], name: str = "") -> float:
        """When a report came."""
        while (kind, name) not in self.came_s:
            for report in self.broker.advance(self.now_ms()):
                self.came_s[type(report), getattr(report, "client_order_id", "")] = perf_counter()
            if (kind, name) not in self.came_s:
                self.rung.clear()
                await self.rung.wait()
        return self.came_s[kind, name]

    def sell(self) -> str:
        self.count += 1
        name = f"AU-ab12cd-GEN-{self.count}-1.v1"
        self.broker.place(Order(name, "GEN", PUT, None, Side.SELL, 1, Decimal(9)), self.now_ms())
        return name


async def place(desk: Desk) -> list[float]:
    """Milliseconds from the call to the acknowledgement, one order at a time."""
    took = []
    for _ in range(ORDERS):
        began_s = perf_counter()
        name = desk.sell()
        took.append((await desk.report(OrderAcked, name) - began_s) * 1_000)
        desk.broker.cancel(name, desk.now_ms())
        await desk.report(OrderCancelled, name)
        await asyncio.sleep(0.1)
    return took[1:]


async def kill(desk: Desk) -> tuple[list[float], list[float]]:
    """Milliseconds from the first cancel to the last of twenty on the socket, and to the last proof."""
    client = desk.broker.connection.library.client
    contract = desk.broker.contracts.known(PUT)
    assert contract is not None
    written: list[float] = []
    write = client.conn.sendMsg

    def watched(data: bytes) -> None:
        write(data)
        if data[4:].startswith(b"4\0"):
            written.append(perf_counter())

    client.conn.sendMsg = watched
    on_socket, proven = [], []
    for _ in range(KILLS):
        names = [desk.sell() for _ in range(KILLED)]
        for name in names:
            await desk.report(OrderAcked, name)
        for _ in range(QUEUED):
            desk.broker.connection.library.reqContractDetailsAsync(contract)
        written.clear()
        began_s = perf_counter()
        for name in names:
            desk.broker.cancel(name, desk.now_ms())
        ended_s = [await desk.report(OrderCancelled, name) for name in names]
        assert len(written) == KILLED
        on_socket.append((written[-1] - began_s) * 1_000)
        proven.append((max(ended_s) - began_s) * 1_000)
        while client.waiting:
            await asyncio.sleep(0.05)
    return on_socket, proven


def show(what: str, took: list[float], goal_ms: float | None = None) -> None:
    p50, p99 = np.percentile(took, [50, 99])
    goal = "" if goal_ms is None else f"  goal p99 {goal_ms:g}"
    print(f"{what:<50} p50 {p50:7.2f} ms  p99 {p99:7.2f} ms  max {max(took):7.2f} ms{goal}")


async def main() -> None:
    """Print every figure."""
    logging.disable(logging.CRITICAL)
    with subprocess.Popen([sys.executable, "-m", "tests.bench.order_wire", "serve"], stdout=subprocess.PIPE) as house:
        assert house.stdout is not None
        desk = Desk(int(house.stdout.readline()))
        desk.broker.open()
        await desk.report(BrokerReturned)
        show("place to acknowledgement", await place(desk))
        # As in a session (`compose.memory`): what lives is not looked at again, and nothing stops for all of it.
        gc.collect()
        gc.freeze()
        gc.set_threshold(*gc.get_threshold()[:2], 1_000_000)
        on_socket, proven = await kill(desk)
        show(f"{KILLED} cancels on the socket, {QUEUED} requests queued", on_socket, GOAL_MS)
        show(f"{KILLED} cancels proven, {QUEUED} requests queued", proven)
        await desk.broker.close()
        house.kill()


if __name__ == "__main__":
    asyncio.run(serve() if sys.argv[1:] == ["serve"] else main())
