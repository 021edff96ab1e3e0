"""The gateway under a real client: how long it takes to connect, to answer, and what ticks cost. Run by hand.

    python -m tests.bench.gateway [seconds]

The gateway runs in a process of its own, the client in this one, over loopback. Ticks are those of the synthetic market
in the wanted number: lines and speed are chosen so that as many messages a second leave as are asked for.
"""

import asyncio
import json
import resource
import statistics
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from ib_async import IB, Option, Stock, Ticker

_CONNECTS, _ASKS, _WARM_UP_S = 20, 200, 3.0
_MESSAGES_A_LINE = 6.0
"""A line of an option tells about so many things at each tick: bid, ask, three greeks, the time."""
_TICK_S = 5.0
_SCENARIO = """
[scenario]
name = "bench"
start = 2026-03-02T10:00:00
end = 2026-03-06T17:00:00
capital = 4_000_000
seed = 3
[market]
kind = "synthetic"
rate = 0.04
"""


class _Gateway:
    """The program on a port of its own."""

    def __init__(self, speed: float, scenario: Path) -> None:
        scenario.write_text(_SCENARIO, encoding="utf-8")
        command = [sys.executable, "-m", "allusetui", "gateway", "--port", "0", "--speed", str(speed)]
        command += ["--scenario", str(scenario)]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        self.port = int(self._process.stdout.readline().split(":")[1])

    @property
    def cpu_s(self) -> float:
        """What it has used of the processor so far."""
        with open(f"/proc/{self._process.pid}/stat", encoding="ascii") as file:
            fields = file.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / 100

    def end(self) -> None:
        self._process.terminate()
        self._process.wait()


async def _connected(port: int, client_id: int = 1) -> IB:
    ib = IB()
    await ib.connectAsync("127.0.0.1", port, clientId=client_id, raiseSyncErrors=True, timeout=20)
    return ib


async def _latencies(scenario: Path) -> dict[str, float]:
    """Milliseconds of a connection with its synchronisation, and of contract details."""
    gateway = _Gateway(1, scenario)
    try:
        connects, asks = [], []
        for number in range(_CONNECTS):
            begun = perf_counter()
            ib = await _connected(gateway.port, number)
            connects.append((perf_counter() - begun) * 1000)
            ib.disconnect()
        ib = await _connected(gateway.port)
        for _ in range(_ASKS):
            begun = perf_counter()
            await ib.reqContractDetailsAsync(Stock("AAPL", "SMART", "USD"))
            asks.append((perf_counter() - begun) * 1000)
            await asyncio.sleep(0.03)
        ib.disconnect()
    finally:
        gateway.end()
    return {
        "connect_ms": statistics.median(connects), "connect_worst_ms": max(connects),
        "details_ms": statistics.median(asks), "details_worst_ms": max(asks),
    }  # fmt: skip


async def _options(ib: IB, count: int) -> list[Option]:
    """Options of one chain, the nearest strikes first."""
    (stock,) = await ib.qualifyContractsAsync(Stock("AAPL", "SMART", "USD"))
    (ticker,) = await ib.reqTickersAsync(stock)
    chain, *_ = await ib.reqSecDefOptParamsAsync("AAPL", "", "STK", stock.conId)
    strikes = sorted(chain.strikes, key=lambda strike: abs(strike - ticker.marketPrice()))
    expiries = sorted(chain.expirations)[1:6]
    wanted = [
        Option("AAPL", expiry, strike, right, "SMART") for strike in strikes for expiry in expiries for right in "CP"
    ]
    found = await ib.qualifyContractsAsync(*wanted[: count + 60])
    return [each for each in found if isinstance(each, Option)][:count]


async def _ticks(wanted: int, seconds: float, scenario: Path) -> dict[str, float]:
    """The share of a core that so many messages a second cost the gateway."""
    lines = 90
    gateway = _Gateway(round(wanted * _TICK_S / (lines * _MESSAGES_A_LINE), 2), scenario)
    try:
        ib = await _connected(gateway.port)
        ib.RaiseRequestErrors = False
        tickers: list[Ticker] = [ib.reqMktData(option, "101") for option in await _options(ib, lines)]
        await asyncio.sleep(_WARM_UP_S)
        before, cpu_s, begun = ib.client.connectionStats().numMsgRecv, gateway.cpu_s, perf_counter()
        own_s = resource.getrusage(resource.RUSAGE_SELF).ru_utime
        await asyncio.sleep(seconds)
        spent = perf_counter() - begun
        told = ib.client.connectionStats().numMsgRecv - before
        cpu_share = (gateway.cpu_s - cpu_s) / spent
        own_share = (resource.getrusage(resource.RUSAGE_SELF).ru_utime - own_s) / spent
        ib.disconnect()
    finally:
        gateway.end()
    return {"lines": len(tickers), "ticks_a_s": told / spent, "gateway_cpu": cpu_share, "client_cpu": own_share}


async def _main(seconds: float) -> None:
    with TemporaryDirectory() as folder:
        scenario = Path(folder) / "bench.toml"
        print(json.dumps(await _latencies(scenario), indent=1))
        for wanted in (1_000, 10_000):
            print(wanted, json.dumps(await _ticks(wanted, seconds, scenario), indent=1))


if __name__ == "__main__":
    asyncio.run(_main(float(sys.argv[1]) if len(sys.argv) > 1 else 10.0))
