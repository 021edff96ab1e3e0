"""What the users of other systems suffer when gateways restart, flap and fall silent: each by its number."""

import asyncio
from pathlib import Path

import pytest

from allusetui.broker.gateway.commands import Cut, Notice, Restart
from allusetui.broker.gateway.faults import Kind, LineFault
from allusetui.domain.contract import Stock
from allusetui.domain.input import BrokerLost, OrderAcked, OrderCancelled, OrderRejected
from allusetui.domain.moment import SECOND_MS
from tests.broker.ibkr.stands import AT_ONCE, CLIENT, name, stand
from tests.broker.ibkr.wired import wired

pytestmark = pytest.mark.asyncio
PLACE = 3
DEAD_MS = 120 * SECOND_MS


@pytest.mark.clause("0.6")
@pytest.mark.peer(2)
async def test_peer_02_an_order_lost_in_a_restart_leaves_its_number_to_another_and_gets_none_of_its_news() -> None:
    async with stand() as desk:
        await desk.fill(1)
        desk.do(LineFault(Kind.UNHEARD, message=PLACE, count=1))
        lost = desk.sell(2, AT_ONCE)
        await desk.until(lambda: len(desk.sent(PLACE)) == 2)
        (number,) = desk.broker.truth.handles_of(lost)
        desk.do(Restart(forgets=True))
        await desk.back(2)
        filled = [await desk.fill(again) for again in range(3, 3 + number)]
        assert number in {int(values[1]) for values in desk.sent(PLACE)[2:]}, "the number was given out again"
        listed = await desk.listed()
        assert lost not in listed and {row.client_order_id for row in filled} == {name(n) for n in range(3, 3 + number)}
        assert lost not in {each.client_order_id for each in (*desk.of(OrderAcked), *desk.executions)}
        assert not desk.of(OrderCancelled) and not desk.of(OrderRejected)


@pytest.mark.clause("8.6")
@pytest.mark.peer(8)
async def test_peer_08_a_farm_that_flaps_costs_no_order_its_connection_and_cuts_in_a_row_make_one_connection() -> None:
    async with stand() as desk:
        reference = await desk.rest()
        for _ in range(20):
            desk.do(Notice(2103, "Market data farm connection is broken:usopt"))
            desk.do(Notice(2104, "Market data farm connection is OK:usopt"))
        assert (await desk.listed())[reference].open and len(desk.of(BrokerLost)) == 1
        for count in range(2, 7):
            desk.do(Cut(CLIENT))
            await desk.back(count)
        assert len(list(desk.house.gateway.sessions)) == 1
        assert desk.house.gateway.counts["client id in use"] == 0
        assert len(desk.of(BrokerLost)) == 6 and (await desk.listed())[reference].open


@pytest.mark.clause("8.3")
@pytest.mark.peer(9)
async def test_peer_09_connected_but_without_data_a_quote_grows_old_whatever_the_socket_says(tmp_path: Path) -> None:
    async with wired(tmp_path) as world:
        await world.watch(["SPX"])
        shown = world.spot("SPX")
        assert shown is not None and shown.at_ms == world.house.now_ms
        for message in (1, 2, 45, 46, 58):
            world.library.client.decoder.handlers[message] = lambda fields: None  # the farm is dead
        for _ in range(12):
            world.wait(DEAD_MS // 12)
            await asyncio.sleep(0.001)
            world.turn()
        shown = world.spot("SPX")
        assert world.library.isConnected()
        assert shown is None or world.house.now_ms - shown.at_ms >= DEAD_MS - SECOND_MS
        assert world.market.stream.shown(Stock("SPX")) is not None
