"""The processes that an acceptance runs in: whoever has enough leaves none behind, and what breaks off is said."""

import multiprocessing
from datetime import datetime
from pathlib import Path

import pytest

from allusetui.acceptance.judge.story import read
from allusetui.acceptance.plan import Death, Part, Plan, Span, weeks
from allusetui.acceptance.runs import run_all, run_part
from allusetui.acceptance.weeks import live_through
from allusetui.law.load import version
from tests.law.amending import approved

MINUTE = Span(datetime.fromisoformat("2026-03-02T09:21:00"), datetime.fromisoformat("2026-03-02T09:22:00"))


def test_whoever_has_enough_leaves_no_process_behind(tmp_path: Path) -> None:
    def enough() -> None:
        assert multiprocessing.active_children() != []
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_all([Part.FORK], Plan((), ()), version(), tmp_path, enough)
    assert multiprocessing.active_children() == []


def test_a_death_that_never_comes_is_a_finding(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match=r"to be killed at order\.sent, and there was none"):
        live_through(weeks(), Plan((MINUTE,), (Death("order.sent", 0.0),)), version(), tmp_path, lambda: None)


def test_what_is_run_is_run_under_the_law_that_was_asked_for(tmp_path: Path) -> None:
    ruling = approved(tmp_path / "laws").in_force()
    run_part(Part.FORK, Plan((), ()), ruling, tmp_path / "fork", lambda: None)
    paper = live_through(weeks(), Plan((MINUTE,), ()), ruling, tmp_path / "paper", lambda: None)
    for folder in (tmp_path / "fork", paper):
        starts = list(read(folder).of("session.started"))
        told = {(row.data["constitution"], row.data["constitution_hash"]) for row in starts}
        assert told == {("v1.4", ruling.hash)}
