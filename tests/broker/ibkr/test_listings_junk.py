"""A chain that can't be read is no chain, told as such; it ends no scan without a word, and no day."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import date

import pytest
from ib_async.ib import StartupFetch

from allusetui.broker.ibkr.asks import Asks, UnansweredError
from allusetui.broker.ibkr.library import Library
from allusetui.broker.ibkr.listings import Listings
from allusetui.domain.contract import Right
from tests.broker.gateway.desks import NOW
from tests.broker.ibkr import scripted
from tests.broker.ibkr.scripted import STOCK, STRIKES, Answer, Fields, Scripted, playing
from tests.broker.scripts import CALENDAR

pytestmark = pytest.mark.asyncio
EXPIRY = date(2026, 3, 20)
CHAIN, DETAILS, RULE = "78", "9", "91"


@asynccontextmanager
async def listings(answers: Mapping[str, Answer]) -> AsyncIterator[Listings]:
    """What a gateway lists that answers so."""
    library = Library(lambda seen: None, lambda about, code, text: None)
    async with playing(Scripted(answers)) as port:
        await library.connectAsync("127.0.0.1", port, 3, timeout=4, fetchFields=StartupFetch(0))
        yield Listings(Asks(library), CALENDAR)
        library.disconnect()


@pytest.mark.clause("8.5")
@pytest.mark.parametrize("day", ["", "soon", "20260231", "2026\x1b[31m"])
async def test_8_5_an_expiry_that_is_no_day_is_told_and_not_guessed(day: str) -> None:
    def chain(asked: Sequence[str]) -> Sequence[Fields]:
        return [(75, asked[1], "SMART", STOCK, "SPY", "100", 1, day, 1, 680.0), (76, asked[1])]

    async with listings({CHAIN: chain}) as listed:
        with pytest.raises(UnansweredError, match="SPY: expiry") as told:
            await listed.expiries("SPY", NOW)
        assert str(told.value).isprintable()


@pytest.mark.clause("8.5")
async def test_8_5_that_nothing_is_listed_is_asked_again_the_same_day() -> None:
    """A gateway that has lost its farm knows no contract for a while, and lists none."""
    is_lost = True

    def chain(asked: Sequence[str]) -> Sequence[Fields]:
        return [(76, asked[1])] if is_lost else scripted.chain(asked)

    def details(asked: Sequence[str]) -> Sequence[Fields]:
        return [(52, 1, asked[2])] if is_lost and "OPT" in asked else scripted.details(asked)

    def rule(asked: Sequence[str]) -> Sequence[Fields]:
        return [(93, asked[1], 1, 0, 0.01)]

    async with listings({CHAIN: chain, DETAILS: details, RULE: rule}) as listed:
        assert await listed.expiries("SPY", NOW) == ()
        assert (await listed.row("SPY", EXPIRY, Right.PUT, NOW)).strikes == ()
        is_lost = False
        assert len(await listed.expiries("SPY", NOW)) == 2
        assert (await listed.row("SPY", EXPIRY, Right.PUT, NOW)).strikes == STRIKES
