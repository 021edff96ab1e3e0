"""The history market shows what happened, on real data where it is at hand."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from allusetui.domain.contract import Option, Right
from allusetui.domain.moment import MINUTE_MS, SECOND_MS, to_ms
from allusetui.domain.quote import Chain, Floats, Payout, Quote, Slice
from allusetui.market.calendars import calendar
from allusetui.market.history import HistoryMarket
from allusetui.market.history_data import load
from allusetui.market.model_data import Daily
from tests.replaying import DATA

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="real market data is not at hand")

CALENDAR = calendar(date(2018, 6, 1), date(2023, 6, 30))
SYMBOLS = ("AAPL", "AMZN", "GOOG", "META", "MSFT", "NVDA", "TSLA", "QQQ", "SPY", "SPX", "XSP", "VIX", "IWM")
FIRST, LAST = date(2020, 2, 3), date(2020, 12, 24)
DAYS = [session.day for session in CALENDAR.sessions if FIRST <= session.day <= LAST]


@cache
def market(seed: int = 1) -> HistoryMarket:
    start, end = datetime(2020, 2, 3, 9), datetime(2020, 12, 24, 17)
    return HistoryMarket(DATA, SYMBOLS, CALENDAR, to_ms(start), to_ms(end), seed, rate=0.01)


@cache
def rows(symbol: str) -> Daily:
    return load(DATA, SYMBOLS, FIRST, LAST).daily[symbol]


def at(month: int, day: int, hour: int = 10, minute: int = 0, second: int = 0) -> int:
    return to_ms(datetime(2020, month, day, hour, minute, second))


def seen(quote: Quote | None) -> Quote:
    assert quote is not None
    return quote


def listed(symbol: str, at_ms: int) -> Chain:
    chain = market().chain(symbol, at_ms)
    assert chain is not None
    return chain


def path(symbol: str, day: date, seed: int = 1) -> tuple[NDArray[np.int64], Floats]:
    found = market(seed).spot_path(symbol, day)
    assert found is not None
    return found


def strikes(row: Slice) -> list[Decimal]:
    return [after - before for before, after in zip(row.strikes, row.strikes[1:], strict=False)]


def twenty_days() -> list[date]:
    drawn = np.random.default_rng(7).choice(len(DAYS), 19, replace=False)
    return [date(2020, 3, 16), *(DAYS[i] for i in sorted(drawn))]


@pytest.mark.parametrize("symbol", [name for name in SYMBOLS if name not in ("XSP", "IWM")])
def test_every_path_touches_its_open_high_low_and_close_to_the_cent(symbol: str) -> None:
    for day in twenty_days():
        _, values = path(symbol, day)
        daily = rows(symbol)
        row = daily.on(day)
        assert row is not None
        wanted = [np.round(column[row], 2) for column in (daily.opens, daily.highs, daily.lows, daily.closes)]
        assert [values[0], values.max(), values.min(), values[-1]] == wanted, day


@pytest.mark.parametrize(("day", "high"), [(6, 54.39), (12, 76.83), (16, 83.56)])
def test_vix_reaches_the_highs_of_march_2020(day: int, high: float) -> None:
    _, values = path("VIX", date(2020, 3, day))
    assert values.max() == high


def test_vix_ticks_until_a_quarter_past_the_close_and_on_half_days_too() -> None:
    times, _ = path("VIX", date(2020, 3, 16))
    assert (times[0], times[-1]) == (at(3, 16, 9, 30), at(3, 16, 16, 15))
    times, values = path("VIX", date(2020, 11, 27))
    assert (times[-1], len(values)) == (at(11, 27, 13, 15), len(times))
    assert market().next_tick(at(3, 16, 16, 15)) == at(3, 17, 9, 30)


def test_vix_moves_against_spx_by_about_eight_tenths() -> None:
    found = []
    for day in DAYS:
        spx, vix = path("SPX", day)[1], path("VIX", day)[1]
        found.append(np.corrcoef(np.diff(spx[::12]), np.diff(vix[: len(spx)][::12]))[0, 1])
    assert -0.85 < np.mean(found) < -0.72


def test_a_path_depends_on_seed_symbol_and_day_alone() -> None:
    fresh = HistoryMarket(DATA, ("TSLA",), CALENDAR, at(6, 1, 9), at(6, 30, 17), seed=1, rate=0.01)
    again = fresh.spot_path("TSLA", date(2020, 6, 17))
    assert again is not None
    assert (again[1] == path("TSLA", date(2020, 6, 17))[1]).all()
    assert (again[1] != path("TSLA", date(2020, 6, 17), seed=2)[1]).any()


def test_quotes_stay_at_the_close_until_the_next_open() -> None:
    before = seen(market().underlying("AAPL", at(3, 16, 9, 29, 59)))
    assert (before.bid, before.at_ms) == (Decimal("277.97"), at(3, 13, 16))
    opened = seen(market().underlying("AAPL", at(3, 16, 9, 30)))
    assert (opened.bid, opened.at_ms, opened.confirmed) == (Decimal("241.95"), at(3, 16, 9, 30), True)
    assert seen(market().underlying("AAPL", at(3, 16, 10, 0, 7))).at_ms == at(3, 16, 10, 0, 5)


def test_what_has_no_daily_file_is_not_listed() -> None:
    assert "IWM" not in market().symbols
    assert market().chain("IWM", at(3, 16)) is None
    assert market().underlying("IWM", at(3, 16)) is None


def test_xsp_is_a_tenth_of_spx() -> None:
    for second in range(0, 3600, 601):
        now = at(3, 16) + second * SECOND_MS
        spx, xsp = seen(market().underlying("SPX", now)).bid, seen(market().underlying("XSP", now)).bid
        assert abs(spx / 10 - xsp) <= Decimal("0.006")


@pytest.mark.parametrize("symbol", ["AAPL", "NVDA", "SPY", "SPX", "XSP", "VIX"])
@pytest.mark.parametrize("now", [at(3, 16, 9, 31), at(8, 27, 11)])
def test_an_option_asked_for_alone_has_the_quote_of_its_slice(symbol: str, now: int) -> None:
    for row in listed(symbol, now).slices.values():
        for index in range(0, len(row.strikes), 9):
            quote = seen(market().option(row.option(index), now))
            assert (float(quote.bid), float(quote.ask)) == (row.bids[index], row.asks[index])
            assert quote.bid % quote.tick == quote.ask % quote.tick == 0


def test_names_list_fridays_six_weeks_out_and_third_fridays_to_24_months() -> None:
    expiries = listed("AAPL", at(3, 16)).expiries
    weeks = [date(2020, 3, 20), date(2020, 3, 27), date(2020, 4, 3), date(2020, 4, 9), date(2020, 4, 17)]
    assert list(expiries[:7]) == [*weeks, date(2020, 4, 24), date(2020, 5, 15)]
    assert expiries[-1] == date(2022, 2, 18)


def test_spy_lists_every_session_two_weeks_out() -> None:
    expiries = listed("SPY", at(3, 16)).expiries
    daily = [session.day for session in CALENDAR.sessions if date(2020, 3, 16) <= session.day <= date(2020, 3, 30)]
    assert list(expiries[: len(daily) + 1]) == [*daily, date(2020, 4, 3)]


@pytest.mark.parametrize(
    ("symbol", "step"), [("TSLA", "2.5"), ("MSFT", "1"), ("AMZN", "5"), ("SPX", "25"), ("XSP", "2.5"), ("VIX", "1")]
)
def test_strike_steps_go_by_price_and_double_beyond_60_days(symbol: str, step: str) -> None:
    chain = listed(symbol, at(3, 16))
    assert set(strikes(chain.slices[date(2020, 3, 20), Right.PUT])) == {Decimal(step)}
    assert set(strikes(chain.slices[date(2020, 6, 19), Right.PUT])) == {2 * Decimal(step)}


def test_spreads_are_wider_at_the_edges_of_the_day() -> None:
    option = Option("AAPL", date(2020, 9, 18), Decimal(500), Right.PUT)
    spreads = []
    for hour, minute in ((9, 34), (9, 36), (15, 54), (15, 56)):
        quote = seen(market().option(option, at(8, 27, hour, minute)))
        spreads.append(quote.spread_share)
    assert spreads[0] > 2.5 * spreads[1]
    assert spreads[3] > 2.5 * spreads[2]


def test_volume_grows_over_the_session_and_interest_stands() -> None:
    key = (date(2020, 8, 28), Right.PUT)
    morning, noon, close = (listed("AAPL", at(8, 27, hour)).slices[key] for hour in (10, 12, 16))
    index = morning.strikes.index(Decimal(495))
    places = [row.strikes.index(Decimal(495)) for row in (noon, close)]
    assert 0 < morning.volume[index] < noon.volume[places[0]] < close.volume[places[1]]
    assert close.volume[places[1]] == pytest.approx(morning.previous_volume[index], abs=1)
    assert morning.open_interest[index] == noon.open_interest[places[0]]
    assert morning.previous_volume[index] == morning.average_volume[index]


def test_an_option_that_lives_to_see_a_report_is_dearer() -> None:
    report, now = date(2020, 4, 30), at(4, 28)
    assert report in (listed("AAPL", now).earnings or ())
    assert report in listed("AAPL", now).reports_after_close
    spot = seen(market().underlying("AAPL", now)).bid
    strike = Decimal(round(spot / 5) * 5)
    put = Option("AAPL", date(2020, 5, 1), strike, Right.PUT)
    after = seen(market().option(put, now)).mid
    without = seen(market().option(Option("AAPL", report, strike, Right.PUT), now)).mid
    assert after > Decimal("1.3") * without
    assert listed("SPY", now).earnings == ()


def test_bars_stand_at_the_level_that_trades_on_the_day_asked_for() -> None:
    friday, monday, tuesday = (market().bars("AAPL", at(*day)) for day in ((8, 28), (8, 31), (9, 1)))
    assert friday[-1].close == pytest.approx(500.04)
    assert monday[-1].day == date(2020, 8, 28)
    assert monday[-1].close == pytest.approx(499.23 / 4)
    assert monday[-2].close == pytest.approx(500.04 / 4)
    assert tuesday[-1].close == pytest.approx(129.04)
    assert tuesday[-2].close == pytest.approx(499.23 / 4)
    assert len(friday) == 260
    assert market().splits_on(date(2020, 8, 31)) == (("AAPL", Decimal("4.0")), ("TSLA", Decimal("5.0")))


def test_dividends_are_told_on_their_ex_date() -> None:
    assert ("SPY", Decimal("1.406")) in market().dividends_on(date(2020, 3, 20))


def test_a_chain_tells_the_dividends_that_are_still_to_come() -> None:
    before, after = (listed("SPY", at(3, day, 10)).payouts for day in (19, 20))
    assert before[0] == Payout(date(2020, 3, 20), Decimal("1.406"))
    assert after == before[1:]


def test_the_first_tick_above_a_level_is_the_first() -> None:
    found = market().first_above("VIX", Decimal(80), at(3, 9, 9), at(4, 1, 9))
    assert found is not None
    times, values = path("VIX", date(2020, 3, 16))
    assert times[0] <= found <= times[-1]
    assert seen(market().underlying("VIX", found)).bid > 80
    assert (values[times < found] <= 80).all()
    assert market().first_above("VIX", Decimal(80), found, found) is None
    assert market().first_above("VIX", Decimal(90), at(3, 9, 9), at(4, 1, 9)) is None
    assert not market().disturbed(at(3, 9, 9), at(4, 1, 9))


def test_ticks_run_every_five_seconds_from_start_to_end() -> None:
    assert market().next_tick(0) == at(2, 3, 9, 30)
    assert market().next_tick(at(2, 3, 9, 30)) == at(2, 3, 9, 30, 5)
    assert market().next_tick(at(12, 24, 13, 15)) is None
    assert market().next_tick(at(2, 7, 16, 15)) == at(2, 10, 9, 30)


def test_puts_cost_more_the_higher_the_strike() -> None:
    row = listed("SPX", at(3, 16)).slices[date(2020, 3, 20), Right.PUT]
    assert (np.diff(row.bids) >= 0).all()
    assert (np.diff(row.asks) >= 0).all()
    assert (row.asks > row.bids).all()


def test_an_expired_option_keeps_the_quote_of_its_last_close() -> None:
    option = Option("AAPL", date(2020, 8, 28), Decimal(500), Right.PUT)
    close = seen(market().option(option, at(8, 28, 16)))
    assert close == seen(market().option(option, at(8, 28, 16) + 30 * MINUTE_MS))
    assert close == seen(market().option(option, at(8, 28, 16) + timedelta(days=3) // timedelta(milliseconds=1)))
    assert close.bid <= Decimal("0.77") <= close.ask
