"""A session's path keeps to its open, high, low and close."""

from collections.abc import Iterator

import numpy as np
import pytest

from allusetui.market import bridge
from allusetui.market.bridge import Ohlc

SHAPE = bridge.u_shape(4680)
STEPS = SHAPE.steps


def days() -> Iterator[Ohlc]:
    yield Ohlc(100.0, 104.0, 97.0, 101.0)
    yield Ohlc(57.83, 83.56, 57.83, 82.69)  # opens at its low
    yield Ohlc(100.0, 100.0, 95.0, 95.0)  # opens at its high, closes at its low
    yield Ohlc(100.0, 100.01, 90.0, 100.0)
    yield Ohlc(100.0, 103.0, 100.0, 100.0)


@pytest.mark.parametrize("day", days())
@pytest.mark.parametrize("late", [(False, False), (True, False), (False, True), (True, True)])
def test_a_path_touches_its_open_high_low_and_close_and_never_leaves_its_range(
    day: Ohlc, late: tuple[bool, bool]
) -> None:
    for seed in range(20):
        noise = np.random.default_rng(seed).standard_normal(len(STEPS))
        values = bridge.path(day, SHAPE, noise, late)
        assert len(values) == 4681
        assert (values[0], values.max(), values.min(), values[-1]) == (day.open, day.high, day.low, day.close)


def test_a_day_without_a_range_stays_where_it_is() -> None:
    values = bridge.path(Ohlc(17.24, 17.24, 17.24, 17.24), SHAPE, np.ones(len(STEPS)), (False, False))
    assert (values == 17.24).all()


def test_open_and_close_move_more_than_noon() -> None:
    assert np.sum(STEPS * STEPS) == pytest.approx(1.0)
    assert STEPS[0] > 2 * STEPS[2340] < STEPS[-1]
    assert bridge.u_shape(4680, 180).steps[-1] < STEPS[2340]


def test_the_days_trading_grows_from_nothing_to_all_of_it_fastest_at_the_ends() -> None:
    shares = [bridge.elapsed_share(minute / 390) for minute in range(391)]
    assert shares[0] == pytest.approx(0.0)
    assert shares[-1] == pytest.approx(1.0)
    assert shares == sorted(shares)
    assert shares[30] > 30 / 390
    assert bridge.elapsed_share(-1.0) == pytest.approx(0.0)
    assert bridge.elapsed_share(2.0) == pytest.approx(1.0)
