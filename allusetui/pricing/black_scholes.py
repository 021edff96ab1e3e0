"""European options after Black, Scholes and Merton: price, delta, greeks, probability of finishing in the money.

Units everywhere: prices in USD a share, `years` act/365 to the close of the expiry's session, `rate`, `dividend_yield`
and `vol` annual decimals, rate and yield continuously compounded. Spot and strike are above zero.

Options on a forward (VIX, Black 1976): pass the forward as `spot` and the rate as `dividend_yield`.

At expiry (`years` <= 0) the value is the intrinsic one, without volatility (`vol` <= 0) the discounted intrinsic
value of the forward; at the strike itself an option counts as out of the money. NaN in gives NaN out.

The singular functions take scalars (about 1 µs); the plural ones take arrays of float64 that broadcast against each
other.

Source: Black & Scholes (1973), Merton (1973), Black (1976); notation of Hull, Options, Futures and Other Derivatives.
"""

from math import erfc, exp, inf, log, sqrt
from typing import NamedTuple

import numpy as np

from allusetui.pricing.normal import ROOT_HALF, Bools, FloatArray, Floats, cdf, cdfs, density


class Greeks(NamedTuple):
    """Sensitivities of one option, a share.

    `delta` signed, per USD of spot; `gamma` per USD squared; `vega` per 1.00 of vol; `theta` per year that passes;
    `rho` per 1.00 of rate.
    """

    delta: float
    gamma: float
    vega: float
    theta: float
    rho: float


def _terms(
    spot: float, strike: float, years: float, rate: float, vol: float, call: bool, dividend_yield: float
) -> tuple[float, float, float, float]:
    """Discounted stock and strike, and d1 and d2 with the sign of the right: N of them serves calls and puts alike."""
    years = 0.0 if years < 0.0 else years
    stock = spot * exp(-dividend_yield * years)
    owed = strike * exp(-rate * years)
    spread = 0.0 if vol <= 0.0 else vol * sqrt(years)
    if spread == 0.0:
        d = inf if (stock > owed if call else stock < owed) else -inf
        return stock, owed, d, d
    d1 = log(stock / owed) / spread + 0.5 * spread
    return (stock, owed, d1, d1 - spread) if call else (stock, owed, -d1, spread - d1)


def price(
    spot: float, strike: float, years: float, rate: float, vol: float, call: bool, dividend_yield: float = 0.0
) -> float:
    """Value of one option in USD a share; with `dividend_yield` = `rate` and a forward as `spot` it is Black-76.

    Source: Hull ch. 17, eqs 17.4 and 17.5 (10e numbering).
    """
    stock, owed, d1, d2 = _terms(spot, strike, years, rate, vol, call, dividend_yield)
    value = 0.5 * (stock * erfc(-d1 * ROOT_HALF) - owed * erfc(-d2 * ROOT_HALF))
    value = value if call else -value
    return 0.0 if value <= 0.0 else value


def delta(
    spot: float, strike: float, years: float, rate: float, vol: float, call: bool, dividend_yield: float = 0.0
) -> float:
    """Signed delta a share: 0 to 1 for calls, -1 to 0 for puts. Source: Hull ch. 19 (10e numbering)."""
    stock, _, d1, _ = _terms(spot, strike, years, rate, vol, call, dividend_yield)
    size = stock / spot * cdf(d1)
    return size if call else -size


def itm_probability(
    spot: float, strike: float, years: float, rate: float, vol: float, call: bool, dividend_yield: float = 0.0
) -> float:
    """Risk-neutral probability of finishing in the money, N(d2) for calls and N(-d2) for puts (clause 7.1)."""
    return cdf(_terms(spot, strike, years, rate, vol, call, dividend_yield)[3])


def greeks(
    spot: float, strike: float, years: float, rate: float, vol: float, call: bool, dividend_yield: float = 0.0
) -> Greeks:
    """Delta, gamma, vega, theta and rho of one option; at expiry all but delta are zero.

    Source: Hull ch. 19 (10e numbering).
    """
    stock, owed, d1, d2 = _terms(spot, strike, years, rate, vol, call, dividend_yield)
    sign = 1.0 if call else -1.0
    stock_part, owed_part = stock * cdf(d1), owed * cdf(d2)
    if years <= 0.0:
        return Greeks(sign * stock_part / spot, 0.0, 0.0, 0.0, 0.0)
    bell = stock * density(d1)
    spread = max(vol, 0.0) * sqrt(years)
    carry = sign * (dividend_yield * stock_part - rate * owed_part)
    return Greeks(
        delta=sign * stock_part / spot,
        gamma=bell / (spot * spot * spread) if spread > 0.0 else 0.0,
        vega=bell * sqrt(years),
        theta=carry - 0.5 * bell * spread / years,
        rho=sign * years * owed_part,
    )


def _terms_of_arrays(
    spot: Floats, strikes: Floats, years: Floats, rate: Floats, vols: Floats, calls: Bools, dividend_yield: Floats
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray, FloatArray]:
    """As `_terms`, and the sign of the right (1 for calls, -1 for puts)."""
    years = np.maximum(years, 0.0)
    stock = np.asarray(spot * np.exp(-dividend_yield * years))
    owed = np.asarray(strikes * np.exp(-rate * years))
    sign = np.where(calls, 1.0, -1.0)
    spread = np.maximum(vols, 0.0) * np.sqrt(years)
    signed_log = sign * np.log(stock / owed)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        d = signed_log / spread
    flat = np.asarray(spread == 0.0)
    if flat.any():
        d = np.where(flat, np.where(signed_log > 0.0, np.inf, -np.inf), d)
    half = 0.5 * sign * spread
    return stock, owed, d + half, d - half, sign


def prices(
    spot: Floats,
    strikes: Floats,
    years: Floats,
    rate: Floats,
    vols: Floats,
    calls: Bools,
    dividend_yield: Floats = 0.0,
) -> FloatArray:
    """`price` of every option, in the broadcast shape of the arguments."""
    stock, owed, d1, d2, sign = _terms_of_arrays(spot, strikes, years, rate, vols, calls, dividend_yield)
    return np.maximum(0.0, sign * (stock * cdfs(d1) - owed * cdfs(d2)))


def deltas(
    spot: Floats,
    strikes: Floats,
    years: Floats,
    rate: Floats,
    vols: Floats,
    calls: Bools,
    dividend_yield: Floats = 0.0,
) -> FloatArray:
    """`delta` (signed) of every option, in the broadcast shape of the arguments."""
    stock, _, d1, _, sign = _terms_of_arrays(spot, strikes, years, rate, vols, calls, dividend_yield)
    return sign * (stock / spot) * cdfs(d1)


def itm_probabilities(
    spot: Floats,
    strikes: Floats,
    years: Floats,
    rate: Floats,
    vols: Floats,
    calls: Bools,
    dividend_yield: Floats = 0.0,
) -> FloatArray:
    """`itm_probability` of every option, in the broadcast shape of the arguments."""
    return cdfs(_terms_of_arrays(spot, strikes, years, rate, vols, calls, dividend_yield)[3])
