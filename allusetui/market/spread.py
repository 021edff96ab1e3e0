"""From a mid to bid and ask on the tick grid, rounded outward: one contract or many, on the same ticks."""

from decimal import Decimal
from math import ceil, floor

import numpy as np

from allusetui.domain.quote import Floats

# A mid that is a whole number of ticks but for floating noise is that number.
_NOISE = 1e-9


def one(mid: float, spread_share: float, tick: Decimal, tick_size: float) -> tuple[Decimal, Decimal]:
    """Bid and ask around one mid; bid at least 0, ask at least one tick. `tick_size` is `tick` as a number."""
    ticks, half = mid / tick_size, spread_share / 2
    bid = max(0, floor(ticks * (1 - half) + _NOISE))
    ask = max(1, ceil(ticks * (1 + half) - _NOISE))
    return bid * tick, ask * tick


def many(mids: Floats, spread_share: float | Floats, tick_size: float | Floats) -> tuple[Floats, Floats]:
    """Bids and asks around the mids, on the ticks that `one` gives."""
    ticks, half = mids / tick_size, spread_share / 2
    bids = np.maximum(0.0, np.floor(ticks * (1 - half) + _NOISE))
    asks = np.maximum(1.0, np.ceil(ticks * (1 + half) - _NOISE))
    return np.round(bids * tick_size, 4), np.round(asks * tick_size, 4)


def exact(price: float, tick: Decimal) -> Decimal:
    """A price that is a multiple of the tick, as `one` gives it."""
    return round(price / float(tick)) * tick
