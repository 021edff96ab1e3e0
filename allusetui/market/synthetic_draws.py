"""Chance by the session: what the synthetic market draws for one symbol, and what a session makes of it.

Every column is a stream of its own, so that more sessions leave those before as they are.
"""

from typing import Final

import numpy as np

from allusetui.domain.frozen import frozen
from allusetui.domain.quote import Floats
from allusetui.market.dice import dice
from allusetui.pricing.normal import each_cdf

OVERNIGHT: Final = 0.40  # market model, day shape: 37-43 % of the variance is overnight
# Sessions range less than a Brownian path of their variance: names' true range / close / daily sd is 1.25 with this.
_TRAVEL: Final = 0.82
_FREEDOM: Final = 6.81  # market model, market: the shocks' degrees of freedom
_NORMALS: Final = ("shock", "gap", "top", "bottom", "other", "slow")


@frozen
class Draws:
    """One row a session, one column a run where there are many.

    Student `shocks` of deviation 1, the `scales` within them, and standard normals.
    """

    shocks: Floats
    scales: Floats
    gaps: Floats
    tops: Floats
    bottoms: Floats
    others: Floats
    slow: Floats


@frozen
class Moves:
    """Log moves of sessions: from close to open, from open to close, and the deviation of the whole."""

    gaps: Floats
    inside: Floats
    sizes: Floats

    @property
    def whole(self) -> Floats:
        return self.gaps + self.inside


def draws(seed: int, symbol: str, steps: int) -> Draws:
    """What a symbol's first `steps` sessions draw."""
    normals = (dice(seed, symbol, "daily", name).standard_normal(steps) for name in _NORMALS)
    shock, gap, top, bottom, other, slow = normals
    scales = np.sqrt((_FREEDOM - 2) / dice(seed, symbol, "daily", "scale").chisquare(_FREEDOM, steps))
    return Draws(shock * scales, scales, gap, top, bottom, other, slow)


def parted(whole: Floats, sizes: Floats, noise: Floats) -> Moves:
    """Moves parted at the open: the gap has its share of the variance, and is uncorrelated with what follows."""
    gaps = OVERNIGHT * whole + (OVERNIGHT * (1 - OVERNIGHT)) ** 0.5 * sizes * noise
    return Moves(gaps, whole - gaps, sizes)


def mixed(share: float, common: Floats, own: Floats) -> Floats:
    """Standard normals that correlate with `common` by `share`."""
    result: Floats = share * common + (1 - share * share) ** 0.5 * own
    return result


def reach(inside: Floats, sizes: Floats, noise: Floats) -> Floats:
    """How far above their opens sessions come that end `inside` above them, in logs.

    The maximum of a Brownian bridge that travels less, drawn at the standard normals `noise`. Source: Karatzas &
    Shreve, Brownian Motion and Stochastic Calculus (1991), 4.3.40.
    """
    variances = _TRAVEL * (1 - OVERNIGHT) * sizes * sizes
    result: Floats = (inside + np.sqrt(inside * inside - 2 * variances * np.log(each_cdf(noise)))) / 2
    return result
