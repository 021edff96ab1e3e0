"""The synthetic market's index and its VIX, by the session: GJR-GARCH with Student shocks, and the VIX that it implies.

Source: the market model, fitted to SPX 1991-2025 and VIX 1990-2026.
"""

from math import exp, log, sqrt
from typing import Final

import numpy as np

from allusetui.domain.frozen import frozen
from allusetui.domain.quote import Floats
from allusetui.market.synthetic_draws import OVERNIGHT, Draws, Moves, parted

YEAR_SESSIONS: Final = 252
LEAST_VIX, MOST_VIX = 9.0, 95.0
_ALPHA, _GAMMA, _BETA = 0.0005, 0.1731, 0.8984
_KEPT: Final = _ALPHA + _GAMMA / 2 + _BETA
_DRIFT: Final = 0.065 / YEAR_SESSIONS
_VARIANCE: Final = 0.178**2 / YEAR_SESSIONS  # of a session while the slow factor is 0
_MOST: Final = 45 * _VARIANCE
_SLOW_KEPT, _SLOW_DEVIATION = 0.9985, 0.30
_AHEAD: Final = 21
# The model's .618, .053 and no floor go with shocks of real days. With Student shocks these bring VIX to its targets:
# mean 19.4, median 17.1, sd of a day's log change .069, correlation with the index's moves -.69.
_LEVEL, _POWER = 0.55, 0.835
_CALM_VIX: Final = 7.0  # what is left of VIX where nothing moves; added in squares
_OWN_KEPT, _OWN_DEVIATION = 0.949, 0.040
_OWN_SHARE: Final = -0.50  # correlation of VIX's own part with the index's shock: it jumps on the day of the fall
_GAP_BETA: Final = -4.24  # VIX's move for the index's, both in logs
_VIX_DEVIATION: Final = 0.068


@frozen
class Index:
    """The index's moves, its VIX at each close, and VIX's own moves."""

    moves: Moves
    vix: Floats
    vix_moves: Moves


def index(drawn: Draws) -> Index:
    """What the market makes of its draws."""
    deviations, forecasts = _variances(drawn)
    moves = parted(_DRIFT + deviations * drawn.shocks, deviations * drawn.scales, drawn.gaps)
    vix = _vix(forecasts, drawn)
    changes = np.diff(np.log(vix), prepend=log(vix[0]))
    # The share of a surprise that the index shows at the open is the share that VIX shows there.
    gaps = OVERNIGHT * changes + _GAP_BETA * (moves.gaps - OVERNIGHT * moves.whole)
    return Index(moves, vix, Moves(gaps, changes - gaps, _VIX_DEVIATION * drawn.scales))


def _variances(drawn: Draws) -> tuple[Floats, Floats]:
    """Of each session the deviation that it has, and after it the mean variance forecast for the 21 to come."""
    deviations, forecasts = np.empty(len(drawn.shocks)), np.empty(len(drawn.shocks))
    falls_back = (1 - _KEPT**_AHEAD) / (_AHEAD * (1 - _KEPT))
    slow, variance = _SLOW_DEVIATION * float(drawn.slow[0]), 1.0
    wander = _SLOW_DEVIATION * sqrt(1 - _SLOW_KEPT**2)
    for step, (shock, change) in enumerate(zip(drawn.shocks.tolist(), drawn.slow.tolist(), strict=True)):
        slow = _SLOW_KEPT * slow + wander * change
        normal = _VARIANCE * exp(2 * slow)
        deviations[step] = sqrt(min(_MOST, normal * variance))
        news = (_ALPHA + (_GAMMA if shock < 0 else 0.0)) * shock * shock + _BETA
        variance = 1 - _KEPT + news * variance
        forecasts[step] = min(_MOST, normal * (1 + (variance - 1) * falls_back))
    return deviations, forecasts


def _vix(forecasts: Floats, drawn: Draws) -> Floats:
    own, owns = 0.0, np.empty(len(forecasts))
    noise = _OWN_SHARE * drawn.shocks + sqrt(1 - _OWN_SHARE**2) * drawn.others
    for step, change in enumerate((_OWN_DEVIATION * noise).tolist()):
        own = _OWN_KEPT * own + change
        owns[step] = own
    size_pct = 100 * np.sqrt(YEAR_SESSIONS * forecasts)
    implied = np.exp(_LEVEL + _POWER * np.log(size_pct) + owns)
    result: Floats = np.clip(np.hypot(implied, _CALM_VIX), LEAST_VIX, MOST_VIX)
    return result
