"""Quotes of the model markets where early exercise matters: American by the tree, European everywhere else."""

from datetime import date, datetime

import numpy as np
import pytest

from allusetui.domain.moment import to_ms
from allusetui.domain.money import to_price
from allusetui.market import model_quotes, traits
from allusetui.market.model_quotes import Sight
from allusetui.pricing import american, black_scholes

AT = to_ms(datetime(2026, 3, 2, 11))
MONTH, YEAR = to_ms(datetime(2026, 4, 1, 16)), to_ms(datetime(2027, 3, 1, 16))
TICK = 0.01


def sight(spot: float = 200.0, rate: float = 0.05) -> Sight:
    return Sight(AT, date(2026, 3, 2), to_price(spot), spot, 18.0, 18.0, rate, wide=False)


def mid(symbol: str, expires_ms: int, strike: float, call: bool, dividends: american.Dividends = ()) -> float:
    at = model_quotes.term(traits.of(symbol), symbol, sight(), expires_ms, 0, dividends)
    bid, ask, _ = model_quotes.one(traits.of(symbol), sight(), at, strike, call)
    return float(bid + ask) / 2


@pytest.mark.parametrize("strike", [200.0, 220.0, 240.0, 260.0, 300.0])
@pytest.mark.parametrize("expires_ms", [MONTH, YEAR])
def test_a_put_on_a_stock_is_worth_what_the_tree_says(strike: float, expires_ms: int) -> None:
    at = model_quotes.term(traits.of("AAPL"), "AAPL", sight(), expires_ms, 0)
    vol = model_quotes.surface.smile_vol(strike, at.forward, at.years, at.atm_vol, traits.of("AAPL").smile)
    tree, _ = american.price_and_delta(200.0, strike, at.years, 0.05, vol, False)
    european = black_scholes.price(200.0, strike, at.years, 0.05, vol, False)
    shown = mid("AAPL", expires_ms, strike, call=False)
    assert shown >= strike - 200.0 - TICK
    assert abs(shown - tree) < 0.01 * tree
    if european < strike - 200.0:
        assert abs(shown - tree) < TICK


def test_an_index_put_may_be_worth_less_than_its_exercise() -> None:
    assert mid("XSP", YEAR, 400.0, call=False) < 400.0 - 200.0


def test_a_dividend_before_the_expiry_makes_a_call_cheaper_and_never_less_than_its_exercise() -> None:
    paid = ((0.01, 3.0),)
    assert mid("AAPL", MONTH, 200.0, True, paid) < mid("AAPL", MONTH, 200.0, True) - 1.0
    assert mid("AAPL", MONTH, 120.0, True, paid) >= 80.0 - TICK
    assert mid("AAPL", MONTH, 120.0, True, paid) < mid("AAPL", MONTH, 120.0, True)


@pytest.mark.parametrize("call", [True, False])
def test_a_slice_has_the_prices_of_its_contracts(call: bool) -> None:
    strikes, paid = np.arange(100.0, 320.0, 20.0), ((0.01, 3.0),)
    at = model_quotes.term(traits.of("AAPL"), "AAPL", sight(), YEAR, 0, paid)
    bids, asks = model_quotes.many(traits.of("AAPL"), 0.05, False, at, strikes, call)
    for strike, bid, ask in zip(strikes, bids, asks, strict=True):
        one_bid, one_ask, _ = model_quotes.one(traits.of("AAPL"), sight(), at, float(strike), call)
        assert (float(one_bid), float(one_ask)) == pytest.approx((bid, ask), abs=TICK / 2)
