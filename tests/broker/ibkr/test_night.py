"""Breadth counted overnight over the socket: whole or unknown, at the broker's pace, kept over a restart (5.5)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from allusetui.broker.ibkr.count_file import FILE_NAME, Count, CountFile
from allusetui.broker.ibkr.known import Known, Width
from allusetui.broker.ibkr.night import AFTER_MS, AGAIN_MS, EVERY_MS, SESSIONS, is_above, share_above
from allusetui.domain.moment import HOUR_MS
from allusetui.domain.quote import Bar, Breadth
from tests.broker.ibkr.wired import Wired, wired
from tests.broker.scripts import at

DAY = date(2026, 3, 5)
RISEN = "[[tape]]\nat = 2026-03-05T12:00:00\nset = { AAPL = 210.0 }\n"
STOCKS = Known(constituents=("AAPL", "GOOG"))


def bars(*closes: float, last: date = DAY) -> list[Bar]:
    days = [last - timedelta(days=ago) for ago in range(len(closes))][::-1]
    return [Bar(day, close + 1, close - 1, close) for day, close in zip(days, closes, strict=True)]


async def asked(world: Wired, count: int) -> None:
    """So many of the stocks have been asked for by now."""
    await world.until(lambda: len(world.market.night.count.above) == count)


def breadth(world: Wired) -> Breadth | None:
    return world.market.breadth(world.house.now_ms)


@pytest.mark.clause("5.5")
@pytest.mark.asyncio
async def test_5_5_stocks_above_their_average_are_counted_after_the_close(tmp_path: Path) -> None:
    async with wired(tmp_path, more=RISEN, known=STOCKS) as world:
        world.wait(at(16) + AFTER_MS - world.house.now_ms - 1)
        assert world.market.night._asking is None
        world.wait(EVERY_MS)
        await asked(world, 1)
        world.wait(EVERY_MS - 1)
        assert world.market.night._asking is None and breadth(world) is None
        world.wait(1)
        await asked(world, 2)
        assert breadth(world) == Breadth(DAY, Decimal(50))
    assert CountFile(tmp_path).read() == Count(DAY, {"AAPL": True, "GOOG": False}, Breadth(DAY, Decimal(50)))


@pytest.mark.clause("5.5")
@pytest.mark.asyncio
async def test_5_5_a_restart_goes_on_where_the_count_stood_and_keeps_the_last_whole_one(tmp_path: Path) -> None:
    before = Breadth(date(2026, 3, 4), Decimal("43.2"))
    CountFile(tmp_path).write(Count(DAY, {"AAPL": False}, before))
    async with wired(tmp_path, more=RISEN, known=STOCKS) as world:
        world.wait(at(23) - world.house.now_ms)
        assert breadth(world) == before
        await asked(world, 2)
        assert breadth(world) == Breadth(DAY, Decimal(0))


@pytest.mark.clause("5.5")
@pytest.mark.asyncio
async def test_5_5_too_many_stocks_without_bars_leave_breadth_as_it_was(tmp_path: Path) -> None:
    async with wired(tmp_path, known=Known(constituents=("AAPL", "ZZZZ"))) as world:
        world.wait(at(23) - world.house.now_ms)
        await asked(world, 1)
        world.wait(EVERY_MS)
        await asked(world, 2)
        assert world.market.night.count.above == {"AAPL": False, "ZZZZ": None}
        assert breadth(world) is None


@pytest.mark.clause("5.5")
@pytest.mark.asyncio
async def test_5_5_a_link_that_is_away_is_no_answer_and_is_waited_for(tmp_path: Path) -> None:
    async with wired(tmp_path, known=STOCKS) as world:
        world.library.disconnect()
        world.wait(at(23) - world.house.now_ms)
        await world.until(lambda: world.market.night._asking is None)
        world.wait(AGAIN_MS - 1)
        assert world.market.night._asking is None
        world.wait(1)
        assert world.market.night._asking is not None
        assert world.market.night.count.above == {}


@pytest.mark.clause("5.5")
@pytest.mark.asyncio
async def test_5_5_nothing_is_counted_in_the_hour_before_an_open(tmp_path: Path) -> None:
    async with wired(tmp_path, known=STOCKS) as world:
        world.wait(at(8, 30, day=6) - world.house.now_ms)
        assert world.market.night._asking is None
        world.wait(10 * HOUR_MS)
        assert world.market.night._asking is not None


@pytest.mark.clause("5.5")
@pytest.mark.asyncio
@pytest.mark.parametrize(("day", "value"), [(date(2026, 3, 3), "43"), (date(2026, 3, 4), "18"), (DAY, "18")])
async def test_5_5_of_what_a_person_wrote_and_what_was_counted_the_newer_holds(
    tmp_path: Path, day: date, value: str
) -> None:
    CountFile(tmp_path).write(Count(date(2026, 3, 4), {}, Breadth(date(2026, 3, 4), Decimal(43))))
    async with wired(tmp_path, known=Known(breadth=Width(day=day, value=Decimal(18)))) as world:
        found = breadth(world)
        assert found is not None and found.value == Decimal(value)


@pytest.mark.clause("5.5")
@pytest.mark.parametrize(
    ("closes", "above"),
    [
        ([100.0] * (SESSIONS - 1) + [101.0], True),
        ([100.0] * SESSIONS, False),
        ([1.0] + [100.0] * SESSIONS, False),  # what is older than the average does not count
        ([100.0] * (SESSIONS - 2) + [101.0], None),
    ],
)
def test_5_5_a_close_is_compared_with_the_average_of_its_fifty_sessions(
    closes: Sequence[float], above: bool | None
) -> None:
    assert is_above(bars(*closes), DAY) is above
    assert is_above(bars(*closes, last=DAY - timedelta(days=1)), DAY) is None


@pytest.mark.clause("5.5")
def test_5_5_nine_of_ten_stocks_have_to_be_known() -> None:
    nine = {f"A{n}": n < 3 for n in range(9)}
    assert share_above(Count(DAY, {**nine, "B": None})) == Breadth(DAY, Decimal("33.3333"))
    assert share_above(Count(DAY, {**nine, "B": None, "C": None})) is None
    assert share_above(Count(DAY)) is None


def test_a_damaged_count_is_told_and_counted_anew(tmp_path: Path) -> None:
    file = CountFile(tmp_path)
    file.write(Count(DAY, {"AAPL": True}))
    text = (tmp_path / FILE_NAME).read_text()
    for bad in (text.replace("true", "false"), text[:-9], "[]"):
        (tmp_path / FILE_NAME).write_text(bad)
        assert file.read() is None
    assert len(file.complaints) == 3
    assert file.complaints[0].startswith(f"{tmp_path / FILE_NAME}: is damaged")


def test_a_count_that_cant_be_written_is_told_once(tmp_path: Path) -> None:
    file = CountFile(tmp_path / "file")
    (tmp_path / "file").write_text("")
    for above in (True, False):
        file.write(replace(Count(DAY), above={"AAPL": above}))
    assert len(file.complaints) == 1 and "can't be written" in file.complaints[0]
