"""The life of the adapter's orders over a socket: every surprise of library and wire that could cost money."""

import asyncio
from contextlib import suppress
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from allusetui.broker.gateway.commands import (
    Notice,
    OrderError,
    Restart,
)
from allusetui.broker.gateway.faults import Kind, LineFault
from allusetui.broker.ibkr.asks import UnansweredError
from allusetui.broker.ibkr.drafts import Draft
from allusetui.broker.ibkr.fills import PATIENCE_MS
from allusetui.domain.contract import Side
from allusetui.domain.input import (
    BrokerLost,
    BrokerOrder,
    OrderAcked,
    OrderCancelled,
    OrderRejected,
)
from allusetui.domain.order import Order
from tests.broker.ibkr.stands import (
    AT_ONCE,
    CODE,
    PUT,
    name,
    stand,
)

pytestmark = pytest.mark.asyncio
DETAILS, DETAILS_END = 10, 52


@pytest.mark.clause("0.6")
async def test_0_6_an_order_is_acknowledged_filled_and_told_with_its_commission() -> None:
    async with stand() as desk:
        row = await desk.fill(quantity=3)
        assert (row.client_order_id, row.contract, row.side, row.quantity) == (name(1), PUT, Side.SELL, 3)
        assert (row.commission, row.day) == (Decimal("1.95"), date(2026, 3, 5))
        assert desk.of(OrderAcked)[0].client_order_id == name(1)


@pytest.mark.clause("0.6")
@pytest.mark.surprise(22)
async def test_0_6_account_time_in_force_direction_and_exchange_stand_in_every_order() -> None:
    async with stand() as desk:
        await desk.fill()
        close = Order(name(2), "GEN", PUT, None, Side.BUY, 1, Decimal("0.5"))
        desk.broker.place(close, desk.now_ms)
        await desk.report(OrderAcked, 2)
        opening, closing = desk.sent(3)
        for row in (opening, closing):
            assert "SMART" in row and CODE in row and "DAY" in row and "AAPL" in row
        after = opening.index("LMT") + 3
        assert (opening[after], closing[after]) == ("DAY", "DAY")
        assert (opening[after + 3], closing[after + 3]) == ("O", "C")
        assert (opening[after + 5], closing[after + 5]) == (name(1), name(2))


@pytest.mark.clause("0.6")
async def test_0_6_a_cancel_is_proven_by_the_broker() -> None:
    async with stand() as desk:
        reference = await desk.rest()
        desk.broker.cancel(reference, desk.now_ms)
        ended = await desk.report(OrderCancelled)
        assert (ended.client_order_id, ended.filled) == (reference, 0)


@pytest.mark.clause("0.6")
@pytest.mark.peer(20)
async def test_0_6_a_refused_order_is_told_with_the_reason() -> None:
    async with stand() as desk:
        desk.sell(quantity=1_000)
        refused = await desk.report(OrderRejected)
        assert refused.client_order_id == name(1) and "margin" in refused.reason.lower()


@pytest.mark.clause("0.6")
async def test_0_6_what_the_broker_does_not_know_is_refused_before_anything_is_written() -> None:
    async with stand() as desk:
        desk.sell(option=replace(PUT, strike=Decimal("201.37")))
        assert (await desk.report(OrderRejected)).client_order_id == name(1)
        assert desk.sent(3) == []


@pytest.mark.clause("0.6")
async def test_0_6_a_cancel_that_comes_while_the_contract_is_looked_up_leaves_nothing_to_cancel() -> None:
    async with stand() as desk:
        reference = desk.sell(limit=AT_ONCE)
        (ended,) = desk.broker.cancel(reference, desk.now_ms)
        assert ended == OrderCancelled(desk.now_ms, reference, 0)
        await desk.orders()
        assert desk.sent(3) == []


@pytest.mark.clause("0.6")
@pytest.mark.surprise(9)
async def test_0_6_an_order_whose_contract_is_named_too_late_is_never_written_and_the_link_stays() -> None:
    async with stand(waits=(1.0, 60.0)) as desk:
        for message in (DETAILS, DETAILS_END):
            desk.do(LineFault(Kind.DELAY, message=message, count=2, delay_ms=60_000))
        desk.sell(limit=AT_ONCE)
        with pytest.raises(UnansweredError):
            await desk.broker.contracts.resolve([PUT])
        desk.wait(60_000)
        assert await desk.listed() == {} and desk.sent(3) == []
        assert not desk.of(OrderRejected) and len(desk.of(BrokerLost)) == 1
        assert (await desk.fill(2)).client_order_id == name(2)


@pytest.mark.clause("0.6")
@pytest.mark.peer(19)
@pytest.mark.surprise(2)
@pytest.mark.parametrize(
    "code", [10349, 10148, 10147, 201, 202, 103, 161, 461, 10311, 10289, 399, 110, 321, 404, 2109, 2161, 10167]
)
async def test_0_6_no_error_ends_a_live_order(code: int) -> None:
    async with stand() as desk:
        reference = await desk.rest()
        desk.do(OrderError(reference, code, "an error"))
        assert (await desk.listed())[reference] == BrokerOrder(reference, open=True, filled=0)
        desk.wait(2 * PATIENCE_MS)
        desk.take()
        assert not desk.of(OrderCancelled) and not desk.of(OrderRejected)


@pytest.mark.clause("0.6")
@pytest.mark.peer(2)
@pytest.mark.surprise(3)
async def test_0_6_an_error_of_a_request_under_an_orders_number_ends_nothing() -> None:
    async with stand() as desk:
        reference = await desk.rest()
        desk.do(Restart(forgets=True))
        await desk.back(2)
        (handle,) = desk.broker.truth.handles_of(reference)
        desk.do(Notice(354, "Requested market data is not subscribed.", request_id=handle))
        assert (await desk.listed())[reference].open
        assert not desk.of(OrderCancelled) and not desk.of(OrderRejected)


@pytest.mark.clause("0.6")
@pytest.mark.peer(2)
@pytest.mark.surprise(3)
async def test_0_6_after_the_gateway_gives_out_its_numbers_again_news_go_to_the_order_that_is_meant() -> None:
    async with stand() as desk:
        await desk.fill(1)
        desk.do(Restart(forgets=True))
        await desk.back(2)
        reference = await desk.rest(2)
        await desk.fill(3)
        listed = await desk.listed()
        assert {ref: (o.open, o.filled) for ref, o in listed.items()} == {
            name(1): (False, 1), reference: (True, 0), name(3): (False, 1),
        }  # fmt: skip
        desk.broker.cancel(reference, desk.now_ms)
        assert (await desk.report(OrderCancelled)).client_order_id == reference


@pytest.mark.clause("9.5")
async def test_9_5_the_book_shows_what_was_traded_and_the_cash_after_it() -> None:
    async with stand() as desk:
        before = await desk.positions()
        row = await desk.fill(quantity=2)
        after = await desk.positions()
        assert (after.complete, dict(after.positions)) == (True, {PUT: -2})
        assert after.cash - before.cash == row.price * 200 - row.commission


@pytest.mark.clause("0.8", "0.6")
async def test_0_8_an_order_that_is_called_off_while_it_is_named_never_leaves_though_its_task_loses_the_cancellation(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with stand() as desk:
        prepared = desk.broker._drafts.prepared

        async def deaf(order: Order) -> Draft:
            """As a time-out of the library's, whose answer has come at the very instant."""
            work = asyncio.ensure_future(prepared(order))
            while not work.done():
                with suppress(asyncio.CancelledError):
                    await asyncio.shield(work)
            return work.result()

        monkeypatch.setattr(desk.broker._drafts, "prepared", deaf)
        named = desk.sell()
        await asyncio.sleep(0)
        assert desk.broker.cancel(named, desk.now_ms) == (OrderCancelled(desk.now_ms, named, 0),)
        assert (await desk.orders()).complete and desk.sent(3) == []
