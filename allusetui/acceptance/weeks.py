"""Weeks of the whole program against our gateway, on virtual time, killed and begun again where a plan says so."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from contextvars import copy_context
from datetime import datetime
from pathlib import Path
from typing import Final

from allusetui.acceptance.plan import Death, Plan
from allusetui.domain.event import Event
from allusetui.domain.moment import to_ms
from allusetui.law.load import Version
from allusetui.law.own import SoleLaw
from allusetui.scenario.model import Scenario
from allusetui.torture.disk import Disk, Point, Rows
from allusetui.torture.house import House
from allusetui.torture.loop import VirtualLoop
from allusetui.torture.paper import press_keys
from allusetui.torture.program import Program

_LATENCY_S: Final = 0.02


def live_through(scenario: Scenario, plan: Plan, ruling: Version, disk: Path, day: Callable[[], None]) -> Path:
    """The session's folder, below `disk`, as its last process left it. `day` is called after each span.

    Raises what the program died of by itself, and RuntimeError where a death of the plan never came.
    """
    loop = VirtualLoop(_LATENCY_S)
    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        return runner.run(_Weeks(House(scenario, loop, under=ruling), plan, ruling, disk).lived(day))


class _Weeks:
    def __init__(self, house: House, plan: Plan, ruling: Version, disk: Path) -> None:
        self._house, self._spans = house, plan.spans
        house.assembly.gateway.tap = None  # the journal alone is judged: nobody needs a witness
        self._end = _End(house.loop, plan.deaths, self._die)
        self._program = Program(house, disk, self._end.layer, laws=SoleLaw(ruling))
        self._is_up = False
        self._context = copy_context()

    async def lived(self, day: Callable[[], None]) -> Path:
        program = self._program
        async with self._house.opened():
            press_keys(program, self._house)
            for span in self._spans:
                await self._until(span.begins)
                self._is_up = True
                program.start()
                await self._until(span.ends)
                self._is_up = False
                if program.live is not None:
                    await program.end()
                if program.failure is not None:
                    raise program.failure
                day()
            program.bury()
        if self._end.deaths:
            raise RuntimeError(f"it was to be killed at {self._end.deaths[0].kind}, and there was none")
        return program.folder

    async def _until(self, instant: datetime) -> None:
        await asyncio.sleep(self._house.at_s(to_ms(instant)) - self._house.loop.time())

    def _die(self, down_s: float) -> None:
        if self._program.process is not None:
            self._program.kill()
            self._house.loop.call_later(down_s, self._begin_again, context=self._context)

    def _begin_again(self) -> None:
        if self._is_up and self._program.process is None:
            self._program.start()


class _End(Disk):
    """A disk that tells where a process dies. `deaths`: those that are still to come; `kill` is told how long for."""

    def __init__(self, loop: VirtualLoop, deaths: Iterable[Death], kill: Callable[[float], None]) -> None:
        super().__init__(loop, _untold, self._dies)
        self.deaths = deque(deaths)
        self._kill = kill
        self._down_s = 0.0
        self._context = copy_context()

    def pass_by(self, point: Point, events: Sequence[Event]) -> None:
        if not self.deaths or self.deaths[0].kind not in {event.kind for event in events}:
            return
        death = self.deaths[0]
        if (point is Point.BEFORE) != (death.after_s is None):
            return
        self.deaths.popleft()
        self._down_s = death.down_s
        if death.after_s:
            self.loop.call_later(death.after_s, self.dies, context=self._context)
        else:
            self.dies()

    def _dies(self) -> None:
        self._kill(self._down_s)


def _untold(rows: Rows) -> None:
    """The journal is read once all is over."""
