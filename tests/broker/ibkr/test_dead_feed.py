"""A symbol whose feed stands still, over the socket: its lines are asked for anew, answered, and nothing is young."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from allusetui.broker.ibkr.lines import RENEW_MS
from allusetui.domain.contract import Option, Right, Stock
from allusetui.domain.quote import Sought
from tests.broker.ibkr.wired import Wired, wired
from tests.rules.situations import fault

FRIDAY = date(2026, 3, 13)
PUT = Option("AAPL", FRIDAY, Decimal(195), Right.PUT)
STALE = fault("2026-03-05T10:00:01", "stale", "AAPL", "10m")

pytestmark = [pytest.mark.clause("8.3"), pytest.mark.usefixtures("unhurried")]


async def asked_twice(world: Wired) -> None:
    """The lines of AAPL and a put of it were asked for anew, and have been answered."""
    await world.watch(["AAPL", "VIX"], [PUT])
    begun_ms = world.house.now_ms
    await world.pass_until(lambda: world.house.now_ms >= begun_ms + 2 * RENEW_MS + 5_000, step_ms=1_000)
    for contract in (Stock("AAPL"), PUT):
        shown = world.market.stream.shown(contract)
        assert shown is not None and shown.heard_ms is not None and shown.heard_ms > begun_ms + RENEW_MS


@pytest.mark.asyncio
async def test_8_3_neither_share_nor_option_nor_chain_is_younger_than_the_last_move(tmp_path: Path) -> None:
    async with wired(tmp_path, lambda symbol, listed: [Sought(FRIDAY, Right.PUT, (0.3, 0.45))], more=STALE) as world:
        begun_ms = world.house.now_ms
        await asked_twice(world)
        share, put = world.spot("AAPL"), world.quote(PUT)
        assert share is not None and put is not None
        assert max(share.at_ms, put.at_ms) <= begun_ms + 2_000
        world.market.ask_chain("AAPL", world.house.now_ms)
        await world.pass_until(world.chains)
        chain = world.chains()[0].chain
        assert chain is not None and chain.at_ms == share.at_ms


@pytest.mark.asyncio
async def test_8_3_what_stands_while_its_market_moves_is_young(tmp_path: Path) -> None:
    async with wired(tmp_path) as world:
        await asked_twice(world)
        share, put = world.spot("AAPL"), world.quote(PUT)
        assert share is not None and put is not None
        assert min(share.at_ms, put.at_ms) > world.house.now_ms - RENEW_MS
