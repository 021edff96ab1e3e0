"""28: a kill at the worst moments: nothing but cancels leaves after it, every order is found, and it holds."""

from pathlib import Path

import pytest

from allusetui.broker.gateway.faults import Kind, LineFault
from tests.faults.runs import ENTRY, fault
from tests.torture.machines import Act, Machine, continued, nothing, pressed, ran, stopped

AT_WORK = ENTRY.replace("T09:30:00", "T09:44:00") + fault("no_fill", "09:44:00", "30m", symbol="AAPL")
"""The entry of 09:45:00 works, and is replaced each three seconds."""
KILL = pressed("kill")


def died(machine: Machine) -> None:
    machine.program.kill()


def began(machine: Machine) -> None:
    machine.program.start()


def cut(machine: Machine) -> None:
    """The line goes dead without a word."""
    machine.house.do(LineFault(Kind.HALF_OPEN, count=4))


MOMENTS: dict[str, tuple[float, tuple[Act, ...]]] = {
    "idle": (30.0, ((30.0, KILL),)),
    "an order at work": (61.0, ((61.0, KILL),)),
    "its cancel for the next step on its way": (63.03, ((63.03, KILL),)),
    "the loop stalled for two seconds, a step due": (62.0, ((62.0, stopped), (63.9, KILL), (64.0, continued))),
    "the loop stalled for two seconds, the window opening": (59.0, ((59.0, stopped), (60.9, KILL), (61.0, continued))),
    "while it resumes": (64.0, ((61.0, died), (64.0, began), (64.05, KILL))),
    "on a line that is dead": (62.0, ((61.0, cut), (62.0, KILL))),
}


@pytest.mark.clause("0.8", "9.5")
@pytest.mark.parametrize("moment", MOMENTS)
def test_0_8_after_a_kill_nothing_but_cancels_leaves_and_each_order_is_found(moment: str, tmp_path: Path) -> None:
    since_s, acts = MOMENTS[moment]
    machine = ran(AT_WORK, tmp_path, *acts, (110.0, nothing))
    since_ms = machine.house.stage.start_ms + since_s * 1_000
    after = [each for each in machine.house.witness.messages() if each.at_ms >= since_ms]
    assert [each for each in after if not each.cancels] == []
    assert [each.client_order_id for each in machine.house.witness.orders() if each.ended_ms is None] == []
    (killed,) = machine.of("operator.acted", action="kill")
    assert {row["account"] for row in machine.of("state.changed", to="EMERGENCY")} == {"GEN", "REV", "COM"}
    assert [row for row in machine.of("order.sent") + machine.of("order.replaced") if row["seq"] > killed["seq"]] == []
    assert machine.violations() == []
