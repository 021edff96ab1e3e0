"""The real client library over loopback: what it asks is understood, and it understands the answers."""

import asyncio
import contextlib
import json
import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest
from ib_async import IB, Contract, Index, Option, RequestError, Stock, WshEventData
from ib_async.ib import StartupFetch

from allusetui.broker.gateway.server import ADDRESS, MOST_CLIENTS, MOST_UNREAD_BYTES, Server
from allusetui.broker.gateway.session import Limits
from allusetui.broker.gateway.venue import Venue, assemble
from tests.broker.gateway.clients import PATIENCE_S, House, serving, until
from tests.broker.gateway.desks import NOW, venue
from tests.broker.gateway.questions import TOLD
from tests.broker.scripts import at, fault

pytestmark = pytest.mark.asyncio
TICK_MS = 5_000
_NOTHING = StartupFetch(0)
_WIDE = Limits(messages=500)


@asynccontextmanager
async def _client(stand: Venue | None = None, limits: Limits = _WIDE) -> AsyncIterator[tuple[IB, House]]:
    async with serving(assemble(stand or venue(), limits).gateway) as house:
        ib = await house.client(fetchFields=_NOTHING)
        try:
            yield ib, house
        finally:
            ib.disconnect()


async def _one(ib: IB, contract: Contract) -> Contract:
    (found,) = await ib.qualifyContractsAsync(contract)
    assert isinstance(found, Contract)
    return found


def _codes(ib: IB) -> list[int]:
    """The errors that the client is told of from now on."""
    codes: list[int] = []
    ib.errorEvent += lambda number, code, text, contract: codes.append(code)
    return codes


def _option(strike: float = 200, right: str = "P") -> Option:
    return Option("AAPL", "20260320", strike, right, "SMART")


async def test_it_connects_and_is_told_accounts_and_clock() -> None:
    async with _client() as (ib, _):
        assert ib.client.serverVersion() == 178
        assert ib.managedAccounts() == ["DU4000001", "DU4000002"]
        assert await ib.reqCurrentTimeAsync() == datetime.fromtimestamp(NOW / 1000, UTC)


async def test_contracts_qualify_and_what_is_ambiguous_or_unknown_does_not() -> None:
    async with _client() as (ib, _):
        stock, index, option = await ib.qualifyContractsAsync(
            Stock("AAPL", "SMART", "USD"), Index("SPX", "CBOE"), _option()
        )
        assert (stock.primaryExchange, index.secType, option.localSymbol) == ("NASDAQ", "IND", "AAPL  260320P00200000")
        spx = Option("SPX", "20260320", 5000, "P", "SMART")
        ib.RaiseRequestErrors = False
        assert await ib.qualifyContractsAsync(spx, Stock("NOPE", "SMART", "USD")) == [None, None]
        spx.tradingClass = "SPXW"
        assert (await _one(ib, spx)).tradingClass == "SPXW"


async def test_details_carry_hours_and_rules_that_the_client_can_look_up() -> None:
    async with _client() as (ib, _):
        (details,) = await ib.reqContractDetailsAsync(_option())
        assert details.liquidSessions()[0].start.hour == 9
        assert details.underSymbol == "AAPL" and details.minTick == 0.01
        exchanges, rules = details.validExchanges.split(","), details.marketRuleIds.split(",")
        assert len(exchanges) == len(rules)
        rule = await ib.reqMarketRuleAsync(int(rules[0]))
        assert rule is not None and [(step.lowEdge, step.increment) for step in rule] == [(0, 0.01)]


async def test_a_chain_has_expiries_and_strikes() -> None:
    async with _client() as (ib, _):
        under = await _one(ib, Stock("AAPL", "SMART", "USD"))
        smart, _cboe = await ib.reqSecDefOptParamsAsync("AAPL", "", "STK", under.conId)
        assert smart.exchange == "SMART" and smart.tradingClass == "AAPL"
        assert "20260320" in smart.expirations and 200 in smart.strikes


@pytest.mark.surprise(9)
async def test_surprise_9_a_chain_that_is_refused_is_waited_for_without_end() -> None:
    async with _client() as (ib, _):
        codes = _codes(ib)
        asked = asyncio.ensure_future(ib.reqSecDefOptParamsAsync("AAPL", "", "STK", 1))
        await until(lambda: codes)
        await ib.reqCurrentTimeAsync()
        assert codes == [321] and not asked.done()
        asked.cancel()


async def test_an_option_streams_quotes_depth_and_greeks() -> None:
    tape = "[[tape]]\nat = 2026-03-05T10:00:05\nset = { AAPL = 190.0 }\n"
    async with _client(venue(tape)) as (ib, house):
        ticker = ib.reqMktData(await _one(ib, _option()), "100,101,105")
        await until(lambda: ticker.modelGreeks and ticker.putOpenInterest == 4321)
        assert 0 < ticker.bid < ticker.ask and ticker.marketDataType == 1
        assert ticker.avOptionVolume == ticker.putVolume == ticker.volume == 777
        before = ticker.modelGreeks
        house.wait(TICK_MS)
        await until(lambda: ticker.modelGreeks is not before)
        assert before is not None and ticker.modelGreeks is not None
        assert ticker.modelGreeks.undPrice == 190 and ticker.modelGreeks.delta < before.delta
        assert ticker.lastTimestamp == datetime.fromtimestamp((NOW + TICK_MS) / 1000, UTC)


async def test_snapshots_end() -> None:
    async with _client() as (ib, _):
        contracts = [await _one(ib, each) for each in (Stock("AAPL", "SMART", "USD"), _option())]
        stock, option = await ib.reqTickersAsync(*contracts)
        assert stock.marketPrice() == 200 and option.hasBidAsk()


async def test_bars_are_dated_and_within_the_session() -> None:
    async with _client() as (ib, _):
        stock = await _one(ib, Stock("AAPL", "SMART", "USD"))
        daily = await ib.reqHistoricalDataAsync(stock, "", "30 D", "1 day", "TRADES", True)
        assert len(daily) == 30 and daily[-1].date == datetime(2026, 3, 5).date()
        minutes = await ib.reqHistoricalDataAsync(stock, "", "1 D", "5 mins", "MIDPOINT", True, formatDate=2)
        assert minutes[0].date == datetime.fromtimestamp(at(9, 30) / 1000, UTC) and len(minutes) == 6


async def test_the_same_bars_again_are_a_pacing_violation() -> None:
    async with _client() as (ib, _):
        stock = await _one(ib, Stock("AAPL", "SMART", "USD"))
        await ib.reqHistoricalDataAsync(stock, "", "5 D", "1 day", "TRADES", True)
        with pytest.raises(RequestError, match="pacing violation"):
            await ib.reqHistoricalDataAsync(stock, "", "5 D", "1 day", "TRADES", True)


async def test_news_and_events_are_read() -> None:
    async with _client(venue(TOLD)) as (ib, _):
        stock = await _one(ib, Stock("AAPL", "SMART", "USD"))
        (provider,) = await ib.reqNewsProvidersAsync()
        (news,) = await ib.reqHistoricalNewsAsync(stock.conId, provider.code, "", "", 5)
        assert news.headline == "Apple said to look at something"
        assert (await ib.reqNewsArticleAsync(provider.code, news.articleId)).articleText == news.headline
        assert "wshe_ed" in await ib.getWshMetaDataAsync()
        (event,) = json.loads(await ib.getWshEventDataAsync(WshEventData(conId=stock.conId)))
        assert event["data"]["earnings_date"] == "20260430"


@pytest.mark.surprise(14)
async def test_surprise_14_a_ticker_keeps_what_it_showed_after_its_line_is_gone() -> None:
    stand = venue()
    async with _client(stand, Limits(messages=500, lines=2)) as (ib, _):
        option = await _one(ib, _option())
        ticker = ib.reqMktData(option)
        await until(lambda: ticker.modelGreeks)
        live = ticker.bidGreeks
        ib.cancelMktData(option)
        stand.entitled.data = "delayed"
        ib.reqMarketDataType(3)
        again = ib.reqMktData(option)
        await until(lambda: again.marketDataType == 3)
        assert again is ticker and live is not None and again.bidGreeks is live


@pytest.mark.surprise(14)
async def test_surprise_14_two_requests_on_one_contract_are_two_lines_and_one_can_be_cancelled() -> None:
    async with _client(limits=Limits(messages=500, lines=2)) as (ib, _):
        option, stock = await _one(ib, _option()), await _one(ib, Stock("AAPL", "SMART", "USD"))
        ib.reqMktData(option)
        ib.reqMktData(option)
        codes = _codes(ib)
        ib.cancelMktData(option)
        ib.cancelMktData(option)
        ib.reqMktData(stock)
        await ib.reqCurrentTimeAsync()
        assert codes == []
        ib.reqMktData(await _one(ib, _option(195)))
        await until(lambda: codes)
        assert codes == [101]


@pytest.mark.surprise(15)
async def test_surprise_15_a_missing_quote_is_minus_one_and_a_zero_bid_is_a_quote() -> None:
    bad = fault("bad_quote", 'symbol = "GOOG"\nvalue = "nan"')
    async with _client(venue(bad)) as (ib, _):
        missing = ib.reqMktData(await _one(ib, Option("GOOG", "20260320", 300, "P", "SMART")))
        cheap = ib.reqMktData(await _one(ib, _option(155)))
        await until(lambda: cheap.bidGreeks)
        assert missing.bid == -1 and math.isnan(missing.midpoint())
        assert cheap.bid == 0 and cheap.bidSize > 0 and cheap.hasBidAsk()
        assert cheap.midpoint() == cheap.ask / 2
        assert cheap.bidGreeks is not None and cheap.bidGreeks.delta is None
        assert cheap.bidGreeks.vega == cheap.bidGreeks.theta == -2


@pytest.mark.surprise(16)
@pytest.mark.parametrize(
    ("data", "competing", "code"), [("none", False, 354), ("delayed", False, 10089), ("live", True, 10197)]
)
async def test_surprise_16_a_refused_stream_is_an_error_and_a_ticker_that_stays_empty(
    data: str, competing: bool, code: int
) -> None:
    stand = venue()
    stand.entitled.data, stand.entitled.competing = data, competing  # type: ignore[assignment]
    async with _client(stand) as (ib, house):
        codes = _codes(ib)
        ticker = ib.reqMktData(await _one(ib, _option()))
        await until(lambda: codes)
        house.wait(TICK_MS)
        await ib.reqCurrentTimeAsync()
        assert codes == [code] and math.isnan(ticker.bid) and ticker.modelGreeks is None


@pytest.mark.surprise(19)
async def test_surprise_19_what_is_unknown_and_what_is_ambiguous_look_the_same() -> None:
    async with _client() as (ib, _):
        ib.RaiseRequestErrors = False
        spx = Option("SPX", "20260320", 5000, "P", "SMART")
        assert await ib.qualifyContractsAsync(spx, _option(201.37)) == [None, None]
        both = await ib.reqContractDetailsAsync(spx)
        assert [each.contract.tradingClass for each in both if each.contract] == ["SPX", "SPXW"]


async def test_a_client_id_in_use_never_becomes_ready() -> None:
    async with _client() as (_, house):
        other, texts = IB(), []
        other.client.apiError += texts.append
        connecting = asyncio.ensure_future(other.connectAsync(ADDRESS, house.port, clientId=1, timeout=PATIENCE_S))
        await until(lambda: texts)
        assert texts[0].startswith("Peer closed connection.")
        assert not connecting.done()
        connecting.cancel()


async def test_who_is_one_too_many_is_turned_away() -> None:
    async with serving(assemble(venue()).gateway) as house:
        clients = [await house.client(number, fetchFields=_NOTHING) for number in range(MOST_CLIENTS)]
        reader, writer = await asyncio.open_connection(ADDRESS, house.port)
        assert await reader.read() == b""
        writer.close()
        assert len(house.said) == 1 and "turned away" in house.said[0]
        for ib in clients:
            ib.disconnect()


async def test_who_leaves_too_much_unread_is_cut_off_and_the_others_go_on() -> None:
    async with serving(assemble(venue(), _WIDE).gateway) as house:
        deaf, other = [await house.client(number, fetchFields=_NOTHING) for number in (1, 2)]
        gone: list[bool] = []
        deaf.disconnectedEvent += lambda: gone.append(True)
        deaf.client.conn.transport.pause_reading()
        session = house.gateway.sessions.of_client(1)
        assert session is not None
        for _ in range(4 * MOST_UNREAD_BYTES // 1_000_000):
            session.send("x" * 1_000_000)
        house.server.turn()
        assert house.said == [f"a client was cut off: it left more than {MOST_UNREAD_BYTES} bytes unread"]
        assert await other.reqCurrentTimeAsync() == datetime.fromtimestamp(NOW / 1000, UTC)
        deaf.client.conn.transport.resume_reading()
        await until(lambda: gone)
        other.disconnect()


async def test_a_closed_server_turns_no_more_though_its_clients_leave_after_it() -> None:
    turns: list[int] = []

    def now_ms() -> int:
        turns.append(NOW)
        return NOW

    server = Server(assemble(venue(TOLD)).gateway, now_ms, lambda due_ms: 0.0, print)
    reader, writer = await asyncio.open_connection(ADDRESS, await server.open(0))
    await until(lambda: len(turns) > 1)
    await server.close()
    with contextlib.suppress(ConnectionError):
        await reader.read()
    writer.close()
    before = len(turns)
    await asyncio.sleep(0.02)
    assert len(turns) == before
