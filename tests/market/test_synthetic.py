"""The synthetic market answers for every symbol, the same for the same seed, and looks as the market model says."""

from datetime import date, datetime
from decimal import Decimal
from functools import cache

import numpy as np
import pytest

from allusetui.domain.contract import Right
from allusetui.domain.moment import MINUTE_MS, day_of, to_ms
from allusetui.domain.quote import Chain, Floats
from allusetui.law.load import load
from allusetui.market.calendars import calendar
from allusetui.market.synthetic import SyntheticMarket
from allusetui.rules.liquidity import flaw

START = datetime(2026, 3, 2, 9, 25)
CALENDAR = calendar(date(2025, 1, 6), date(2032, 4, 30))
LAW = load()
UNIVERSE = sorted({symbol for kind in ("gen", "rev", "com", "mini") for symbol in LAW.sleeves[kind].universe})
SYMBOLS = [*UNIVERSE, "SPX", "XSP", "VIX"]
YEAR_SESSIONS = 252


@cache
def market(seed: int = 3, end: datetime = datetime(2026, 12, 31, 17)) -> SyntheticMarket:
    return SyntheticMarket(SYMBOLS, CALENDAR, to_ms(START), to_ms(end), seed, rate=0.04)


def at(month: int, day: int, hour: int = 10, minute: int = 0) -> int:
    return to_ms(datetime(2026, month, day, hour, minute))


def listed(symbol: str, at_ms: int) -> Chain:
    chain = market().chain(symbol, at_ms)
    assert chain is not None
    return chain


def path(symbol: str, day: date, found: SyntheticMarket) -> Floats:
    shown = found.spot_path(symbol, day)
    assert shown is not None
    return shown[1]


def closes(symbol: str, found: SyntheticMarket, at_ms: int) -> Floats:
    return np.array([bar.close for bar in found.bars(symbol, at_ms)])


@pytest.mark.parametrize("symbol", SYMBOLS)
def test_a_seed_shows_the_same_days_again_and_another_seed_shows_others(symbol: str) -> None:
    again = SyntheticMarket(SYMBOLS, CALENDAR, to_ms(START), at(12, 31, 17), 3, rate=0.04)
    assert again.bars(symbol, at(12, 31)) == market().bars(symbol, at(12, 31))
    assert (path(symbol, date(2026, 3, 4), again) == path(symbol, date(2026, 3, 4), market())).all()
    assert market(4).bars(symbol, at(12, 31)) != market().bars(symbol, at(12, 31))


@pytest.mark.parametrize("symbol", SYMBOLS)
def test_a_later_end_and_other_symbols_leave_the_days_before_as_they_are(symbol: str) -> None:
    longer = market(3, datetime(2030, 6, 28, 17))
    alone = SyntheticMarket([symbol], CALENDAR, to_ms(START), at(3, 6, 17), 3, rate=0.04)
    assert longer.bars(symbol, at(12, 31)) == market().bars(symbol, at(12, 31))
    assert alone.bars(symbol, at(3, 6)) == market().bars(symbol, at(3, 6))
    assert (path(symbol, date(2026, 12, 31), longer) == path(symbol, date(2026, 12, 31), market())).all()
    assert longer.dividends_on(date(2026, 9, 18)) == market().dividends_on(date(2026, 9, 18))


@pytest.mark.parametrize("symbol", SYMBOLS)
def test_every_path_stays_within_its_bar_and_ends_at_its_close(symbol: str) -> None:
    for bar in market().bars(symbol, at(12, 31))[-120::7]:
        values = path(symbol, bar.day, market())
        wanted = np.round([bar.high, bar.low, bar.close], 2)
        assert [values.max(), values.min(), values[-1]] == wanted.tolist(), bar.day
        assert 0 < bar.low <= bar.close <= bar.high


def test_there_are_bars_of_a_year_before_the_first_session() -> None:
    assert all(len(market().bars(symbol, to_ms(START))) == 260 for symbol in SYMBOLS)


@pytest.mark.parametrize("symbol", SYMBOLS)
def test_every_symbol_has_a_chain_of_quotes_that_the_law_takes(symbol: str) -> None:
    now = at(3, 2)
    chain = listed(symbol, now)
    assert chain.expiries
    for right in Right:
        row = chain.slices[chain.expiries[1], right]
        assert len(row.strikes) > 10
        assert (row.bids >= 0).all()
        assert (row.asks >= row.bids).all()
        quote = market().option(row.option(len(row.strikes) // 2), now)
        assert quote is not None
        assert flaw(quote, now, is_option=True) is None


@pytest.mark.parametrize("symbol", ["AAPL", "SPX", "SPY"])
def test_strikes_are_those_of_the_chain_without_its_prices(symbol: str) -> None:
    chain = listed(symbol, at(3, 5))
    for expiry in chain.expiries[::4]:
        assert market().strikes(symbol, expiry, at(3, 5)) == chain.slices[expiry, Right.PUT].strikes
    assert market().strikes("NOPE", chain.expiries[0], at(3, 5)) == ()


def test_the_largest_names_list_three_expiries_a_week_from_2026_on() -> None:
    assert [day.day for day in listed("AAPL", at(3, 2)).expiries[:5]] == [2, 4, 6, 9, 11]
    funds = listed("SPY", at(3, 2)).expiries[:5]
    assert [day.day for day in funds] == [2, 3, 4, 5, 6]


def test_an_index_option_is_quoted_in_nickels_under_three_dollars_and_in_dimes_above() -> None:
    chain = listed("SPX", at(3, 2))
    row, ticks = chain.slices[chain.expiries[1], Right.PUT], set()
    for index in range(len(row.strikes)):
        quote = market().option(row.option(index), at(3, 2))
        assert quote is not None and quote.bid % quote.tick == quote.ask % quote.tick == 0
        if abs(quote.mid - 3) > quote.ask - quote.bid:  # the model's mid lies on the same side of three
            ticks.add((quote.mid > 3, quote.tick))
    assert ticks == {(False, Decimal("0.05")), (True, Decimal("0.10"))}


def test_spx_moves_against_vix_and_names_move_as_the_model_says() -> None:
    years = [market(seed, datetime(2031, 2, 28, 17)) for seed in range(12)]
    levels = np.concatenate([_daily(found, "VIX") for found in years])
    assert levels.min() >= 9
    assert levels.max() <= 95
    assert 15 < levels.mean() < 24
    against = [np.corrcoef(np.diff(np.log(_daily(f, "SPX"))), np.diff(np.log(_daily(f, "VIX"))))[0, 1] for f in years]
    assert -0.85 < np.mean(against) < -0.55
    for symbol, vol in (("AAPL", 0.288), ("NVDA", 0.412), ("TSLA", 0.563), ("SPY", 0.169), ("QQQ", 0.199)):
        found = np.median([np.diff(np.log(_daily(each, symbol))).std() * YEAR_SESSIONS**0.5 for each in years])
        assert 0.75 * vol < found < 1.25 * vol, symbol


def _daily(found: SyntheticMarket, symbol: str) -> Floats:
    """Five years of closes, from bars that reach back 260 sessions."""
    ends = [to_ms(datetime(year, 12, 31, 17)) for year in range(2026, 2031)]
    bars = {bar.day: bar.close for end in ends for bar in found.bars(symbol, end)}
    return np.array([bars[day] for day in sorted(bars)])


def test_spy_is_a_tenth_of_spx_but_for_its_dividends() -> None:
    ratio = closes("SPY", market(), at(12, 31)) / closes("SPX", market(), at(12, 31))
    assert ratio == pytest.approx(0.1, rel=0.005)
    assert [symbol for symbol, _ in market().dividends_on(date(2026, 3, 20))] == ["SPY"]
    assert [symbol for symbol, _ in market().dividends_on(date(2026, 3, 23))] == ["IWM", "QQQ"]
    paid = dict(market().dividends_on(date(2026, 3, 20)))["SPY"]
    assert 0.5 < paid < 5


def test_names_report_once_a_quarter_after_the_close_and_funds_never() -> None:
    for symbol in ("AAPL", "NVDA", "TSLA", "META"):
        chain = listed(symbol, at(3, 2))
        assert chain.earnings is not None
        assert sum(day.year == 2026 for day in chain.earnings) == 4
        assert set(chain.earnings) == chain.reports_after_close
    assert all(listed(symbol, at(3, 2)).earnings == () for symbol in ("SPY", "QQQ", "IWM", "SPX", "VIX"))


def test_no_day_of_the_first_week_is_a_report() -> None:
    reported = {day for symbol in UNIVERSE for day in listed(symbol, at(3, 2)).earnings or ()}
    assert not [day for day in reported if date(2026, 3, 2) <= day <= date(2026, 3, 6)]


def test_the_rate_is_the_same_throughout_and_nothing_is_unknown() -> None:
    assert market().rate(at(3, 2)) == market().rate(at(12, 31)) == 0.04
    assert market().warnings == ()
    assert market().symbols == set(SYMBOLS)


def test_ticks_run_from_the_first_open_to_the_end() -> None:
    first = market().next_tick(0)
    assert first == at(3, 2, 9, 30)
    assert market().next_tick(at(12, 31, 16, 15)) is None
    assert day_of(market().next_tick(at(3, 6, 16, 15)) or 0) == date(2026, 3, 9)


def test_a_scenario_of_years_to_come_is_served_too() -> None:
    days = calendar(date(2049, 1, 4), date(2052, 6, 28))
    start = to_ms(datetime(2050, 3, 7, 9))
    found = SyntheticMarket(["AAPL"], days, start, start + 5 * 24 * 60 * MINUTE_MS, 1, rate=0.02)
    assert found.chain("AAPL", start + 90 * MINUTE_MS) is not None
