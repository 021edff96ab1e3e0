"""Implied volatility, and the model's own delta and ITM probability of a mid."""

from math import exp, isnan, log, nan, sqrt

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from allusetui.pricing.black_scholes import delta, greeks, itm_probability, price, prices
from allusetui.pricing.implied_vol import (
    implied_vol,
    implied_vols,
    model_delta,
    model_deltas,
    model_itm_probabilities,
    model_itm_probability,
)

SPOTS = st.floats(5, 7_000)
RATIOS = st.floats(0.3, 3)  # strike over spot
YEARS = st.floats(1e-4, 3)
RATES = st.floats(0, 0.08)
VOLS = st.floats(0.02, 3)


def readable(quoted: float, spot: float, strike: float, years: float, rate: float, call: bool) -> bool:
    """Whether the price stands above intrinsic by more than rounding, so that a volatility can be read from it."""
    stock, owed = spot, strike * exp(-rate * years)
    plain, carried = (spot - strike, stock - owed) if call else (strike - spot, owed - stock)
    return quoted > max(plain, carried, 0.0) + (1e-9 * spot if max(plain, carried) > 0 else 1e-250)


@given(SPOTS, RATIOS, YEARS, RATES, VOLS, st.booleans())
def test_the_price_gives_its_volatility_back(
    spot: float, ratio: float, years: float, rate: float, vol: float, call: bool
) -> None:
    strike = spot * ratio
    quoted = price(spot, strike, years, rate, vol, call)
    vega = greeks(spot, strike, years, rate, vol, call).vega
    assume(readable(quoted, spot, strike, years, rate, call) and vega > 0)
    # What rounding of the price alone (and of its tails, a few digits worse) can move the volatility.
    in_the_money = (spot > strike * exp(-rate * years)) == call
    rounding = 1e-14 * (spot if in_the_money else 0) / vega + 1e-10
    assert implied_vol(quoted, spot, strike, years, rate, call) == pytest.approx(vol, rel=0, abs=rounding)


@given(SPOTS, st.lists(RATIOS, min_size=1, max_size=8), YEARS, RATES, VOLS, st.booleans())
def test_arrays_equal_scalars(
    spot: float, ratios: list[float], years: float, rate: float, vol: float, call: bool
) -> None:
    strikes = spot * np.array(ratios)
    quoted = prices(spot, strikes, years, rate, vol, call)
    assume(all(q < 1e-290 or readable(q, spot, k, years, rate, call) for q, k in zip(quoted, strikes, strict=True)))
    pairs = list(zip(quoted.tolist(), strikes.tolist(), strict=True))
    singles = [implied_vol(q, spot, k, years, rate, call) for q, k in pairs]
    got = implied_vols(quoted, spot, strikes, years, rate, call)
    np.testing.assert_allclose(got, [nan if one is None else one for one in singles], rtol=1e-9, atol=1e-10)
    for bulk, single in ((model_deltas, model_delta), (model_itm_probabilities, model_itm_probability)):
        expected = [single(q, spot, k, years, rate, call) for q, k in pairs]
        np.testing.assert_allclose(bulk(quoted, spot, strikes, years, rate, call), expected, rtol=1e-6, atol=1e-7)


@pytest.mark.clause("2.2")
@pytest.mark.parametrize(
    ("mid", "strike", "call", "delta_then"),
    [
        (10.0, 90, True, 1.0),  # at intrinsic
        (9.9, 90, True, 1.0),  # below it
        (10.0, 110, False, 1.0),
        (9.5, 110, False, 1.0),
        (0.0, 110, True, 0.0),  # worthless
        (0.0, 90, False, 0.0),
        (0.0, 100, True, 0.0),  # at the strike is not in the money
        (10.01, 90, True, 1.0),  # above intrinsic, but under the discounted one: no volatility reaches it
        (100.0, 90, True, 1.0),  # as dear as the stock
    ],
)
def test_2_2_a_mid_at_or_below_intrinsic_has_no_implied_vol(
    mid: float, strike: float, call: bool, delta_then: float
) -> None:
    terms = (100.0, float(strike), 0.05, 0.04, call)
    assert implied_vol(mid, *terms) is None
    assert model_delta(mid, *terms) == delta_then
    assert model_itm_probability(mid, *terms) == delta_then
    mids, strikes = np.array([mid]), np.array([float(strike)])
    assert np.isnan(implied_vols(mids, 100.0, strikes, 0.05, 0.04, call)).all()
    assert model_deltas(mids, 100.0, strikes, 0.05, 0.04, call).tolist() == [delta_then]
    assert model_itm_probabilities(mids, 100.0, strikes, 0.05, 0.04, call).tolist() == [delta_then]


@pytest.mark.clause("2.2")
def test_2_2_intrinsic_is_told_from_time_value_in_decimals_not_in_binary() -> None:
    # 190.10 - 185 is 5.099999999999994 in binary, less than the mid of 5.10 that equals it.
    assert 5.1 > 190.1 - 185
    assert implied_vol(5.1, 190.1, 185, 0.01, 0.0, True) is None
    assert np.isnan(implied_vols(np.array([5.1]), 190.1, np.array([185.0]), 0.01, 0.0, True)).all()


def test_at_expiry_there_is_no_volatility_left_to_read() -> None:
    assert implied_vol(6.0, 100, 95, 0.0, 0.04, True) is None
    assert model_delta(6.0, 100, 95, 0.0, 0.04, True) == 1.0
    assert model_deltas(np.array([6.0, 1.0]), 100.0, np.array([95.0, 105.0]), 0.0, 0.04, True).tolist() == [1.0, 0.0]


def test_a_mid_that_is_no_number_has_no_delta_either() -> None:
    assert implied_vol(nan, 100, 95, 0.1, 0.04, True) is None
    assert isnan(model_delta(nan, 100, 95, 0.1, 0.04, True))
    assert isnan(model_itm_probability(nan, 100, 95, 0.1, 0.04, True))
    strikes = np.array([95.0, 105.0])
    assert np.isnan(model_deltas(np.array([nan, 1.0]), 100.0, strikes, 0.1, 0.04, True)).tolist() == [True, False]


def test_model_delta_is_absolute_and_each_mid_s_own() -> None:
    strikes, vols = np.array([180.0, 185.0, 190.0, 195.0]), np.array([0.42, 0.37, 0.33, 0.31])
    years, rate = 4 / 365, 0.043
    mids = prices(191.0, strikes, years, rate, vols, False)
    terms = list(zip(strikes.tolist(), vols.tolist(), strict=True))
    assert model_deltas(mids, 191.0, strikes, years, rate, False) == pytest.approx(
        [-delta(191, strike, years, rate, vol, False) for strike, vol in terms], abs=1e-10
    )
    assert model_itm_probabilities(mids, 191.0, strikes, years, rate, False) == pytest.approx(
        [itm_probability(191, strike, years, rate, vol, False) for strike, vol in terms], abs=1e-10
    )


def test_a_vix_call_is_read_on_its_forward() -> None:
    years, rate = 40 / 365, 0.04
    quoted = price(21.5, 30, years, rate, 1.1, True, rate)
    assert implied_vol(quoted, 21.5, 30, years, rate, True, rate) == pytest.approx(1.1, abs=1e-10)
    assert model_delta(quoted, 21.5, 30, years, rate, True, rate) == pytest.approx(
        delta(21.5, 30, years, rate, 1.1, True, rate)
    )


def test_prices_on_the_brink_of_their_limits_still_solve() -> None:
    # One part in ten billion short of the stock: total volatility near 13.
    vol = implied_vol(100 * (1 - 1e-10), 100, 100, 1, 0.0, True)
    assert vol is not None
    assert price(100, 100, 1, 0.0, vol, True) == pytest.approx(100 * (1 - 1e-10), rel=1e-14)
    # The smallest quote there is on a strike forty deviations away.
    vol = implied_vol(1e-290, 100, 150, 0.02, 0.0, True)
    assert vol is not None
    assert log(price(100, 150, 0.02, 0.0, vol, True)) == pytest.approx(log(1e-290), rel=1e-9)
    assert 0.5 < sqrt(0.02) * vol / (log(1.5) / 37) < 2


def test_whole_chain_with_every_kind_of_mid_at_once() -> None:
    strikes = np.array([60.0, 90.0, 100.0, 110.0, 140.0])
    mids = np.array([[0.0, 0.4, 2.1, 10.3, 40.0], [0.01, 0.3, 1.9, 9.9, nan]])
    spreads = model_deltas(mids, 100.0, strikes, np.array([[0.02], [0.05]]), 0.0, False)
    assert spreads.shape == (2, 5)
    assert spreads[0, 0] == 0.0
    assert spreads[0, 4] == spreads[1, 3] == 1.0
    assert isnan(spreads[1, 4])
    assert (np.diff(spreads[0]) > 0).all()


def test_a_price_too_faint_for_a_double_has_no_volatility() -> None:
    assert implied_vol(5e-324, 100, 150, 0.02, 0.0, True) is None
    assert np.isnan(implied_vols(np.array([5e-324]), 100.0, np.array([150.0]), 0.02, 0.0, True)).all()


def test_nothing_quoted_gives_nothing() -> None:
    empty = np.array([])
    assert implied_vols(empty, 100.0, empty, 0.1, 0.04, True).shape == (0,)
