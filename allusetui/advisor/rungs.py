"""What a dollar in one rung becomes that is rolled as the law rolls it, for many ways to buy it at once.

A rung is one LEAP: bought at a delta and an expiry, looked at every month, sold and bought anew when three months are
left of it or its delta has left its band (17.4). Both orders pay half of the spread, and a commission.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from allusetui.advisor.world import Paths
from allusetui.domain.frozen import frozen
from allusetui.domain.quote import Floats
from allusetui.law.model import Ladder
from allusetui.pricing.black_scholes import deltas, prices
from allusetui.pricing.normal import quantiles

QUARTER: Final = 3
_YEAR: Final = 12
_SHARES: Final = 100
_DUST: Final = 1e-9


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
    """What a dollar is worth at mid at each quarter's end, and what orders have cost of it by the last.

    `worth` has the shape (quarters, ways, paths), `costs` (ways, paths).
    """

    worth: Floats
    costs: Floats


@dataclass(slots=True)
class _Rungs:
    """Every rung of every way and path, in units of today's spot: strike, month of expiry, contracts, dollars."""

    strikes: Floats
    ends: Floats
    units: Floats
    worth: Floats
    paid: Floats


def grow(world: Paths, ways: Ways, rate: float, costs: Costs, law: Ladder) -> Grown:
    """A dollar in each way to buy, from the first month of the world to its last."""
    last, count = world.spots.shape[0] - 1, world.spots.shape[1]
    shape = (len(ways.aims), count)
    strikes, ends, units, paid = (np.zeros(shape) for _ in range(4))
    held = _Rungs(strikes, ends, units, np.ones(shape), paid)
    _buy(held, np.ones(shape, dtype=np.bool_), 0, world, ways, rate, costs)
    found = []
    for month in range(1, last + 1):
        due = _look(held, month, world, rate, law)
        if month % QUARTER == 0:
            found.append(held.worth.copy())
        if month < last:
            _sell(held, due, costs)
            _buy(held, due, month, world, ways, rate, costs)
    return Grown(np.stack(found), held.paid)


def _look(held: _Rungs, month: int, world: Paths, rate: float, law: Ladder) -> NDArray[np.bool_]:
    """What the rungs are worth, and which of them are to be rolled (17.4)."""
    spot, vol, left = world.spots[month], world.vols[month], (held.ends - month) / _YEAR
    held.worth = held.units * prices(spot, held.strikes, left, rate, vol, True)
    delta = deltas(spot, held.strikes, left, rate, vol, True)
    band = law.drift_delta
    return (held.ends - month <= law.roll_months) | (delta < band.low) | (delta > band.high)


def _sell(held: _Rungs, due: NDArray[np.bool_], costs: Costs) -> None:
    worth, units = held.worth[due], held.units[due]
    lost = worth * costs.share(worth / np.maximum(units, _DUST))
    held.worth[due] = worth - lost
    held.paid[due] += lost


def _buy(held: _Rungs, due: NDArray[np.bool_], month: int, world: Paths, ways: Ways, rate: float, costs: Costs) -> None:
    """The strike that has the delta aimed at, for all that the rung is worth."""
    rows, columns = np.nonzero(due)
    spot, vol, life = world.spots[month][columns], world.vols[month][columns], ways.months[rows] / _YEAR
    strikes = spot * np.exp((rate + vol * vol / 2) * life - quantiles(ways.aims)[rows] * vol * np.sqrt(life))
    price = prices(spot, strikes, life, rate, vol, True)
    lost = costs.share(price)
    worth = held.worth[due]
    held.strikes[due], held.ends[due] = strikes, ways.months[rows] + month
    held.units[due] = worth / (price * (1 + lost))
    held.paid[due] += worth * lost / (1 + lost)
