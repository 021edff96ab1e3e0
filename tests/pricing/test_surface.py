"""The model markets' volatility surface: smiles without arbitrage, term structure, earnings, VIX forwards."""

from math import exp, log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from allusetui.pricing.black_scholes import prices
from allusetui.pricing.normal import FloatArray
from allusetui.pricing.surface import (
    INDEX_SMILE,
    NAME_SMILE,
    Smile,
    earnings_variance,
    index_atm_vol,
    index_atm_vols,
    index_long_run_vol,
    name_atm_vol,
    smile_vol,
    smile_vols,
    ssvi_total_variance,
    term_vol,
    vix_forward,
)

SMILES = pytest.mark.parametrize("kind", [INDEX_SMILE, NAME_SMILE], ids=["index", "name"])
THETAS = (1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.05, 0.1, 0.25, 0.5, 0.9)


def density(k: FloatArray, w: FloatArray) -> FloatArray:
    """Gatheral's g(k), by differences: negative where a butterfly costs less than nothing."""
    step = k[1] - k[0]
    slope, bend = (w[2:] - w[:-2]) / (2 * step), (w[2:] - 2 * w[1:-1] + w[:-2]) / step**2
    k, w = k[1:-1], w[1:-1]
    g: FloatArray = (1 - k * slope / (2 * w)) ** 2 - slope**2 / 4 * (1 / w + 0.25) + bend / 2
    return g


@SMILES
@given(st.floats(0.05, 2.5), st.floats(1e-4, 2), st.floats(5, 7000))
def test_the_smile_s_own_at_the_money_volatility_comes_back(
    kind: Smile, atm_vol: float, years: float, forward: float
) -> None:
    assert smile_vol(forward, forward, years, atm_vol, kind) == pytest.approx(atm_vol, rel=1e-12)


@SMILES
@pytest.mark.parametrize("theta", THETAS)
def test_no_butterfly_costs_less_than_nothing(kind: Smile, theta: float) -> None:
    # A grid fine enough for the bend at the money, whose width is that of theta^gamma / eta.
    width = theta**kind.gamma / kind.eta
    for reach in (10 * width, 3.0):
        k = np.linspace(-reach, reach, 4001)
        w = ssvi_total_variance(k, theta, kind.rho, kind.eta, kind.gamma)
        assert density(k, w).min() > 0


def test_sufficient_condition_of_gatheral_and_jacquier_holds_for_names() -> None:
    # Theorem 4.2: theta phi (1 + |rho|) < 4 and theta phi^2 (1 + |rho|) <= 4.
    theta = np.geomspace(1e-8, 0.25, 500)
    phi = NAME_SMILE.eta * theta**-NAME_SMILE.gamma
    wing = 1 + abs(NAME_SMILE.rho)
    assert (theta * phi * wing).max() < 4
    assert (theta * phi**2 * wing).max() <= 4


@SMILES
def test_more_time_never_holds_less_variance_at_any_strike(kind: Smile) -> None:
    k = np.linspace(-2, 2, 401)
    theta = np.geomspace(1e-6, 0.9, 300)[:, None]
    w = ssvi_total_variance(k, theta, kind.rho, kind.eta, kind.gamma)
    assert (np.diff(w, axis=0) > 0).all()


@SMILES
def test_prices_of_a_slice_fall_and_bend_as_calls_must(kind: Smile) -> None:
    strikes = np.arange(60.0, 140.5, 0.5)
    vols = smile_vols(strikes, 100.0, 7 / 365, 0.25, kind)
    calls = prices(100.0, strikes, 7 / 365, 0.0, vols, True)
    assert (np.diff(calls) < 0).all()
    assert (np.diff(calls, 2) > -1e-12).all()


@SMILES
@given(st.lists(st.floats(0.3, 3), min_size=1, max_size=6), st.floats(0, 2), st.floats(0, 2))
def test_a_slice_equals_its_strikes_one_by_one(kind: Smile, ratios: list[float], years: float, atm_vol: float) -> None:
    strikes = 100 * np.array(ratios)
    singles = [smile_vol(strike, 100.0, years, atm_vol, kind) for strike in strikes.tolist()]
    np.testing.assert_allclose(smile_vols(strikes, 100.0, years, atm_vol, kind), singles, rtol=1e-9)


def test_puts_of_the_index_are_dearer_than_its_calls() -> None:
    put, call = (smile_vol(100 * exp(k), 100, 30 / 365, 0.18, INDEX_SMILE) for k in (-0.1, 0.1))
    assert put > 0.18 > call


def test_an_expired_smile_is_flat() -> None:
    assert smile_vol(90, 100, 0.0, 0.2, NAME_SMILE) == 0.2
    assert smile_vols(np.array([90.0, 110.0]), 100.0, 0.0, 0.2, NAME_SMILE).tolist() == [0.2, 0.2]


def test_index_volatility_at_the_pillars() -> None:
    assert index_atm_vol(30, 20.0, 18.0) == pytest.approx(0.90 * 0.20)
    assert index_atm_vol(7, 20.0, 20.0) == pytest.approx(0.79 * 0.20)
    assert index_atm_vol(7, 30.0, 20.0) == pytest.approx(0.79 * 0.30 * 1.5**0.75)
    assert index_atm_vol(1, 30.0, 20.0) == index_atm_vol(7, 30.0, 20.0)
    assert index_atm_vol(210, 40.0, 20.0) == pytest.approx(0.1755 + (0.36 - 0.1755) * exp(-1))
    assert index_atm_vol(3650, 40.0, 20.0) == pytest.approx(index_long_run_vol(), abs=1e-6)


@given(st.floats(9, 55), st.floats(9, 55))
def test_index_total_variance_grows_with_time(vix: float, mean: float) -> None:
    days = np.arange(0.5, 730, 0.5)
    assert np.diff(days * index_atm_vols(days, vix, mean) ** 2).min() > -1e-9


@given(st.floats(0, 800), st.floats(9, 95), st.floats(9, 95))
def test_index_volatilities_of_arrays_equal_scalars(days: float, vix: float, mean: float) -> None:
    single = index_atm_vol(days, vix, mean)
    assert index_atm_vols(np.array([days, 30.0]), vix, mean)[0] == pytest.approx(single, rel=1e-12)
    assert index_atm_vols(days, np.array([vix, 20.0]), mean)[0] == pytest.approx(single, rel=1e-12)


def test_a_name_adds_its_own_variance_and_an_earnings_day_has_one_of_its_own() -> None:
    # Beta 1.17, own 21 %, VIX 19.5: (1.17 * .1755)^2 + (1.05 * .21)^2 = .2053^2 + .2205^2 = .0908.
    assert name_atm_vol(0.1755, 1.17, 0.21, 19.5) == pytest.approx(0.0908**0.5, abs=1e-4)
    # A 4 % day inside seven days adds .0016 * 365 / 7 = .0834 a year.
    assert earnings_variance(0.04, 1, 7 / 365) == pytest.approx(0.0834, abs=1e-4)


def test_a_name_s_own_part_follows_vix_less_than_in_proportion() -> None:
    calm, fear = (name_atm_vol(0.0, 1.0, 0.21, vix) for vix in (19.5, 39.0))
    assert fear / calm == pytest.approx(2**0.45)


def test_beyond_a_month_volatility_returns_to_the_name_s_long_run() -> None:
    assert term_vol(30, 0.5, 0.3) == pytest.approx(0.5)
    assert term_vol(30 + 180 * log(2), 0.5, 0.3) == pytest.approx(0.4)
    assert term_vol(np.array([30.0, 3650.0]), 0.5, 0.3) == pytest.approx([0.5, 0.3], abs=1e-6)


def test_vix_forward_halves_its_distance_to_19_5_in_35_sessions() -> None:
    assert vix_forward(39.5, 0) == 39.5
    assert vix_forward(39.5, 35) == pytest.approx(29.5)
    assert vix_forward(np.array([11.5, 19.5]), 70) == pytest.approx([17.5, 19.5])
