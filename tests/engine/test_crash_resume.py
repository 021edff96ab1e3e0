"""A crash loses nothing: the state is the fold of the journal, and the run goes on as if nothing had happened (9.5)."""

from functools import cache

import numpy as np
import pytest

from allusetui.domain.moment import to_ms
from allusetui.engine.apply import fold
from allusetui.runtime.world import Crash
from allusetui.scenario.load import load
from tests.faults.runs import breaches, prepare
from tests.replaying import Replayed
from tests.resuming import decisions

CRASHES = 24


def run_with(*at_ms: int) -> Replayed:
    """The crash week, killed at these instants and at once begun again."""
    replayed = prepare(load("crash-week"), crashes=tuple(Crash(each, each) for each in at_ms))
    replayed.run.go()
    return replayed


@cache
def undisturbed() -> Replayed:
    return run_with()


@cache
def instants(seed: int, count: int) -> tuple[int, ...]:
    """Instants of the week: at, just after, or far from what the undisturbed journal tells."""
    rng, week = np.random.default_rng(seed), undisturbed().scenario.scenario
    told = sorted({at_ms for _, at_ms, _ in undisturbed().journal.read()})
    near = [int(rng.choice(told)) + int(rng.choice([0, 1, 500, 2_500, 60_000])) for _ in range(count)]
    start, end = to_ms(week.start), to_ms(week.end)
    return tuple(at_ms if rng.random() < 0.7 else int(rng.integers(start, end)) for at_ms in near)


def is_working(at_ms: int) -> bool:
    """Whether an intent is open just before an instant of the undisturbed week."""
    return bool(fold(row for row in undisturbed().journal.read() if row[1] < at_ms).intents)


@pytest.mark.clause("9.5", "0.6")
@pytest.mark.parametrize("number", range(CRASHES))
def test_9_5_a_crash_at_any_instant_loses_no_fill_and_sends_no_order_twice(number: int) -> None:
    at_ms = instants(seed=11, count=CRASHES)[number]
    crashed = run_with(at_ms)
    assert breaches(crashed) == []
    assert crashed.of("reconcile.mismatch") == []
    if not is_working(at_ms):
        assert decisions(crashed.journal.read()) == decisions(undisturbed().journal.read())


def test_some_of_these_crashes_find_an_order_at_work_and_most_do_not() -> None:
    working = sum(map(is_working, instants(seed=11, count=CRASHES)))
    assert 0 < working < CRASHES / 2


@pytest.mark.clause("9.5")
def test_9_5_resuming_twice_is_resuming_once() -> None:
    at_ms = instants(seed=5, count=1)[0]
    twice, once = run_with(at_ms, at_ms + 1), run_with(at_ms)
    assert len(twice.of("session.started")) == 1 + len(once.of("session.started")) == 3
    assert decisions(twice.journal.read()) == decisions(once.journal.read())
