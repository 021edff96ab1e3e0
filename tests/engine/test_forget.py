"""A process lives for weeks: what it remembers of sessions that are over does not grow with them."""

from pathlib import Path

import pytest

from tests.replaying import replay_text
from tests.rules.situations import AAPL, fault, situation

WEEKS = Path(__file__).parents[1] / "scenarios" / "wheel-three-weeks.toml"
DAY = "2026-03-05"
NEVER = fault(f"{DAY}T09:44:00", "no_fill", "AAPL")
CRASH = fault(f"{DAY}T09:45:02", "crash", None, "5s")


@pytest.mark.clause("9.1")
def test_9_1_after_three_weeks_a_session_leaves_nothing_but_what_is_held() -> None:
    """Ends after the close of a Thursday on which puts were sold again."""
    run = replay_text(WEEKS.read_text("utf-8").replace("end = 2026-03-12T10:00:00", "end = 2026-03-12T16:01:00"))
    engine = run.run.runtime.engine
    held = set(engine.state.accounts["GEN"].lots)
    assert len(run.of("order.sent")) == 3 and len(held) == 1
    assert set(engine.volatile.option_quotes) == held
    assert engine.volatile.acked == set()


@pytest.mark.clause("0.6")
def test_0_6_until_the_close_what_is_asked_of_a_working_order_is_remembered_and_of_one_that_is_over_no_more() -> None:
    for end, doubted in ((f"{DAY}T15:59:00", 1), (f"{DAY}T16:01:00", 0)):
        run = replay_text(situation(f"{DAY}T09:44:00", end, {"AAPL": AAPL}, NEVER, CRASH))
        assert len(run.of("order.unknown")) == len(run.of("order.abandoned")) == 1
        assert len(run.run.runtime.engine.volatile.doubted_ms) == doubted
