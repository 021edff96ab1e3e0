"""American options: bounds, early exercise, dividends; the European formula and QuantLib as judges."""

from math import exp, nan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allusetui.pricing import black_scholes
from allusetui.pricing.american import Dividends, price_and_delta, prices_and_deltas

CLOSE = 2.5e-4  # of the spot: what the tree may miss
SPOTS, RATIOS, YEARS = st.floats(20, 500), st.floats(0.6, 1.6), st.floats(0.003, 1.5)
RATES, VOLS = st.floats(0, 0.08), st.floats(0.08, 0.9)


def price(
    spot: float, strike: float, years: float, rate: float, vol: float, call: bool, dividends: Dividends = ()
) -> float:
    return price_and_delta(spot, strike, years, rate, vol, call, 0.0, dividends)[0]


@given(SPOTS, RATIOS, YEARS, RATES, VOLS)
def test_a_call_without_dividends_is_worth_the_european_one(
    spot: float, ratio: float, years: float, rate: float, vol: float
) -> None:
    value, delta = price_and_delta(spot, spot * ratio, years, rate, vol, True)
    terms = (spot, spot * ratio, years, rate, vol, True)
    assert value == pytest.approx(black_scholes.price(*terms), rel=0, abs=5e-5 * spot)
    assert delta == pytest.approx(black_scholes.delta(*terms), rel=0, abs=0.01)


@given(SPOTS, RATIOS, YEARS, VOLS)
def test_a_put_without_interest_is_worth_the_european_one(spot: float, ratio: float, years: float, vol: float) -> None:
    european = black_scholes.price(spot, spot * ratio, years, 0.0, vol, False)
    assert price(spot, spot * ratio, years, 0.0, vol, False) == pytest.approx(european, rel=0, abs=5e-5 * spot)


@given(SPOTS, RATIOS, YEARS, RATES, VOLS, st.booleans())
def test_never_under_intrinsic_nor_under_the_european_value(
    spot: float, ratio: float, years: float, rate: float, vol: float, call: bool
) -> None:
    strike = spot * ratio
    value, delta = price_and_delta(spot, strike, years, rate, vol, call)
    assert value >= max(0.0, spot - strike if call else strike - spot)
    assert value >= black_scholes.price(spot, strike, years, rate, vol, call) - 5e-5 * spot
    assert value <= (spot if call else strike)
    assert (0.0 <= delta <= 1.0 + 1e-9) if call else (-1.0 - 1e-9 <= delta <= 0.0)


@given(SPOTS, RATIOS, YEARS, RATES, VOLS)
def test_put_and_call_stay_within_their_bounds(
    spot: float, ratio: float, years: float, rate: float, vol: float
) -> None:
    """S − K ≤ C − P ≤ S − K e^(−rT), Hull ch. 11."""
    strike = spot * ratio
    between = price(spot, strike, years, rate, vol, True) - price(spot, strike, years, rate, vol, False)
    assert spot - strike - 1e-4 * spot <= between <= spot - strike * exp(-rate * years) + 1e-4 * spot


@given(SPOTS, YEARS, RATES, VOLS, st.booleans())
@settings(max_examples=25)
def test_monotonic_in_the_strike_and_never_by_more_than_the_strikes_differ(
    spot: float, years: float, rate: float, vol: float, call: bool
) -> None:
    strikes = spot * np.linspace(0.5, 1.8, 60)
    steps = np.diff(prices_and_deltas(spot, strikes, years, rate, vol, call)[0]) * (-1.0 if call else 1.0)
    assert (steps >= -1e-5 * spot).all()
    assert (steps <= np.diff(strikes) + 1e-5 * spot).all()


def test_a_batch_gives_what_each_option_gives_alone() -> None:
    rng = np.random.default_rng(5)
    spots, strikes = rng.uniform(50, 150, 700), rng.uniform(50, 150, 700)
    years, vols, calls = rng.uniform(0, 1, 700), rng.uniform(0.1, 0.8, 700), rng.random(700) < 0.5
    paid = ((0.1, 0.5), (0.6, 0.7))
    prices, deltas = prices_and_deltas(spots, strikes, years, 0.04, vols, calls, 0.01, paid)
    for i in (0, 1, 250, 511, 512, 513, 699):
        terms = (float(spots[i]), float(strikes[i]), float(years[i]), 0.04, float(vols[i]), bool(calls[i]))
        assert price_and_delta(*terms, 0.01, paid) == (prices[i], deltas[i])


def test_arguments_broadcast() -> None:
    prices, deltas = prices_and_deltas(
        100.0, np.array([90.0, 100.0, 110.0]), np.array([[0.1], [0.5]]), 0.04, 0.3, np.array([True, False, False])
    )
    assert prices.shape == deltas.shape == (2, 3)
    assert prices[1, 2] == price(100, 110, 0.5, 0.04, 0.3, False)
    empty, _ = prices_and_deltas(100.0, np.array([]), 0.5, 0.04, 0.3, True)
    assert empty.shape == (0,)


def test_at_expiry_the_value_is_the_intrinsic_one() -> None:
    assert price_and_delta(105, 100, 0.0, 0.04, 0.3, True) == (5.0, 1.0)
    assert price_and_delta(105, 100, -0.1, 0.04, 0.3, False) == (0.0, 0.0)
    assert price_and_delta(95, 100, 0.0, 0.04, 0.3, False) == (5.0, -1.0)
    assert price_and_delta(100, 100, 0.0, 0.04, 0.3, True) == (0.0, 0.0)


@pytest.mark.parametrize("vol", [0.0, 1e-6, 0.02])
def test_without_volatility_it_is_exercised_when_that_pays_most(vol: float) -> None:
    assert price(100, 60, 0.5, 0.04, vol, True) == pytest.approx(100 - 60 * exp(-0.02))  # at the end
    assert price(100, 160, 0.5, 0.04, vol, False) == 60.0  # at once
    assert price(100, 160, 0.5, 0.04, vol, True) == pytest.approx(0.0, abs=1e-9)
    assert price_and_delta(100, 60, 0.5, 0.04, vol, True)[1] == pytest.approx(1.0, abs=1e-4)


@given(st.floats(1, 1e4), st.floats(0.01, 100), st.floats(0, 5), st.floats(-0.02, 0.2), st.floats(0, 4), st.booleans())
def test_finite_far_from_the_money_too(
    spot: float, ratio: float, years: float, rate: float, vol: float, call: bool
) -> None:
    value, delta = price_and_delta(spot, spot * ratio, years, rate, vol, call)
    assert 0.0 <= value <= max(spot, spot * ratio * exp(max(-rate, 0.0) * years)) * (1 + 1e-9)
    assert -1.0 - 1e-4 <= delta <= 1.0 + 1e-4


def test_nan_is_not_turned_into_a_value() -> None:
    prices, deltas = prices_and_deltas(100.0, np.array([90.0, nan, 110.0]), 0.5, 0.04, np.array([nan, 0.2, 0.2]), False)
    assert np.isnan(prices).tolist() == np.isnan(deltas).tolist() == [True, True, False]


def test_delta_is_the_slope_of_the_price() -> None:
    spots, years = np.array([60.0, 90.0, 100.0, 110.0, 140.0]), np.array([[5 / 365], [0.25], [1.0]])
    for call in (True, False):
        up, down = (prices_and_deltas(spots * by, 100.0, years, 0.05, 0.3, call, 0.03)[0] for by in (1.02, 0.98))
        deltas = prices_and_deltas(spots, 100.0, years, 0.05, 0.3, call, 0.03)[1]
        assert deltas == pytest.approx((up - down) / (0.04 * spots), rel=0, abs=0.03)


def boundary(vol: float, years: float) -> float:
    """The highest spot at which a put struck at 100 is exercised at once."""
    spots = np.linspace(40.0, 100.0, 1201)
    prices, deltas = prices_and_deltas(spots, 100.0, years, 0.06, vol, False)
    exercised = prices == 100.0 - spots
    assert (np.diff(exercised.astype(int)) <= 0).all()  # below the boundary always, above it never
    assert (deltas[exercised] == -1.0).all()
    return float(spots[exercised].max())


def test_a_put_deep_in_the_money_is_exercised_and_the_sooner_the_less_there_is_to_wait_for() -> None:
    by_vol = [boundary(vol, 0.5) for vol in (0.15, 0.25, 0.4)]
    by_life = [boundary(0.25, years) for years in (0.05, 0.25, 1.0)]
    assert by_vol == sorted(by_vol, reverse=True)
    assert by_life == sorted(by_life, reverse=True)
    # Perpetual put: K g / (1 + g), g = 2r / vol²: no boundary lies below (Merton 1973).
    assert by_life[-1] > 100.0 * 1.92 / 2.92


def test_a_call_is_exercised_before_a_dividend_that_is_worth_more_than_waiting() -> None:
    assert price_and_delta(150, 100, 5 / 365, 0.04, 0.2, True, 0.0, ((1e-4, 2.0),)) == (50.0, 1.0)
    # Two days before: the strike's interest until then is still earned. A cent is less than that of the days after.
    assert price(150, 100, 5 / 365, 0.04, 0.2, True, ((2 / 365, 2.0),)) == pytest.approx(50.0219, abs=3e-4)
    assert price(150, 100, 5 / 365, 0.04, 0.2, True, ((2 / 365, 0.01),)) == pytest.approx(50.0448, abs=3e-4)


def test_dividends_after_expiry_or_already_paid_change_nothing() -> None:
    plain = price_and_delta(100, 100, 0.25, 0.04, 0.3, True)
    assert price_and_delta(100, 100, 0.25, 0.04, 0.3, True, 0.0, ((0.2501, 5.0), (0.0, 5.0), (-0.1, 5.0))) == plain
    assert price_and_delta(100, 100, 0.25, 0.04, 0.3, True, 0.0, ((0.25, 5.0),)) != plain


@given(st.floats(0.8, 1.2), st.floats(0.1, 1), VOLS, st.floats(0, 4), st.booleans())
@settings(max_examples=40)
def test_with_dividends_never_under_the_european_of_the_escrowed_spot(
    ratio: float, years: float, vol: float, amount: float, call: bool
) -> None:
    escrowed = 100 - amount * exp(-0.04 * 0.6 * years)
    european = black_scholes.price(escrowed, 100 * ratio, years, 0.04, vol, call)
    value = price(100, 100 * ratio, years, 0.04, vol, call, ((0.6 * years, amount),))
    assert value >= european - 0.005
    assert value >= max(0.0, 100 - 100 * ratio if call else 100 * ratio - 100)


def test_dividends_worth_the_spot_are_refused() -> None:
    with pytest.raises(ValueError, match="worth the spot"):
        price(10, 10, 0.5, 0.04, 0.3, True, ((0.1, 6.0), (0.2, 5.0)))


def quantlib(
    spot: float, strike: float, days: int, rate: float, vol: float, call: bool, paid: tuple[tuple[int, float], ...]
) -> tuple[float, float]:
    """Price and delta by finite differences on the escrowed spot; dividends as (days to the ex-date, amount)."""
    ql = pytest.importorskip("QuantLib")
    today = ql.Date(2, 3, 2026)
    ql.Settings.instance().evaluationDate = today
    counter = ql.Actual365Fixed()
    process = ql.BlackScholesMertonProcess(
        ql.QuoteHandle(ql.SimpleQuote(spot)),
        ql.YieldTermStructureHandle(ql.FlatForward(today, 0.0, counter)),
        ql.YieldTermStructureHandle(ql.FlatForward(today, rate, counter)),
        ql.BlackVolTermStructureHandle(ql.BlackConstantVol(today, ql.NullCalendar(), vol, counter)),
    )
    payoff = ql.PlainVanillaPayoff(ql.Option.Call if call else ql.Option.Put, strike)
    option = ql.VanillaOption(payoff, ql.AmericanExercise(today, today + days))
    schedule = ql.DividendVector([today + day for day, _ in paid], [amount for _, amount in paid])
    model = ql.FdBlackScholesVanillaEngine.Escrowed
    scheme = ql.FdmSchemeDesc.Douglas()
    engine = ql.FdBlackScholesVanillaEngine(process, schedule, 800, 800, 0, scheme, False, 0.0, model)
    option.setPricingEngine(engine)
    return option.NPV(), option.delta()


@pytest.mark.parametrize("call", [True, False])
@pytest.mark.parametrize("paid", [(), ((20, 0.8),), ((1, 0.25),), ((30, 1.5), (80, 1.5))])
@pytest.mark.parametrize("days", [5, 45, 120])
def test_quantlib_agrees(days: int, paid: tuple[tuple[int, float], ...], call: bool) -> None:
    strikes = np.array([80.0, 95.0, 100.0, 105.0, 120.0])
    paid = tuple(each for each in paid if each[0] <= days)
    ours = prices_and_deltas(
        100.0, strikes, days / 365, 0.04, 0.3, call, 0.0, [(day / 365, amount) for day, amount in paid]
    )
    theirs = [quantlib(100.0, strike, days, 0.04, 0.3, call, paid) for strike in strikes.tolist()]
    assert ours[0] == pytest.approx(np.array([value for value, _ in theirs]), rel=0, abs=0.025)
    assert ours[1] == pytest.approx(np.array([delta for _, delta in theirs]), rel=0, abs=0.02)
