"""29: a clock that is set, a machine that sleeps, a process that is stopped: all is compared anew, nothing twice."""

from pathlib import Path

import pytest

from allusetui.domain.moment import HOUR_MS, MINUTE_MS, from_iso
from tests.faults.runs import ENTRY, STOP, fault
from tests.torture.machines import Machine, continued, nothing, pressed, ran, skewed, stopped

pytestmark = pytest.mark.clause("8.6", "9.5")
MORNING = ENTRY.replace("T09:30:00", "T09:44:00")
UNFILLED = MORNING + fault("no_fill", "09:44:00", "30m", symbol="AAPL")
WHOLE = ["snapshot", "broker", "reconcile", "schedule", "risk", "active"]


def test_9_5_a_clock_that_leaps_an_hour_ahead_is_noticed_and_the_entry_of_the_window_comes_once(tmp_path: Path) -> None:
    machine = ran(MORNING, tmp_path, (90.0, skewed(HOUR_MS)), (150.0, nothing))
    assert "a clock set" in machine.of("broker.down")[-1]["data"]["reason"]
    assert machine.resumes()[-1] == WHOLE
    assert len(machine.of("entry.planned")) == 1 and len(machine.of("order.filled")) == 1


@pytest.mark.clause("0.8")
def test_0_8_a_kill_while_the_clock_is_an_hour_behind_holds_and_its_cancel_leaves_as_soon_as_the_order_is_found(
    tmp_path: Path,
) -> None:
    acts = ((60.5, skewed(-HOUR_MS)), (90.0, pressed("kill")), (100.0, skewed(0)), (130.0, nothing))
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
    machine = ran(story, tmp_path, (at_s, stopped), (at_s + 60, continued), (at_s + 120, nothing))
    assert "a process stopped" in machine.of("broker.down")[-1]["data"]["reason"]
    assert machine.resumes()[-1] == WHOLE
    assert sum(row["data"]["quantity"] for row in machine.of("order.filled")) == 4
    assert machine.violations() == []
