"""A session of the engine over the adapter and the gateway, and situations that it must decide as without a wire."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from allusetui.broker.gateway.commands import Command
from allusetui.broker.ibkr.broker import Account, IbkrBroker
from allusetui.compose.gateway import ACCOUNT, build_assembly
from allusetui.compose.run import build_run
from allusetui.domain.link import SLEEVES, Linked, Mode
from allusetui.journal.memory import MemoryJournal
from allusetui.scenario.load import parse
from tests.broker.gateway.clients import PATIENCE_S, House
from tests.broker.ibkr.stands import linked
from tests.replaying import Replayed, Silent
from tests.rules.situations import AAPL, but, fault, operator, option, situation, tape

DAY, FRIDAY = "2026-03-05", "2026-03-06"
LINK = Linked(Mode.PAPER, "main", dict.fromkeys(SLEEVES, ACCOUNT), 0)
QUIET = but(AAPL, atr=4.0)
PUT = option("GEN", "AAPL", FRIDAY, 199.5, "P", -5, 1.1, DAY)
_QUIET_TURNS = 12


@dataclass
class Happens:
    """Something that happens at the broker from an instant on."""

    at_ms: int
    do: Callable[[int], None]
    done: bool = False


@dataclass
class Wired:
    """A session's engine whose broker stands behind a gateway, both turned by one clock."""

    house: House
    replayed: Replayed
    broker: IbkrBroker
    happens: Sequence[Happens] = ()

    async def run(self) -> Replayed:
        turn, run = self.replayed.run.runtime, self.replayed.run
        async with asyncio.timeout(PATIENCE_S):
            while not self.broker.connection.up:
                await asyncio.sleep(0)
        turn.begin(run.started)
        await self._settle()
        while (at_ms := self._next_ms(turn)) <= run.end_ms:
            self.house.now_ms = at_ms
            self._happen(at_ms)
            self.house.server.turn()
            await self._settle()
            turn.step(at_ms)
            await self._settle()
        return self.replayed

    def _next_ms(self, turn: Any) -> int:
        at_ms = turn.next_ms()
        due_ms = self.house.gateway.next_ms(self.house.now_ms)
        return at_ms if due_ms is None else max(min(at_ms, due_ms), turn.now_ms + 1)

    def _happen(self, at_ms: int) -> None:
        """What is due at the broker, or on its wire: each once, as soon as there is what it is about."""
        for due in [each for each in self.happens if each.at_ms <= at_ms and not each.done]:
            with suppress(LookupError):
                due.do(at_ms)
                due.done = True

    async def _settle(self) -> None:
        """Until nothing is on the wire any more: both its ends are turned by this loop."""
        quiet = 0
        while quiet < _QUIET_TURNS:
            await asyncio.sleep(0)
            busy = self.broker._resolving or self.broker._answers._working
            quiet = 0 if busy else quiet + 1


async def over_the_wire(
    text: str, commands: Sequence[tuple[int, Command]] = (), link: Linked | None = None
) -> Replayed:
    """A scenario with the broker behind a socket, of whose controls `commands` are given at their instants."""
    scenario, journal = parse(text, "test.toml"), MemoryJournal()
    made, _ = build_assembly(scenario, {}, 0.001)
    run = build_run(scenario, journal, Silent())
    run.started = replace(run.started, link=link)
    house = House(made.gateway, run.started.at_ms)
    happens = [Happens(at_ms, partial(made.commands.do, command)) for at_ms, command in commands]
    house.port = await house.server.open(0)
    try:
        async with linked(house, account=Account(ACCOUNT)) as broker:
            run.runtime.world.broker = broker
            return await Wired(house, Replayed(scenario, run, journal), broker, happens).run()
    finally:
        await house.server.close()


SITUATIONS = {
    "entry": situation(f"{DAY}T09:44:00", f"{DAY}T09:50:00", {"AAPL": AAPL}),
    "walk": situation(
        f"{DAY}T09:44:00", f"{DAY}T09:50:00", {"AAPL": AAPL}, fault(f"{DAY}T09:40:00", "no_fill", "AAPL", "320s")
    ),
    "stop": situation(f"{DAY}T11:20:00", f"{DAY}T11:50:00", {"AAPL": QUIET}, PUT, tape(f"{DAY}T11:29:00", AAPL=187.0)),
    "kill": situation(
        f"{DAY}T09:44:00", f"{DAY}T09:50:00", {"AAPL": AAPL}, fault(f"{DAY}T09:40:00", "no_fill", "AAPL"),
        operator(f"{DAY}T09:45:10", "kill"),
    ),
    "rejected": situation(
        f"{DAY}T09:44:00", f"{DAY}T09:50:00", {"AAPL": AAPL}, fault(f"{DAY}T09:40:00", "reject", "AAPL", "310s")
    ),
}  # fmt: skip
