"""1.6: the broker's calendar of events over a socket: who is refused, and for whom that holds."""

import json
from collections.abc import Sequence

import pytest
from ib_async.ib import StartupFetch

from allusetui.broker.ibkr.asks import Asks
from allusetui.broker.ibkr.calendars import FROM_BROKER, FROM_PERSON, Calendars
from allusetui.broker.ibkr.known import Known
from allusetui.broker.ibkr.library import Library
from allusetui.broker.ibkr.listings import Listings
from tests.broker.gateway.desks import NOW
from tests.broker.ibkr import scripted
from tests.broker.ibkr.scripted import Fields, Scripted, error, playing, refusing
from tests.broker.scripts import CALENDAR

pytestmark = pytest.mark.asyncio
REPORT = json.dumps([{"event_type": "wshe_ed", "data": {"earnings_date": "20260430"}}])
DETAILS, ACQUAINT, EVENTS = "9", "100", "102"


def details(asked: Sequence[str]) -> Sequence[Fields]:
    """Whatever the symbol, there is one."""
    return scripted.details([*asked[:4], "SPY", *asked[5:]])


@pytest.mark.clause("1.6")
async def test_1_6_a_symbol_of_which_the_calendar_is_refused_silences_no_other() -> None:
    refused = ["a fund reports nothing"]

    def events(asked: Sequence[str]) -> Sequence[Fields]:
        return [error(asked[1], 10283, refused.pop())] if refused else [(105, asked[1], REPORT)]

    told = await learned(Scripted({DETAILS: details, EVENTS: events}), "SPY", "AAPL")
    assert told == {"SPY": (FROM_PERSON, "10283 a fund reports nothing"), "AAPL": (FROM_BROKER, "")}


@pytest.mark.clause("1.6")
async def test_1_6_a_login_that_may_not_see_the_calendar_is_not_asked_for_again_that_day() -> None:
    script = Scripted({DETAILS: details, ACQUAINT: refusing(10276, "News feed is not allowed.")})
    refused = FROM_PERSON, "10276 News feed is not allowed."
    assert await learned(script, "SPY", "AAPL") == {"SPY": refused, "AAPL": refused}
    asked = [each[0] for each in script.asked]
    assert asked.count(ACQUAINT) == 1 and EVENTS not in asked


async def learned(script: Scripted, *symbols: str) -> dict[str, tuple[str, str]]:
    """Who has told of each symbol, and why the broker has not."""
    library = Library(lambda seen: None, lambda about, code, text: None)
    async with playing(script) as port:
        await library.connectAsync("127.0.0.1", port, 3, timeout=4, fetchFields=StartupFetch(0))
        asks = Asks(library)
        calendars = Calendars(asks, Listings(asks, CALENDAR), Known(), lambda: NOW)
        for symbol in symbols:
            await calendars.learn(symbol)
        library.disconnect()
    return {symbol: (each.source, each.refusal) for symbol, each in calendars.told.items()}
