"""A snapshot is kept when nothing works, after each close and where much has happened, and only of what is stored."""

from collections.abc import Callable
from itertools import pairwise

import pytest

from allusetui.compose.run import Run, build_run
from allusetui.domain.event import AccountMarked
from allusetui.domain.moment import day_of
from allusetui.domain.state import State
from allusetui.engine.apply import fold
from allusetui.journal.memory import MemoryJournal
from allusetui.runtime import virtual
from allusetui.scenario.load import load, parse
from tests.faults.disks import FullDisk
from tests.faults.runs import ENTRY, at
from tests.replaying import Silent

# When it is kept


def keeping(run: Run, keep: Callable[[State], None]) -> None:
    run.runtime.world.keep = keep


def test_it_is_kept_once_after_each_session_s_close_and_never_while_an_order_works() -> None:
    journal, days = MemoryJournal(), []
    run = build_run(load("crash-week"), journal, Silent())

    def keep(state: State) -> None:
        assert state.intents == {}
        assert state == fold(journal.read())
        days.append(day_of(run.runtime.now_ms))

    keeping(run, keep)
    run.go()
    marks = {day_of(at_ms) for _, at_ms, event in journal.read() if isinstance(event, AccountMarked)}
    assert sorted(set(days)) == sorted(marks)
    assert len(days) <= 2 * len(marks)  # a week's last session has a report cut, with marks of its own
    assert len(marks) == 5


def test_it_is_kept_between_two_closes_too_where_much_has_happened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(virtual, "KEEP_AFTER", 10)
    journal, seqs = MemoryJournal(), [0]
    run = build_run(load("crash-week"), journal, Silent())

    def keep(state: State) -> None:
        assert state.intents == {}
        seqs.append(len(list(journal.read())))

    keeping(run, keep)
    run.go()
    assert len(seqs) > 15
    assert all(later > sooner for sooner, later in pairwise(seqs))


def test_what_a_full_disk_has_refused_is_not_kept() -> None:
    journal = FullDisk(at("09:44:30"), at("10:10:00"))
    run = build_run(parse(ENTRY, "full.toml"), journal, Silent())
    journal.clock = lambda: run.runtime.now_ms
    kept: list[int] = []

    def keep(state: State) -> None:
        assert state == fold(journal.read())
        kept.append(run.runtime.now_ms)

    keeping(run, keep)
    run.begin()
    run.runtime.go_on(at("10:00:00"))
    assert journal.refused
    run.runtime.keep()
    assert kept == []
    run.runtime.go_on(run.end_ms)
    run.runtime.keep()
    assert kept[-1] == run.runtime.now_ms
