"""The synthetic market's index and its VIX, by the session: GJR-GARCH with Student shocks, and the VIX that it implies.

Of one run, or of many at once: sessions down the rows, runs along them.

Source: the market model, fitted to SPX 1991-2025 and VIX 1990-2026.
"""

from math import sqrt
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
_VARIANCE: Final = 0.168**2 / YEAR_SESSIONS  # of a session in the long run, while the slow factor is 0
_MOST: Final = 45 * _VARIANCE
# The model's .30 to .35 go with blocks of 21 real days. Shocks without such a memory need more for VIX to have its own:
# at .35 its autocorrelation over 63 sessions is .37 to .39, and the model wants .40.
_SLOW_KEPT, _SLOW_DEVIATION = 0.9985, 0.41
_AHEAD: Final = 21
_LEVEL, _POWER = 0.618, 0.835
# Its innovations' deviation is .048 with this. At the model's .053 VIX would correlate with the index by -.64 only, for
# want of the same memory, and the model wants -.66.
_OWN_KEPT, _OWN_NOISE = 0.949, 0.038
# Stand-in for the model's rows of (shock, VIX's innovation) of a day: the mean innovation by the shock, straight lines
# between, as SPX and VIX of 1990-2022 have it. After a crash the forecast knows more fear than VIX shows. Real shocks
# are skewed by -.57, these are not: falls would feed the variance until VIX stood above 50 too often.
_INNOVATIONS: Final = (
    [-10.0, -4.6, -3.4, -2.4, -1.4, -0.6, -0.4, 0.0, 0.64, 1.24, 2.0, 6.0],
    [-0.80, -0.27, -0.14, -0.074, 0.0, 0.036, 0.034, 0.018, -0.0155, -0.0305, -0.0456, -0.06],
)
_MEAN_INNOVATION: Final = 0.0016  # of these, over the shocks
_GAP_BETA: Final = -4.24  # VIX's move for the index's, both in logs
_VIX_DEVIATION: Final = 0.091  # of a session's path: log(high / low) is .084 with it, as that of 1993-2026


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
    logs = np.log(vix)
    changes = np.diff(logs, axis=0, prepend=logs[:1])
    # The share of a surprise that the index shows at the open is the share that VIX shows there.
    gaps = OVERNIGHT * changes + _GAP_BETA * (moves.gaps - OVERNIGHT * moves.whole)
    return Index(moves, vix, Moves(gaps, changes - gaps, _VIX_DEVIATION * drawn.scales))


def innovations(drawn: Draws) -> Floats:
    """What moves log VIX beside the forecast, by the session: its deviation is .048, its mean 0."""
    means: Floats = np.interp(drawn.shocks, *_INNOVATIONS) - _MEAN_INNOVATION
    return means + _OWN_NOISE * drawn.scales * drawn.others


def _variances(drawn: Draws) -> tuple[Floats, Floats]:
    """Of each session the deviation that it has, and after it the mean variance forecast for the 21 to come."""
    wander = _SLOW_DEVIATION * sqrt(1 - _SLOW_KEPT**2)
    slow = _summed(_SLOW_KEPT, _SLOW_DEVIATION * drawn.slow[0], wander * drawn.slow)
    normal = _VARIANCE * np.exp(2 * slow)
    news = (_ALPHA + _GAMMA * (drawn.shocks < 0)) * drawn.shocks**2 + _BETA
    variances = np.concatenate([normal[:1], normal])
    for step, kept in enumerate(news):
        variances[step + 1] = np.minimum(_MOST, (1 - _KEPT) * normal[step] + kept * variances[step])
    falls_back = (1 - _KEPT**_AHEAD) / (_AHEAD * (1 - _KEPT))
    return np.sqrt(variances[:-1]), normal + (variances[1:] - normal) * falls_back


def _vix(forecasts: Floats, drawn: Draws) -> Floats:
    owns = _summed(_OWN_KEPT, np.zeros_like(drawn.others[0]), innovations(drawn))
    size_pct = 100 * np.sqrt(YEAR_SESSIONS * forecasts)
    result: Floats = np.clip(np.exp(_LEVEL + _POWER * np.log(size_pct) + owns), LEAST_VIX, MOST_VIX)
    return result


def _summed(kept: float, first: Floats, changes: Floats) -> Floats:
    """A level that keeps a share of itself from session to session, and changes."""
    levels, level = np.empty_like(changes), first
    for step, change in enumerate(changes):
        level = levels[step] = kept * level + change
    return levels
