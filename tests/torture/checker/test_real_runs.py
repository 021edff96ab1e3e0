"""Nothing is found in what the program really does: in process, and over the wire to our gateway."""

from pathlib import Path

import pytest

from allusetui.codec.records import decode, line
from allusetui.compose.run import build_run
from allusetui.domain import event as ev
from allusetui.journal.memory import MemoryJournal
from allusetui.scenario.load import load, parse
from allusetui.scenario.model import Scenario
from allusetui.torture.checker.checker import Checker, judge
from allusetui.torture.checker.exchange import AtTheExchange
from allusetui.torture.checker.violation import Violation
from tests.broker.ibkr.conftest import unhurried as unhurried
from tests.broker.ibkr.engine_wired import SITUATIONS
from tests.faults.runs import STORIES
from tests.faults.scripts import scripted
from tests.replaying import DATA, SHARED, Replayed, Silent
from tests.torture.checker.spoiling import LAW, without
from tests.torture.checker.wires import corrected, over_the_gateway

OWN = Path(__file__).parents[2] / "scenarios"
CHOSEN = (
    "0.7-pause-and-resume", "0.8-kill-switch", "2.6-gen-fork", "2.7-mini-ends", "4.4-com-reinvest", "6.4-level-3-stops",
    "6.13-vix-65-latches-safe", "9.5-one-contract-missing", "8.6-broker-lost", "paused-roll-approved",
)  # fmt: skip
"""A state, a latch, a settlement and a kind of money each, beside the public examples."""
FILES = [*sorted((SHARED / "scenarios").glob("*.toml")), *(OWN / f"{name}.toml" for name in CHOSEN)]


def witnessed(scenario: Scenario) -> tuple[Replayed, AtTheExchange]:
    """A run that is ready, and who watches it."""
    journal = MemoryJournal()
    run = build_run(scenario, journal, Silent())
    seen = AtTheExchange(run.exchange, run.exchange, run.market, lambda: journal.last_seq)
    run.runtime.world.broker = seen
    return Replayed(scenario, run, journal), seen


def judged(scenario: Scenario) -> tuple[AtTheExchange, list[Violation]]:
    r, seen = witnessed(scenario)
    r.run.go()
    return seen, judge(r.journal.read(), LAW, seen, r.run.end_ms)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_scenario_breaks_no_invariant(path: Path) -> None:
    _, found = judged(load(path, DATA))
    assert [each.line for each in found] == []


def test_the_witness_hears_and_reads_what_the_exchange_does() -> None:
    seen, found = judged(load(OWN / "wheel-three-weeks.toml", DATA))
    assert found == []
    assert len(seen.messages()) == len(list(seen.orders())) == len(seen.deals()) == 3
    assert all(each.ended_ms is not None for each in seen.orders())


@pytest.mark.parametrize("story", STORIES)
@pytest.mark.parametrize("kind", ["lost_ack", "partial_fill", "no_fill", "reject", "broker_down", "assign", "crash"])
def test_a_look_after_every_step_finds_nothing_in_what_is_still_on_its_way(story: str, kind: str) -> None:
    text, minute = STORIES[story]
    r, seen = witnessed(parse(text + scripted(kind, story, f"{minute}:00.500", "25s"), "test.toml"))
    checker = Checker(LAW, seen)

    def look(at_ms: int) -> None:
        for row in r.journal.read(checker.books.seq):
            checker.take(row)
        checker.look(at_ms)

    r.run.runtime.world.progress = look
    r.run.go()
    checker.end(r.run.end_ms)
    assert [each.line for each in checker.violations] == []
    assert [each.line for each in judge(map(decode, lines(r)), LAW)] == []


def lines(r: Replayed) -> list[str]:
    """The journal as it is exported."""
    return [line(*row) for row in r.journal.read()]


@pytest.mark.asyncio
@pytest.mark.parametrize("name", SITUATIONS)
async def test_a_run_over_the_wire_breaks_no_invariant(name: str) -> None:
    r, seen = await over_the_gateway(SITUATIONS[name])
    assert [each.line for each in judge(r.journal.read(), LAW, seen, r.run.end_ms)] == []
    sent = [row["data"]["client_order_id"] for row in r.records if row["kind"] in ("order.sent", "order.replaced")]
    assert [each.client_order_id for each in seen.messages() if not each.cancels] == sent != []


@pytest.mark.asyncio
@pytest.mark.parametrize("name", ["entry", "stop"])
async def test_an_execution_that_the_broker_corrects_and_tells_again_is_replaced_and_one_not_taken_back_is_seen(
    name: str,
) -> None:
    r, seen = await over_the_gateway(SITUATIONS[name], corrected)
    rows = list(r.journal.read())
    assert [each.line for each in judge(rows, LAW, seen, r.run.end_ms)] == []
    assert [each.exec_id for each in seen.deals()] == ["X000001-1.02"]
    added = without(rows, ev.OrderFilled, exec_id="X000001-1.01-back")
    assert 2 in {each.invariant for each in judge(added, LAW, seen, r.run.end_ms)}
