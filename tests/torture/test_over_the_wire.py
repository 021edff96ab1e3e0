"""15.1: whole sessions over the wire, orders and data, decide what they decide without one, each time so."""

from pathlib import Path
from random import Random  # noqa: TID251 - an order is drawn by a seed

import pytest
import time_machine

from allusetui.domain.moment import from_iso
from allusetui.journal.memory import MemoryJournal
from allusetui.scenario.load import parse
from allusetui.torture.wire import AT_ONCE, Way, over_the_wire
from tests.broker.ibkr.test_engine_over_the_wire import DAY, SITUATIONS
from tests.replaying import Replayed, Silent, replay_text
from tests.rules.situations import AAPL, situation
from tests.torture.agreement import disagreements

pytestmark = pytest.mark.clause("15.1")
SCENARIOS = Path(__file__).parents[1] / "scenarios"
ENTRY = situation(f"{DAY}T09:44:00", f"{DAY}T09:46:00", {"AAPL": AAPL})


def wired(text: str, folder: Path, way: Way = AT_ONCE) -> Replayed:
    scenario, journal = parse(text, "test.toml"), MemoryJournal()
    return Replayed(scenario, over_the_wire(scenario, journal, Silent(), folder, way), journal)


@pytest.mark.timeout(400)
def test_15_1_a_week_with_entries_a_roll_a_stop_and_an_assignment_is_the_same_over_the_wire(tmp_path: Path) -> None:
    text = (SCENARIOS / "wire-week.toml").read_text("utf-8")
    here, there = replay_text(text), wired(text, tmp_path)
    assert disagreements(here, there) == []
    for kind in ("entry.planned", "roll.done", "stop.done", "assignment.received", "expired.received"):
        assert there.of(kind) != []
    assert there.of("reconcile.mismatch") == []


@pytest.mark.parametrize("name", SITUATIONS)
def test_15_1_what_becomes_of_an_order_is_the_same_over_the_wire(name: str, tmp_path: Path) -> None:
    here, there = replay_text(SITUATIONS[name]), wired(SITUATIONS[name], tmp_path)
    assert disagreements(here, there) == []
    assert there.of("order.sent") != []


@pytest.mark.parametrize("seed", [1, 2])
def test_15_1_whatever_is_ready_first_the_decisions_are_the_same_and_so_is_the_journal_of_a_seed(
    seed: int, tmp_path: Path
) -> None:
    first, again = (
        wired(ENTRY, tmp_path / each, Way(latency_s=0.02, draw=Random(seed).randrange)) for each in ("a", "b")
    )
    assert first.records == again.records
    assert disagreements(replay_text(ENTRY), first) == []
    assert first.of("order.filled") != []


def test_15_1_nothing_on_the_wire_asks_the_wall_for_the_time(tmp_path: Path) -> None:
    with time_machine.travel("2031-05-05T03:00:00+00:00", tick=False):
        elsewhen = wired(ENTRY, tmp_path / "then")
    assert elsewhen.records == wired(ENTRY, tmp_path / "now").records


@pytest.mark.clause("0.6")
def test_0_6_an_order_of_a_new_contract_does_not_wait_behind_the_data_that_it_was_decided_by(tmp_path: Path) -> None:
    took_ms = []
    for run in (replay_text(ENTRY), wired(ENTRY, tmp_path)):
        ((sent,), (filled,)) = run.of("order.sent"), run.of("order.filled")
        took_ms.append(from_iso(filled["ts"]) - from_iso(sent["ts"]))
    assert took_ms[0] == took_ms[1]


def test_what_is_told_otherwise_or_at_another_hour_is_seen(tmp_path: Path) -> None:
    """The comparison itself: it finds what is not the same."""
    here, there = replay_text(ENTRY), wired(ENTRY, tmp_path)
    assert disagreements(here, there) == []
    dearer = replay_text(ENTRY.replace("spot = 200.0", "spot = 201.0"))
    assert any("order.sent" in each for each in disagreements(dearer, there))
