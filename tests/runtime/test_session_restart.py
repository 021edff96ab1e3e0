"""A session goes on from its folder, whatever ended it: new objects, the journal, the exchange's book (9.5)."""

from collections.abc import Callable, Sequence
from functools import cache
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest

from allusetui.compose.run import Run
from allusetui.compose.sessions import open_session
from allusetui.domain.event import Event, WeekTyped
from allusetui.engine.apply import fold
from allusetui.scenario.load import parse
from allusetui.scenario.model import Scenario
from tests.faults.runs import ENTRY, ROLL, STOP, fault, key
from tests.resuming import decisions
from tests.runtime.sessions import Row, finished, week

SPEAKING = ("place", "cancel", "advance", "ask_orders", "ask_positions")


class Killed(BaseException):
    """The process dies here, as by kill -9: no code of the package catches it."""


@cache
def undisturbed() -> tuple[Row, ...]:
    with TemporaryDirectory() as folder:
        run = open_session(week(), Path(folder))
        run.go()
        rows = tuple(run.runtime.world.journal.read())
        run.close()
    return rows


def working(at_ms: int) -> bool:
    """Whether an order works just before, or just after, an instant of the undisturbed week."""
    before = fold(row for row in undisturbed() if row[1] < at_ms).intents
    return bool(before) or bool(fold(row for row in undisturbed() if row[1] <= at_ms).intents)


@cache
def instants(seed: int, number: int) -> tuple[int, ...]:
    """Instants of the week: at, just after, or far from what the undisturbed journal tells."""
    rng = np.random.default_rng(seed)
    told = sorted({at_ms for _, at_ms, _ in undisturbed()})
    near = [int(rng.choice(told)) + int(rng.choice([0, 1, 500, 2_500, 60_000])) for _ in range(number)]
    return tuple(at_ms if rng.random() < 0.7 else int(rng.integers(told[0], told[-1])) for at_ms in near)


@pytest.mark.clause("9.5", "0.6")
@pytest.mark.parametrize("number", range(14))
def test_9_5_a_session_stopped_between_two_instants_goes_on_as_if_nothing_had_happened(
    number: int, tmp_path: Path
) -> None:
    at_ms = instants(seed=3, number=14)[number]
    run = open_session(week(), tmp_path)
    run.begin()
    run.runtime.go_on(at_ms)
    run.close()
    rows = finished(week(), tmp_path)
    assert working(at_ms) or decisions(rows) == decisions(undisturbed())


def dying_once_stored(run: Run, dies: Callable[[Sequence[Event]], bool]) -> None:
    """The process dies when the first such batch is stored, before any effect of it leaves."""
    journal = run.runtime.world.journal
    true = journal.append

    def append(at_ms: int, events: Sequence[Event]) -> None:
        true(at_ms, events)
        if events and dies(events):
            raise Killed

    journal.append = append  # type: ignore[method-assign]


def dying_after_batch(run: Run, number: int) -> None:
    """The process dies when its `number`th batch is stored."""
    stored = count(1)
    dying_once_stored(run, lambda events: next(stored) == number)


def dying_after_answer(run: Run, number: int) -> None:
    """The process dies when the broker has stored its `number`th change, before it hears of it."""
    broker, changes, seen = run.runtime.world.broker, count(1), run.exchange.changes

    def wrapped(true: Callable[..., object]) -> Callable[..., object]:
        def call(*given: object) -> object:
            nonlocal seen
            answer = true(*given)
            if run.exchange.changes != seen and next(changes) == number:
                raise Killed
            seen = run.exchange.changes
            return answer

        return call

    for name in SPEAKING:
        setattr(broker, name, wrapped(getattr(broker, name)))


def kill(scenario: Scenario, folder: Path, dying: Callable[[Run, Any], None], when: Any) -> int | None:
    """When the session of the folder was killed; None where it came to its end before."""
    run = open_session(scenario, folder)
    dying(run, when)
    try:
        run.go()
    except Killed:
        return run.runtime.now_ms
    finally:
        run.close()
    return None


@pytest.mark.clause("9.5", "0.6", "15.1")
@pytest.mark.parametrize("number", range(2, 148, 12))
def test_9_5_a_session_killed_with_a_batch_stored_and_nothing_sent_goes_on(number: int, tmp_path: Path) -> None:
    at_ms = kill(week(), tmp_path, dying_after_batch, number)
    rows = finished(week(), tmp_path)
    assert at_ms is not None
    assert working(at_ms) or decisions(rows) == decisions(undisturbed())


@pytest.mark.clause("9.5", "0.6")
@pytest.mark.parametrize("number", range(1, 50, 6))
def test_9_5_a_session_killed_before_it_hears_of_what_the_broker_did_goes_on(number: int, tmp_path: Path) -> None:
    assert kill(week(), tmp_path, dying_after_answer, number) is not None
    finished(week(), tmp_path)


KILLED_OFTEN = {
    "slow-entry": ENTRY + fault("partial_fill", "09:45:00", "30s", symbol="AAPL", value=1.0),
    "paused-entry": ENTRY + fault("lost_ack", "09:45:00", "20s", symbol="AAPL") + key("pause", "09:45:02"),
    "waiting-roll": ROLL + fault("no_fill", "10:30:00", "20s", symbol="AAPL"),
    "rejected-stop": STOP + fault("reject", "10:30:00", "5s", symbol="AAPL"),
}


@pytest.mark.clause("9.5", "0.6")
@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("story", KILLED_OFTEN)
def test_9_5_a_session_killed_again_and_again_ends_with_its_books_in_order(
    story: str, seed: int, tmp_path: Path
) -> None:
    scenario = parse(KILLED_OFTEN[story], "killed.toml")
    rng = np.random.default_rng(seed)
    deaths = 0
    for _ in range(16):
        dying, last = ((dying_after_batch, 4), (dying_after_answer, 1))[int(rng.integers(2))]
        deaths += kill(scenario, tmp_path, dying, int(rng.integers(1, last + 1))) is not None
    assert deaths > 4
    finished(scenario, tmp_path)


@pytest.mark.clause("1.5", "9.5")
def test_1_5_a_report_that_died_before_it_was_written_is_written_by_the_next_start(tmp_path: Path) -> None:
    def types_the_week(events: Sequence[Event]) -> bool:
        return any(isinstance(event, WeekTyped) for event in events)

    kill(week(), tmp_path, dying_once_stored, types_the_week)
    assert not (tmp_path / "reports").exists()
    assert decisions(finished(week(), tmp_path)) == decisions(undisturbed())
