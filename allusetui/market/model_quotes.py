"""What the model markets ask for an option: volatility by symbol and expiry, spread, open interest and volume.

Source: the market model's surface, term, quotes and listings.
"""

from datetime import date
from decimal import Decimal
from math import exp, expm1, log
from typing import Any, Final, Generic

import numpy as np
from numpy.typing import NDArray

from allusetui.domain.calendar import Session
from allusetui.domain.contract import Right
from allusetui.domain.frozen import frozen
from allusetui.domain.moment import MINUTE_MS, YEAR_MS
from allusetui.domain.quote import Bools, Floats
from allusetui.market import spread
from allusetui.market.indices import VIX
from allusetui.market.traits import DEAR_FROM, Traits
from allusetui.pricing import american, black_scholes, surface
from allusetui.pricing.american import Dividends
from allusetui.pricing.surface import TERM, Value

_YEAR_DAYS: Final = 365
_YEAR_SESSIONS: Final = 252
_WIDE: Final = 3.0
_EDGE_MS: Final = 5 * MINUTE_MS
_WIDE_FROM_VIX: Final = 50.0
_SCALE, _BY_PRICE, _BY_LIFE = exp(-5.33), 0.56, 0.33
_SPREAD_VIX, _WEEK_DAYS = 17.0, 7.0
LEAST_DAYS: Final = 0.25
_LEAST_MID: Final = 1e-6
_VIX_OWN_VOL: Final = 1.08  # sd of a day's change of log VIX, .068, a year
_NEAR_DAYS, _FAR_DAYS = 14, 60
_INTEREST_REACH: Final = 30.0
_NEAR_VOLUME, _LATER_VOLUME = 4500.0, 200.0
_ROUND_STEPS, _ROUND = 10, 3.0
# By deviations out of the money (negative: in the money).
_INTEREST: Final = ([-3.0, -1.5, 0.0, 0.5, 1.5, 3.0, 5.0], [16.0, 60.0, 600.0, 1150.0, 1150.0, 150.0, 20.0])
_VOLUME_SHARE: Final = ([0.0, 1.0, 2.0, 3.0], [1.0, 1.0, 0.1, 0.02])
_FAR_INTEREST: Final = ([0.0, 2.0, 4.0], [5000.0, 1000.0, 50.0])
_FAR_VOLUME: Final = ([0.0, 2.0, 4.0], [400.0, 150.0, 10.0])


@frozen(eq=False)
class Sight:
    """What prices a symbol's options at one tick. `wide`: the spreads are three times the usual."""

    at_ms: int
    day: date
    spot: Decimal
    size: float
    vix: float
    vix_63d_mean: float
    rate: float
    wide: bool


@frozen
class Scale(Generic[Value]):
    """One expiry at one tick: `base` is what prices and discounts it, `half_spread` the model's at a mid of `base`.

    Of a stock `base` is the spot less the worth of its `dividends` before the expiry: (years from now, dollars).
    Of arrays, the dividends too: expiries at as many ticks.
    """

    years: Value
    spot: Value
    base: Value
    dividends: Dividends
    carry: float
    forward: Value
    atm_vol: Value
    half_spread: Value


Term = Scale[float]


def is_wide(session: Session, tick: int | NDArray[np.int64], vix: float | Floats) -> bool | Bools:
    """Whether spreads are wide: in the first and the last five minutes, and at a high VIX."""
    edge = (tick < session.open_ms + _EDGE_MS) | (tick >= session.close_ms - _EDGE_MS)
    return edge | (vix > _WIDE_FROM_VIX)


def half_spread(tier: Value, base: Value, days: Value, vix: Value) -> Value:
    """Half the model's spread of a tier at a mid of `base`, `days` (at least `LEAST_DAYS`) before expiry."""
    life = (days / _WEEK_DAYS) ** _BY_LIFE
    half: Value = base * _SCALE * life / 2 * tier * (vix / _SPREAD_VIX) ** 0.5
    return half


def term(traits: Traits, symbol: str, sight: Sight, expires_ms: int, reports: int, dividends: Dividends = ()) -> Term:
    """An expiry's forward, volatility at the money and scale of spread; `reports` earnings days lie before it.

    VIX options are Black-76 on the model's forward.
    """
    years = max(expires_ms - sight.at_ms, 0) / YEAR_MS
    days = years * _YEAR_DAYS
    if symbol == VIX:
        sessions = years * _YEAR_SESSIONS
        base = forward = surface.vix_forward(sight.vix, sessions)
        carry, atm_vol = sight.rate, vix_vol(sessions)
    else:
        base, carry = sight.size - escrow(dividends, sight.rate), 0.0
        forward = base * exp(sight.rate * years)
        atm_vol = _atm_vol(traits, days, sight, reports)
    half = half_spread(traits.tier, base, max(days, LEAST_DAYS), sight.vix)
    return Scale(years, sight.size, base, dividends, carry, forward, atm_vol, half)


def escrow(dividends: Dividends, rate: float) -> float:
    """What dividends to come are worth at one tick, dollars a share."""
    return sum(float(amount) * exp(-rate * years) for years, amount in dividends)


def _atm_vol(traits: Traits, days: float, sight: Sight, reports: int) -> float:
    """Beyond 30 days from the name's own 30-day level to its long-run one; earnings days' variance on top."""
    vix, beta, own = sight.vix, traits.beta, traits.own_vol
    near = surface.index_atm_vol(min(days, TERM.month_days), vix, sight.vix_63d_mean)
    vol = surface.name_atm_vol(near, beta, own, vix)
    if days > TERM.month_days:
        long_run = surface.name_atm_vol(surface.index_long_run_vol(), beta, own, TERM.vix_normal)
        vol = surface.term_vol(days, vol, long_run)
    if reports and traits.report_move is not None and days > 0:
        vol = (vol * vol + surface.earnings_variance(traits.report_move, reports, days / _YEAR_DAYS)) ** 0.5
    return float(vol)


def vix_vol(sessions: float) -> float:
    """Volatility of a forward whose log reverts with the model's half-life; about .9 for a month, as VVIX."""
    decay = 2 * log(2) * max(sessions, 1e-3) / TERM.vix_half_life_sessions
    return float(_VIX_OWN_VOL * ((1 - exp(-decay)) / decay) ** 0.5)


def one(traits: Traits, sight: Sight, at: Term, strike: float, call: bool) -> tuple[Decimal, Decimal, Decimal]:
    """Bid, ask and their tick: the model's value less and plus half the spread, rounded outward.

    Half spread = max(tick/2, S e^-5.33 (mid/S)^.56 (dte/7)^.33 / 2 · tier · √(VIX/17)), three times it while `wide`.
    Source: market model, quotes.
    """
    vol = surface.smile_vol(strike, at.forward, at.years, at.atm_vol, traits.smile)
    value = black_scholes.price(at.base, strike, at.years, sight.rate, vol, call, at.carry)
    if traits.american:
        value = _early_exercised(value, sight.rate, at, strike, vol, call)
    mid = max(value, _LEAST_MID)
    tick = traits.tick if mid < DEAR_FROM else traits.dear_tick
    size = float(tick)
    half = max(size / 2, at.half_spread * (mid / at.base) ** _BY_PRICE) * (_WIDE if sight.wide else 1.0)
    bid, ask = spread.one(mid, 2 * half / mid, tick, size)
    return bid, ask, tick


def many(
    traits: Traits, rate: float, wide: bool | Bools, at: Term | Scale[Floats], strikes: Floats, call: bool | Bools
) -> tuple[Floats, Floats]:
    """`one` of every strike, all at one tick or each at its own: bids and asks. Of symbols of one kind."""
    vols = surface.smile_vols(strikes, at.forward, at.years, at.atm_vol, traits.smile)
    values = black_scholes.prices(at.base, strikes, at.years, rate, vols, call, at.carry)
    if traits.american:
        _with_early_exercise(values, rate, at, strikes, vols, call)
    mids = np.maximum(values, _LEAST_MID)
    sizes = np.where(mids < float(DEAR_FROM), float(traits.tick), float(traits.dear_tick))
    halves = np.maximum(sizes / 2, at.half_spread * (mids / at.base) ** _BY_PRICE) * np.where(wide, _WIDE, 1.0)
    return spread.many(mids, 2 * halves / mids, sizes)


def _early_exercised(value: float, rate: float, at: Term, strike: float, vol: float, call: bool) -> float:
    """`_with_early_exercise` of one value."""
    exercise = at.spot - strike if call else strike - at.spot
    if call:
        near = value < exercise + sum(amount for _, amount in at.dividends)
    else:
        interest = strike * -expm1(-rate * at.years)
        near = value < exercise + interest * (1.0 + at.years * _INTEREST_REACH) and at.years * _YEAR_DAYS > _NEAR_DAYS
    if near:
        return american.price_and_delta(at.spot, strike, at.years, rate, vol, call, dividends=at.dividends)[0]
    return max(value, exercise)


def _with_early_exercise(
    values: Floats, rate: float, at: Term | Scale[Floats], strikes: Floats, vols: Floats, call: bool | Bools
) -> None:
    """Put the American values in where early exercise matters: nothing is worth less than its exercise.

    A call's matters where waiting costs a dividend. A put's right to wait is worth a call on the same strike, and costs
    the interest on it: from two weeks on, where that call is within reach of the interest, the farther the longer the
    put lives, the tree is asked. What interest a shorter put loses is less than its spread.
    """
    exercise = np.where(call, at.spot - strikes, strikes - at.spot)
    interest = strikes * -np.expm1(-rate * at.years)
    reach = exercise + interest * (1.0 + at.years * _INTEREST_REACH)
    put_is_near = (values < reach) & np.greater(at.years * _YEAR_DAYS, _NEAR_DAYS)
    near = np.where(call, values < exercise + sum(amount for _, amount in at.dividends), put_is_near)
    np.maximum(values, exercise, out=values)
    early = np.flatnonzero(near)
    if len(early):

        def chosen(each: Any) -> Any:
            return np.broadcast_to(each, strikes.shape)[early]

        due = [(chosen(years), chosen(amount)) for years, amount in at.dividends]
        values[early], _ = american.prices_and_deltas(
            chosen(at.spot), strikes[early], chosen(at.years), rate, vols[early], chosen(call), dividends=due
        )


def depth(
    strikes: Floats, at_open: Term, days: int, step: float, right: Right
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Open interest and a full day's volume, by how many deviations a strike lay out of the money at the open.

    Open interest, straight lines between: 16 at 3 in, 600 at the money, 1 150 from .5 to 1.5 out, 150 at 3, 20 at 5;
    three times that where the strike is a multiple of ten steps. Volume: 4 500 to 14 days, then 200; level to one
    deviation either side, a tenth at two, a fiftieth from three. Beyond 60 days interest goes from 5 000 at the money
    to 1 000 at two deviations and 50 at four, volume from 400 to 150 and 10. Source: market model, quotes and term.
    """
    deviation = at_open.atm_vol * max(days, 1) ** 0.5 / _YEAR_DAYS**0.5
    out = np.log(strikes / at_open.forward) / deviation * (1.0 if right is Right.CALL else -1.0)
    away = np.abs(out)
    if days > _FAR_DAYS:
        return _whole(np.interp(away, *_FAR_INTEREST)), _whole(np.interp(away, *_FAR_VOLUME))
    crowd = np.where(np.mod(strikes, _ROUND_STEPS * step) == 0.0, _ROUND, 1.0)
    full = _NEAR_VOLUME if days <= _NEAR_DAYS else _LATER_VOLUME
    return _whole(np.interp(out, *_INTEREST) * crowd), _whole(np.interp(away, *_VOLUME_SHARE) * full)


def _whole(values: Floats) -> NDArray[np.int64]:
    return np.rint(values).astype(np.int64)
