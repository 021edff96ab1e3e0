"""What was traded of an option the days before, added up from its history, where it decides (8.1, 8.2)."""

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import numpy as np
import pytest
from ib_async import BarData

from allusetui.broker.ibkr.pacing import HISTORY_MOST
from allusetui.broker.ibkr.volumes import SPARED, Traded, traded
from allusetui.domain.contract import Right
from allusetui.domain.moment import NEW_YORK
from allusetui.domain.quote import Slice, Sought
from tests.broker.ibkr.chains import BAND, FRIDAY, scanned
from tests.broker.ibkr.wired import Wired, wired
from tests.broker.scripts import CALENDAR

pytestmark = pytest.mark.usefixtures("unhurried")
TODAY = date(2026, 3, 5)
THIN = '[[tape]]\nat = 2026-03-05T09:30:00\nset = { "AAPL.volume" = 20 }\n'


def thin_puts(symbol: str, listed: Sequence[date]) -> Sequence[Sought]:
    return (Sought(FRIDAY, Right.PUT, BAND, volume_below=100),)


async def row_of(world: Wired) -> Slice:
    return (await scanned(world)).slices[FRIDAY, Right.PUT]


@pytest.mark.clause("8.1")
@pytest.mark.asyncio
async def test_8_1_of_what_is_thin_today_the_previous_sessions_volume_is_told(tmp_path: Path) -> None:
    async with wired(tmp_path, thin_puts, more=THIN) as world:
        row = await row_of(world)
        told = row.previous_volume == 777
        assert told.any() and np.all(row.previous_volume[~told] == -1)
        assert np.all(row.volume == 20)


@pytest.mark.clause("8.1")
@pytest.mark.asyncio
async def test_8_1_where_todays_volume_is_enough_no_history_is_asked_for(tmp_path: Path) -> None:
    async with wired(tmp_path, thin_puts) as world:
        row = await row_of(world)
        assert np.all(row.previous_volume == -1)
        assert world.market.history.pace.left(world.house.now_ms) == HISTORY_MOST


@pytest.mark.clause("8.2")
@pytest.mark.asyncio
async def test_8_2_an_average_that_the_line_does_not_tell_is_that_of_the_sessions_before(tmp_path: Path) -> None:
    async with wired(tmp_path, thin_puts) as world:
        sizes = world.library.client.decoder.handlers[2]
        world.library.client.decoder.handlers[2] = lambda fields: None if fields[3] == "87" else sizes(fields)
        row = await row_of(world)
        assert set(row.average_volume.tolist()) == {-1, 777}


@pytest.mark.clause("8.1")
@pytest.mark.asyncio
async def test_8_1_requests_that_bars_may_need_are_left_to_them(tmp_path: Path) -> None:
    async with wired(tmp_path, thin_puts, more=THIN) as world:
        pace = world.market.history.pace
        for number in range(HISTORY_MOST - SPARED):
            assert pace.take(number, 1, "TRADES", world.house.now_ms)
        assert np.all((await row_of(world)).previous_volume == -1)
        assert pace.left(world.house.now_ms) == SPARED


def bar(day: date, hour: int, volume: float) -> BarData:
    return BarData(datetime(day.year, day.month, day.day, hour, tzinfo=NEW_YORK), 1, 1, 1, 1, volume)


@pytest.mark.clause("8.2")
@pytest.mark.parametrize(
    ("bars", "found"),
    [
        # Friday and Wednesday were traded, Monday and Tuesday not: 90 on four sessions; today does not count.
        ([(date(2026, 2, 27), 10, 50), (date(2026, 3, 4), 10, 30), (date(2026, 3, 4), 15, 10), (TODAY, 10, 900)],
         Traded(40, 22)),
        ([(date(2026, 3, 3), 10, 60)], Traded(0, 30)),
        ([(date(2026, 3, 1), 10, 60), (date(2026, 3, 4), 10, -1)], None),  # a Sunday, and nobody knows
        ([], None),
    ],
)  # fmt: skip
def test_8_2_hours_are_added_up_by_session(bars: list[tuple[date, int, int]], found: Traded | None) -> None:
    assert traded([bar(*each) for each in bars], CALENDAR, TODAY) == found
