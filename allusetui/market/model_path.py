"""What the model markets ask for options along a session: `model_quotes` at many instants at once."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from allusetui.domain.frozen import frozen
from allusetui.domain.moment import YEAR_MS
from allusetui.domain.quote import Bools, Floats
from allusetui.market import model_quotes
from allusetui.market.model_quotes import LEAST_DAYS, Scale
from allusetui.market.traits import VIX, Traits
from allusetui.pricing import surface
from allusetui.pricing.american import Dividends
from allusetui.pricing.surface import TERM

_YEAR_DAYS: Final = 365
_YEAR_SESSIONS: Final = 252


@frozen(eq=False)
class Sights:
    """`model_quotes.Sight` at the ticks `times`, ms, of one session; arrays of one length."""

    times: NDArray[np.int64]
    sizes: Floats
    vix: Floats
    wide: Bools
    vix_63d_mean: float
    rate: float


def slices(
    traits: Traits, sights: Sights, at: Scale[Floats], rows: NDArray[np.intp], strikes: Floats, call: bool
) -> tuple[Floats, Floats]:
    """Bids and asks: strikes down the rows, each of the expiry that `rows` tells of `at`; instants along them."""
    whole = (len(at.years), len(sights.times))

    def each(values: Floats | Bools) -> Any:
        return np.broadcast_to(values, whole)[rows].ravel()

    years, spot, base, forward = each(at.years), each(at.spot), each(at.base), each(at.forward)
    dividends = tuple((each(np.asarray(due)), amount) for due, amount in at.dividends)
    every = Scale(years, spot, base, dividends, at.carry, forward, each(at.atm_vol), each(at.half_spread))
    repeated = np.repeat(strikes, whole[1])
    bids, asks = model_quotes.many(traits, sights.rate, each(sights.wide), every, repeated, call)
    return bids.reshape(-1, whole[1]), asks.reshape(-1, whole[1])


def scale(
    traits: Traits, sights: Sights, symbol: str, expires_ms: NDArray[np.int64], reports: NDArray[np.int64],
    dividends: Dividends,
) -> Scale[Floats]:  # fmt: skip
    """`model_quotes.term` of expiries, down the rows, at every instant, along them. All have the same `dividends`."""
    years = np.maximum(expires_ms[:, np.newaxis] - sights.times, 0) / YEAR_MS
    days = years * _YEAR_DAYS
    if symbol == VIX:
        sessions = years * _YEAR_SESSIONS
        base = forward = surface.vix_forward(sights.vix, sessions)
        vols = np.array([model_quotes.vix_vol(each) for each in sessions.ravel().tolist()]).reshape(sessions.shape)
        carry = sights.rate
    else:
        base, carry = sights.sizes - _escrow(sights, dividends), 0.0
        forward = base * np.exp(sights.rate * years)
        vols = _atm_vols(traits, days, sights, reports)
    half = model_quotes.half_spread(traits, base, np.maximum(days, LEAST_DAYS), sights.vix)
    return Scale(years, sights.sizes, base, dividends, carry, forward, vols, half)


def _escrow(sights: Sights, dividends: Dividends) -> Floats:
    """`model_quotes.escrow` at every instant."""
    worth = np.zeros(len(sights.times))
    for years, amount in dividends:
        worth += amount * np.exp(-sights.rate * np.asarray(years))
    return worth


def _atm_vols(traits: Traits, days: Floats, sights: Sights, reports: NDArray[np.int64]) -> Floats:
    near = surface.index_atm_vols(np.minimum(days, TERM.month_days), sights.vix, sights.vix_63d_mean)
    vols = surface.name_atm_vol(near, traits.beta, traits.own_vol, sights.vix)
    long_run = surface.name_atm_vol(surface.index_long_run_vol(), traits.beta, traits.own_vol, TERM.vix_normal)
    later = surface.term_vol(np.maximum(days, TERM.month_days), vols, long_run)
    vols = np.where(days > TERM.month_days, later, vols)
    if traits.report_move is not None and reports.any():
        alive = np.maximum(days, 1e-9) / _YEAR_DAYS
        coming: Floats = reports[:, np.newaxis].astype(np.float64)
        added = surface.earnings_variance(traits.report_move, 1.0, 1.0) * coming / alive
        vols = np.where((days > 0) & (coming > 0), np.sqrt(vols * vols + added), vols)
    return vols
