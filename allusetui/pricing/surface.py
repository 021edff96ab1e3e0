"""The volatility surface of the model markets: SSVI smiles, the term structure at the money, VIX forwards.

Figures are the market model's, fitted to SPX 1991-2025, VIX 1990-2026 and nine names 2013-2023. Volatilities are annual
decimals (0.20), VIX is in points (20.0), `days` are calendar days to expiry, `k` is ln(strike / forward).

Functions whose arguments are `Value` take floats or float64 arrays that broadcast, and give back the same.

Both smiles are free of butterfly arbitrage while theta = vol^2 years stays under 0.9. The term structure is free of
calendar arbitrage up to VIX 55; above, expiries half a year out fall a little faster than time can make up for.
"""

from math import e, log, sqrt
from typing import NamedTuple, TypeVar

import numpy as np

from allusetui.pricing.normal import FloatArray, Floats

Value = TypeVar("Value", float, FloatArray)


class Smile(NamedTuple):
    """SSVI parameters: correlation `rho`, and curvature phi = `eta` theta^-`gamma`.

    Source: Gatheral & Jacquier, Arbitrage-free SVI volatility surfaces (2014), section 4.
    """

    rho: float
    eta: float
    gamma: float


class Term(NamedTuple):
    """How the index's volatility at the money follows from VIX, and what every term structure returns to."""

    short_days: float = 7.0
    short_ratio: float = 0.79  # market model, surface: 7 d = .79 VIX (VIX / its 63-day mean)^.75
    short_power: float = 0.75
    month_days: float = 30.0
    month_ratio: float = 0.90  # market model, surface: 30 d = .90 VIX
    decay_days: float = 180.0  # market model, term: IV(T) = L + (IV30 - L) e^(-(T - 30) / 180 days)
    vix_normal: float = 19.5  # market model, term: L is the ratio at VIX 19.5
    vix_half_life_sessions: float = 35.0  # market model, surface: VIX forward, half-life 35 sessions


class NameVol(NamedTuple):
    """How a name's variance follows from the index's and its own."""

    own_ratio: float = 1.05  # market model, surface: IV^2 = (beta IV_index)^2 + (1.05 own)^2 + earnings
    own_power: float = 0.45  # market model, names: own parts scale by (VIX / 19.5)^.45
    vix_normal: float = 19.5


INDEX_SMILE = Smile(rho=-0.75, eta=2.0, gamma=0.35)  # market model, surface: index
NAME_SMILE = Smile(rho=-0.30, eta=1.0, gamma=0.45)  # market model, surface: names
TERM = Term()
NAME_VOL = NameVol()


def ssvi_total_variance(k: Value, theta: Value | float, rho: float, eta: float, gamma: float) -> Value:
    """Total variance w(k) = vol^2 years at log-moneyness `k`, where `theta` > 0 is the total variance at the money.

    Source: Gatheral & Jacquier, Arbitrage-free SVI volatility surfaces (2014), section 4, with the power-law phi.
    """
    bent = eta * theta**-gamma * k
    variance: Value = 0.5 * theta * (1.0 + rho * bent + ((bent + rho) ** 2 + 1.0 - rho * rho) ** 0.5)
    return variance


def smile_vol(strike: float, forward: float, years: float, atm_vol: float, kind: Smile) -> float:
    """Implied volatility at `strike` of a smile that has `atm_vol` at `strike` = `forward`.

    theta = atm_vol^2 years; where that is zero (expired, no volatility) the smile is flat. Source: market model,
    surface.
    """
    theta = atm_vol * atm_vol * years
    if theta <= 0.0:
        return atm_vol
    return sqrt(ssvi_total_variance(log(strike / forward), theta, kind.rho, kind.eta, kind.gamma) / years)


def smile_vols(strikes: FloatArray, forward: Floats, years: Floats, atm_vol: Floats, kind: Smile) -> FloatArray:
    """`smile_vol` of every strike, in the broadcast shape of the arguments."""
    life = np.maximum(years, 0.0)
    theta = np.square(atm_vol) * life
    alive = theta > 0.0
    variance = ssvi_total_variance(
        np.log(strikes / forward), np.where(alive, theta, 1.0), kind.rho, kind.eta, kind.gamma
    )
    return np.where(alive, np.sqrt(variance / np.where(alive, life, 1.0)), atm_vol)


def index_atm_vol(days: float, vix: float, vix_63d_mean: float) -> float:
    """The index's volatility at the money for an expiry in `days`.

    Flat up to 7 days, total variance linear from there to 30, then returning to its long-run level. A 7-day level
    that would hold more total variance than the 30-day one (VIX above 3.1 times its mean) is cut to it: no calendar
    arbitrage.

    Source: market model, surface and term; between the pillars Gatheral, The Volatility Surface (2006).
    """
    month = TERM.month_ratio * vix / 100.0
    if days >= TERM.month_days:
        return term_vol(days, month, index_long_run_vol())
    short = TERM.short_ratio * vix / 100.0 * (vix / vix_63d_mean) ** TERM.short_power
    short = float(min(short, month * sqrt(TERM.month_days / TERM.short_days)))
    if days <= TERM.short_days:
        return short
    share = (days - TERM.short_days) / (TERM.month_days - TERM.short_days)
    total = (1.0 - share) * short * short * TERM.short_days + share * month * month * TERM.month_days
    return sqrt(total / days)


def index_atm_vols(days: Floats, vix: Floats, vix_63d_mean: Floats) -> FloatArray:
    """`index_atm_vol` of every element, in the broadcast shape of the arguments."""
    month = np.asarray(TERM.month_ratio * vix / 100.0)
    short = TERM.short_ratio * vix / 100.0 * (vix / vix_63d_mean) ** TERM.short_power
    short = np.minimum(short, month * sqrt(TERM.month_days / TERM.short_days))
    within = np.clip(days, TERM.short_days, TERM.month_days)
    share = (within - TERM.short_days) / (TERM.month_days - TERM.short_days)
    total = (1.0 - share) * np.square(short) * TERM.short_days + share * np.square(month) * TERM.month_days
    beyond = term_vol(np.maximum(days, TERM.month_days), month, index_long_run_vol())
    return np.where(np.greater_equal(days, TERM.month_days), beyond, np.sqrt(total / within))


def index_long_run_vol() -> float:
    """The index's long-run volatility at the money: its 30-day ratio at VIX 19.5. Source: market model, term."""
    return TERM.month_ratio * TERM.vix_normal / 100.0


def term_vol(days: Value, month_vol: Value | float, long_run_vol: Value | float) -> Value:
    """Volatility at the money of an expiry in `days` >= 30: from the 30-day one to the long-run one of the same name.

    Source: market model, term.
    """
    vol: Value = long_run_vol + (month_vol - long_run_vol) * e ** ((TERM.month_days - days) / TERM.decay_days)
    return vol


def name_atm_vol(
    index_atm: Value,
    beta: Value | float,
    own_vol_annual: Value | float,
    vix: Value | float,
) -> Value:
    """A name's volatility at the money from the index's of the same expiry, without its earnings days.

    `own_vol_annual` is the name's own (not the market's) volatility at VIX 19.5. Its long-run level is this function of
    `index_long_run_vol` at VIX 19.5.

    Source: market model, surface and names.
    """
    own = NAME_VOL.own_ratio * own_vol_annual * (vix / NAME_VOL.vix_normal) ** NAME_VOL.own_power
    vol: Value = ((beta * index_atm) ** 2 + own**2) ** 0.5
    return vol


def earnings_variance(move: Value, reports: Value | float, years: Value | float) -> Value:
    """Annual variance that `reports` earnings days before expiry add, each of size `move` (0.04 = 4 %); `years` > 0.

    Source: market model, surface: the day's variance is spread over the life of the option.
    """
    variance: Value = reports * move**2 / years
    return variance


def vix_forward(vix: Value, sessions: Value | float) -> Value:
    """Forward of VIX in points, `sessions` ahead; the underlying of its options (Black-76).

    Source: market model, surface.
    """
    forward: Value = TERM.vix_normal + (vix - TERM.vix_normal) * 0.5 ** (sessions / TERM.vix_half_life_sessions)
    return forward
