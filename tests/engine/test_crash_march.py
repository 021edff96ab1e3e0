"""March 2020, crashed at seeded instants: nothing is lost or sent twice, and the run goes on as if undisturbed.

One undisturbed run tells what should be. A second one forks at every instant: the child's process dies there, is
started again at once and runs on until, after a session, nothing that could still matter differs from the undisturbed
run; from there on the two are one, because the engine is deterministic. Where a difference stays it runs to the end;
so does every 25th child, to hold that argument to the facts. `--crashes 300` asks for as many instants.
"""

import json
import os
import traceback
from contextlib import suppress
from copy import deepcopy
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from allusetui.compose.run import Run, build_run
from allusetui.domain.event import OrderReplaced, OrderSent
from allusetui.domain.moment import iso, to_ms
from allusetui.engine.apply import fold
from allusetui.journal.memory import MemoryJournal
from allusetui.law.load import load as load_law
from allusetui.runtime.world import Crash
from allusetui.scenario.load import load
from allusetui.scenario.model import Scenario
from allusetui.torture.checker import checker
from allusetui.torture.checker.books import Row
from tests.faults.invariants import AtTheWire, books_tie, no_fill_lost, state_is_the_fold
from tests.replaying import DATA, Replayed, Silent
from tests.resuming import decisions

MARCH = Path(__file__).parents[1] / "scenarios" / "march-2020.toml"
SEED = 2020
AT_ONCE = 2
TO_THE_END = 25

pytestmark = [
    pytest.mark.skipif(not DATA.is_dir(), reason="the market data is not here"),
    pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork"),
]


@dataclass
class Outcome:
    """One crash: where, whether something was working there, how far the run went on, and what broke."""

    at_ms: int
    working: bool
    until_ms: int
    fold: list[str] = field(default_factory=list)
    orders: list[str] = field(default_factory=list)
    fills: list[str] = field(default_factory=list)
    books: list[str] = field(default_factory=list)
    decisions: list[str] = field(default_factory=list)


@dataclass
class March:
    """A run of the month, watched at the wire."""

    scenario: Scenario
    journal: MemoryJournal = field(default_factory=MemoryJournal)

    @cached_property
    def run(self) -> Run:
        run = build_run(self.scenario, self.journal, Silent())
        run.runtime.world.broker = self.witness(run)
        return run

    def witness(self, run: Run) -> AtTheWire:
        return AtTheWire(run.exchange, run.exchange, run.market, lambda: self.journal.last_seq)

    def rows(self) -> list[Row]:
        return list(self.journal.read())

    def is_evening(self, at_ms: int) -> bool:
        """Whether the instant is a close or a report cut."""
        session = self.run.calendar.at(at_ms)
        return session is not None and at_ms >= session.close_ms


def image(run: Run) -> dict[str, Any]:
    """All that the rest of a run depends on while no order works. Left out is what tells of orders that have ended."""
    engine, exchange = run.runtime.engine, run.exchange
    volatile = {name: getattr(engine.volatile, name) for name in engine.volatile.__dataclass_fields__}
    for ended in ("acked", "absent_ms", "walks"):
        del volatile[ended]
    wanted = engine.wants()[1]
    volatile["option_quotes"] = {o: q for o, q in engine.volatile.option_quotes.items() if o in wanted}
    return {
        "state": engine.state,
        "volatile": volatile,
        "book": (exchange._book.cash, exchange._book._accounts),
        "working": (list(engine.state.intents), [live.order.client_order_id for live in exchange.standing().live]),
        "counts": (exchange.standing().fill_count, exchange._clearing.count, exchange._closing_ms),
    }


@dataclass
class Base:
    """The undisturbed run, and what it looked like each evening."""

    rows: list[Row]
    evenings: dict[int, dict[str, Any]]

    def instants(self, count: int, start_ms: int, end_ms: int) -> list[int]:
        """While orders work, about what the journal tells, and anywhere."""
        rng = np.random.default_rng(SEED)
        told = sorted({at_ms for _, at_ms, _ in self.rows})
        sent = sorted({at_ms for _, at_ms, event in self.rows if isinstance(event, OrderSent | OrderReplaced)})
        found = []
        for _ in range(count):
            kind = rng.random()
            working = int(rng.choice(sent)) + int(rng.choice([1, 500, 999, 1_000]))
            near = int(rng.choice(told)) + int(rng.choice([0, 1, 500, 2_500, 60_000]))
            found.append(working if kind < 0.4 else near if kind < 0.75 else int(rng.integers(start_ms + 1, end_ms)))
        return sorted(min(max(at_ms, start_ms + 1), end_ms) for at_ms in found)

    def working_at(self, at_ms: int) -> bool:
        return bool(fold(row for row in self.rows if row[1] < at_ms).intents)


def undisturbed(scenario: Scenario) -> Base:
    march, evenings = March(scenario), {}

    def seen(at_ms: int) -> None:
        if march.is_evening(at_ms):
            evenings[at_ms] = deepcopy(image(march.run))

    march.run.runtime.world.progress = seen
    march.run.go()
    return Base(march.rows(), evenings)


class Reached(Exception):
    """The crashed run is where the undisturbed one was."""


def crashed(march: March, base: Base, at_ms: int, to_the_end: bool) -> Outcome:
    """In a child: die at the instant, start again, go on until nothing differs."""
    run = march.run
    outcome = Outcome(at_ms, base.working_at(at_ms), run.end_ms)

    def seen(now_ms: int) -> None:
        if not to_the_end and now_ms in base.evenings and image(run) == base.evenings[now_ms]:
            outcome.until_ms = now_ms
            raise Reached

    run.runtime.world.progress = seen
    run.runtime._crashes.append(Crash(at_ms, at_ms))
    with suppress(Reached):
        run.runtime.go_on(run.end_ms)
    judge(march, base, outcome)
    return outcome


def judge(march: March, base: Base, outcome: Outcome) -> None:
    run, rows, until_ms = march.run, march.rows(), outcome.until_ms
    replayed = Replayed(march.scenario, run, march.journal)
    witness = run.runtime.world.broker
    assert isinstance(witness, AtTheWire)
    outcome.fold = state_is_the_fold(replayed)
    outcome.orders = [*witness.doubled, *(each.line for each in checker.judge(rows, load_law(), witness))]
    outcome.fills = no_fill_lost(rows, run.exchange)
    outcome.books = books_tie(replayed, until_ms)
    outcome.books += [iso(at) for _, at, event in rows if event.kind == "reconcile.mismatch"]
    if not outcome.working:
        mine = decisions(rows, outcome.at_ms)
        theirs = decisions([row for row in base.rows if row[1] <= until_ms], outcome.at_ms)
        pairs = zip([*mine, None], [*theirs, None], strict=False)
        outcome.decisions = [f"{here} for {there}" for here, there in pairs if here != there][:1]


class Forks:
    """Children, at most `AT_ONCE` at a time; each writes its outcome to a pipe and is gone."""

    def __init__(self) -> None:
        self.alive: list[tuple[int, int]] = []
        self.outcomes: list[Outcome] = []

    def fork(self, march: March, base: Base, at_ms: int, to_the_end: bool) -> None:
        while len(self.alive) >= AT_ONCE:
            self.collect()
        reader, writer = os.pipe()
        child = os.fork()
        if child:
            os.close(writer)
            self.alive.append((child, reader))
            return
        status = 1
        try:
            outcome = crashed(march, base, at_ms, to_the_end)
            status = 0
        except Exception:
            outcome = Outcome(at_ms, False, at_ms, fold=[traceback.format_exc()])
        finally:
            with os.fdopen(writer, "w") as pipe:
                json.dump(asdict(outcome), pipe)
            os._exit(status)

    def collect(self) -> None:
        child, reader = self.alive.pop(0)
        with os.fdopen(reader) as pipe:
            self.outcomes.append(Outcome(**json.load(pipe)))
        os.waitpid(child, 0)


@pytest.fixture(scope="module")
def outcomes(request: pytest.FixtureRequest) -> list[Outcome]:
    scenario = load(MARCH, DATA)
    base, march, forks = undisturbed(scenario), March(scenario), Forks()
    start_ms, end_ms = to_ms(scenario.scenario.start), to_ms(scenario.scenario.end)
    pending = base.instants(request.config.getoption("--crashes"), start_ms, end_ms)
    runtime = march.run.runtime

    def seen(_: int) -> None:
        coming = runtime.next_ms()
        while pending and pending[0] <= coming:
            at_ms = pending.pop(0)
            forks.fork(march, base, at_ms, len(pending) % TO_THE_END == 0)

    runtime.world.progress = seen
    march.run.go()
    while forks.alive:
        forks.collect()
    assert march.rows() == base.rows
    return forks.outcomes


def told(outcomes: list[Outcome], what: str) -> list[str]:
    return [f"{iso(o.at_ms)}: {breach}" for o in outcomes for breach in getattr(o, what)]


@pytest.mark.timeout(3_600)
@pytest.mark.clause("9.5")
def test_9_5_after_a_crash_the_state_is_the_fold_of_the_journal(
    outcomes: list[Outcome], request: pytest.FixtureRequest
) -> None:
    assert len(outcomes) == request.config.getoption("--crashes")
    assert told(outcomes, "fold") == []


@pytest.mark.clause("0.6")
def test_0_6_a_crash_sends_no_order_twice_and_no_second_one_for_a_clip(outcomes: list[Outcome]) -> None:
    assert told(outcomes, "orders") == []


@pytest.mark.clause("0.6", "9.5")
def test_9_5_a_crash_loses_no_fill_and_books_none_twice(outcomes: list[Outcome]) -> None:
    assert told(outcomes, "fills") == []


@pytest.mark.clause("9.5", "10.3")
def test_9_5_after_a_crash_cash_and_positions_tie_to_the_cent(outcomes: list[Outcome]) -> None:
    assert told(outcomes, "books") == []


@pytest.mark.clause("9.5")
def test_9_5_a_crash_while_nothing_works_changes_no_decision(outcomes: list[Outcome]) -> None:
    assert any(not outcome.working for outcome in outcomes)
    assert told(outcomes, "decisions") == []


def test_some_crashes_hit_working_orders(outcomes: list[Outcome]) -> None:
    assert any(outcome.working for outcome in outcomes)
