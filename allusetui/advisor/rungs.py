"""What a dollar in one rung becomes that is rolled as the law rolls it, for many ways to buy it at once.

A rung is one LEAP: bought at a delta and an expiry, looked at every month, sold and bought anew when three months are
left of it or its delta has left its band (17.4). Both orders pay half of the spread, and a commission.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from allusetui.advisor.world import Paths
from allusetui.domain.frozen import frozen, mutable
from allusetui.domain.quote import Floats
from allusetui.law.model import Ladder
from allusetui.pricing.black_scholes import prices
from allusetui.pricing.normal import cdfs, quantiles

QUARTER: Final = 3
_YEAR: Final = 12
_SHARES: Final = 100
_DUST: Final = 1e-9
_Places = NDArray[np.intp]


@frozen
class Costs:
    """What trading costs: `spread` as a part of the mid, `commission` in dollars a contract, `spot` in dollars."""

    spread: float
    commission: float
    spot: float

    def share(self, price: Floats) -> Floats:
        """What part of an order is lost at prices in units of today's spot; never more than all of it."""
        lost = self.spread / 2 + self.commission / (_SHARES * self.spot * np.maximum(price, _DUST))
        return np.minimum(lost, 1.0)


@frozen
class Ways:
    """Ways to buy: the deltas aimed at and the months to expiry, two arrays of one length."""

    aims: Floats
    months: Floats


@frozen
class Grown:
    """What a dollar is worth at mid at each quarter's end asked for, and what orders have cost of it by the last.

    `worth` has the shape (quarters, ways, paths), `costs` (ways, paths).
    """

    worth: Floats
    costs: Floats


@mutable
class _Rungs:
    """Every rung, in units of today's spot: strike, month of expiry, contracts, dollars paid; paths along the rows."""

    strikes: Floats
    ends: Floats
    units: Floats
    paid: Floats


def grow(world: Paths, ways: Ways, rate: float, costs: Costs, law: Ladder, first_quarter: int = 1) -> Grown:
    """A dollar in each way to buy, from the first month of the world to its last; worth from a quarter's end on."""
    last, count = world.spots.shape[0] - 1, world.spots.shape[1]
    shape = (len(ways.aims), count)
    held = _Rungs(*(np.zeros(shape) for _ in range(4)))
    every = np.arange(held.paid.size)
    _buy(held, every, np.ones(len(every)), 0, world, ways, rate, costs)
    found = []
    for month in range(1, last + 1):
        if month % QUARTER == 0 and month >= first_quarter * QUARTER:
            found.append(_worth(held, month, world, rate))
        if month < last:
            due = np.flatnonzero(_are_due(held, month, world, rate, law))
            _buy(held, due, _sold(held, due, month, world, rate, costs), month, world, ways, rate, costs)
    return Grown(np.stack(found), held.paid)


def _worth(held: _Rungs, month: int, world: Paths, rate: float) -> Floats:
    spot, vol, left = world.spots[month], world.vols[month], (held.ends - month) / _YEAR
    worth: Floats = held.units * prices(spot, held.strikes, left, rate, vol, True)
    return worth


def _are_due(held: _Rungs, month: int, world: Paths, rate: float, law: Ladder) -> NDArray[np.bool_]:
    """Which of the rungs are to be rolled (17.4): whether a delta has left its band is seen by its d1."""
    spot, vol, left = world.spots[month], world.vols[month], np.maximum(held.ends - month, _DUST) / _YEAR
    spread = vol * np.sqrt(left)
    d1 = (np.log(spot / held.strikes) + rate * left) / spread + spread / 2
    low, high = quantiles(np.array([law.drift_delta.low, law.drift_delta.high]))
    due: NDArray[np.bool_] = (held.ends - month <= law.roll_months) | (d1 < low) | (d1 > high)
    return due


def _sold(held: _Rungs, due: _Places, month: int, world: Paths, rate: float, costs: Costs) -> Floats:
    """What the rungs bring."""
    path = due % world.spots.shape[1]
    spot, vol, left = world.spots[month][path], world.vols[month][path], (held.ends.take(due) - month) / _YEAR
    units = held.units.take(due)
    worth = units * prices(spot, held.strikes.take(due), left, rate, vol, True)
    lost = worth * costs.share(worth / np.maximum(units, _DUST))
    held.paid.ravel()[due] += lost
    brought: Floats = worth - lost
    return brought


def _buy(
    held: _Rungs, due: _Places, worth: Floats, month: int, world: Paths, ways: Ways, rate: float, costs: Costs
) -> None:
    """The strike that has the delta aimed at, for all that was brought: its d1 is known, and so is its price."""
    way, path = np.divmod(due, world.spots.shape[1])
    spot, vol = world.spots[month][path], world.vols[month][path]
    life, d1 = (ways.months / _YEAR)[way], quantiles(ways.aims)[way]
    spread = vol * np.sqrt(life)
    owed = spot * np.exp(spread * (spread / 2 - d1))
    price = spot * ways.aims[way] - owed * cdfs(d1 - spread)
    lost = costs.share(price)
    held.strikes.ravel()[due] = owed * np.exp(rate * ways.months / _YEAR)[way]
    held.ends.ravel()[due] = ways.months[way] + month
    held.units.ravel()[due] = worth / (price * (1 + lost))
    held.paid.ravel()[due] += worth * lost / (1 + lost)
