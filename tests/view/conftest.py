"""Runs that several files look at; who changes something of one copies it."""

import pytest

from allusetui.view.model import Seen
from tests.replaying import Replayed, replay_text
from tests.rules.situations import AAPL, fault, situation, tape
from tests.view.snapshots import seen_of
from tests.view.wednesdays import TO_ROLL, WED, key, wednesday


@pytest.fixture(scope="session")
def paused() -> Replayed:
    """Paused at 10:02; the roll of 10:05 becomes a prompt."""
    return wednesday(key("10:02:00", "pause"), TO_ROLL)


@pytest.fixture(scope="session")
def calm() -> Seen:
    return seen_of(wednesday(tape(f"{WED}T10:01:00", AAPL=204.0), end="10:05:00"))


@pytest.fixture(scope="session")
def ordering() -> Replayed:
    quiet = fault("2026-03-05T09:40:00", "no_fill", "AAPL", "20m")
    text = situation("2026-03-05T09:44:00", "2026-03-05T09:45:07", {"AAPL": AAPL}, quiet, capital=798_000)
    return replay_text(text)
