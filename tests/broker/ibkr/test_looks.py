"""9.5: a pushed position that no execution explains is asked about at once, and one that is explained never."""

from dataclasses import replace
from decimal import Decimal

import pytest

from allusetui.broker.gateway.commands import Assign, ByHand, Convert, LoseLink, RestoreLink
from allusetui.broker.gateway.faults import Kind, LineFault
from allusetui.broker.gateway.fields import Wanted
from allusetui.broker.ibkr.fills import PATIENCE_MS, Fills
from allusetui.broker.ibkr.looks import Looks
from allusetui.domain.contract import Side, Stock
from allusetui.domain.input import BrokerLost, PositionsSeen
from allusetui.domain.moment import DAY_MS, HOUR_MS
from tests.broker.gateway.desks import NOW
from tests.broker.ibkr.stands import CODE, PUT, name, stand
from tests.broker.provisions import provision

AAPL = Wanted(symbol="AAPL", sec_type="STK", exchange="SMART", currency="USD")
EXECUTION, STATUS = 11, 3


@pytest.mark.asyncio
@pytest.mark.clause("9.5")
@pytest.mark.peer(15)
async def test_9_5_what_a_person_trades_by_hand_is_in_a_book_that_nobody_asked_for_within_seconds() -> None:
    async with stand() as desk:
        await desk.positions()
        desk.do(ByHand(AAPL, Side.BUY, 5, Decimal(300)))
        await desk.until(lambda: desk.broker.connection.library.positions())
        assert desk.broker.next_ms(desk.now_ms) == desk.now_ms + PATIENCE_MS
        desk.wait(PATIENCE_MS)
        assert dict((await desk.report(PositionsSeen, 2)).positions) == {Stock("AAPL"): 5}
        desk.wait(60_000)
        desk.take()
        assert not desk.broker._answers._working


@pytest.mark.asyncio
@pytest.mark.clause("9.5", "0.6")
async def test_9_5_a_fill_of_ours_explains_the_position_that_comes_with_it() -> None:
    async with stand() as desk:
        await desk.positions()
        await desk.fill(quantity=3)
        await desk.until(lambda: desk.broker.connection.library.positions())
        desk.wait(PATIENCE_MS)
        desk.take()
        assert not desk.broker._answers._working and len(desk.of(PositionsSeen)) == 1


@pytest.mark.asyncio
@pytest.mark.clause("9.5", "0.6")
@pytest.mark.peer(17)
async def test_9_5_a_fill_of_which_only_the_position_tells_is_found_within_seconds() -> None:
    async with stand() as desk:
        await desk.positions()
        for message, count in ((EXECUTION, 1), (STATUS, 2)):
            desk.do(LineFault(Kind.MUTE, message=message, count=count, order_ref=name(1)))
        desk.sell(limit=Decimal(1))
        await desk.until(lambda: desk.broker.connection.library.positions())
        assert not desk.executions
        desk.wait(PATIENCE_MS)
        seen = await desk.report(PositionsSeen, 2)
        assert dict(seen.positions) == {PUT: -1}
        assert [row.client_order_id for row in desk.executions] == [name(1)]


@pytest.mark.asyncio
@pytest.mark.clause("9.5")
async def test_9_5_what_is_pushed_in_the_night_waits_for_its_hour() -> None:
    async with stand("", provision(CODE, options=[(PUT, -2)])) as desk:
        await desk.positions()
        desk.do(Assign(PUT, 1))
        desk.wait(16 * HOUR_MS + HOUR_MS // 2 + 60_000)  # 02:31
        await desk.until(lambda: len(desk.broker.connection.library.positions()) > 1)
        assert desk.broker.next_ms(desk.now_ms) == NOW + 17 * HOUR_MS + HOUR_MS // 2


@pytest.mark.asyncio
@pytest.mark.clause("9.5")
async def test_9_5_what_changes_between_the_nights_last_look_and_the_bell_is_looked_at_at_the_bell() -> None:
    async with stand("", provision(CODE, options=[(PUT, -2)])) as desk:
        await desk.positions()
        desk.wait(23 * HOUR_MS + 10 * 60_000)  # 09:10
        await desk.report(PositionsSeen, 2)
        desk.do(Convert("AAPL", "AAPL", Decimal(2)))
        await desk.until(lambda: -4 in {row.position for row in desk.broker.connection.library.positions()})
        desk.wait(19 * 60_000)  # 09:29
        assert not desk.broker._answers._working
        assert desk.broker.next_ms(desk.now_ms) == desk.now_ms + 60_000 + PATIENCE_MS
        desk.wait(60_000 + PATIENCE_MS)
        seen = await desk.report(PositionsSeen, 3)
        assert list(seen.positions.values()) == [-4]


@pytest.mark.asyncio
@pytest.mark.clause("8.6", "9.5")
async def test_8_6_while_the_broker_is_lost_nothing_is_due_and_its_return_is_looked_at() -> None:
    async with stand() as desk:
        await desk.positions()
        desk.do(LoseLink())
        await desk.report(BrokerLost, 2)
        desk.wait(18 * HOUR_MS)  # 04:00
        assert desk.broker.next_ms(desk.now_ms) is None
        desk.do(RestoreLink())
        await desk.back(2)
        await desk.report(PositionsSeen, 2)


@pytest.mark.clause("9.5")
def test_9_5_without_a_whole_book_nothing_that_is_pushed_can_be_judged() -> None:
    looks, book = Looks(Fills(), NOW), {PUT: -1}
    looks.pushed(NOW)
    assert looks.next_ms() > NOW + HOUR_MS
    looks.booked(book)
    looks.pushed(NOW)
    looks.lost()
    looks.pushed(NOW + 1)
    assert looks.next_ms() > NOW + HOUR_MS


@pytest.mark.clause("9.5")
def test_9_5_a_difference_that_stands_is_asked_about_once() -> None:
    looks, other = Looks(Fills(), NOW), replace(PUT, strike=Decimal(210))
    looks.booked({PUT: -1})
    asked = []
    for second in range(0, 60, 2):
        at_ms = NOW + second * 1_000
        looks.pushed(at_ms)
        if looks.take(at_ms, lambda: {PUT: -1, other: -2}):
            asked.append(second)
            looks.booked({PUT: -1, other: -2})
    assert asked == [2]
    assert looks.take(NOW + DAY_MS, lambda: {PUT: -1, other: -2})  # at its hour in any case
