"""What the model markets ask for one option along a session: `model_quotes` at many instants at once."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from allusetui.domain.contract import Option, Right
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


@dataclass(frozen=True, slots=True, eq=False)
class Sights:
    """`model_quotes.Sight` at the ticks `times`, ms, of one session; arrays of one length."""

    times: NDArray[np.int64]
    sizes: Floats
    vix: Floats
    wide: Bools
    vix_63d_mean: float
    rate: float


def quotes(
    traits: Traits, sights: Sights, option: Option, expires_ms: int, reports: int, dividends: Dividends
) -> tuple[Floats, Floats]:
    """Bids and asks, one an instant; `reports` earnings days and `dividends`, as of the first, lie ahead."""
    years = np.maximum(expires_ms - sights.times, 0) / YEAR_MS
    days = years * _YEAR_DAYS
    if option.symbol == VIX:
        sessions = years * _YEAR_SESSIONS
        base = forward = surface.vix_forward(sights.vix, sessions)
        vols = np.array([model_quotes.vix_vol(each) for each in sessions.tolist()])
        carry = sights.rate
    else:
        base, carry = sights.sizes - model_quotes.escrow(dividends, sights.rate), 0.0
        forward = base * np.exp(sights.rate * years)
        vols = _atm_vols(traits, days, sights, reports)
    half = model_quotes.half_spread(traits, base, np.maximum(days, LEAST_DAYS), sights.vix)
    at = Scale(years, sights.sizes, base, dividends, carry, forward, vols, half)
    strikes = np.full(len(years), float(option.strike))
    return model_quotes.many(traits, sights.rate, sights.wide, at, strikes, option.right is Right.CALL)


def _atm_vols(traits: Traits, days: Floats, sights: Sights, reports: int) -> Floats:
    near = surface.index_atm_vols(np.minimum(days, TERM.month_days), sights.vix, sights.vix_63d_mean)
    vols = surface.name_atm_vol(near, traits.beta, traits.own_vol, sights.vix)
    long_run = surface.name_atm_vol(surface.index_long_run_vol(), traits.beta, traits.own_vol, TERM.vix_normal)
    later = surface.term_vol(np.maximum(days, TERM.month_days), vols, long_run)
    vols = np.where(days > TERM.month_days, later, vols)
    if reports and traits.report_move is not None:
        alive = np.maximum(days, 1e-9) / _YEAR_DAYS
        added = surface.earnings_variance(traits.report_move, float(reports), 1.0) / alive
        vols = np.where(days > 0, np.sqrt(vols * vols + added), vols)
    return vols
