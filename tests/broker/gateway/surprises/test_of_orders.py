"""What the real client library makes of orders that a robust user of it has to know, over a socket."""

from decimal import Decimal

import pytest

from allusetui.broker.gateway.commands import ByHand, Correct, Nameless, Notice, OrderError, Resend, Restart
from allusetui.broker.gateway.faults import Kind, LineFault
from allusetui.broker.gateway.fields import Wanted
from allusetui.domain.contract import Side
from tests.broker.gateway.clients import until
from tests.broker.gateway.placed import ACCOUNT, purchase, roll, sale
from tests.broker.gateway.surprises.counter import AT_ONCE, RESTING, counter, fill, put, quiet, rest

pytestmark = pytest.mark.asyncio


@pytest.mark.surprise(2)
@pytest.mark.parametrize("code", [10349, 10148, 10147, 201, 202, 103, 161, 461, 10311, 10289])
async def test_an_error_under_its_id_makes_a_live_order_look_cancelled_until_its_next_status(code: int) -> None:
    async with counter() as desk:
        ib = await desk.house.client()
        trade, cancelled = await rest(ib, await put(ib)), []
        trade.cancelledEvent += cancelled.append
        desk.do(OrderError("r1", code, "an error"))
        await until(lambda: cancelled)
        assert trade.isDone() and trade.orderStatus.status == "Cancelled"
        await ib.reqOpenOrdersAsync()
        assert trade.orderStatus.status == "Submitted" and trade.isActive()


@pytest.mark.surprise(2)
@pytest.mark.parametrize("code", [399, 110, 321, 404, 2109, 2161, 10167])
async def test_a_warning_under_its_id_leaves_a_live_order_active(code: int) -> None:
    async with counter() as desk:
        ib = await desk.house.client()
        trade = await rest(ib, await put(ib))
        desk.do(OrderError("r1", code, "a warning"))
        await until(lambda: trade.orderStatus.status == "ValidationError")
        assert trade.isActive() and not trade.isDone()


@pytest.mark.surprise(2)
async def test_a_refused_change_looks_like_a_cancelled_order_that_still_fills() -> None:
    async with counter() as desk:
        ib = await desk.house.client()
        trade = await rest(ib, await put(ib))
        trade.order.totalQuantity = 1_000
        ib.placeOrder(trade.contract, trade.order)
        await until(lambda: trade.orderStatus.status == "Cancelled")
        assert trade.log[-1].errorCode == 201
        assert len(await ib.reqOpenOrdersAsync()) == 1
        trade.order.totalQuantity, trade.order.lmtPrice = 1, AT_ONCE
        ib.placeOrder(trade.contract, trade.order)
        await until(lambda: trade.orderStatus.status == "Filled")


@pytest.mark.surprise(3)
async def test_an_error_of_a_data_request_hits_the_order_that_has_its_number() -> None:
    async with counter() as desk:
        first = await desk.house.client()
        number = (await rest(first, await put(first))).order.orderId
        desk.do(Restart(forgets=True))
        await until(lambda: not first.isConnected())
        ib = await desk.house.client()
        (trade,) = ib.openTrades()
        assert trade.order.orderId == number and trade.orderStatus.status == "Submitted"
        desk.do(Notice(354, "Requested market data is not subscribed.", request_id=number))
        await until(lambda: trade.orderStatus.status == "Cancelled")


@pytest.mark.surprise(4)
async def test_a_correction_is_counted_as_another_fill_and_the_same_row_again_is_not() -> None:
    async with counter() as desk:
        ib = await desk.house.client()
        trade = await fill(ib, await put(ib), quantity=4)
        desk.do(Resend("r1"))
        await quiet(ib)
        assert trade.filled() == 4
        desk.do(Correct("r1", Decimal("1.20")))
        await until(lambda: len(trade.fills) == 2)
        assert [each.execution.execId[-3:] for each in trade.fills] == [".01", ".02"]
        assert trade.filled() == 8 and trade.orderStatus.filled == 4
        again = await ib.reqExecutionsAsync()
        assert [each.execution.execId[-3:] for each in again] == [".02"]


@pytest.mark.surprise(5)
async def test_a_commission_that_comes_before_its_execution_is_dropped_for_good() -> None:
    async with counter() as desk:
        ib = await desk.house.client()
        contract = await put(ib)
        desk.do(LineFault(Kind.DELAY, message=11, count=1, delay_ms=1_000))
        trade = ib.placeOrder(contract, sale(AT_ONCE))
        await until(lambda: trade.orderStatus.status == "Filled")
        assert not trade.fills
        desk.house.wait(1_000)
        await until(lambda: trade.fills)
        await quiet(ib)
        assert not trade.fills[0].commissionReport.execId
        await ib.reqExecutionsAsync()
        await until(lambda: trade.fills[0].commissionReport.commission == 0.65)


@pytest.mark.surprise(6)
async def test_without_permanent_ids_the_fill_of_the_second_order_lands_on_the_first() -> None:
    async with counter() as desk:
        ib = await desk.house.client()
        desk.do(Nameless(2))
        first = await rest(ib, await put(ib), "first")
        second = await rest(ib, await put(ib, strike=202.5), "second")
        second.order.lmtPrice = AT_ONCE
        ib.placeOrder(second.contract, second.order)
        await until(lambda: second.orderStatus.status == "Filled")
        assert [each.execution.orderRef for each in first.fills] == ["second"] and not second.fills


@pytest.mark.surprise(13)
async def test_a_change_of_an_order_that_is_done_is_sent_before_it_is_refused() -> None:
    async with counter() as desk:
        ib, errors = await desk.house.client(), []
        ib.errorEvent += lambda *row: errors.append(row[1])
        trade = await fill(ib, await put(ib))
        with pytest.raises(AssertionError):
            ib.placeOrder(trade.contract, trade.order)
        await until(lambda: errors == [104])
        assert desk.heard.count(3) == 2


@pytest.mark.surprise(20)
async def test_a_combination_fills_in_a_row_of_its_own_and_one_a_leg() -> None:
    async with counter() as desk:
        ib = await desk.house.client()
        near, far = await put(ib), await put(ib, "20260313", 197.5)
        trade = ib.placeOrder(roll(near.conId, far.conId), purchase(0.5, 2, orderRef="roll"))
        await until(lambda: len([each for each in trade.fills if each.commissionReport.execId]) == 2)
        rows = [(each.contract.secType, each.execution.side, each.execution.shares) for each in trade.fills]
        assert rows == [("BAG", "BOT", 2), ("OPT", "BOT", 2), ("OPT", "SLD", 2)]
        whole, bought, sold = (each.execution for each in trade.fills)
        assert whole.price == pytest.approx(bought.price - sold.price)
        assert {each.permId for each in (whole, bought, sold)} == {trade.order.permId}
        assert trade.filled() == 2 and trade.orderStatus.filled == 2
        await until(lambda: len(ib.positions(ACCOUNT)) == 2)
        assert {each.contract.conId: each.position for each in ib.positions(ACCOUNT)} == {near.conId: 2, far.conId: -2}


@pytest.mark.surprise(21)
async def test_a_nul_in_a_reference_is_no_order_here() -> None:
    async with counter() as desk:
        ib, errors = await desk.house.client(), []
        ib.errorEvent += lambda *row: errors.append(row[:2])
        trade = ib.placeOrder(await put(ib), sale(AT_ONCE, orderRef="a\0b"))
        await until(lambda: errors == [(trade.order.orderId, 320)])
        assert not await ib.reqAllOpenOrdersAsync() and not await ib.reqExecutionsAsync()


@pytest.mark.surprise(21)
async def test_a_global_cancel_ends_other_clients_and_a_persons_orders_too() -> None:
    async with counter() as desk:
        mine, other = await desk.house.client(1), await desk.house.client(2)
        contract = await put(mine)
        trades = [await rest(mine, contract, "mine"), await rest(other, contract, "other")]
        wanted = Wanted(symbol="AAPL", sec_type="STK", exchange="SMART", currency="USD")
        desk.do(ByHand(wanted, Side.BUY, 5, Decimal(150)))
        assert len(await mine.reqAllOpenOrdersAsync()) == 3
        mine.reqGlobalCancel()
        await until(lambda: all(each.orderStatus.status == "Cancelled" for each in trades))
        assert await mine.reqAllOpenOrdersAsync() == []
        ended = await other.reqCompletedOrdersAsync(False)
        assert sorted((each.order.orderRef, each.orderStatus.status) for each in ended) == [
            ("", "Cancelled"), ("mine", "Cancelled"), ("other", "Cancelled"),
        ]  # fmt: skip


@pytest.mark.surprise(22)
async def test_a_position_has_no_exchange_and_can_not_be_traded_as_it_is() -> None:
    async with counter() as desk:
        ib = await desk.house.client()
        await fill(ib, await put(ib))
        await until(lambda: ib.positions())
        contract = ib.positions()[0].contract
        assert not contract.exchange
        refused = ib.placeOrder(contract, purchase(0.5))
        await until(lambda: refused.log[-1].errorCode == 321)
        assert "Missing order exchange" in refused.log[-1].message
        contract.exchange = "SMART"
        trade = ib.placeOrder(contract, purchase(RESTING))
        await until(lambda: trade.orderStatus.status == "Filled")
