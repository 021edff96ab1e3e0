"""What the real client library makes of connections, questions and accounts, over a socket."""

import asyncio
from collections.abc import Awaitable
from contextlib import suppress
from datetime import date
from decimal import Decimal

import pytest
from ib_async import LimitOrder

from allusetui.broker.gateway.commands import Assign, Cut, LoseLink, Notice, RestoreLink
from allusetui.broker.gateway.faults import Kind, LineFault
from allusetui.broker.gateway.session import Limits
from allusetui.domain.contract import Option, Right
from allusetui.domain.moment import HOUR_MS
from tests.broker.gateway.clients import PATIENCE_S, until
from tests.broker.gateway.placed import ACCOUNT, OTHER, sale
from tests.broker.gateway.surprises.counter import AT_ONCE, counter, fill, put, quiet, rest
from tests.broker.provisions import provision

pytestmark = pytest.mark.asyncio
AT_NIGHT_MS = 17 * HOUR_MS
"""From ten in the morning to three at night."""


async def unanswered(question: Awaitable[object], others: Awaitable[object]) -> bool:
    """Whether a question is still open when what was asked after it is answered."""
    task = asyncio.ensure_future(question)
    await asyncio.sleep(0)
    await others
    open_still = not task.done()
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    return open_still


@pytest.mark.surprise(7)
async def test_a_fill_of_another_client_is_only_found_by_asking_and_in_the_positions() -> None:
    async with counter() as desk:
        watching, trading = await desk.house.client(1), await desk.house.client(2)
        fills, positions = [], []
        watching.execDetailsEvent += lambda *row: fills.append(row)
        watching.positionEvent += positions.append
        await fill(trading, await put(trading))
        await until(lambda: positions)
        assert [each.position for each in positions] == [-1]
        assert [each.execution.clientId for each in await watching.reqExecutionsAsync()] == [2]
        assert len(watching.fills()) == 1 and not fills and not watching.trades()


@pytest.mark.surprise(7)
async def test_an_assignment_is_only_seen_in_the_positions_of_the_night_after() -> None:
    short = Option("AAPL", date(2026, 3, 13), Decimal(200), Right.PUT)
    async with counter(accounts=[provision(ACCOUNT, options=[(short, -2)])]) as desk:
        ib, fills = await desk.house.client(), []
        ib.execDetailsEvent += lambda *row: fills.append(row)
        desk.do(Assign(short, 1))
        await quiet(ib)
        assert [each.position for each in ib.positions()] == [-2]
        desk.house.wait(AT_NIGHT_MS)
        await until(lambda: len(ib.positions()) == 2)
        held = {each.contract.secType: (each.position, each.avgCost) for each in ib.positions()}
        assert held == {"OPT": (-1, 100), "STK": (100, 200)}
        assert not fills and not await ib.reqExecutionsAsync() and not await ib.reqCompletedOrdersAsync(False)


@pytest.mark.surprise(8)
async def test_a_lost_connection_wipes_the_clients_memory_and_ends_its_questions() -> None:
    async with counter() as desk:
        ib, gone = await desk.house.client(), []
        contract = await put(ib)
        old = await rest(ib, contract)
        ib.disconnectedEvent += lambda: gone.append(1)
        desk.do(LineFault(Kind.UNHEARD, message=78))
        question = asyncio.ensure_future(ib.reqSecDefOptParamsAsync("AAPL", "", "STK", 265598))
        await quiet(ib)
        desk.do(Cut(1))
        with pytest.raises(ConnectionError):
            await asyncio.wait_for(question, PATIENCE_S)
        await until(lambda: gone)
        assert not ib.isConnected() and not ib.trades() and old.orderStatus.status == "Submitted"
        with pytest.raises(ConnectionError):
            ib.placeOrder(contract, sale(AT_ONCE))
        again = await desk.house.client()
        (trade,) = again.openTrades()
        assert trade is not old and trade.order.permId == old.order.permId and trade.order.orderRef == "r1"


@pytest.mark.surprise(8)
async def test_completed_orders_come_back_without_order_id_and_filled_count() -> None:
    async with counter() as desk:
        ib, gone = await desk.house.client(), []
        done = await fill(ib, await put(ib), quantity=2)
        ib.disconnectedEvent += lambda: gone.append(1)
        ib.disconnect()
        assert gone == [1]
        again = await desk.house.client()
        (trade,) = again.trades()
        assert (trade.order.orderId, trade.orderStatus.filled) == (0, 0)
        assert (trade.order.permId, trade.order.filledQuantity) == (done.order.permId, 2)
        assert [each.execution.shares for each in trade.fills] == [2]


@pytest.mark.surprise(10)
async def test_two_questions_that_share_a_name_lose_the_first_answer() -> None:
    async with counter() as desk:
        ib = await desk.house.client()
        assert await unanswered(ib.reqOpenOrdersAsync(), ib.reqAllOpenOrdersAsync())
        assert await unanswered(ib.reqPositionsAsync(), ib.reqPositionsAsync())


@pytest.mark.surprise(11)
async def test_a_question_about_an_order_that_is_refused_gives_an_empty_list_or_raises() -> None:
    async with counter() as desk:
        ib = await desk.house.client()
        contract, order = await put(ib), LimitOrder("SELL", 1_000, 1.0, account=ACCOUNT, tif="DAY")
        with pytest.raises(Exception, match="201"):
            await ib.whatIfOrderAsync(contract, order)
        ib.RaiseRequestErrors = False
        assert await ib.whatIfOrderAsync(contract, order) == []
        order.totalQuantity = 1
        state = await ib.whatIfOrderAsync(contract, order)
        assert (float(state.initMarginChange), state.commission) == (4_000, 0.65)
        assert not await ib.reqAllOpenOrdersAsync()


@pytest.mark.surprise(12)
async def test_an_order_waits_behind_every_question_that_was_asked_before() -> None:
    async with counter("", Limits(messages=1_000)) as desk:
        ib = await desk.house.client()
        contract = await put(ib)
        ib.client.RequestsInterval = 0.05
        questions = [asyncio.ensure_future(ib.reqContractDetailsAsync(contract)) for _ in range(200)]
        await asyncio.sleep(0)
        trade = ib.placeOrder(contract, sale(AT_ONCE))
        await until(lambda: trade.orderStatus.status == "Filled")
        assert all(each.done() for each in questions)
        place = desk.heard.index(3)
        assert desk.heard[:place].count(9) >= 200 and 3 not in desk.heard[:place]


@pytest.mark.surprise(17)
async def test_a_lost_link_leaves_the_client_connected_and_each_return_asks_for_another_summary() -> None:
    async with counter() as desk:
        ib, errors = await desk.house.client(), []
        ib.errorEvent += lambda *row: errors.append(row[1])
        await ib.reqAccountSummaryAsync()
        for _ in range(2):
            desk.do(LoseLink())
            await until(lambda: errors[-1:] == [1100])
            assert ib.isConnected()
            desk.do(RestoreLink())
            before = desk.heard.count(62)
            await until(lambda before=before: desk.heard.count(62) == before + 1)
        await until(lambda: errors == [1100, 1102, 1100, 1102, 322])
        assert desk.heard.count(63) == 0


@pytest.mark.surprise(17)
async def test_a_half_open_connection_looks_alive_until_a_probe_is_not_answered() -> None:
    async with counter() as desk:
        ib, silent = await desk.house.client(), []
        ib.timeoutEvent += silent.append
        desk.do(LineFault(Kind.HALF_OPEN))
        desk.do(Notice(2104, "nobody hears this"))
        ib.setTimeout(0.05)
        probe = asyncio.ensure_future(ib.reqCurrentTimeAsync())
        await until(lambda: silent)
        assert ib.isConnected() and not probe.done()
        probe.cancel()


@pytest.mark.surprise(18)
async def test_with_two_accounts_there_is_no_portfolio_but_every_position() -> None:
    async with counter() as desk:
        first = await desk.house.client()
        contract = await put(first)
        for account in (ACCOUNT, OTHER):
            trade = first.placeOrder(contract, LimitOrder("SELL", 1, AT_ONCE, account=account, tif="DAY"))
            await until(lambda trade=trade: trade.orderStatus.status == "Filled")
        ib = await desk.house.client(2)
        assert ib.managedAccounts() == [ACCOUNT, OTHER]
        assert ib.portfolio() == []
        assert [(each.account, each.position) for each in ib.positions()] == [(ACCOUNT, -1), (OTHER, -1)]


@pytest.mark.surprise(23)
async def test_an_order_of_another_client_is_seen_by_asking_for_all_and_never_seems_to_end() -> None:
    async with counter() as desk:
        mine = await desk.house.client(1)
        placed = await rest(mine, await put(mine))
        other, errors = await desk.house.client(2), []
        other.errorEvent += lambda *row: errors.append(row[1])
        assert not other.openTrades()
        (seen,) = await other.reqAllOpenOrdersAsync()
        assert (seen.order.clientId, seen.order.permId) == (1, placed.order.permId)
        other.cancelOrder(seen.order)
        await until(lambda: errors == [10147])
        assert seen.orderStatus.status == "PendingCancel" and placed.orderStatus.status == "Submitted"
