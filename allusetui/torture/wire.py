"""A scenario over the wire on virtual time: engine, adapter, the real client library and our gateway in one loop."""

import asyncio
from collections.abc import Callable
from datetime import time
from decimal import Decimal
from pathlib import Path
from typing import Final

from allusetui.broker.gateway.server import ADDRESS
from allusetui.broker.ibkr.broker import Account, IbkrBroker
from allusetui.broker.ibkr.connection import ANSWER_S
from allusetui.broker.ibkr.known import Known, Report, Width
from allusetui.broker.ibkr.market import IbkrMarket, Terms
from allusetui.compose.gateway import ACCOUNT
from allusetui.compose.run import Run, build_run
from allusetui.domain.calendar import Calendar
from allusetui.domain.contract import CASH_SETTLED
from allusetui.domain.frozen import frozen
from allusetui.domain.link import Mode
from allusetui.domain.moment import DAY_MS, SECOND_MS, YEAR_MS, at_clock, day_of
from allusetui.ports import Journal, Market, Reporter, Tape
from allusetui.runtime.bell import Bell
from allusetui.runtime.live import Live, Session
from allusetui.runtime.pace import RealTime
from allusetui.runtime.tail import TailJournal
from allusetui.scenario.model import Scenario
from allusetui.torture.house import House
from allusetui.torture.loop import Draw, VirtualLoop

CLIENT: Final = 7
SNAPSHOT_S: Final = 3_600.0
"""Nobody watches."""
_ANSWERED_MS: Final = 10 * SECOND_MS
"""What is asked at the last instant is still answered."""
_SETTLED: Final = time(3, 31)
"""A broker's book of the morning shows what was settled the day before."""


@frozen
class Way:
    """What lies between the program and the gateway. `draw`: see `VirtualLoop`.

    `beat_s`: how often a silent link is probed; where no link is lost nothing is lost by probing seldom.
    """

    latency_s: float = 0.0
    beat_s: float = 60.0
    draw: Draw | None = None


AT_ONCE: Final = Way()


def over_the_wire(
    scenario: Scenario, journal: Journal, reporter: Reporter, folder: Path, way: Way = AT_ONCE, tape: Tape | None = None
) -> Run:
    """Run a scenario to its end, every message of orders and of data on the wire; `folder` keeps the bars.

    Raises ValueError for one whose process crashes: what begins again here is the engine alone, not its connection.
    """
    if any(fault.kind == "crash" for fault in scenario.faults):
        raise ValueError("a process that crashes is not run over the wire")
    loop = VirtualLoop(way.latency_s, way.draw)
    run = build_run(scenario, journal, reporter)
    run.runtime.world.tape = tape
    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        runner.run(_live(scenario, run, folder, loop, way))
    return run


def _wall_ms(start_ms: int, loop: VirtualLoop) -> Callable[[], int]:
    """The hour at the market as the loop has it."""
    return lambda: start_ms + loop.ms()


async def _live(scenario: Scenario, run: Run, folder: Path, loop: VirtualLoop, way: Way) -> None:
    clock = RealTime(run.calendar, _wall_ms(run.started.at_ms, loop), loop.time)
    world, bell = run.runtime.world, Bell()
    world.journal = journal = TailJournal(world.journal)
    async with House(scenario, loop, clock.instant).opened() as port:
        broker = IbkrBroker(
            (ADDRESS, port, CLIENT), Account(ACCOUNT), clock.instant, bell.ring, waits=(ANSWER_S, way.beat_s)
        )
        known = known_of(world.market, run.started.at_ms, run.end_ms)
        market = IbkrMarket(
            broker.connection.library, Terms(run.calendar, folder, known),
            lambda *asked: run.runtime.engine.reach(*asked), clock.instant, bell.ring,
        )  # fmt: skip
        world.broker, world.market, world.inquiries, world.every_tick = broker, market, market, True
        end_ms = last_ms(run.calendar, run.end_ms)
        session = Session("torture", Mode.PAPER, run.runtime, journal, run.begin, _nothing, clock, end_ms, bell)
        broker.open()
        try:
            await Live(session, loop.time, SNAPSHOT_S).run()
        finally:
            market.close()
            await broker.close()


def _nothing() -> None:
    """The folder is its owner's to close."""


def last_ms(days: Calendar, end_ms: int) -> int:
    """Where a scenario ends after a close its wire runs on until that day has been settled."""
    session = days.at(end_ms)
    if session is not None and session.open_ms <= end_ms < session.close_ms:
        return end_ms + _ANSWERED_MS
    return at_clock(day_of(end_ms + DAY_MS), _SETTLED)


def known_of(market: Market, start_ms: int, end_ms: int) -> Known:
    """What a person would have written down of this market, beside what its calendar of events tells.

    Where a scenario's calendar is known it is whole: what it does not tell of does not come. A broker's is not, so that
    a symbol without any report to come would be unknown (1.6).
    """
    chains = {symbol: market.chain(symbol, start_ms) for symbol in sorted(market.symbols - CASH_SETTLED)}
    told = [symbol for symbol, chain in chains.items() if chain is not None and chain.earnings is not None]
    found = market.breadth(start_ms)
    later = (Report(day=day_of(end_ms + YEAR_MS)),)
    return Known(
        rate=Decimal(str(market.rate(start_ms))),
        breadth=None if found is None else Width(day=found.day, value=found.value),
        earnings=dict.fromkeys(told, later),
    )
