"""8.5: without what a decision needs there is no chain, and the reason is told; what is unknown or old is said so."""

from pathlib import Path

import numpy as np
import pytest

from allusetui.broker.gateway.quotes import Entitled
from allusetui.broker.ibkr.scans import WAIT_MS
from allusetui.broker.ibkr.shown import DELAY_MS
from allusetui.domain.contract import Right
from tests.broker.ibkr.chains import FIRST, FRIDAY, puts, scanned
from tests.broker.ibkr.wired import wired

pytestmark = pytest.mark.usefixtures("unhurried")


@pytest.mark.clause("8.5")
@pytest.mark.peer(28)
@pytest.mark.asyncio
async def test_8_5_peers_28_without_a_subscription_there_is_no_chain_and_the_reason_is_told(tmp_path: Path) -> None:
    async with wired(tmp_path, puts) as world:
        await world.watch(["AAPL", "VIX"])
        world.entitled.data = "none"
        world.market.ask_chain("AAPL", world.house.now_ms)
        await world.until(world.chains)
        (seen,) = world.chains()
        assert seen.chain is None
        assert "354 Requested market data is not subscribed" in seen.reason


@pytest.mark.clause("8.5")
@pytest.mark.peer(26)
@pytest.mark.asyncio
async def test_8_5_peers_26_a_quote_that_does_not_come_is_waited_for_and_then_no_chain(tmp_path: Path) -> None:
    async with wired(tmp_path, puts) as world:
        await world.watch(["AAPL", "VIX"])
        world.library.client.decoder.handlers[1] = lambda fields: None  # no price comes any more
        world.market.ask_chain("AAPL", world.house.now_ms)
        await world.until(lambda: world.market.stream.shown(FIRST) is not None)
        world.wait(WAIT_MS - 1)
        assert not world.chains()
        world.wait(1)
        await world.until(world.chains)
        (seen,) = world.chains()
        assert seen.chain is None
        assert seen.reason.endswith("no quote within 12 s")


@pytest.mark.clause("8.1")
@pytest.mark.asyncio
async def test_8_1_a_count_that_does_not_come_is_unknown_and_not_zero(tmp_path: Path) -> None:
    async with wired(tmp_path, puts) as world:
        await world.watch(["AAPL", "VIX"])
        world.library.client.decoder.handlers[2] = lambda fields: None  # no size comes any more
        world.market.ask_chain("AAPL", world.house.now_ms)
        await world.pass_until(world.chains, 1_000)
        (seen,) = world.chains()
        assert seen.chain is not None
        row = seen.chain.slices[FRIDAY, Right.PUT]
        assert np.all(row.open_interest == -1) and np.all(row.volume == -1)


@pytest.mark.clause("8.3")
@pytest.mark.asyncio
async def test_8_3_a_delayed_chain_is_as_old_as_its_quotes(tmp_path: Path) -> None:
    async with wired(tmp_path, puts, entitled=Entitled(data="delayed")) as world:
        chain = await scanned(world)
        assert world.house.now_ms - chain.at_ms >= DELAY_MS


@pytest.mark.clause("8.5")
@pytest.mark.peer(26, 29)
@pytest.mark.asyncio
async def test_8_5_without_a_price_of_the_underlying_there_is_no_chain(tmp_path: Path) -> None:
    async with wired(tmp_path, puts) as world:
        world.market.ask_chain("AAPL", world.house.now_ms)
        await world.until(world.chains)
        assert world.chains()[0].reason == "AAPL: its price is not known yet"


@pytest.mark.clause("8.5")
@pytest.mark.asyncio
async def test_8_5_a_link_that_is_lost_in_a_scan_ends_it(tmp_path: Path) -> None:
    async with wired(tmp_path, puts) as world:
        await world.look_for()
        await world.until(lambda: world.market.stream.shown(FIRST) is not None)
        world.library.disconnect()
        await world.pass_until(world.chains, 1_000)
        assert world.chains()[0].chain is None


@pytest.mark.clause("8.5")
@pytest.mark.peer(28)
@pytest.mark.asyncio
async def test_8_5_peers_28_a_competing_session_in_a_scan_is_told_as_the_reason(tmp_path: Path) -> None:
    async with wired(tmp_path, puts) as world:
        await world.watch(["AAPL", "VIX"])
        world.entitled.competing = True
        world.market.ask_chain("AAPL", world.house.now_ms)
        await world.until(world.chains)
        (seen,) = world.chains()
        assert seen.chain is None and "10197 " in seen.reason
