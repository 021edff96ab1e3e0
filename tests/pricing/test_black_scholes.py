"""European options: parity, limits, scalars against arrays, greeks against finite differences."""

from math import exp, isnan, nan

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from allusetui.pricing.black_scholes import (
    delta,
    deltas,
    greeks,
    itm_probabilities,
    itm_probability,
    price,
    prices,
)

SPOTS = st.floats(1, 10_000)
RATIOS = st.floats(0.2, 5)  # strike over spot
YEARS = st.floats(0, 3)
RATES = st.floats(-0.02, 0.12)
VOLS = st.floats(0, 2.5)


@given(SPOTS, RATIOS, YEARS, RATES, VOLS, RATES)
def test_call_less_put_is_stock_less_strike(
    spot: float, ratio: float, years: float, rate: float, vol: float, dividend_yield: float
) -> None:
    strike = spot * ratio
    call, put = (price(spot, strike, years, rate, vol, right, dividend_yield) for right in (True, False))
    carried = spot * exp(-dividend_yield * years) - strike * exp(-rate * years)
    assert call - put == pytest.approx(carried, rel=0, abs=1e-11 * spot)


@given(SPOTS, RATIOS, YEARS, RATES, VOLS, RATES)
def test_price_lies_between_the_forward_s_intrinsic_value_and_the_stock(
    spot: float, ratio: float, years: float, rate: float, vol: float, dividend_yield: float
) -> None:
    strike = spot * ratio
    stock, owed = spot * exp(-dividend_yield * years), strike * exp(-rate * years)
    dust = 1e-12 * spot
    call = price(spot, strike, years, rate, vol, True, dividend_yield)
    assert max(0.0, stock - owed) - dust <= call <= stock + dust


@given(SPOTS, st.lists(RATIOS, min_size=1, max_size=8), YEARS, RATES, VOLS, st.booleans(), RATES)
def test_arrays_equal_scalars(
    spot: float, ratios: list[float], years: float, rate: float, vol: float, call: bool, dividend_yield: float
) -> None:
    strikes = spot * np.array(ratios)
    for bulk, single, unit in (
        (prices, price, spot),
        (deltas, delta, 1.0),
        (itm_probabilities, itm_probability, 1.0),
    ):
        assume(all(abs(np.log(strike / spot) - (rate - dividend_yield) * years) > 1e-12 for strike in strikes))
        expected = [single(spot, strike, years, rate, vol, call, dividend_yield) for strike in strikes.tolist()]
        got = bulk(spot, strikes, years, rate, vol, call, dividend_yield)
        assert got.shape == strikes.shape
        np.testing.assert_allclose(got, expected, rtol=1e-9, atol=1e-12 * unit)


def test_every_argument_broadcasts() -> None:
    strikes = np.array([90.0, 100.0, 110.0])
    years, calls = np.array([[0.0], [0.5]]), np.array([[True], [False]])
    got = prices(100.0, strikes, years, 0.04, np.array([0.2, 0.3, 0.0]), calls)
    assert got.shape == (2, 3)
    assert got[0].tolist() == [10.0, 0.0, 0.0]
    assert got[1].tolist() == pytest.approx(
        [price(100, k, 0.5, 0.04, v, False) for k, v in ((90, 0.2), (100, 0.3), (110, 0.0))]
    )


@pytest.mark.parametrize(
    ("strike", "call", "value", "sign"), [(95, True, 5, 1), (95, False, 0, 0), (105, True, 0, 0), (105, False, 5, -1)]
)
def test_at_expiry_only_the_intrinsic_value_is_left(strike: float, call: bool, value: float, sign: float) -> None:
    for years in (0.0, -0.01):
        terms = (100.0, strike, years, 0.05, 0.3, call)
        assert price(*terms) == value
        assert delta(*terms) == sign
        assert itm_probability(*terms) == abs(sign)
        result = greeks(*terms)
        assert (result.delta, result.gamma, result.vega, result.theta, result.rho) == (sign, 0, 0, 0, 0)
        assert prices(*terms) == value
        assert deltas(*terms) == sign


@pytest.mark.parametrize("call", [True, False])
def test_at_the_strike_an_expired_option_is_out_of_the_money(call: bool) -> None:
    terms = (100.0, 100.0, 0.0, 0.05, 0.3, call)
    assert price(*terms) == delta(*terms) == itm_probability(*terms) == 0.0
    assert prices(*terms) == deltas(*terms) == itm_probabilities(*terms) == 0.0


def test_without_volatility_the_forward_decides() -> None:
    # Spot 100 grows to 105.1: a call struck at 103 is worth the discounted difference, the put nothing.
    worth = 100 - 103 * exp(-0.05)
    assert price(100, 103, 1, 0.05, 0.0, True) == pytest.approx(worth)
    assert price(100, 103, 1, 0.05, -0.1, False) == 0.0
    assert itm_probability(100, 103, 1, 0.05, 0.0, True) == 1.0
    result = greeks(100, 103, 1, 0.05, 0.0, True)
    assert (result.delta, result.gamma, result.vega) == (1.0, 0.0, 0.0)
    assert result.rho == pytest.approx(103 * exp(-0.05))
    assert result.theta == pytest.approx(-0.05 * 103 * exp(-0.05))


def test_options_on_a_forward_discount_the_black_76_value() -> None:
    # VIX call: a forward of 22, 30 days, no drift; call less put is the discounted forward less strike.
    years, rate = 30 / 365, 0.04
    call, put = (price(22, 25, years, rate, 0.9, right, rate) for right in (True, False))
    assert call - put == pytest.approx(exp(-rate * years) * (22 - 25))


def test_nan_is_not_turned_into_a_value() -> None:
    assert isnan(price(100, 100, 0.5, 0.04, nan, True))
    assert isnan(price(nan, 100, 0.5, 0.04, 0.2, False))
    assert isnan(delta(100, 100, nan, 0.04, 0.2, True))
    got = prices(100.0, np.array([90.0, nan, 110.0]), 0.5, 0.04, np.array([nan, 0.2, 0.2]), False)
    assert np.isnan(got).tolist() == [True, True, False]


@given(st.floats(50, 200), st.floats(0.7, 1.4), st.floats(0.05, 2), RATES, st.floats(0.1, 1), st.booleans(), RATES)
def test_greeks_are_the_slopes_of_the_price(
    spot: float, ratio: float, years: float, rate: float, vol: float, call: bool, dividend_yield: float
) -> None:
    def value(spot: float = spot, years: float = years, rate: float = rate, vol: float = vol) -> float:
        return price(spot, strike, years, rate, vol, call, dividend_yield)

    strike, step = spot * ratio, 1e-3 * spot
    slopes = greeks(spot, strike, years, rate, vol, call, dividend_yield)
    assert slopes.delta == pytest.approx(delta(spot, strike, years, rate, vol, call, dividend_yield), rel=1e-12)
    up, down = value(spot=spot + step), value(spot=spot - step)
    assert slopes.delta == pytest.approx((up - down) / (2 * step), abs=1e-3)
    assert slopes.gamma == pytest.approx((up - 2 * value() + down) / step**2, rel=1e-2, abs=1e-5)
    assert slopes.vega == pytest.approx((value(vol=vol + 1e-4) - value(vol=vol - 1e-4)) / 2e-4, rel=1e-3, abs=1e-3)
    assert slopes.rho == pytest.approx((value(rate=rate + 1e-5) - value(rate=rate - 1e-5)) / 2e-5, rel=1e-3, abs=1e-3)
    assert slopes.theta == pytest.approx((value(years=years - 1e-4) - value(years=years + 1e-4)) / 2e-4, abs=2e-2)


@pytest.mark.clause("7.1")
def test_7_1_itm_probabilities_of_call_and_put_are_complements() -> None:
    call, put = (itm_probability(190, 185, 4 / 365, 0.04, 0.35, right) for right in (True, False))
    assert call + put == pytest.approx(1.0)
    assert itm_probability(190, 150, 0.5 / 365, 0.04, 0.35, True) > 0.95


def test_more_volatility_never_makes_an_option_cheaper() -> None:
    ladder = prices(100.0, 120.0, 0.25, 0.04, np.linspace(0, 5, 400), False)
    assert (np.diff(ladder) >= -1e-12).all()
