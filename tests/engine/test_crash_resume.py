"""A crash loses nothing: the state is the fold of the journal, and the run goes on as if nothing had happened (9.5)."""

from collections import Counter
from functools import cache
from typing import Any

import numpy as np
import pytest

from allusetui.codec.records import to_record
from allusetui.compose.run import build_run
from allusetui.domain.moment import to_ms
from allusetui.domain.order import Intent
from allusetui.engine.apply import fold
from allusetui.journal.memory import MemoryJournal
from allusetui.runtime.world import Crash
from allusetui.scenario.load import load
from allusetui.scenario.model import Scenario
from tests.replaying import Replayed, Silent

RESUMING = frozenset({"session.started", "resume.step", "state.changed", "order.unknown", "order.resolved"})


def run_with(scenario: Scenario, crashes: tuple[Crash, ...]) -> Replayed:
    journal = MemoryJournal()
    run = build_run(scenario, journal, Silent(), crashes=crashes)
    run.go()
    return Replayed(scenario, run, journal)


@cache
def week() -> Scenario:
    return load("crash-week")


@cache
def undisturbed() -> Replayed:
    return run_with(week(), ())


def instants(seed: int, count: int) -> list[int]:
    """Instants of the week: at, just after, or far from what the undisturbed journal tells."""
    rng = np.random.default_rng(seed)
    told = sorted({at_ms for _, at_ms, _ in undisturbed().journal.read()})
    start, end = to_ms(week().scenario.start), to_ms(week().scenario.end)
    near = [int(rng.choice(told)) + int(rng.choice([0, 1, 500, 2_500, 60_000])) for _ in range(count)]
    return [at_ms if rng.random() < 0.7 else int(rng.integers(start, end)) for at_ms in near]


def decisions(replayed: Replayed) -> list[dict[str, Any]]:
    """The journal without what a restart adds: its own steps, and the way of the states through SAFE."""
    rows = (to_record(seq, at_ms, event) for seq, at_ms, event in replayed.journal.read())
    return [{**row, "seq": 0} for row in rows if row["kind"] not in RESUMING]


def working_at(replayed: Replayed, at_ms: int) -> dict[str, Intent]:
    """The intents that are open just before an instant."""
    return fold(row for row in replayed.journal.read() if row[1] < at_ms).intents


@pytest.mark.clause("9.5", "0.6")
@pytest.mark.parametrize("at_ms", instants(seed=11, count=24))
def test_9_5_a_crash_at_any_instant_loses_no_fill_and_sends_no_order_twice(at_ms: int) -> None:
    crashed = run_with(week(), (Crash(at_ms, at_ms),))
    state = crashed.run.runtime.engine.state
    assert state == fold(crashed.journal.read())
    book = crashed.run.exchange.positions(crashed.run.end_ms)
    assert sum(account.cash for account in state.accounts.values()) == book.cash
    held: Counter[Any] = Counter()
    for account in state.accounts.values():
        held.update({contract: account.quantity(contract) for contract in account.lots})
    assert dict(held) == dict(book.positions)
    assert crashed.of("reconcile.mismatch") == []
    if not working_at(undisturbed(), at_ms):
        assert decisions(crashed) == decisions(undisturbed())


@pytest.mark.clause("9.5")
def test_9_5_resuming_twice_is_resuming_once() -> None:
    at_ms = instants(seed=5, count=1)[0]
    twice = run_with(week(), (Crash(at_ms, at_ms), Crash(at_ms + 1, at_ms + 1)))
    once = run_with(week(), (Crash(at_ms, at_ms),))
    assert decisions(twice) == decisions(once)
