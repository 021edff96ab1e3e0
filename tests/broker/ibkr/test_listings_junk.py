"""A chain that can't be read is no chain, told as such; it ends no scan without a word."""

import pytest
from ib_async.ib import StartupFetch

from allusetui.broker.ibkr.asks import Asks, UnansweredError
from allusetui.broker.ibkr.library import Library
from allusetui.broker.ibkr.listings import Listings
from tests.broker.gateway.desks import CALENDAR, NOW
from tests.broker.ibkr.scripted import STOCK, Scripted, playing

pytestmark = pytest.mark.asyncio


@pytest.mark.clause("8.5")
@pytest.mark.parametrize("day", ["", "soon", "20260231", "2026\x1b[31m"])
async def test_8_5_an_expiry_that_is_no_day_is_told_and_not_guessed(day: str) -> None:
    def chain(asked: list[str]) -> list[tuple[object, ...]]:
        return [(75, asked[1], "SMART", STOCK, "SPY", "100", 1, day, 1, 680.0), (76, asked[1])]

    library = Library(lambda seen: None, lambda about, code, text: None)
    async with playing(Scripted({"78": chain})) as port:
        await library.connectAsync("127.0.0.1", port, 3, timeout=4, fetchFields=StartupFetch(0))
        with pytest.raises(UnansweredError, match="SPY: expiry") as told:
            await Listings(Asks(library), CALENDAR).expiries("SPY", NOW)
        assert str(told.value).isprintable()
        library.disconnect()
