"""What the users of other systems suffer of data that are late, missing or absurd: by its number, over a socket."""

import math
from pathlib import Path

import pytest

from allusetui.domain.contract import Stock
from tests.broker.ibkr.wired import Wired, wired

pytestmark = pytest.mark.asyncio
AAPL = Stock("AAPL")
BID, ASK, PRICE = 1, 2, 1


def price(world: Wired, side: int, value: str) -> None:
    world.say(PRICE, 6, world.line_of(AAPL), side, value, 10, 0)


@pytest.mark.clause("8.3")
@pytest.mark.peer(27)
@pytest.mark.parametrize("code", [10089, 10090, 10091, 10167])
async def test_peer_27_advice_is_no_error_and_the_ticks_that_follow_it_are_shown(tmp_path: Path, code: int) -> None:
    async with wired(tmp_path) as world:
        await world.watch(["AAPL"])
        number = world.line_of(AAPL)
        world.say(4, 2, number, code, "Part of the requested market data is not subscribed.", "")
        price(world, BID, "198.5")
        price(world, ASK, "198.7")
        await world.until(lambda: (q := world.spot("AAPL")) is not None and float(q.ask) == 198.7)
        shown = world.spot("AAPL")
        assert shown is not None and float(shown.bid) == 198.5
        assert world.line_of(AAPL) == number  # the line is the same one


@pytest.mark.clause("8.3")
@pytest.mark.peer(28)
@pytest.mark.parametrize("code", [354, 10168, 10197])
async def test_peer_28_a_refusal_is_told_and_what_was_shown_before_is_not_shown_as_young(
    tmp_path: Path, code: int
) -> None:
    async with wired(tmp_path) as world:
        await world.watch(["AAPL"])
        before, number = world.spot("AAPL"), world.line_of(AAPL)
        world.say(4, 2, number, code, "No market data.", "")
        await world.until(lambda: AAPL in world.market.stream.trouble)
        world.house.now_ms += 45_000
        world.turn()
        after = world.spot("AAPL")
        assert str(code) in world.market.stream.trouble[AAPL]
        assert before is not None and (after is None or after.at_ms <= before.at_ms)


@pytest.mark.clause("8.3")
@pytest.mark.peer(29)
@pytest.mark.parametrize("value", ["nan", "NaN", "inf", "-1", "-5", "1e999"])
async def test_peer_29_a_price_that_is_none_is_unknown_raises_nothing_and_ends_with_the_next(
    tmp_path: Path, value: str
) -> None:
    async with wired(tmp_path) as world:
        await world.watch(["AAPL"])
        before = world.spot("AAPL")
        price(world, BID, value)
        price(world, ASK, "201.5")
        await world.until(lambda: world.market.stream.shown(AAPL).ask == 201.5)  # type: ignore[union-attr]
        shown = world.spot("AAPL")
        assert shown is None or all(math.isfinite(each) and each >= 0 for each in (shown.bid, shown.ask))
        price(world, BID, "201.3")
        await world.until(lambda: (q := world.spot("AAPL")) is not None and float(q.bid) == 201.3)
        assert before is not None and world.library.isConnected()
