"""A session whose disk is full for a while goes on, and tells nothing twice."""

import errno
import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from allusetui.compose.sessions import open_session
from allusetui.domain.account import Latch
from allusetui.domain.event import AccountMarked, WeekTyped
from allusetui.scenario.load import parse
from tests.faults.runs import ENTRY, ROLL, STOP, at
from tests.runtime.sessions import hold


@pytest.mark.clause("8.6", "9.5")
@pytest.mark.parametrize("text", [ENTRY, ROLL, STOP], ids=["entry", "roll", "stop"])
@pytest.mark.parametrize("first", ["09:44:00", "09:45:01", "10:29:00", "10:30:01"])
@pytest.mark.parametrize("both", [True, False], ids=["one-disk", "a-disk-of-its-own"])
def test_8_6_a_session_outlives_a_disk_that_is_full_for_two_minutes(
    text: str, first: str, both: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenario = parse(text, "full.toml")
    run = open_session(scenario, tmp_path)
    journal, replace, append = run.runtime.world.journal, os.replace, run.runtime.world.journal.append
    span = range(at(first), at(first) + 120_000)

    def full(is_full: bool) -> None:
        if is_full and run.runtime.now_ms in span:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "replace", lambda *paths: full(True) or replace(*paths))
    monkeypatch.setattr(journal, "append", lambda *given: full(both) or append(*given))
    run.go()
    hold(scenario, run)
    latched = set().union(*(account.latches for account in run.runtime.engine.state.accounts.values()))
    assert not latched & {Latch.DISK, Latch.BROKER, Latch.MISMATCH}
    run.close()


@pytest.mark.clause("9.5", "12.1")
def test_9_5_a_disk_that_refuses_the_very_start_lets_nothing_be_looked_at_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    over_a_weekend = ENTRY.replace("start = 2026-03-05T09:30", "start = 2026-03-06T15:55").replace(
        "end = 2026-03-05T12:00:00", "end = 2026-03-09T10:00:00"
    )
    scenario = parse(over_a_weekend, "full.toml")
    run = open_session(scenario, tmp_path)
    run.begin()
    run.runtime.go_on(at("23:00:00") + 24 * 3_600_000)
    run.close()
    again, refusals = open_session(scenario, tmp_path), iter(range(3))
    append = again.runtime.world.journal.append

    def full(*given: Any) -> None:
        if next(refusals, None) is not None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        append(*given)

    monkeypatch.setattr(again.runtime.world.journal, "append", full)
    again.go()
    rows = hold(scenario, again)
    again.close()
    assert Counter((event.week, event.group) for _, _, event in rows if isinstance(event, WeekTyped)) == {
        ("2026-W10", "A1"): 1,
        ("2026-W10", None): 1,
    }
    cuts = [event.account for _, _, event in rows if isinstance(event, AccountMarked) and event.at_cut]
    assert Counter(cuts) == {"GEN": 1, "REV": 1, "COM": 1}
