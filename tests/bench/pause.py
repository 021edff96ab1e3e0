"""From the pause key to the last cancel at the exchange, ms, while quotes pour in at a thousand a second.

A session by the clock at speed 1 with its journal on disk, its memory swept as a session's is: a full collection, which
a bare Python makes whenever it likes, stops every thread for 50 to 100 ms. GEN and two MINIs work seven entries each,
REV and COM stops: nothing fills. `P` pauses all five accounts, `p` GEN; a resume follows each press, and all plan anew.
Prints one JSON line a key. Usage: python -m tests.bench.pause [--presses 200]
"""

import argparse
import asyncio
import gc
import json
import tempfile
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from time import perf_counter

import numpy as np

from allusetui.compose.memory import Sweep
from allusetui.compose.run import build_run
from allusetui.compose.warm import WarmUp
from allusetui.domain import input as inp
from allusetui.domain.console import Key
from allusetui.domain.event import CancelRequested
from allusetui.domain.input import Input
from allusetui.journal.sqlite import SqliteJournal
from allusetui.runtime.live import Live, Session
from allusetui.runtime.pace import Pace
from allusetui.runtime.tail import TailJournal
from allusetui.runtime.thread import EngineThread
from allusetui.scenario.load import parse
from tests.replaying import Silent

GEN = ("AAPL", "MSFT", "AMZN", "GOOG", "SPY", "QQQ", "IWM")
ACCOUNTS = ("GEN", "MINI-1", "MINI-2", "REV", "COM")
TICKS_PER_S = 1_000
HEAD = """
[scenario]
name = "pause"
start = 2026-03-05T09:44:58
end = 2026-03-05T11:00:00
[market]
kind = "scripted"
[market.symbols.VIX]
spot = 18.0
"""
SYMBOL = """
[market.symbols.{name}]
spot = 200.0
iv = 0.3
atr = 20.0
oi = 50000
volume = 90000000
strike_step = 0.5
earnings = []
[[fault]]
at = 2026-03-05T09:44:00
kind = "no_fill"
symbol = "{name}"
"""
ACCOUNT = """
[accounts.{name}]
equity = 4_000_000
"""
BREACHED = """
[[accounts.{name}.options]]
symbol = "NVDA"
expiry = 2026-03-06
strike = 270.0
right = "P"
quantity = -2
price = 1.10
opened = 2026-03-04
"""


class Timed:
    """The exchange's cancel, with the instant at which each order was last cancelled."""

    def __init__(self, cancel: Callable[[str, int], Sequence[Input]]) -> None:
        self.cancelled_s: dict[str, float] = {}
        self._cancel = cancel

    def __call__(self, client_order_id: str, at_ms: int) -> Sequence[Input]:
        found = self._cancel(client_order_id, at_ms)
        self.cancelled_s[client_order_id] = perf_counter()
        return found


def scenario() -> str:
    symbols = [SYMBOL.format(name=name) for name in (*GEN, "NVDA")]
    accounts = [ACCOUNT.format(name=name) for name in ACCOUNTS]
    return HEAD + "".join([*symbols, *accounts[:3]]) + "".join(a + BREACHED.format(name=n) for a, n in zip(
        accounts[3:], ACCOUNTS[3:], strict=True
    ))  # fmt: skip


async def pour(live: Live) -> None:
    """A thousand quotes a second through the engine, one symbol each."""
    turn, every = live.session.turn, 1 / TICKS_PER_S
    due_s, index = perf_counter(), 0
    while True:
        symbol = GEN[index % len(GEN)]
        quote = turn.world.market.underlying(symbol, turn.now_ms)
        if quote is not None:
            turn.deliver([inp.MarketSeen(turn.now_ms, {symbol: quote}, {}, 0.04)])
        index, due_s = index + 1, due_s + every
        await asyncio.sleep(max(due_s - perf_counter(), 0))


def until(found: Callable[[], bool]) -> None:
    pause, end_s = threading.Event(), perf_counter() + 30
    while not found():
        if perf_counter() > end_s:
            raise TimeoutError("the session does not do what the benchmark waits for")
        pause.wait(0.001)


def working(engine: EngineThread, accounts: Sequence[str]) -> int:
    snapshot = engine.latest()
    return 0 if snapshot is None else sum(i.live and i.account in accounts for i in snapshot.state.intents.values())


def press(engine: EngineThread, timed: Timed, accounts: Sequence[str], orders: int) -> tuple[float, int]:
    """One press with `orders` working: ms to the last cancel of these accounts, and how many there were.

    Meanwhile the orders of the others are worked on, and cancelled to be priced anew.
    """
    until(lambda: working(engine, accounts) >= orders)
    account = accounts[0] if len(accounts) == 1 else None
    pressed_s = perf_counter()
    engine.send(Key("pause", account))
    until(lambda: working(engine, accounts) == 0)
    instants = [instant for order in theirs(engine, accounts) if (instant := timed.cancelled_s[order]) > pressed_s]
    engine.send(Key("resume", account))
    return (max(instants) - pressed_s) * 1000, len(instants)


def theirs(engine: EngineThread, accounts: Sequence[str]) -> set[str]:
    """The orders of these accounts that the journal's tail has cancelled."""
    snapshot = engine.latest()
    assert snapshot is not None
    told = [row.event for row in snapshot.tail]
    return {event.client_order_id for event in told if isinstance(event, CancelRequested) and event.account in accounts}


def opened(folder: Path, timed: Callable[[Callable[[str, int], Sequence[Input]]], Timed]) -> Live:
    """The session, its cancels `timed`; in the engine's thread."""
    journal = TailJournal(SqliteJournal(folder))
    run = build_run(parse(scenario(), "pause.toml"), journal, Silent())
    run.exchange.cancel = timed(run.exchange.cancel)  # type: ignore[method-assign]  # the stopwatch
    pace = Pace(run.calendar, 1, run.started.at_ms, perf_counter())
    session = Session("pause", "SIM", run.runtime, journal, run.begin, lambda: None, pace, run.end_ms)
    live = Live(session, perf_counter)
    live.watchers += [Sweep(pace.is_shut, perf_counter), WarmUp()]
    live.beside = asyncio.get_running_loop().create_task(pour(live))  # type: ignore[attr-defined]  # kept alive
    return live


def tell(what: dict[str, object], times: Sequence[float]) -> None:
    """One JSON line of a measurement, its times in ms."""
    p50, p99 = np.percentile(times, [50, 99])
    figures = {"p50_ms": p50, "p99_ms": p99, "max_ms": max(times)}
    print(json.dumps({**what, **{figure: round(value, 2) for figure, value in figures.items()}}), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--presses", type=int, default=200)
    presses = parser.parse_args().presses
    gc.disable()
    with tempfile.TemporaryDirectory() as folder:
        timed: list[Timed] = []

        def timing(cancel: Callable[[str, int], Sequence[Input]]) -> Timed:
            timed.append(Timed(cancel))
            return timed[0]

        engine = EngineThread(lambda: opened(Path(folder), timing))
        engine.start()
        until(lambda: engine.latest() is not None or engine.failure is not None)
        try:
            # All first: what is left alone is worked to its end within a minute, and given up.
            for name, accounts, orders in (("P", ACCOUNTS, 20), ("p", ACCOUNTS[:1], 7)):
                rows = [press(engine, timed[0], accounts, orders) for _ in range(presses)]
                orders_seen = min(count for _, count in rows)
                tell({"key": name, "presses": presses, "orders": orders_seen}, [took for took, _ in rows])
        finally:
            engine.end()
            engine.join()


if __name__ == "__main__":
    main()
