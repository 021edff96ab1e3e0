"""A machine that runs the program on virtual time, with clocks, stops and keys at a test's will."""

import asyncio
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from allusetui.codec.records import to_record
from allusetui.domain.console import Key
from allusetui.domain.event import Event
from allusetui.domain.moment import from_iso
from allusetui.journal.archive import open_archive
from allusetui.law.load import load as load_law
from allusetui.scenario.load import parse
from allusetui.torture.checker.checker import judge
from allusetui.torture.house import House
from allusetui.torture.loop import VirtualLoop
from allusetui.torture.process import Process
from allusetui.torture.program import Program


@dataclass
class Machine:
    """What runs the program beside a gateway that keeps the time; `asleep_ms`: how long it slept, market and all."""

    loop: VirtualLoop
    asleep_ms: int = 0

    def build(self, text: str, folder: Path) -> None:
        start_ms = from_iso(f"2026-03-05T{text.partition('start = 2026-03-05T')[2][:8]}.000-05:00")
        self.house = House(parse(text, "test.toml"), self.loop, lambda: start_ms + self.loop.ms() + self.asleep_ms)
        self.program = Program(self.house, folder)

    @property
    def process(self) -> Process:
        assert self.program.process is not None
        return self.program.process

    @property
    def rows(self) -> list[tuple[int, int, Event]]:
        with closing(open_archive(self.program.folder)) as archive:
            return list(archive.select())

    @property
    def records(self) -> list[dict[str, Any]]:
        return [to_record(*row) for row in self.rows]

    def of(self, kind: str, **data: object) -> list[dict[str, Any]]:
        return [row for row in self.records if row["kind"] == kind and data.items() <= row["data"].items()]

    def resumes(self) -> list[list[str]]:
        """The steps of each resume of GEN."""
        steps = [
            row["data"]["step"] for row in self.records if row["kind"] == "resume.step" and row["account"] == "GEN"
        ]
        firsts = [place for place, step in enumerate(steps) if step == "snapshot"]
        return [steps[one:other] for one, other in pairwise([*firsts, len(steps)])]

    def violations(self) -> list[str]:
        return [each.line for each in judge(self.rows, load_law(), self.house.witness)]


Act = tuple[float, Callable[[Machine], None]]


def ran(text: str, folder: Path, *acts: Act) -> Machine:
    """The program from the scenario's start on; each act comes so many seconds after that, the last one ends it."""
    machine = Machine(VirtualLoop(0.01))
    machine.build(text, folder)

    async def work() -> None:
        machine.program.prepare()
        async with machine.house.opened():
            machine.program.start()
            for at_s, act in acts:
                await asyncio.sleep(at_s - machine.loop.time())
                act(machine)
            await machine.program.end()
            machine.program.bury()

    with asyncio.Runner(loop_factory=lambda: machine.loop) as runner:
        runner.run(work())
    return machine


def skewed(ms: int) -> Callable[[Machine], None]:
    """Its clock is set, so far from the market's."""

    def act(machine: Machine) -> None:
        machine.program.skew_ms = ms

    return act


def pressed(action: str) -> Callable[[Machine], None]:
    """Somebody presses a key."""

    def act(machine: Machine) -> None:
        assert machine.program.live is not None
        machine.program.live.inbox.put(Key(action))

    return act


def stopped(machine: Machine) -> None:
    """As by SIGSTOP."""
    machine.process.stop()


def continued(machine: Machine) -> None:
    """As by SIGCONT."""
    machine.process.go_on()


def nothing(machine: Machine) -> None:
    """It goes on."""
