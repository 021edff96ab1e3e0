"""How long the chains of ten symbols take over the socket, and how many lines: `python -m tests.bench.chain_scan`.

The gateway runs in a process of its own, by the wall's clock; the client sends no faster than the broker allows.
"""

import asyncio
import time
from datetime import date
from multiprocessing import Pipe, Process
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory

from allusetui.broker.gateway.server import ADDRESS, Server
from allusetui.broker.gateway.venue import assemble
from allusetui.broker.ibkr.known import Known
from allusetui.broker.ibkr.library import Library
from allusetui.broker.ibkr.market import IbkrMarket, Terms
from allusetui.domain.contract import Right
from allusetui.domain.input import ChainSeen
from allusetui.domain.moment import SECOND_MS
from allusetui.domain.quote import Sought
from tests.broker.gateway.desks import NOW, venue
from tests.broker.scripts import CALENDAR

SYMBOLS = ("AAPL", "GOOG", "MSFT", "AMZN", "SPY", "QQQ", "IWM", "NVDA", "TSLA", "META")
FRIDAY = date(2026, 3, 13)
PUTS = (Sought(FRIDAY, Right.PUT, (0.30, 0.45)),)


def clock() -> int:
    """The wall's clock, as if it were the desks' morning."""
    return NOW + int((time.time() - BEGAN) * SECOND_MS)


BEGAN = time.time()


def serve(pipe: Connection, began: float) -> None:
    """A gateway over ten symbols."""
    global BEGAN
    BEGAN = began
    tables = (f"[market.symbols.{name}]\nspot = {150 + 30 * n}.0\noi = 4321\n" for n, name in enumerate(SYMBOLS[2:]))
    more = "".join(tables)

    async def run() -> None:
        gateway = assemble(venue(more)).gateway
        server = Server(gateway, clock, lambda due_ms: (due_ms - clock()) / SECOND_MS, print)
        pipe.send(await server.open(0))
        await asyncio.Event().wait()

    asyncio.run(run())


async def scan(port: int, folder: Path) -> None:
    library = Library(lambda seen: None, lambda about, code, text: None)
    terms = Terms(CALENDAR, folder, Known())
    market = IbkrMarket(library, terms, lambda symbol, listed, at_ms: PUTS, clock, lambda: None)
    await library.connectAsync(ADDRESS, port, clientId=3, timeout=10, raiseSyncErrors=True)
    market.watch([*SYMBOLS, "VIX"], [])
    while not all(market.underlying(symbol, clock()) for symbol in SYMBOLS):
        market.advance(clock())
        await asyncio.sleep(0.02)
    for name in ("first", "again"):
        await asyncio.sleep(2)
        await _round(market, name)
    market.close()
    library.disconnect()


async def _round(market: IbkrMarket, name: str) -> None:
    began, most, seen = time.perf_counter(), 0, []
    for symbol in SYMBOLS:
        market.ask_chain(symbol, clock())
    while len(seen) < len(SYMBOLS):
        seen += [each for each in market.advance(clock()) if isinstance(each, ChainSeen)]
        most = max(most, market.lines.used(clock()))
        await asyncio.sleep(0.02)
    took_s = time.perf_counter() - began
    strikes = [len(each.chain.slices[FRIDAY, Right.PUT].strikes) for each in seen if each.chain is not None]
    lost = [each.reason for each in seen if each.chain is None]
    oldest = max(clock() - each.chain.at_ms for each in seen if each.chain is not None)
    print(f"{name}: {took_s:.2f} s for {len(seen)} chains, at most {most} lines, {sum(strikes)} contracts, "
          f"oldest quote {oldest / SECOND_MS:.1f} s, without: {lost}")  # fmt: skip


if __name__ == "__main__":
    ours, theirs = Pipe()
    process = Process(target=serve, args=(theirs, BEGAN), daemon=True)
    process.start()
    with TemporaryDirectory() as folder:
        asyncio.run(scan(ours.recv(), Path(folder)))
    process.terminate()
