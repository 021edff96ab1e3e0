"""Memory is swept when the market is shut, and not while it trades."""

import gc
import weakref
from collections.abc import Iterator

import pytest

from allusetui.compose.memory import EVERY_S, Sweep
from tests.tui.consoles import afternoon
from tests.view.snapshots import snapshot_of


class Ring:
    """Garbage that only a collection finds."""

    def __init__(self) -> None:
        self.me = self


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.enable()
    gc.unfreeze()
    gc.set_threshold(*before)


@pytest.mark.parametrize(
    ("shut", "after_s", "swept"), [(True, EVERY_S, True), (True, 1, False), (False, EVERY_S, False)]
)
def test_old_garbage_goes_when_the_market_is_shut(shut: bool, after_s: float, swept: bool) -> None:
    now_s = [0.0]
    sweep, snapshot = Sweep(lambda at_ms: shut, lambda: now_s[0]), snapshot_of(afternoon())
    sweep(snapshot)
    ring = Ring()
    gc.collect(1)
    alive = weakref.ref(ring)
    del ring
    now_s[0] = after_s
    sweep(snapshot)
    assert (alive() is None) is swept


def test_a_start_that_collected_nothing_is_over_with_the_first_snapshot() -> None:
    gc.disable()
    Sweep(lambda at_ms: False, lambda: 0.0)(snapshot_of(afternoon()))
    assert gc.isenabled()


def test_what_lives_at_the_first_snapshot_is_not_looked_at_again_and_no_full_sweep_comes_by_itself() -> None:
    Sweep(lambda at_ms: False, lambda: 0.0)(snapshot_of(afternoon()))
    assert gc.get_freeze_count() > 10_000
    assert gc.get_threshold()[2] > 1_000_000
