"""What the history market tells of a session ahead is what it shows when the instants come."""

from datetime import date, datetime
from decimal import Decimal

import numpy as np
import pytest

from allusetui.domain.contract import Option, Right
from allusetui.domain.moment import MINUTE_MS, to_ms
from allusetui.market.calendars import calendar
from allusetui.market.history import HistoryMarket
from tests.replaying import DATA

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the market data is not here")

OPEN_MS = to_ms(datetime(2020, 3, 12, 9, 30))
TIMES = np.arange(OPEN_MS, OPEN_MS + 390 * MINUTE_MS, 5 * MINUTE_MS, dtype=np.int64)
OPTIONS = [
    Option("NVDA", date(2020, 3, 13), Decimal("217.5"), Right.PUT),
    Option("AAPL", date(2020, 5, 15), Decimal(260), Right.CALL),
    Option("SPX", date(2020, 9, 18), Decimal(2200), Right.PUT),
    Option("VIX", date(2020, 9, 16), Decimal(25), Right.CALL),
]


def made() -> HistoryMarket:
    days = calendar(date(2018, 12, 3), date(2021, 12, 3))
    end_ms = to_ms(datetime(2020, 4, 30, 17))
    return HistoryMarket(DATA, {"NVDA", "AAPL", "SPY", "SPX", "VIX", "IWM"}, days, OPEN_MS, end_ms, 1, 0.01)


@pytest.fixture(scope="module")
def market() -> HistoryMarket:
    """One that is never asked ahead for the quotes of an option."""
    return made()


@pytest.mark.parametrize("option", OPTIONS, ids=lambda o: o.symbol)
def test_what_is_told_ahead_is_what_is_shown(market: HistoryMarket, option: Option) -> None:
    teller = made()
    ahead = teller.ahead([option.symbol], [option], [], TIMES)
    assert ahead is not None
    bids, asks = ahead.options[option]
    for at, time in enumerate(TIMES.tolist()):
        spot, quote = market.underlying(option.symbol, time), market.option(option, time)
        assert spot is not None
        assert quote is not None
        assert ahead.spots[option.symbol][at] == float(spot.mid)
        assert (bids[at], asks[at]) == (float(quote.bid), float(quote.ask))
        assert repr(teller.option(option, time)) == repr(quote)
    assert len(set(asks.tolist())) > 5


@pytest.mark.parametrize("symbol", ["AAPL", "SPY"])
def test_expiries_with_reports_or_dividends_between_them_are_told_together(market: HistoryMarket, symbol: str) -> None:
    """AAPL reports at the ends of April and July; SPY pays on the third Fridays of June, September and December."""
    days = (date(2020, 3, 13), date(2020, 4, 24), date(2020, 5, 15), date(2020, 9, 18), date(2021, 1, 15))
    options = [Option(symbol, day, Decimal(strike), right) for day in days for strike in (250, 280) for right in Right]
    times = TIMES[1::20]
    ahead = made().ahead([symbol], options, [], times)
    assert ahead is not None
    for option in options:
        shown = [market.option(option, time) for time in times.tolist()]
        told = [list(map(float, pair)) for pair in zip(*ahead.options[option], strict=True)]
        assert told == [[float(quote.bid), float(quote.ask)] for quote in shown if quote is not None]


def test_what_is_told_at_one_pace_is_what_is_told_at_another(market: HistoryMarket) -> None:
    teller, option = made(), OPTIONS[0]
    told = teller.ahead([option.symbol], [option], [], TIMES[2:4])
    minutes = np.arange(TIMES[3], TIMES[5], MINUTE_MS, dtype=np.int64)
    later, again = (teller.ahead([option.symbol], [option], [], times) for times in (minutes, TIMES[4:]))
    assert told is not None and later is not None and again is not None
    for ahead in (told, later, again):
        shown = [market.option(option, time) for time in ahead.times.tolist()]
        assert ahead.options[option][1].tolist() == [float(quote.ask) for quote in shown if quote is not None]


@pytest.mark.parametrize(
    ("symbol", "expiry", "right"),
    [("NVDA", date(2020, 3, 13), Right.PUT), ("AAPL", date(2020, 3, 20), Right.CALL)],
    ids=["puts of the week", "calls"],
)
def test_a_strip_told_ahead_is_the_slice_of_each_instant(
    market: HistoryMarket, symbol: str, expiry: date, right: Right
) -> None:
    times = TIMES[3:18]
    ahead = market.ahead([symbol], [], [(symbol, expiry, right)], times)
    assert ahead is not None
    strip = ahead.strips[symbol, expiry, right]
    for at, time in enumerate(times.tolist()):
        chain = market.chain(symbol, time)
        assert chain is not None
        row = chain.slices[expiry, right]
        listed = np.searchsorted(strip.strikes, [float(strike) for strike in row.strikes])
        assert strip.expires_ms == row.expires_ms
        assert strip.strikes[listed].tolist() == [float(strike) for strike in row.strikes]
        assert strip.bids[at, listed].tolist() == row.bids.tolist()
        assert strip.asks[at, listed].tolist() == row.asks.tolist()
        assert strip.open_interest[listed].tolist() == row.open_interest.tolist()
        assert strip.volume[at, listed].tolist() == row.volume.tolist()
        assert strip.previous_volume[listed].tolist() == row.previous_volume.tolist()


def test_a_symbol_without_data_is_not_told_of(market: HistoryMarket) -> None:
    ahead = market.ahead(["IWM", "NVDA"], [], [], TIMES)
    assert ahead is not None
    assert set(ahead.spots) == {"NVDA", "VIX"}


def test_where_a_symbol_has_no_row_for_the_session_nothing_is_told_ahead(market: HistoryMarket) -> None:
    assert market.ahead(["NVDA"], [], [], TIMES + 400 * 24 * 60 * MINUTE_MS) is None
