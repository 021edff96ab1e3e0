"""What ticks cost our market over the socket: `python -m tests.bench.ticks [seconds]`.

A process of its own plays the gateway: it says raw messages on a hundred lines, as many a second as are wanted. Told
are the share of a core that they cost the receiving side alone, how late its loop was, and how many it could take.
"""

import asyncio
import gc
import json
import resource
import sys
import time
from datetime import date
from decimal import Decimal
from itertools import cycle
from multiprocessing import Pipe, Process
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory

from allusetui.broker.gateway.frames import frame
from allusetui.broker.gateway.server import ADDRESS, Server
from allusetui.broker.gateway.session import Limits
from allusetui.broker.gateway.venue import assemble
from allusetui.broker.ibkr.known import Known
from allusetui.broker.ibkr.library import Library
from allusetui.broker.ibkr.lines import MOST
from allusetui.broker.ibkr.market import IbkrMarket, Terms
from allusetui.domain.contract import Option, Right
from tests.broker.gateway.desks import NOW, venue
from tests.broker.scripts import CALENDAR

CLIENT = 3
LINES = 99
_PACE_S, _LOOK_S = 0.005, 0.001
_WARM_UP_S = 1.5
EXPIRIES = (date(2026, 3, 13), date(2026, 3, 20))


def options() -> list[Option]:
    """So many lines of one underlying."""
    strikes = [Decimal("2.5") * n for n in range(68, 94)]
    found = [Option("AAPL", expiry, k, right) for expiry in EXPIRIES for k in strikes for right in Right]
    return found[:LINES]


def serve(pipe: Connection) -> None:
    """A gateway whose market stands still; over its socket go as many ticks a second as the other end asks for."""
    asyncio.run(_serve(pipe))


async def _serve(pipe: Connection) -> None:
    gateway = assemble(venue(), Limits(lines=MOST)).gateway
    server = Server(gateway, lambda: NOW, lambda due_ms: 3_600.0, print)
    pipe.send(await server.open(0))
    numbers, wanted, owed, last = [], 0, 0.0, time.perf_counter()
    frames = cycle([b""])
    while True:
        await asyncio.sleep(_PACE_S)
        if pipe.poll():
            numbers, wanted = pipe.recv()
            frames = cycle(_ticks(numbers))
            owed, last = 0.0, time.perf_counter()
        now = time.perf_counter()
        owed, last = owed + (now - last) * wanted, now
        transport = next(iter(server._transports.values()), None)
        if transport is not None and owed >= 1 and transport.get_write_buffer_size() < 1 << 20:
            transport.write(b"".join(next(frames) for _ in range(int(owed))))
            owed -= int(owed)


def _ticks(numbers: list[int]) -> list[bytes]:
    """What a line says at each tick: bid, ask, their sizes, greeks."""
    found = []
    for number in numbers:
        found += [frame((1, 6, number, 1, 3.1, 25, 0)), frame((2, 6, number, 0, 25))]
        found += [frame((1, 6, number, 2, 3.2, 30, 0)), frame((2, 6, number, 3, 30))]
        found.append(frame((21, number, 13, 0, 0.3, -0.4, 3.15, 0, 0.02, 0.1, -0.1, 200.0)))
    return found


async def linked(port: int, folder: Path) -> tuple[Library, IbkrMarket]:
    """Our market with all its lines open."""
    library = Library(lambda seen: None, lambda about, code, text: None)
    market = IbkrMarket(library, Terms(CALENDAR, folder, Known()), lambda *_: (), lambda: NOW, lambda: None)
    await library.connectAsync(ADDRESS, port, clientId=CLIENT, timeout=10, raiseSyncErrors=True)
    market.watch(["AAPL"], options())
    while market.lines.used(NOW) < LINES + 1 or library.client.waiting:
        market.advance(NOW)
        await asyncio.sleep(0.05)
        market.stream._pace._taken.clear()
    return library, market


async def heard(library: Library, market: IbkrMarket, seconds: float) -> dict[str, float]:
    """What so many seconds of ticks cost this process."""
    await asyncio.sleep(_WARM_UP_S)
    gc.collect()
    before, cpu, begun = library.client._numMsgRecv, _cpu_s(), time.perf_counter()
    late: list[float] = []
    while time.perf_counter() - begun < seconds:
        slept = time.perf_counter()
        await asyncio.sleep(_LOOK_S)
        late.append(time.perf_counter() - slept - _LOOK_S)
        market.advance(NOW)
    spent = time.perf_counter() - begun
    late.sort()
    told, used = library.client._numMsgRecv - before, _cpu_s() - cpu
    return {
        "ticks_a_s": round(told / spent), "core": round(used / spent, 3),
        "us_a_tick": round(1e6 * used / max(told, 1), 2),
        "lag_p50_ms": round(1000 * late[len(late) // 2], 2), "lag_p99_ms": round(1000 * late[len(late) * 99 // 100], 2),
        "lag_most_ms": round(1000 * late[-1], 2),
    }  # fmt: skip


def _cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


async def run(pipe: Connection, folder: Path, seconds: float) -> None:
    library, market = await linked(pipe.recv(), folder)
    numbers = list(market.stream._subs)
    for wanted in (0, 1_000, 10_000, 40_000, 100_000, 10_000_000):
        pipe.send((numbers, wanted))
        print(wanted, json.dumps(await heard(library, market, seconds)), flush=True)
    market.close()
    library.disconnect()


if __name__ == "__main__":
    ours, theirs = Pipe()
    process = Process(target=serve, args=(theirs,), daemon=True)
    process.start()
    with TemporaryDirectory() as folder:
        asyncio.run(run(ours, Path(folder), float(sys.argv[1]) if len(sys.argv) > 1 else 5.0))
    process.terminate()
