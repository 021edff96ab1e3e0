"""`allusetui run --mode paper` on virtual time: the product's own composition, against our gateway in the same loop."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Final

from allusetui.compose.parts import operators, scripted_crashes
from allusetui.domain.console import Key
from allusetui.domain.input import OperatorActed
from allusetui.runtime.world import Crash
from allusetui.scenario.model import Scenario
from allusetui.torture.house import House
from allusetui.torture.loop import VirtualLoop
from allusetui.torture.program import Program
from allusetui.torture.wire import AT_ONCE, Way, last_ms

_MOVES_MONEY: Final = frozenset({"deposit", "withdraw", "tax_paid"})
"""What no key does: it is done at the broker."""


def on_paper(scenario: Scenario, disk: Path, way: Way = AT_ONCE) -> Program:
    """A session on paper below a folder, new or as it was left, from a scenario's start to its end; what ran it.

    Its accounts begin as the scenario has them where its tables name any, with the capital as a new link splits it
    where not, or go on. It crashes where the scenario says so, and whoever is its operator presses the keys. The
    adviser is asked at once, so that the journal is the same each time. Raises what the program died of.
    """
    loop = VirtualLoop(way.latency_s, way.draw)
    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        return runner.run(_paper(House(scenario, loop), disk))


async def _paper(house: House, disk: Path) -> Program:
    program, stage, loop = Program(house, disk), house.stage, house.loop
    if house.scenario.accounts and not program.folder.exists():
        program.prepare()
    async with house.opened():
        program.start()
        press_keys(program, house)
        for crash in scripted_crashes(house.scenario):
            _crash(program, crash, loop, house.at_s)
        await asyncio.sleep(house.at_s(last_ms(stage.calendar, stage.end_ms)) - loop.time())
        if program.live is not None:
            await program.end()
        program.bury()
    if program.failure is not None:
        raise program.failure
    return program


def press_keys(program: Program, house: House) -> None:
    """Whoever is the operator of a house's scenario presses the keys at their instants."""
    for act in operators(house.scenario):
        if act.action not in _MOVES_MONEY:
            house.loop.call_at(house.at_s(act.at_ms), _press, program, act)


def _press(program: Program, act: OperatorActed) -> None:
    """Nobody hears a key while the program is down."""
    if program.live is not None:
        program.live.inbox.put(Key(act.action, act.account, act.contract))


def _crash(program: Program, crash: Crash, loop: VirtualLoop, at_s: Callable[[int], float]) -> None:
    loop.call_at(at_s(crash.at_ms), program.kill)
    if crash.back_ms is not None:
        loop.call_at(at_s(crash.back_ms), program.start)
