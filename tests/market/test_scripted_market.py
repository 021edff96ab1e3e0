"""The scripted market shows what the scenario says, on its ticks."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from allusetui.domain.contract import Option, Right
from allusetui.domain.moment import SECOND_MS, to_ms
from allusetui.domain.quote import Breadth, Chain, Payout, Quote
from allusetui.market.calendars import calendar
from allusetui.market.faults import FaultyMarket
from allusetui.market.scripted import ScriptedMarket
from allusetui.pricing.atr import wilder_atr
from allusetui.scenario.load import parse

CALENDAR = calendar(date(2025, 10, 1), date(2028, 6, 30))
PUT = Option("AAPL", date(2026, 3, 6), Decimal("199.5"), Right.PUT)
HEAD = """
[scenario]
name = "market"
start = 2026-03-05T09:00:00
end = 2026-03-10T17:00:00
capital = 1_000_000
[market]
kind = "scripted"
[market.symbols.AAPL]
spot = 200.0
iv = 0.3
strike_step = 0.5
dividends = [{ ex = 2026-06-10, amount = 0.26 }, { ex = 2026-03-10, amount = 0.25 }]
[market.symbols.VIX]
spot = 18.0
[market.symbols.SPX]
spot = 5000.0
[market.symbols.XSP]
"""


def market(tape: str = "", faults: str = "", head: str = HEAD) -> FaultyMarket:
    scenario = parse(head + tape + faults, "test")
    run = scenario.scenario
    true = ScriptedMarket(scenario.market, scenario.tape, CALENDAR, to_ms(run.start), to_ms(run.end))
    return FaultyMarket(true, scenario.faults)


def at(day: int, hour: int, minute: int, second: int = 0) -> int:
    return to_ms(datetime(2026, 3, day, hour, minute, second))


def seen(quote: Quote | None) -> Quote:
    assert quote is not None
    return quote


def listed(chain: Chain | None) -> Chain:
    assert chain is not None
    return chain


def tape(values: str, when: str = "2026-03-05T10:30:00", glide: str = "") -> str:
    return f"[[tape]]\nat = {when}\nset = {{ {values} }}\n" + (f'glide = "{glide}"\n' if glide else "")


def fault(kind: str, more: str = "", span: str = "2m") -> str:
    return f'[[fault]]\nat = 2026-03-05T10:40:00\nfor = "{span}"\nkind = "{kind}"\nsymbol = "AAPL"\n{more}\n'


def test_the_thursday_put_at_half_a_dollar_under_spot_quotes_1_14_at_1_17() -> None:
    quote = seen(market().option(PUT, at(5, 9, 45)))
    assert (quote.bid, quote.ask, quote.tick) == (Decimal("1.14"), Decimal("1.17"), Decimal("0.01"))


def test_a_quote_between_two_ticks_is_the_last_tick() -> None:
    quote = seen(market().underlying("AAPL", at(5, 9, 45) + 4999))
    assert quote.at_ms == at(5, 9, 45)
    assert quote.bid == quote.ask == Decimal(200)
    assert quote.confirmed


def test_vix_ticks_a_quarter_of_an_hour_longer_than_stocks() -> None:
    feed = market()
    assert seen(feed.underlying("AAPL", at(5, 16, 30))).at_ms == at(5, 16, 0)
    assert seen(feed.underlying("VIX", at(5, 16, 30))).at_ms == at(5, 16, 15)
    assert feed.next_tick(at(5, 16, 15)) == at(6, 9, 30)


def test_a_tape_point_ticks_at_any_hour() -> None:
    feed = market(tape("VIX = 31.0", "2026-03-05T18:30:01"))
    assert feed.next_tick(at(5, 16, 15)) == at(5, 18, 30, 1)
    assert seen(feed.underlying("VIX", at(5, 18, 31))).mid == 31


def test_a_glide_goes_in_a_straight_line_and_stays() -> None:
    feed = market(tape("AAPL = 190.0", glide="10m"))
    spots = [seen(feed.underlying("AAPL", at(5, 10, minute))).mid for minute in (29, 30, 35, 40, 50)]
    assert spots == [200, 200, 195, 190, 190]


def test_a_new_point_takes_over_from_an_unfinished_glide_where_it_stands() -> None:
    feed = market(tape("AAPL = 190.0", glide="10m") + tape("AAPL = 205.0", "2026-03-05T10:35:00", "10m"))
    assert seen(feed.underlying("AAPL", at(5, 10, 40))).mid == 200


@pytest.mark.parametrize("level", ["200.0", "200.0001", "203.3333", "207.5", "209.9999", "210.0", "189.9"])
def test_first_above_is_the_first_tick_that_a_patient_watcher_would_find(level: str) -> None:
    feed = market(
        tape("AAPL = 190.0", glide="3m")
        + tape("AAPL = 210.0", "2026-03-05T10:36:07", "11m")
        + tape("AAPL = 180.0", "2026-03-05T10:50:00")
    )
    wanted, first, last = Decimal(level), at(5, 10, 29), at(5, 10, 55)
    tick, found = feed.next_tick(first), None
    while tick is not None and tick <= last and found is None:
        found = tick if seen(feed.underlying("AAPL", tick)).mid > wanted else None
        tick = feed.next_tick(tick)
    assert feed.first_above("AAPL", wanted, first, last) == found


@pytest.mark.parametrize("symbol", ["AAPL", "VIX", "SPX", "XSP"])
def test_the_chain_and_the_single_quote_agree_on_every_tick(symbol: str) -> None:
    feed, now = market(), at(5, 11, 17)
    for part in list(listed(feed.chain(symbol, now)).slices.values())[::5]:
        for index, (bid, ask) in enumerate(zip(part.bids, part.asks, strict=True)):
            quote = seen(feed.option(part.option(index), now))
            assert (quote.bid, quote.ask) == (Decimal(str(bid)), Decimal(str(ask)))


def test_vix_options_are_priced_on_its_spot() -> None:
    # The worked example: 27 call of six months at 18, volatility .9: 2.27.
    quote = seen(market().option(Option("VIX", date(2026, 9, 18), Decimal(27), Right.CALL), at(18, 10, 0)))
    assert quote.bid <= Decimal("2.27") <= quote.ask


def test_xsp_follows_spx_at_a_tenth() -> None:
    feed = market(tape("SPX = 4500.0"))
    assert seen(feed.underlying("XSP", at(5, 10, 31))).mid == 450


def test_fridays_six_weeks_out_then_third_fridays_to_two_years() -> None:
    expiries = listed(market().chain("AAPL", at(5, 10, 0))).expiries
    assert expiries[:7] == tuple(
        date(2026, *each) for each in ((3, 6), (3, 13), (3, 20), (3, 27), (4, 2), (4, 10), (4, 17))
    )
    assert expiries[7] == date(2026, 5, 15)
    assert date(2026, 6, 18) in expiries, "the 19th is a holiday"
    assert expiries[-1] == date(2028, 2, 18)


def test_strikes_are_those_of_the_chain_without_its_prices() -> None:
    scenario = parse(HEAD, "test")
    true = ScriptedMarket(scenario.market, scenario.tape, CALENDAR, at(5, 9, 0), at(6, 17, 0))
    chain = listed(true.chain("AAPL", at(5, 10, 0)))
    for expiry in chain.expiries:
        assert true.strikes("AAPL", expiry, at(5, 10, 0)) == chain.slices[expiry, Right.CALL].strikes
    assert true.strikes("NOPE", chain.expiries[0], at(5, 10, 0)) == ()


def test_an_expiry_is_listed_until_its_own_close() -> None:
    feed = market()
    assert listed(feed.chain("AAPL", at(6, 15, 59))).expiries[0] == date(2026, 3, 6)
    assert listed(feed.chain("AAPL", at(6, 16, 0))).expiries[0] == date(2026, 3, 13)


def test_a_symbol_that_is_not_listed_has_nothing() -> None:
    feed = market()
    assert feed.chain("MSFT", at(5, 10, 0)) is None
    assert feed.underlying("MSFT", at(5, 10, 0)) is None


def test_missing_open_interest_shows_as_minus_one() -> None:
    feed = market(tape('"AAPL.oi" = "missing"'))
    part = listed(feed.chain("AAPL", at(5, 10, 31))).slices[(date(2026, 3, 6), Right.PUT)]
    assert set(part.open_interest) == {-1}
    assert set(part.volume) == set(part.average_volume) == {2000}


def atr(feed: FaultyMarket, now: int) -> float | None:
    bars = feed.bars("AAPL", now)
    found = wilder_atr([b.high for b in bars], [b.low for b in bars], [b.close for b in bars])
    return None if found is None else round(found, 9)


def test_bars_have_the_scripted_true_range_from_the_next_open() -> None:
    feed = market(tape('AAPL = 199.0, "AAPL.atr" = 6.0', "2026-03-05T12:00:00"))
    assert [bar.close for bar in feed.bars("AAPL", at(6, 9, 30))][-2:] == [200.0, 199.0]
    assert [atr(feed, now) for now in (at(5, 9, 30), at(5, 16, 0), at(6, 9, 30))] == [4.0, 4.0, 6.0]


@pytest.mark.clause("5.5")
def test_5_5_breadth_is_the_script_s_and_that_of_the_last_session_that_has_closed() -> None:
    feed = market("[market.breadth]\nvalue = 55.0\n", tape("breadth = 18.0"))
    assert feed.breadth(at(5, 10, 29)) == Breadth(date(2026, 3, 4), Decimal(55))
    assert feed.breadth(at(5, 15, 59)) == Breadth(date(2026, 3, 4), Decimal(18))
    assert feed.breadth(at(5, 16, 0)) == Breadth(date(2026, 3, 5), Decimal(18))
    assert market().breadth(at(5, 16, 0)) is None


def test_a_symbol_without_bars_has_none() -> None:
    scenario = HEAD.replace("strike_step = 0.5", 'strike_step = 0.5\natr = "none"')
    assert market(head=scenario).bars("AAPL", at(6, 9, 30)) == ()


def test_bars_that_stop_lack_the_last_session_from_the_next_fixing() -> None:
    feed = market(tape('"AAPL.atr" = "none"', "2026-03-05T12:00:00"))
    last_days = [feed.bars("AAPL", now)[-1].day for now in (at(5, 15, 0), at(6, 9, 30), at(9, 9, 30))]
    assert last_days == [date(2026, 3, 4)] * 3


def test_a_stale_feed_freezes_at_the_last_tick_before_and_is_confirmed_after() -> None:
    feed = market(tape("AAPL = 150.0", "2026-03-05T10:41:00"), fault("stale"))
    frozen = seen(feed.underlying("AAPL", at(5, 10, 41, 30)))
    assert (frozen.mid, frozen.at_ms) == (Decimal(200), at(5, 10, 39, 55))
    assert seen(feed.option(PUT, at(5, 10, 41, 30))).at_ms == at(5, 10, 39, 55)
    after = seen(feed.underlying("AAPL", at(5, 10, 42)))
    assert (after.mid, after.confirmed) == (Decimal(150), True)


def test_a_vanished_chain_comes_back() -> None:
    feed = market(faults=fault("no_chain"))
    shown = [feed.chain("AAPL", at(5, 10, minute)) is not None for minute in (39, 40, 41, 42)]
    assert shown == [True, False, False, True]


@pytest.mark.parametrize(
    ("value", "bid", "ask"),
    [("zero", "0", "0"), ("negative", "-1", "-1"), ("spike", "2000", "2000"), ("crossed", "200.01", "200")],
)
def test_a_bad_quote_is_bad_and_unconfirmed_for_its_span(value: str, bid: str, ask: str) -> None:
    feed = market(faults=fault("bad_quote", f'value = "{value}"'))
    bad = seen(feed.underlying("AAPL", at(5, 10, 41)))
    assert (bad.bid, bad.ask, bad.confirmed) == (Decimal(bid), Decimal(ask), False)
    assert seen(feed.underlying("AAPL", at(5, 10, 42))).confirmed


def test_a_nan_is_in_the_underlying_the_option_and_the_chain() -> None:
    feed, now = market(faults=fault("bad_quote", 'value = "nan"')), at(5, 10, 41)
    assert seen(feed.underlying("AAPL", now)).bid.is_nan()
    assert seen(feed.option(PUT, now)).ask.is_nan()
    bids = listed(feed.chain("AAPL", now)).slices[(PUT.expiry, Right.PUT)].bids
    assert all(bid != bid for bid in bids)


def test_a_quote_from_the_future_is_an_hour_ahead() -> None:
    feed = market(faults=fault("bad_quote", 'value = "future"'))
    assert seen(feed.underlying("AAPL", at(5, 10, 41))).at_ms == at(5, 11, 41)


@pytest.mark.parametrize(
    ("first", "last", "disturbed"),
    [
        (at(5, 10, 0), at(5, 10, 39, 54), False),
        (at(5, 10, 0), at(5, 10, 39, 55), True),
        (at(5, 10, 43), at(5, 11, 0), True),
        (at(5, 10, 43) + SECOND_MS, at(5, 11, 0), False),
    ],
)
def test_disturbed_from_five_seconds_before_to_a_minute_after(first: int, last: int, disturbed: bool) -> None:
    assert market(faults=fault("stale")).disturbed(first, last) is disturbed


def test_a_chain_tells_the_dividends_by_ex_date() -> None:
    first, second = Payout(date(2026, 3, 10), Decimal("0.25")), Payout(date(2026, 6, 10), Decimal("0.26"))
    assert listed(market().chain("AAPL", at(5, 10, 0))).payouts == (first, second)
    assert listed(market().chain("SPX", at(5, 10, 0))).payouts == ()
