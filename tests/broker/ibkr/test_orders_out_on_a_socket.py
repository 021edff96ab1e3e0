"""What the adapter writes on a socket, and whose: references, other people's orders, other clients, accounts."""

from dataclasses import replace
from decimal import Decimal

import pytest

from allusetui.broker.gateway.commands import (
    ByHand,
)
from allusetui.broker.gateway.fields import Wanted
from allusetui.broker.ibkr.broker import Account
from allusetui.domain.contract import Side
from allusetui.domain.input import (
    BrokerOrder,
    ForeignOrderSeen,
    OrderAcked,
    OrderCancelled,
)
from allusetui.domain.moment import DAY_MS, HOUR_MS
from allusetui.domain.order import Order
from tests.broker.ibkr.stands import (
    AT_ONCE,
    CODE,
    OTHER_CODE,
    PUT,
    Stand,
    linked,
    name,
    stand,
)

pytestmark = pytest.mark.asyncio


@pytest.mark.clause("0.6")
@pytest.mark.surprise(21)
@pytest.mark.parametrize("reference", ["AU-x\0y", "AU-é", "AU-" + "x" * 40, "", "AU-a b"])
async def test_0_6_a_reference_unfit_for_the_wire_is_never_written(reference: str) -> None:
    async with stand() as desk:
        order = Order(reference, "GEN", PUT, None, Side.SELL, 1, AT_ONCE)
        with pytest.raises(ValueError, match="no reference for the wire"):
            desk.broker.place(order, desk.now_ms)
        await desk.orders()
        assert desk.sent(3) == []


@pytest.mark.clause("0.8")
@pytest.mark.peer(15)
@pytest.mark.surprise(21)
async def test_0_8_other_peoples_orders_are_told_once_and_never_cancelled() -> None:
    async with stand() as desk:
        wanted = Wanted(symbol="AAPL", sec_type="STK", exchange="SMART", currency="USD")
        desk.do(ByHand(wanted, Side.BUY, 5, Decimal(150)))
        reference = await desk.rest()
        for _ in range(2):
            foreign = (await desk.orders()).foreign
            assert [(each.symbol, each.quantity) for each in foreign] == [("AAPL", 5)]
        assert len(desk.of(ForeignOrderSeen)) == 1
        desk.broker.cancel(reference, desk.now_ms)
        await desk.report(OrderCancelled)
        assert len((await desk.orders()).foreign) == 1
        assert desk.sent(58) == []


@pytest.mark.clause("0.6")
@pytest.mark.peer(12, 19, 22)
@pytest.mark.surprise(13)
async def test_0_6_an_order_is_never_changed_in_place_and_a_cancel_of_a_filled_one_undoes_nothing() -> None:
    async with stand() as desk:
        row = await desk.fill()
        desk.broker.cancel(row.client_order_id, desk.now_ms)
        assert (await desk.listed())[row.client_order_id] == BrokerOrder(row.client_order_id, open=False, filled=1)
        assert len(desk.sent(3)) == 1 and not desk.of(OrderCancelled)


@pytest.mark.clause("9.5")
@pytest.mark.peer(13)
@pytest.mark.surprise(23)
async def test_9_5_an_order_under_another_client_id_is_listed_out_of_reach_and_under_its_own_cancelled() -> None:
    async with stand() as desk:
        reference = await desk.rest()
        async with linked(desk.house, client_id=8) as other:
            second = Stand(desk.house, desk.commands, other)
            await second.back(1)
            assert not second.of(OrderAcked)
            assert (await second.listed())[reference] == BrokerOrder(reference, open=True, filled=0, reachable=False)
            assert second.broker.cancel(reference, second.now_ms) == ()
            assert desk.sent(4) == []
        await desk.broker.close()
        async with linked(desk.house) as same:
            third = Stand(desk.house, desk.commands, same)
            await third.back(1)
            assert (await third.listed())[reference].reachable
            same.cancel(reference, third.now_ms)
            assert (await third.report(OrderCancelled)).client_order_id == reference


@pytest.mark.clause("0.6", "9.5")
async def test_9_5_a_fill_of_the_day_before_is_told_to_no_adapter_of_today_and_stands_in_the_book() -> None:
    async with stand() as desk:
        row = await desk.fill(quantity=3)
        await desk.broker.close()
        desk.wait(DAY_MS - desk.now_ms % DAY_MS + HOUR_MS * 12)
        async with linked(desk.house) as today:
            second = Stand(desk.house, desk.commands, today)
            await second.back(1)
            answer = await second.orders()
            assert (answer.orders, answer.executions, answer.complete) == ((), (), True)
            assert (await second.positions()).positions == {row.contract: -3}


@pytest.mark.clause("0.6")
@pytest.mark.surprise(19)
async def test_0_6_of_two_classes_of_index_options_the_one_that_settles_in_the_afternoon_is_traded() -> None:
    async with stand() as desk:
        third_friday = replace(PUT, symbol="SPX", strike=Decimal(5000), expiry=PUT.expiry.replace(day=20))
        desk.sell(option=third_friday, limit=Decimal(900))
        await desk.until(lambda: desk.sent(3))
        assert "SPXW" in desk.sent(3)[0]


@pytest.mark.clause("S.2")
@pytest.mark.surprise(18)
async def test_s_2_sleeves_in_accounts_of_their_own_trade_there_and_are_counted_together() -> None:
    async with stand(account=Account(CODE, {"REV": OTHER_CODE})) as desk:
        await desk.fill(1)
        desk.broker.place(Order(name(2), "REV", PUT, None, Side.SELL, 2, AT_ONCE), desk.now_ms)
        await desk.until(lambda: len(desk.executions) == 2)
        assert [CODE in row for row in desk.sent(3)] == [True, False]
        assert dict((await desk.positions()).positions) == {PUT: -3}
