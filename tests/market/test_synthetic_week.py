"""The shipped demonstration runs: a week of the synthetic market in which every sleeve has something to do."""

from dataclasses import replace
from datetime import datetime

import pytest

from allusetui.compose.run import build_run
from allusetui.domain.moment import day_of
from allusetui.journal.memory import MemoryJournal
from allusetui.scenario.load import load
from allusetui.scenario.model import Scenario
from tests.replaying import Reader, Replayed, replay


def first_week(start: datetime | None = None) -> Scenario:
    demo = load("demo")
    run = replace(demo.scenario, start=start or demo.scenario.start, end=datetime(2026, 3, 6, 17))
    return replace(demo, scenario=run)


@pytest.fixture(scope="module")
def week() -> Replayed:
    return replay(first_week())


def test_it_begins_on_a_monday_before_the_open(week: Replayed) -> None:
    start = week.scenario.scenario.start
    assert (start.weekday(), start.hour, start.minute) == (0, 9, 25)
    assert day_of(week.run.started.at_ms) == start.date()


@pytest.mark.parametrize("account", ["GEN", "REV", "COM"])
def test_every_sleeve_enters(week: Replayed, account: str) -> None:
    assert week.of("order.filled", account=account, side="SELL")


def test_a_position_reaches_level_1_and_none_is_stopped(week: Replayed) -> None:
    assert week.of("protocol.level", to=1)
    assert week.of("protocol.level", to=3) == []


def test_the_books_agree_and_nothing_is_out_of_order(week: Replayed) -> None:
    assert week.of("reconcile.mismatch") == []
    assert week.of("order.unknown") == []
    assert week.of("breaker.tripped") == []


def test_looks_left_out_change_nothing() -> None:
    scenario = first_week(datetime(2026, 3, 5, 9, 25))
    journal = MemoryJournal()
    run = build_run(scenario, journal, Reader(journal))
    run.runtime.world.every_tick = True
    run.go()
    assert journal.read() == replay(scenario).journal.read()
