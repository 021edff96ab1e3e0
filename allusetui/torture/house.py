"""The broker's side on virtual time: market, exchange, book and gateway, which go on whatever becomes of a program."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final

from allusetui.broker.gateway.commands import Command
from allusetui.broker.gateway.server import Server
from allusetui.compose.gateway import build_assembly
from allusetui.domain.moment import SECOND_MS
from allusetui.law.load import Version
from allusetui.scenario.model import Scenario
from allusetui.torture.checker.gateway import AtTheGateway
from allusetui.torture.loop import VirtualLoop

_SPEED: Final = 1.0


class House:
    """A scenario's gateway, with the checker's witness in it. `now_ms`: its clock, of the loop if left out.

    `under`: the law by which its accounts are split, where it is not the one in force.
    """

    def __init__(
        self,
        scenario: Scenario,
        loop: VirtualLoop,
        now_ms: Callable[[], int] | None = None,
        under: Version | None = None,
    ) -> None:
        self.scenario, self.loop = scenario, loop
        self.assembly, self.stage = build_assembly(scenario, {}, _SPEED, under=under)
        self.now_ms = now_ms or self._now_ms
        self.witness = AtTheGateway(self.assembly, self.stage.market)
        self.assembly.gateway.tap = self.witness.tap
        self.port = 0
        """At which it listens while it is open."""
        self._server = Server(self.assembly.gateway, self.now_ms, self._wait_s, _unheard)

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[int]:
        """It listens; the port."""
        try:
            self.port = await self._server.open(0)
            yield self.port
        finally:
            await self._server.close()

    def do(self, command: Command) -> None:
        """Make something happen now. Raises LookupError where no order is so called, or it has no execution."""
        self.assembly.commands.do(command, self.now_ms())
        self._server.turn()

    def at_s(self, at_ms: int) -> float:
        """The loop's second of an instant of the market."""
        return (at_ms - self.stage.start_ms) / SECOND_MS

    def _now_ms(self) -> int:
        return self.stage.start_ms + self.loop.ms()

    def _wait_s(self, due_ms: int) -> float:
        return (due_ms - self.now_ms()) / SECOND_MS


def _unheard(line: str) -> None:
    """Nobody reads what a gateway prints."""
