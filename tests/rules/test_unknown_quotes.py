"""8.3: what a feed by the clock may show: data that are not live, chains of old quotes, sides that nobody quotes."""

from datetime import date, datetime
from decimal import Decimal

import numpy as np
import pytest

from allusetui.domain.contract import Right
from allusetui.domain.moment import to_ms
from allusetui.domain.quote import Chain, Feed, Quote, Slice
from allusetui.domain.state import State
from allusetui.domain.volatile import Volatile
from allusetui.law.load import load
from allusetui.market.calendars import calendar
from allusetui.rules.entry import chain_refusal, data_refusal, quote_refusal
from allusetui.rules.hedging import HedgePick, hedge_put
from allusetui.rules.ladder import Rungs
from allusetui.rules.selection import StrikeRule, no_strike, slice_deltas
from allusetui.rules.situation import VIX, Refusal, Situation

LAW = load("v1.3")
DAYS = calendar(date(2026, 1, 2), date(2027, 6, 30))
NOW = to_ms(datetime(2026, 3, 5, 10, 0))
EXPIRY = date(2026, 12, 18)


def seeing(symbol: str, spot: str, age_ms: int = 0, feed: Feed = Feed.LIVE) -> Situation:
    """A symbol's value of an age and kind, and a live VIX."""
    quote = Quote(Decimal(spot), Decimal(spot), NOW - age_ms, feed=feed)
    known = Volatile(quotes={symbol: quote, VIX: Quote(Decimal(18), Decimal(18), NOW)})
    return Situation(LAW, DAYS, State(), known, NOW)


def chain(symbol: str, bids: list[float], asks: list[float], age_ms: int = 0) -> Chain:
    """Puts at 4200, 4250, 4300."""
    counts = np.full(3, 5_000)
    strikes = tuple(map(Decimal, (4200, 4250, 4300)))
    row = Slice(
        symbol, EXPIRY, Right.PUT, DAYS.up_to(EXPIRY).close_ms, strikes, np.array(bids), np.array(asks), counts, counts,
        counts, counts,
    )  # fmt: skip
    return Chain(symbol, NOW - age_ms, Decimal("0.05"), (EXPIRY,), {(EXPIRY, Right.PUT): row}, None)


@pytest.mark.clause("8.3")
def test_8_3_the_skip_says_that_what_is_shown_is_delayed() -> None:
    found = quote_refusal(seeing("AAPL", "200", 900_000, Feed.DELAYED), "AAPL")
    assert found is not None and found.reason == "stale"
    assert found.figures == {"age": Decimal(900), "of": "AAPL", "feed": "delayed"}
    live = quote_refusal(seeing("AAPL", "200", 31_000), "AAPL")
    assert live is not None and "feed" not in live.figures


@pytest.mark.clause("8.3")
def test_8_3_nothing_is_entered_by_a_chain_of_old_quotes_though_its_stock_is_fresh() -> None:
    s, row = seeing("AAPL", "200"), [1.0, 2.0, 3.0]
    assert chain_refusal(s, chain("AAPL", row, row, 30_000)) is None
    found = data_refusal(s, "AAPL", chain("AAPL", row, row, 30_001))
    assert found is not None
    assert (found.reason, found.figures) == ("stale", {"age": Decimal("30.001"), "of": "chain"})


@pytest.mark.clause("5.2", "8.3")
def test_5_2_a_hedge_is_not_bought_where_a_side_of_its_put_is_unknown() -> None:
    s, nan = seeing("SPX", "5000"), float("nan")
    known = hedge_put(s, chain("SPX", [50.0, 60.0, 70.0], [50.2, 60.2, 70.2]), Rungs(), Decimal(100_000))
    assert isinstance(known, HedgePick) and known.option.strike == 4250
    unknown = hedge_put(s, chain("SPX", [50.0, nan, 70.0], [50.2, 60.2, 70.2]), Rungs(), Decimal(100_000))
    assert isinstance(unknown, Refusal) and unknown.reason == "bad_quote"


@pytest.mark.clause("2.2", "8.3")
def test_2_2_the_best_delta_of_a_refusal_is_one_that_is_known() -> None:
    nan = float("nan")
    offered = chain("SPX", [nan, 60.0, nan], [50.2, 60.2, 70.2])
    row = offered.slices[EXPIRY, Right.PUT]
    deltas = slice_deltas(row, 5000.0, NOW, 0.04)
    rule = StrikeRule(LAW.sleeves["gen"].delta, 0.425, 0.0)
    found = no_strike(row, deltas, rule, ("2.2",)).figures["delta"]
    assert isinstance(found, Decimal) and found.is_finite()
    dark = no_strike(row, np.full(3, nan), rule, ("2.2",))
    assert dark.figures["delta"] is None
