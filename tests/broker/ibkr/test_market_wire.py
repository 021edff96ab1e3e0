"""Market data over the socket: every line shows what it is, nothing that was is shown as what is."""

from datetime import date
from decimal import Decimal
from math import isnan
from pathlib import Path

import pytest

from allusetui.broker.gateway.quotes import Entitled
from allusetui.broker.ibkr.client import READ_BYTES
from allusetui.broker.ibkr.codes import RETRY_MS
from allusetui.broker.ibkr.library import FIRST_NUMBER
from allusetui.broker.ibkr.lines import RENEW_MS
from allusetui.broker.ibkr.market import IDLE_TICK_MS, SHUT_TICK_MS, TICK_MS
from allusetui.broker.ibkr.shown import DELAY_MS
from allusetui.domain.contract import Option, Right, Stock
from allusetui.domain.moment import HOUR_MS
from allusetui.domain.quote import Feed
from tests.broker.ibkr.wired import wired

PUT = Option("AAPL", date(2026, 3, 13), Decimal(195), Right.PUT)
SPX_PUT = Option("SPX", date(2026, 12, 18), Decimal(4250), Right.PUT)


@pytest.mark.asyncio
async def test_a_stock_an_index_and_an_option_are_shown_live(tmp_path: Path) -> None:
    async with wired(tmp_path) as world:
        await world.watch(["AAPL", "SPX", "VIX"], [PUT])
        aapl, spx, put = world.spot("AAPL"), world.spot("SPX"), world.quote(PUT)
        assert aapl is not None and spx is not None and put is not None
        assert (aapl.mid, spx.bid, spx.ask) == (Decimal(200), Decimal(5000), Decimal(5000))
        assert 0 < put.bid < put.ask
        assert {each.feed for each in (aapl, spx, put)} == {Feed.LIVE}
        assert put.at_ms == world.house.now_ms


@pytest.mark.clause("8.3")
@pytest.mark.asyncio
async def test_8_3_what_nobody_watches_any_more_has_no_last_quote(tmp_path: Path) -> None:
    async with wired(tmp_path) as world:
        await world.watch(["AAPL"], [PUT])
        world.market.watch(["AAPL"], [])
        await world.until(lambda: world.market.stream.shown(PUT) is None)
        assert world.quote(PUT) is None
        assert world.spot("AAPL") is not None


@pytest.mark.surprise(3)
@pytest.mark.asyncio
async def test_surprise_3_the_numbers_of_data_are_none_that_an_order_could_have(tmp_path: Path) -> None:
    async with wired(tmp_path) as world:
        await world.watch(["AAPL"])
        assert world.line_of(Stock("AAPL")) >= FIRST_NUMBER > world.library.client.getReqId()


@pytest.mark.surprise(14)
@pytest.mark.clause("8.3")
@pytest.mark.asyncio
async def test_surprise_14_what_a_line_showed_before_it_became_delayed_is_not_shown_as_young(tmp_path: Path) -> None:
    async with wired(tmp_path) as world:
        await world.watch(["AAPL"])
        live = world.spot("AAPL")
        world.entitled.data = "delayed"
        world.wait(DELAY_MS + 1_000)
        assert world.spot("AAPL") == live
        await world.until(lambda: (quote := world.spot("AAPL")) is not None and quote.feed is Feed.DELAYED)
        found = world.spot("AAPL")
        assert live is not None and found is not None
        assert found.at_ms == world.house.now_ms - DELAY_MS > live.at_ms


@pytest.mark.surprise(14)
@pytest.mark.asyncio
async def test_surprise_14_a_delayed_value_is_not_put_before_a_younger_live_one(tmp_path: Path) -> None:
    async with wired(tmp_path) as world:
        await world.watch(["AAPL"])
        live, number = world.spot("AAPL"), world.line_of(Stock("AAPL"))
        for fields in ((58, 1, number, 3), (1, 6, number, 66, 180.0, 1, 0), (1, 6, number, 67, 180.2, 1, 0)):
            world.say(*fields)
        await world.until(lambda: world.market.stream.shown(Stock("AAPL")).is_quoted)  # type: ignore[union-attr]
        assert world.spot("AAPL") == live


@pytest.mark.surprise(14)
@pytest.mark.asyncio
async def test_surprise_14_one_contract_that_several_want_has_one_line(tmp_path: Path) -> None:
    async with wired(tmp_path) as world:
        await world.watch(["AAPL"], [PUT])
        world.market.lines.borrow("scan", [PUT, Stock("AAPL")], world.house.now_ms)
        world.turn()
        assert world.market.lines.used(world.house.now_ms) == 2


@pytest.mark.surprise(15)
@pytest.mark.clause("8.3")
@pytest.mark.peer(29)
@pytest.mark.asyncio
async def test_surprise_15_a_missing_bid_is_unknown_and_a_zero_one_is_real(tmp_path: Path) -> None:
    async with wired(tmp_path) as world:
        await world.watch([], [PUT])
        before, number = world.quote(PUT), world.line_of(PUT)
        world.say(1, 6, number, 1, -1.0, 0, 0)
        await world.until(lambda: world.market.stream.shown(PUT).bid != float(before.bid))  # type: ignore[union-attr]
        assert world.quote(PUT) == before  # the last valid one ages
        world.say(1, 6, number, 1, 0.0, 0, 0)
        world.say(1, 6, number, 2, 0.05, 10, 0)
        await world.until(lambda: world.quote(PUT) != before)
        found = world.quote(PUT)
        assert found is not None and (found.bid, found.mid) == (0, Decimal("0.025"))


@pytest.mark.surprise(16)
@pytest.mark.clause("8.3")
@pytest.mark.peer(28)
@pytest.mark.asyncio
async def test_surprise_16_data_that_are_not_subscribed_are_told_and_not_waited_for(tmp_path: Path) -> None:
    async with wired(tmp_path, entitled=Entitled(data="none")) as world:
        world.market.watch(["AAPL"], [])
        await world.until(lambda: world.market.stream.trouble)
        assert world.market.stream.trouble[Stock("AAPL")].startswith("354 ")
        assert world.spot("AAPL") is None
        assert world.market.lines.without() == [Stock("AAPL")]


@pytest.mark.surprise(16)
@pytest.mark.peer(28)
@pytest.mark.asyncio
async def test_surprise_16_a_competing_session_is_left_alone_and_asked_again(tmp_path: Path) -> None:
    async with wired(tmp_path, entitled=Entitled(competing=True)) as world:
        world.market.watch(["AAPL"], [])
        await world.until(lambda: world.market.stream.trouble)
        world.entitled.competing = False
        world.wait(RETRY_MS - 1)
        assert world.market.lines.without() == [Stock("AAPL")]
        world.wait(1)
        await world.until(lambda: world.spot("AAPL"))


@pytest.mark.clause("8.3")
@pytest.mark.asyncio
async def test_8_3_when_no_line_was_left_they_are_asked_for_again_after_a_while(tmp_path: Path) -> None:
    """A flood of refusals, as after a restart of the gateway, must not leave us with one line for good."""
    async with wired(tmp_path) as world:
        await world.watch(["AAPL", "GOOG"])
        for symbol in ("AAPL", "GOOG"):
            world.say_later(4, 2, world.line_of(Stock(symbol)), 101, "Max number of tickers has been reached.", "")
        world.house.server.turn()
        await world.until(lambda: world.market.lines.most == 1)
        world.wait(RETRY_MS)
        await world.until(lambda: not world.market.lines.without())
        assert world.market.lines.most > 1


@pytest.mark.surprise(19)
@pytest.mark.clause("5.2")
@pytest.mark.asyncio
async def test_surprise_19_an_index_option_is_asked_for_by_its_class(tmp_path: Path) -> None:
    async with wired(tmp_path) as world:
        await world.watch(["SPX"], [SPX_PUT])
        assert world.market.stream.trouble == {}


@pytest.mark.peer(27, 29)
@pytest.mark.asyncio
async def test_delayed_data_are_shown_where_no_live_ones_may_be(tmp_path: Path) -> None:
    async with wired(tmp_path, entitled=Entitled(data="delayed")) as world:
        await world.watch(["AAPL"])
        found = world.spot("AAPL")
        assert found is not None and found.feed is Feed.DELAYED
        assert found.at_ms == world.house.now_ms - DELAY_MS
        assert "10167" in world.market.stream.trouble[Stock("AAPL")]  # advice: the line stays


@pytest.mark.clause("8.3")
@pytest.mark.asyncio
async def test_a_silent_line_is_proven_and_its_quote_stays_young(tmp_path: Path) -> None:
    """The gateway tells only what has changed; in a market that stands still nothing does."""
    async with wired(tmp_path) as world:
        await world.watch(["AAPL"])
        first = world.line_of(Stock("AAPL"))
        world.house.now_ms += RENEW_MS
        world.turn()
        assert world.line_of(Stock("AAPL")) != first
        await world.until(lambda: (q := world.spot("AAPL")) is not None and q.at_ms == world.house.now_ms)


@pytest.mark.clause("8.3")
@pytest.mark.asyncio
async def test_a_line_of_another_kind_is_asked_for_anew_for_what_has_not_changed(tmp_path: Path) -> None:
    """Whoever tells only what has changed tells nothing at the open of what stands where it stood at the close."""
    async with wired(tmp_path) as world:
        await world.watch(["AAPL"])
        first = world.line_of(Stock("AAPL"))
        world.house.now_ms += RENEW_MS
        for kind in (2, 1):
            world.say(58, 1, first, kind)
        await world.until(lambda: world.line_of(Stock("AAPL")) != first)
        await world.until(lambda: (q := world.spot("AAPL")) is not None and q.at_ms == world.house.now_ms)
        second = world.line_of(Stock("AAPL"))
        for kind in (2, 1):
            world.say(58, 1, second, kind)
        await world.until(lambda: world.market.stream.shown(Stock("AAPL")).bid is None)  # type: ignore[union-attr]
        world.turn()
        assert world.line_of(Stock("AAPL")) == second  # who changes its mind all the time is not asked all the time


@pytest.mark.asyncio
async def test_what_has_come_is_looked_at_at_once_and_silence_now_and_then(tmp_path: Path) -> None:
    async with wired(tmp_path) as world:
        await world.watch(["AAPL"])
        world.turn()
        now_ms = world.house.now_ms
        assert world.market.next_tick(now_ms) == now_ms + IDLE_TICK_MS
        world.say(1, 6, world.line_of(Stock("AAPL")), 1, 201.0, 1, 0)
        await world.settle(lambda: world.market.next_tick(now_ms) == now_ms + TICK_MS)
        night_ms = now_ms + 12 * HOUR_MS
        assert world.market.next_tick(night_ms) == night_ms + SHUT_TICK_MS


@pytest.mark.peer(9)
@pytest.mark.asyncio
async def test_after_a_lost_link_every_line_is_asked_for_anew(tmp_path: Path) -> None:
    async with wired(tmp_path) as world:
        await world.watch(["AAPL", "VIX"])
        world.library.disconnect()
        assert world.market.stream.shown(Stock("AAPL")) is None
        await world.library.connectAsync("127.0.0.1", world.house.port, clientId=3, timeout=10)
        await world.until(lambda: world.market.stream.shown(Stock("VIX")) is not None)
        await world.until(lambda: world.market.stream.shown(Stock("VIX")).last)  # type: ignore[union-attr]


@pytest.mark.peer(29)
@pytest.mark.asyncio
async def test_a_malformed_tick_is_counted_and_harms_nothing(tmp_path: Path) -> None:
    async with wired(tmp_path) as world:
        await world.watch(["AAPL"])
        number = world.line_of(Stock("AAPL"))
        for fields in ((1, 6, number, "x", "y"), (1, 6, number), (2, 6, number, 8, "many"), (21, number, 13, 0, "a")):
            world.say(*fields)
        await world.until(lambda: world.market.stream.counts["unreadable"] == 4)
        assert world.library.isConnected()


@pytest.mark.clause("0.8")
@pytest.mark.asyncio
async def test_0_8_a_flood_of_ticks_is_read_in_small_parts_between_which_keys_get_their_turn(tmp_path: Path) -> None:
    async with wired(tmp_path) as world:
        await world.watch(["AAPL"])
        sizes: list[int] = []
        world.library.client.conn.hasData += lambda data: sizes.append(len(data))
        number = world.line_of(Stock("AAPL"))
        for turn in range(20_000):
            world.say_later(1, 6, number, 1, 200 + turn % 7, 10, 0)
        world.say(1, 6, number, 1, 190.0, 10, 0)
        await world.until(lambda: (quote := world.spot("AAPL")) is not None and quote.bid == 190)
        assert sum(sizes) > 500_000 and max(sizes) <= READ_BYTES


@pytest.mark.peer(27)
@pytest.mark.asyncio
@pytest.mark.parametrize("code", [10089, 10090, 10091, 10167])
async def test_peers_27_an_advisory_is_remembered_and_the_line_goes_on(tmp_path: Path, code: int) -> None:
    async with wired(tmp_path) as world:
        await world.watch(["AAPL"])
        number = world.line_of(Stock("AAPL"))
        world.say(4, 2, number, code, "Part of requested market data is not subscribed.", "")
        world.say(1, 6, number, 1, 190.0, 10, 0)
        await world.until(lambda: (quote := world.spot("AAPL")) is not None and quote.bid == 190)
        assert world.market.stream.trouble[Stock("AAPL")].startswith(f"{code} ")
        assert world.market.lines.without() == []


@pytest.mark.clause("8.3")
@pytest.mark.peer(29)
@pytest.mark.asyncio
@pytest.mark.parametrize("price", ["nan", "inf", "-inf", "-1", "1.7976931348623157E308", "Infinity"])
async def test_peers_29_what_is_no_price_is_unknown_and_the_last_valid_quote_ages(tmp_path: Path, price: str) -> None:
    async with wired(tmp_path) as world:
        await world.watch(["AAPL", "VIX"])
        before = world.spot("AAPL"), world.spot("VIX")
        for symbol, tick in (("AAPL", 1), ("VIX", 4)):
            world.say(1, 6, world.line_of(Stock(symbol)), tick, price, 0, 0)
        await world.until(lambda: isnan(world.market.stream.shown(Stock("VIX")).last or 0))  # type: ignore[union-attr]
        assert isnan(world.market.stream.shown(Stock("AAPL")).bid or 0)  # type: ignore[union-attr]
        assert (world.spot("AAPL"), world.spot("VIX")) == before
        assert world.market.stream.counts["unreadable"] == 0
