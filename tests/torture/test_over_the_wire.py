"""15.1: whole sessions over the wire, orders and data, decide what they decide without one, each time so."""

from pathlib import Path
from random import Random  # noqa: TID251 - an order is drawn by a seed

import pytest
import time_machine

from allusetui.compose.retold import told_again
from allusetui.domain.moment import from_iso
from allusetui.journal.memory import MemoryJournal
from allusetui.scenario.load import parse
from allusetui.torture.wire import AT_ONCE, Way, over_the_wire
from tests.broker.ibkr.engine_wired import DAY, SITUATIONS
from tests.journal.tapes import MemoryTape, heard
from tests.replaying import Replayed, Silent, replay_text
from tests.rules.situations import AAPL, fault, situation
from tests.torture.agreement import disagreements
from tests.torture.weeks import otherwise

pytestmark = pytest.mark.clause("15.1")
SCENARIOS = Path(__file__).parents[1] / "scenarios"
ENTRY = situation(f"{DAY}T09:44:00", f"{DAY}T09:46:00", {"AAPL": AAPL})


def written(name: str) -> str:
    return (SCENARIOS / f"{name}.toml").read_text("utf-8")


def wired(text: str, folder: Path, way: Way = AT_ONCE) -> Replayed:
    """Over the wire; told again by its tape, an engine decides the same."""
    scenario, journal = parse(text, "test.toml"), MemoryJournal()
    tape = MemoryTape(lambda: journal.last_seq)
    run = over_the_wire(scenario, journal, Silent(), folder, way, tape)
    again = told_again(journal, heard(tape.lines))
    assert (again.records, again.untold, again.difference) == (journal.last_seq, (), None)
    return Replayed(scenario, run, journal)


@pytest.mark.timeout(400)
def test_15_1_a_week_with_entries_a_roll_a_stop_and_an_assignment_is_the_same_over_the_wire(tmp_path: Path) -> None:
    text = written("wire-week")
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


@pytest.mark.clause("0.7", "1.1")
@pytest.mark.parametrize(("here_at", "there_at", "fills"), [("58", "58", 1), ("59.001", "59", 0)])
def test_15_1_a_fill_that_falls_due_as_its_window_closes_is_missed_for_the_millisecond_that_a_chain_takes(
    here_at: str, there_at: str, fills: int, tmp_path: Path
) -> None:
    """An order at mid has a second's patience: decided at 10:59:59.001, it is cancelled at 11:00:00 in any process."""
    key = "at = 2026-03-05T10:59:"
    here, there = (written("0.7-pause-and-resume").replace(f"{key}59", f"{key}{at}") for at in (here_at, there_at))
    run = wired(there, tmp_path)
    assert disagreements(replay_text(here), run) == []
    assert len(run.of("order.filled", account="A2.GEN")) == fills
    assert len(run.of("order.abandoned", account="A2.GEN", reason="window_closed")) == 1 - fills


@pytest.mark.clause("0.8")
def test_15_1_a_kill_leaves_and_cancels_the_same_once_two_chains_have_come_at_the_brokers_pace(tmp_path: Path) -> None:
    """Two chains are more messages than one second allows: over the wire the fill of 09:45:01 comes a second later."""
    key = "at = 2026-03-05T09:45:02"
    text = written("0.8-kill-switch").replace(key, f"{key}.5")
    here, there = replay_text(text), wired(text, tmp_path)
    assert disagreements(here, there) == []
    assert len(there.of("order.filled")) == 3 and len(there.of("order.abandoned", reason="halt")) == 1


@pytest.mark.clause("0.7")
def test_0_7_what_a_paused_account_is_asked_and_answered_is_the_same_over_the_wire(tmp_path: Path) -> None:
    text = written("paused-roll-approved")
    here, there = replay_text(text), wired(text, tmp_path)
    assert disagreements(here, there) == []
    assert len(there.of("approval.decided", decision="approved")) == len(there.of("roll.done")) == 1


@pytest.mark.clause("0.9")
def test_0_9_an_account_fifteen_percent_down_pivots_by_the_vix_that_the_wire_tells(tmp_path: Path) -> None:
    text = situation(
        f"{DAY}T09:29:00", f"{DAY}T09:46:00", {"AAPL": AAPL}, "[accounts.REV]\nequity = 85_000\nhigh_water = 100_000",
        accounts=["REV"], capital=None,
    )  # fmt: skip
    here, there = replay_text(text), wired(text, tmp_path)
    assert disagreements(here, there) == []
    assert [row["data"]["vix"] for row in there.of("pivot.entered")] == [18.0]


@pytest.mark.clause("1.4")
def test_15_1_a_week_that_ends_after_the_scenario_is_not_compared(tmp_path: Path) -> None:
    text = written("1.4-pin-risk")
    here, there = replay_text(text), wired(text, tmp_path)
    assert disagreements(here, there) == []
    assert here.of("week.typed") == [] != there.of("week.typed")


@pytest.mark.clause("6.6")
def test_6_6_dividends_are_known_at_the_first_look_of_a_session_that_was_linked_before_it(tmp_path: Path) -> None:
    """They come with a chain: one that is asked for without a link is asked for again at the next look."""
    text = written("6.6-early-assignment-risk").replace("start = 2026-01-14T10:00:00", "start = 2026-01-14T09:59:00")
    here, there = replay_text(text), wired(text, tmp_path)
    assert disagreements(here, there) == []
    assert len(there.of("order.filled")) == 1 and len(there.of("assignment.feared")) == 2


@pytest.mark.clause("8.6", "8.3")
def test_15_1_a_lost_broker_is_told_by_the_gateway_and_takes_its_data_with_it(tmp_path: Path) -> None:
    """In one process the link alone is lost: what the wire brings nothing of is made stale, and its chain missing."""
    text, lost = written("8.6-broker-lost"), ("2026-01-14T10:05:02", "299s")
    dark = [fault(lost[0], "stale", symbol, lost[1]) for symbol in ("AAPL", "MSFT", "VIX")]
    here = replay_text("\n".join([text, *dark, fault(lost[0], "no_chain", "MSFT", lost[1])]))
    there = wired(text, tmp_path)
    assert disagreements(here, there) == []
    told = [row["data"]["reason"][:4] for kind in ("broker.down", "broker.up") for row in there.of(kind)[1:]]
    assert told == ["1100", "1102"]
    assert len(there.of("stop.done")) == 2 and there.of("roll.prepared") == []
    assert there.of("reconcile.mismatch") == []


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
    assert otherwise(here, there) == [] == otherwise(dearer, there)
    unheld = replay_text(ENTRY.replace("oi = 5000", "oi = 499"))
    assert f"only here: {DAY} entry.skipped GEN AAPL open_interest" in otherwise(unheld, there)


@pytest.mark.clause("8.3", "6.12")
def test_8_3_a_feed_that_stands_still_is_stale_at_the_same_time_though_each_answer_tells_it_again(
    tmp_path: Path,
) -> None:
    """A silent line is asked for anew every 20 s, and answered with the same old book: that makes nothing young."""
    stale = [fault(f"{DAY}T09:45:10", "stale", symbol, "70s") for symbol in ("VIX", "AAPL")]
    text = situation(f"{DAY}T09:44:00", f"{DAY}T09:47:00", {"AAPL": AAPL}, *stale)
    here, there = replay_text(text), wired(text, tmp_path)
    assert disagreements(here, there) == []
    assert sorted(row["data"]["symbol"] for row in there.of("data.stale")[-2:]) == ["AAPL", "VIX"]
    assert [row["ts"][11:16] for row in there.of("freeze.on", reason="vix_stale")[-1:]] == ["09:45"]
