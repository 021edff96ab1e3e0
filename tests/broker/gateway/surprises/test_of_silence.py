"""What the real client library makes of questions that nobody answers."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from ib_async import IB, Stock

from allusetui.broker.gateway.commands import SoundAgain
from allusetui.broker.gateway.faults import Kind, LineFault
from allusetui.broker.gateway.server import ADDRESS
from tests.broker.gateway.clients import until
from tests.broker.gateway.placed import ACCOUNT, sale
from tests.broker.gateway.surprises.counter import RESTING, counter, put
from tests.broker.provisions import provision

pytestmark = pytest.mark.asyncio
SOON_S = 0.25
STARTING = {
    "positions": 61, "open orders": 5, "completed orders": 99, "account updates": 6, "account values": 76,
    "executions": 7,
}  # fmt: skip
Asked = Callable[[IB], Awaitable[object]]


@pytest.mark.surprise(1)
@pytest.mark.parametrize("message", STARTING.values(), ids=STARTING.keys())
async def test_surprise_1_a_client_that_heard_nothing_of_its_book_says_it_is_connected(message: int) -> None:
    async with counter("", accounts=(provision(ACCOUNT),)) as desk:
        desk.do(LineFault(Kind.UNHEARD, message))
        lax, strict = IB(), IB()
        await lax.connectAsync(ADDRESS, desk.house.port, clientId=1, timeout=SOON_S)
        assert lax.isConnected() and lax.positions() == []
        lax.disconnect()
        with pytest.raises((ConnectionError, TimeoutError)):
            await strict.connectAsync(ADDRESS, desk.house.port, clientId=2, timeout=SOON_S, raiseSyncErrors=True)
        strict.disconnect()


async def _what_if(ib: IB) -> object:
    (stock,) = await ib.qualifyContractsAsync(Stock("AAPL", "SMART", "USD"))
    return await ib.whatIfOrderAsync(stock, sale(RESTING, whatIf=True))


SILENT: dict[str, tuple[int, Asked]] = {
    "details": (9, lambda ib: ib.qualifyContractsAsync(Stock("AAPL", "SMART", "USD"))),
    "tickers": (1, lambda ib: ib.reqTickersAsync(Stock("AAPL", "SMART", "USD", conId=265598))),
    "chain": (78, lambda ib: ib.reqSecDefOptParamsAsync("AAPL", "", "STK", 265598)),
    "summary": (62, lambda ib: ib.accountSummaryAsync()),
    "what if": (3, _what_if),
    "clock": (49, lambda ib: ib.reqCurrentTimeAsync()),
    "news providers": (85, lambda ib: ib.reqNewsProvidersAsync()),
    "events": (100, lambda ib: ib.getWshMetaDataAsync()),
}


@pytest.mark.surprise(9)
@pytest.mark.parametrize("name", SILENT)
async def test_surprise_9_a_question_that_is_not_answered_is_waited_for_without_end(name: str) -> None:
    message, ask = SILENT[name]
    async with counter() as desk:
        ib = await desk.house.client()
        desk.do(LineFault(Kind.UNHEARD, message, count=1))
        asked = asyncio.ensure_future(ask(ib))
        await until(lambda: message in desk.heard)
        desk.do(SoundAgain())
        await ib.reqCurrentTimeAsync() if message != 49 else await put(ib)
        assert not asked.done()
        asked.cancel()
        ib.disconnect()


@pytest.mark.surprise(9)
async def test_surprise_9_price_steps_that_do_not_come_within_a_second_are_told_as_none() -> None:
    async with counter() as desk:
        ib = await desk.house.client()
        desk.do(LineFault(Kind.UNHEARD, 91, count=1))
        assert await ib.reqMarketRuleAsync(26) is None
        ib.disconnect()
