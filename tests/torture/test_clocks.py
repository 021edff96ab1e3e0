"""29: a clock that is set, a machine that sleeps, a process that is stopped: all is compared anew, nothing twice."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from allusetui.codec.records import to_record
from allusetui.domain.console import Key
from allusetui.domain.moment import HOUR_MS, MINUTE_MS, from_iso
from allusetui.journal.archive import open_archive
from allusetui.law.load import load as load_law
from allusetui.scenario.load import parse
from allusetui.torture.checker.checker import judge
from allusetui.torture.house import House
from allusetui.torture.loop import VirtualLoop
from allusetui.torture.program import Program
from tests.faults.runs import ENTRY, STOP, fault

pytestmark = pytest.mark.clause("8.6", "9.5")
MORNING = ENTRY.replace("T09:30:00", "T09:44:00")
UNFILLED = MORNING + fault("no_fill", "09:44:00", "30m", symbol="AAPL")


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
    def records(self) -> list[dict[str, Any]]:
        archive = open_archive(self.program.folder)
        try:
            return [to_record(*row) for row in archive.select()]
        finally:
            archive.close()

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
        archive = open_archive(self.program.folder)
        try:
            rows = list(archive.select())
        finally:
            archive.close()
        return [each.line for each in judge(rows, load_law(), self.house.witness)]


Act = tuple[float, Callable[[Machine], None]]
WHOLE = ["snapshot", "broker", "reconcile", "schedule", "risk", "active"]


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

    with asyncio.Runner(loop_factory=lambda: machine.loop) as runner:
        runner.run(work())
    machine.program.bury()
    return machine


def skewed(ms: int) -> Callable[[Machine], None]:
    def act(machine: Machine) -> None:
        machine.program.skew_ms = ms

    return act


def nothing(machine: Machine) -> None:
    """It goes on."""


def test_9_5_a_clock_that_leaps_an_hour_ahead_is_noticed_and_the_entry_of_the_window_comes_once(tmp_path: Path) -> None:
    machine = ran(MORNING, tmp_path, (90.0, skewed(HOUR_MS)), (150.0, nothing))
    assert "a clock set" in machine.of("broker.down")[-1]["data"]["reason"]
    assert machine.resumes()[-1] == WHOLE
    assert len(machine.of("entry.planned")) == 1 and len(machine.of("order.filled")) == 1


@pytest.mark.clause("0.8")
def test_0_8_a_kill_while_the_clock_is_an_hour_behind_holds_and_its_cancel_leaves_as_soon_as_the_order_is_found(
    tmp_path: Path,
) -> None:
    def kill(machine: Machine) -> None:
        assert machine.program.live is not None
        machine.program.live.inbox.put(Key("kill"))

    acts = ((60.5, skewed(-HOUR_MS)), (90.0, kill), (100.0, skewed(0)), (130.0, nothing))
    machine = ran(UNFILLED, tmp_path, *acts)
    lost, told = machine.of("broker.down")[-2:]
    assert "a clock set" in lost["data"]["reason"]
    assert told["data"]["reason"].startswith("this machine's clock was set back")
    name = machine.of("order.sent")[0]["data"]["client_order_id"]
    said = [(each.client_order_id, each.cancels) for each in machine.house.witness.messages()]
    assert said == [(name, False), (name, True)]
    assert [row["account"] for row in machine.of("state.changed", to="EMERGENCY")] == ["GEN", "REV", "COM"]
    assert machine.of("order.cancelled", client_order_id=name) and machine.violations() == []


def test_9_5_once_the_clock_has_come_to_where_the_session_stands_all_is_compared(tmp_path: Path) -> None:
    machine = ran(MORNING, tmp_path, (30.0, skewed(-MINUTE_MS)), (150.0, nothing))
    assert machine.of("broker.up")[-1]["data"]["reason"] == "this machine's clock has come to where the session stands"
    assert machine.resumes()[-1] == WHOLE and len(machine.of("order.filled")) == 1
    times = [from_iso(row["ts"]) for row in machine.records]
    assert times == sorted(times)


def test_9_5_a_machine_that_slept_for_three_hours_rebuilds_its_schedule_and_makes_up_for_nothing(
    tmp_path: Path,
) -> None:
    def sleep(machine: Machine) -> None:
        machine.asleep_ms += 3 * HOUR_MS

    machine = ran(MORNING, tmp_path, (30.0, sleep), (90.0, nothing))
    assert "a machine asleep" in machine.of("broker.down")[-1]["data"]["reason"]
    assert machine.resumes()[-1] == WHOLE
    assert machine.of("order.sent") == machine.of("entry.planned") == []  # its window was over when it awoke


@pytest.mark.parametrize(
    ("story", "at_s"), [(MORNING, 60.2), (STOP.replace("T09:30:00", "T10:29:00"), 360.2)], ids=["entry", "stop"]
)
def test_9_5_a_process_that_was_stopped_for_a_minute_with_an_order_at_work_books_its_fill_once(
    story: str, at_s: float, tmp_path: Path
) -> None:
    def stop(machine: Machine) -> None:
        assert machine.program.process is not None
        machine.program.process.stop()

    def go_on(machine: Machine) -> None:
        assert machine.program.process is not None
        machine.program.process.go_on()

    machine = ran(story, tmp_path, (at_s, stop), (at_s + 60, go_on), (at_s + 120, nothing))
    assert "a process stopped" in machine.of("broker.down")[-1]["data"]["reason"]
    assert machine.resumes()[-1] == WHOLE
    assert sum(row["data"]["quantity"] for row in machine.of("order.filled")) == 4
    assert machine.violations() == []
