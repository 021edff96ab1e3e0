"""What an option's price says: its implied volatility, and the delta and ITM probability that follow from it.

Units as in `black_scholes`. The rule of clause 2 (strike): a price at or below the plain intrinsic value has no
implied volatility, and delta and ITM probability are then 1 in the money and 0 out of it. The same holds for a price
that no volatility reaches (under the discounted intrinsic value of the forward, at or over the stock of a call or the
discounted strike of a put) and at expiry. A NaN price has no volatility either, but its delta and probability stay
NaN: it says nothing.

How: the price becomes the out-of-the-money price of the same strike, in units of the geometric mean of stock and
strike: beta = b(k, s) with k = -|ln(F/K)| and s = vol sqrt(T). The normal model gives a close start; two or three
Halley steps on ln b finish it, for b behaves like a power of s at the money and like exp(-k^2 / 2 s^2) far from it,
and Halley is at ease with the logarithm of both. Bisection takes over where a step leaves the bracket.

Source: Jaeckel, Let's Be Rational (2015), for the normalisation; Choi, Kim & Kwak, Numerical approximation of the
implied volatility under arithmetic Brownian motion (2009), for the variables of the start.
"""

from functools import lru_cache
from math import erfc, exp, isnan, log, log1p, sqrt

import numpy as np
import numpy.typing as npt

from allusetui.pricing.black_scholes import delta, deltas, itm_probabilities, itm_probability
from allusetui.pricing.normal import PEAK, ROOT_HALF, Bools, FloatArray, Floats, cdfs

# A mid that equals intrinsic in decimals can stand above it in binary: so much of the spot is rounding, not time value.
_DUST = 1e-12
# Time value under this share of the strike is not a number that a double can hold with all its digits.
_FAINTEST = 1e-300
# Start: total volatility of the normal model, sqrt(pi/2) m sqrt(eta) (a + b eta) / (1 + c eta), of the straddle
# m = 2 beta + |k| and eta = (|k|/m) / atanh(|k|/m). Fitted for |k|/s from 0 to 37, largest error 0.3 %.
_START = (0.4013179, 0.90563851, 0.30681171)
_ROOT_HALF_PI = 1.2533141373155003
# Relative step after which the cubic convergence of Halley has reached double precision.
_SMALL_STEP = 1e-6
_ARRAY_STEPS = 5
_SCALAR_STEPS = 200


@lru_cache(maxsize=512)  # the marks of a session ask for the same option again and again
def implied_vol(
    price: float, spot: float, strike: float, years: float, rate: float, call: bool, dividend_yield: float = 0.0
) -> float | None:
    """Annual volatility at which Black-Scholes gives `price` (USD a share), or None where there is none.

    Source: clause 2 (strike); see the module for the method.
    """
    intrinsic = spot - strike if call else strike - spot
    if years <= 0.0 or not price > (intrinsic + _DUST * spot if intrinsic > 0.0 else 0.0):
        return None
    stock, owed = spot * exp(-dividend_yield * years), strike * exp(-rate * years)
    time_value = price - max(0.0, stock - owed if call else owed - stock)
    k = -abs(log(stock / owed))
    beta = time_value / sqrt(stock * owed)
    if not _FAINTEST < beta < exp(0.5 * k):
        return None
    return _total_vol(k, beta) / sqrt(years)


def model_delta(
    mid: float, spot: float, strike: float, years: float, rate: float, call: bool, dividend_yield: float = 0.0
) -> float:
    """Absolute delta at the mid's own implied volatility; without one 1 in the money, else 0.

    Source: clause 2 (strike).
    """
    vol = implied_vol(mid, spot, strike, years, rate, call, dividend_yield)
    if vol is None:
        return _moneyness(mid, spot, strike, call)
    return abs(delta(spot, strike, years, rate, vol, call, dividend_yield))


def model_itm_probability(
    mid: float, spot: float, strike: float, years: float, rate: float, call: bool, dividend_yield: float = 0.0
) -> float:
    """ITM probability at the mid's own implied volatility; without one 1 in the money, else 0.

    Source: clauses 2 (strike) and 7.1.
    """
    vol = implied_vol(mid, spot, strike, years, rate, call, dividend_yield)
    if vol is None:
        return _moneyness(mid, spot, strike, call)
    return itm_probability(spot, strike, years, rate, vol, call, dividend_yield)


def implied_vols(
    prices: Floats,
    spot: Floats,
    strikes: Floats,
    years: Floats,
    rate: Floats,
    calls: Bools,
    dividend_yield: Floats = 0.0,
) -> FloatArray:
    """`implied_vol` of every price, in the broadcast shape of the arguments; NaN where there is none."""
    intrinsic = np.where(calls, spot - strikes, strikes - spot)
    floor = np.where(intrinsic > 0.0, intrinsic + _DUST * spot, 0.0)
    stock, owed = spot * np.exp(-dividend_yield * years), strikes * np.exp(-rate * years)
    forward_intrinsic = np.maximum(0.0, np.where(calls, stock - owed, owed - stock))
    k = -np.abs(np.log(stock / owed))
    beta = np.asarray((prices - forward_intrinsic) / np.sqrt(stock * owed))
    solvable = (prices > floor) & (beta > _FAINTEST) & (beta < np.exp(0.5 * k)) & np.greater(years, 0.0)
    result = np.full(solvable.shape, np.nan)
    k, beta, life = (_chosen(values, solvable) for values in (k, beta, np.asarray(years)))
    result[solvable] = _total_vols(k, beta) / np.sqrt(life)
    return result


def _chosen(values: FloatArray, where: npt.NDArray[np.bool_]) -> FloatArray:
    return (values if values.shape == where.shape else np.broadcast_to(values, where.shape))[where]


def model_deltas(
    mids: FloatArray,
    spot: Floats,
    strikes: FloatArray,
    years: Floats,
    rate: Floats,
    call: Bools,
    dividend_yield: Floats = 0.0,
) -> FloatArray:
    """`model_delta` (absolute) of every mid, in the broadcast shape of the arguments: a chain slice at once."""
    vols = implied_vols(mids, spot, strikes, years, rate, call, dividend_yield)
    known = np.abs(deltas(spot, strikes, years, rate, vols, call, dividend_yield))
    return np.where(np.isnan(vols), _moneynesses(mids, spot, strikes, call), known)


def model_itm_probabilities(
    mids: FloatArray,
    spot: Floats,
    strikes: FloatArray,
    years: Floats,
    rate: Floats,
    call: Bools,
    dividend_yield: Floats = 0.0,
) -> FloatArray:
    """`model_itm_probability` of every mid, in the broadcast shape of the arguments."""
    vols = implied_vols(mids, spot, strikes, years, rate, call, dividend_yield)
    known = itm_probabilities(spot, strikes, years, rate, vols, call, dividend_yield)
    return np.where(np.isnan(vols), _moneynesses(mids, spot, strikes, call), known)


def _moneyness(mid: float, spot: float, strike: float, call: bool) -> float:
    if isnan(mid):
        return mid
    return 1.0 if (spot > strike if call else spot < strike) else 0.0


def _moneynesses(mids: FloatArray, spot: Floats, strikes: FloatArray, call: Bools) -> FloatArray:
    in_the_money = np.where(call, spot - strikes, strikes - spot) > 0.0
    return np.where(np.isnan(mids), np.nan, in_the_money.astype(np.float64))


def _total_vol(k: float, beta: float) -> float:
    """The s with b(k, s) = beta: Halley steps inside a bracket that bisects when a step would leave it."""
    up, down = exp(0.5 * k), exp(-0.5 * k)
    low, high = 0.0, sqrt(-2.0 * k) + 20.0  # at the upper end b equals its limit to the last bit
    s = _start(k, beta)
    for _ in range(_SCALAR_STEPS):
        h, half = k / s, 0.5 * s
        b = 0.5 * (up * erfc((-h - half) * ROOT_HALF) - down * erfc((half - h) * ROOT_HALF))
        if b > beta:
            high = s
        else:
            low = s
        slope = PEAK * exp(-0.5 * (h * h + half * half))
        following = -1.0
        if b > 0.0 and slope > 0.0:
            newton = log(b / beta) * b / slope
            bend = 1.0 - 0.5 * newton * ((h * h - half * half) / s - slope / b)
            following = s - newton / bend if bend > 0.0 else following
        if not low <= following <= high:
            following = 0.5 * (low + high)
        elif abs(following - s) <= _SMALL_STEP * s:
            return following
        s = following
    return s


def _start(k: float, beta: float) -> float:
    a, b, c = _START
    away = max(-k, 1e-9 * beta)
    straddle = 2.0 * beta + away
    eta = away / straddle / (0.5 * log1p(away / beta))
    return _ROOT_HALF_PI * straddle * sqrt(eta) * (a + b * eta) / (1.0 + c * eta)


def _total_vols(k: FloatArray, beta: FloatArray) -> FloatArray:
    """`_total_vol` of one-dimensional arrays: free Halley steps for all, bracketed ones for the few that need them."""
    up, s = np.exp(0.5 * k), _starts(k, beta)
    down = 1.0 / up
    settled = np.zeros(s.shape, dtype=np.bool_)
    with np.errstate(all="ignore"):
        for _ in range(_ARRAY_STEPS):
            h, half = k / s, 0.5 * s
            b = up * cdfs(h + half) - down * cdfs(h - half)
            h *= h
            half *= half
            relative_slope = PEAK * np.exp(-0.5 * (h + half)) / b
            newton = np.log(b / beta) / relative_slope
            step = newton / (1.0 - 0.5 * newton * ((h - half) / s - relative_slope))
            s_before, s = s, s - step
            settled = (np.abs(step) <= _SMALL_STEP * s_before) & (s > 0.0)
            if settled.all():
                return s
    for i in np.flatnonzero(~settled):
        s[i] = _total_vol(float(k[i]), float(beta[i]))
    return s


def _starts(k: FloatArray, beta: FloatArray) -> FloatArray:
    a, b, c = _START
    away = np.maximum(-k, 1e-9 * beta)
    straddle = 2.0 * beta + away
    eta = away / straddle / (0.5 * np.log1p(away / beta))
    return np.asarray(_ROOT_HALF_PI * straddle * np.sqrt(eta) * (a + b * eta) / (1.0 + c * eta))
