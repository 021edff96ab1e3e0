"""The processes that an acceptance runs in: whoever has enough leaves none behind, and what breaks off is said."""

import multiprocessing
from datetime import datetime
from pathlib import Path

import pytest

from allusetui.acceptance.plan import Death, Part, Plan, Span, weeks
from allusetui.acceptance.runs import run_all
from allusetui.acceptance.weeks import live_through

MINUTE = Span(datetime.fromisoformat("2026-03-02T09:21:00"), datetime.fromisoformat("2026-03-02T09:22:00"))


def test_whoever_has_enough_leaves_no_process_behind(tmp_path: Path) -> None:
    def enough() -> None:
        assert multiprocessing.active_children() != []
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_all([Part.FORK], Plan((), ()), tmp_path, enough)
    assert multiprocessing.active_children() == []


def test_a_death_that_never_comes_is_a_finding(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match=r"to be killed at order\.sent, and there was none"):
        live_through(weeks(), Plan((MINUTE,), (Death("order.sent", 0.0),)), tmp_path, lambda: None)
