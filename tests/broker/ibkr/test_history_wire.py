"""Daily bars over the socket: kept, completed within the broker's pace, and told in every case."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from allusetui.broker.ibkr.asks import RefusedError
from allusetui.broker.ibkr.bar_files import BarFiles
from allusetui.broker.ibkr.bars import KEPT, OVERLAP
from allusetui.broker.ibkr.history import SOURCE
from allusetui.broker.ibkr.pacing import PENANCE_MS
from allusetui.domain.quote import Bar
from tests.broker.gateway.desks import venue
from tests.broker.ibkr.wired import Wired, wired

LAST = date(2026, 3, 4)


async def fetched(world: Wired, symbol: str = "AAPL") -> tuple[Bar, ...]:
    """The bars of a symbol, asked for now."""
    world.seen.clear()
    world.seen += world.market.ask_bars(symbol, world.house.now_ms)
    await world.until(world.bars)
    (seen,) = world.bars()
    assert seen.symbol == symbol
    return seen.bars


def asked(world: Wired) -> list[int]:
    """How many sessions each request for history was for, from now on."""
    counts: list[int] = []
    days = world.market.history._asks.days

    async def spied(contract: object, sessions: int) -> object:
        counts.append(sessions)
        return await days(contract, sessions)  # type: ignore[arg-type]

    world.market.history._asks.days = spied  # type: ignore[method-assign, assignment]
    return counts


@pytest.mark.clause("6.9")
@pytest.mark.asyncio
async def test_6_9_the_bars_end_with_the_session_before_today(tmp_path: Path) -> None:
    async with wired(tmp_path) as world:
        bars = await fetched(world)
        true = venue().market.bars("AAPL", world.house.now_ms)
        assert [bar.day for bar in bars][-100:] == [bar.day for bar in true][-100:]
        assert bars[-1].day == LAST
        for mine, theirs in zip(bars[-20:], true[-20:], strict=True):
            assert mine.high == pytest.approx(theirs.high, abs=0.01) and mine.close == pytest.approx(theirs.close)


@pytest.mark.asyncio
async def test_an_index_has_bars_too(tmp_path: Path) -> None:
    async with wired(tmp_path) as world:
        for symbol in ("SPX", "VIX"):
            assert (await fetched(world, symbol))[-1].day == LAST


@pytest.mark.asyncio
async def test_what_is_kept_is_not_asked_for_again(tmp_path: Path) -> None:
    async with wired(tmp_path) as world:
        counts = asked(world)
        first = await fetched(world)
        assert await fetched(world) == first
        assert counts == [KEPT]
    kept = BarFiles(tmp_path).read("AAPL")
    assert kept is not None and kept.source == SOURCE
    async with wired(tmp_path) as world:
        counts = asked(world)
        assert await fetched(world) == first
        assert counts == []


@pytest.mark.asyncio
async def test_only_what_is_missing_is_asked_for(tmp_path: Path) -> None:
    async with wired(tmp_path) as world:
        whole = await fetched(world)
    files = BarFiles(tmp_path)
    kept = files.read("AAPL")
    assert kept is not None
    files.write(replace(kept, bars=kept.bars[:-4]))
    async with wired(tmp_path) as world:
        counts = asked(world)
        assert (await fetched(world))[-50:] == whole[-50:]
        assert counts == [4 + OVERLAP]


@pytest.mark.asyncio
async def test_after_a_split_all_are_asked_for_anew(tmp_path: Path) -> None:
    async with wired(tmp_path) as world:
        whole = await fetched(world)
    files = BarFiles(tmp_path)
    kept = files.read("AAPL")
    assert kept is not None
    before = tuple(Bar(b.day, b.high * 4, b.low * 4, b.close * 4) for b in kept.bars[:-4])
    files.write(replace(kept, bars=before))
    async with wired(tmp_path) as world:
        counts = asked(world)
        assert (await fetched(world))[-50:] == whole[-50:]
        assert counts == [4 + OVERLAP, KEPT]


@pytest.mark.asyncio
async def test_a_complaint_about_the_pace_is_waited_out(tmp_path: Path) -> None:
    async with wired(tmp_path) as world:
        days, refused = world.market.history._asks.days, [True]

        async def once(contract: object, sessions: int) -> object:
            if refused.pop() if refused else False:
                raise RefusedError(162, "Historical Market Data Service error message:API pacing violation")
            return await days(contract, sessions)  # type: ignore[arg-type]

        world.market.history._asks.days = once  # type: ignore[method-assign, assignment]
        world.market.ask_bars("AAPL", world.house.now_ms)
        await world.until(lambda: not refused)
        world.wait(PENANCE_MS - 1_000)
        assert not world.bars()
        world.wait(2_000)
        await world.until(world.bars)
        assert world.bars()[0].bars[-1].day == LAST


@pytest.mark.clause("6.9")
@pytest.mark.asyncio
async def test_6_9_where_none_come_the_last_that_are_kept_are_told(tmp_path: Path) -> None:
    async with wired(tmp_path) as world:
        whole = await fetched(world)
    files = BarFiles(tmp_path)
    kept = files.read("AAPL")
    assert kept is not None
    files.write(replace(kept, bars=kept.bars[:-2]))
    async with wired(tmp_path) as world:
        world.library.disconnect()
        assert await fetched(world) == whole[:-2]
        assert world.market.history.shelves["AAPL"].trouble == "the link is lost"


@pytest.mark.asyncio
async def test_an_unknown_symbol_has_no_bars_and_that_is_told(tmp_path: Path) -> None:
    async with wired(tmp_path) as world:
        assert await fetched(world, "ZZZZ") == ()
        assert world.market.history.shelves["ZZZZ"].trouble.startswith("200 ")


@pytest.mark.asyncio
async def test_a_damaged_file_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "AAPL.json").write_text("{")
    async with wired(tmp_path) as world:
        bars = await fetched(world)
    assert len(json.loads((tmp_path / "AAPL.json").read_text())["bars"]) == len(bars)
