"""The synthetic market meets the targets of the market model; many runs at once are those runs."""

import numpy as np
import pytest

from allusetui.domain.calendar import Calendar
from allusetui.market.calendars import calendar
from allusetui.market.indices import SPX
from allusetui.market.synthetic_draws import draws
from allusetui.market.synthetic_index import YEAR_SESSIONS, index, innovations
from tests.bench import calibration
from tests.bench.calibration import FIRST, HIDDEN, Market, batch, day_rows, market_rows, name_rows

DECADE = 10 * YEAR_SESSIONS


@pytest.fixture(scope="module")
def decades() -> Market:
    return calibration.market(400, DECADE)


@pytest.fixture(scope="module")
def days() -> Calendar:
    return calendar(FIRST, FIRST.replace(year=FIRST.year + 11))


def test_400_decades_of_index_and_vix_meet_every_target(decades: Market) -> None:
    assert [row for row in market_rows(decades) if not row.holds] == []


def test_names_are_as_volatile_as_the_table_says(days: Calendar) -> None:
    if not calibration.TARGETS.exists():
        pytest.skip("the targets are not here")
    told = [session.day for session in days.sessions[:DECADE]]
    assert [row for row in name_rows(calibration.market(60, DECADE), days, told) if not row.holds] == []


def test_a_day_has_its_night_and_its_range(days: Calendar) -> None:
    told = [session.day for session in days.sessions[:DECADE]]
    assert [row for row in day_rows(told) if not row.holds] == []


def test_many_runs_at_once_are_those_runs() -> None:
    together = index(batch(3, SPX, HIDDEN))
    for seed in range(3):
        alone = index(draws(seed, SPX, HIDDEN))
        assert together.vix[:, seed] == pytest.approx(alone.vix, rel=1e-12)
        assert together.moves.whole[:, seed] == pytest.approx(alone.moves.whole, rel=1e-9, abs=1e-15)


def test_what_moves_vix_beside_the_forecast_is_nothing_on_the_whole_and_less_fear_after_a_crash() -> None:
    drawn = batch(40, SPX, DECADE)
    found = innovations(drawn)
    assert found.mean() == pytest.approx(0, abs=0.0005)
    assert found.std() == pytest.approx(0.048, abs=0.002)
    assert np.mean(found[drawn.shocks < -4]) < -0.15
    assert np.mean(found[(drawn.shocks > -1) & (drawn.shocks < 0)]) > 0.02
