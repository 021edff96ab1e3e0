"""8.5 over the socket: what the day's entries need is known before their window opens, so that none waits for it."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from allusetui.broker.ibkr.early import BEFORE_MS
from allusetui.domain.contract import Option, Right
from allusetui.domain.moment import MINUTE_MS, to_ms
from allusetui.domain.quote import Sought
from tests.broker.ibkr.wired import Wired, wired

pytestmark = [pytest.mark.asyncio, pytest.mark.clause("8.5"), pytest.mark.usefixtures("unhurried")]
OPEN_MS = to_ms(datetime(2026, 3, 6, 9, 30))
DETAILS, CHAIN, EVENTS = 9, 78, 102
PUT = Option("AAPL", date(2026, 3, 13), Decimal("197.5"), Right.PUT)


def puts(symbol: str, listed: Sequence[date]) -> Sequence[Sought]:
    return (Sought(PUT.expiry, Right.PUT, (0.30, 0.45)),)


def asked(world: Wired) -> list[int]:
    """The questions of reference that leave from now on."""
    sent: list[int] = []

    def tap(at_ms: int, key: int, way: str, values: object) -> None:
        if way == "in" and isinstance(values, list) and int(values[0]) in (DETAILS, CHAIN, EVENTS):
            sent.append(int(values[0]))

    world.house.gateway.tap = tap
    return sent


async def test_8_5_before_the_open_everything_is_asked_once_and_no_scan_asks_it_again(tmp_path: Path) -> None:
    async with wired(tmp_path, puts, ahead=puts) as world:
        world.house.now_ms = OPEN_MS - BEFORE_MS - MINUTE_MS
        sent = asked(world)
        world.market.watch(["AAPL", "VIX"], [])
        world.turn()
        assert sent == []
        world.wait(MINUTE_MS)
        await world.until(lambda: world.market.early.is_done)
        assert world.market.listings.steps("AAPL") != () != world.market.listings.steps("VIX")
        first = sorted(set(sent))
        assert first == [DETAILS, CHAIN, EVENTS]
        sent.clear()
        world.wait(BEFORE_MS + MINUTE_MS)
        await world.watch(["AAPL", "VIX"])
        world.market.ask_chain("AAPL", world.house.now_ms)
        await world.pass_until(world.chains)
        (seen,) = world.chains()
        assert seen.chain is not None, seen.reason
        assert seen.chain.earnings == (date(2026, 4, 30),)
        assert sent == []


async def test_8_5_a_symbol_that_nobody_lists_keeps_no_other_waiting(tmp_path: Path) -> None:
    async with wired(tmp_path, puts, ahead=puts) as world:
        world.market.watch(["MSFT", "AAPL"], [])
        world.turn()
        await world.until(lambda: world.market.listings.steps("AAPL"))
        assert not world.market.early.is_done
