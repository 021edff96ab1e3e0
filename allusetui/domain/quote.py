"""What the market shows: quotes, slices of a chain, daily bars."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from allusetui.domain.contract import Option, Right
from allusetui.domain.frozen import frozen
from allusetui.domain.moment import YEAR_MS
from allusetui.domain.money import CENT

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Steps = tuple[tuple[Decimal, Decimal], ...]


class Feed(StrEnum):
    """What kind of data a quote is. Its time says how old it is: a delayed one is never young."""

    LIVE = "live"
    FROZEN = "frozen"
    DELAYED = "delayed"
    DELAYED_FROZEN = "delayed frozen"


@frozen
class Quote:
    """Bid and ask in dollars a share; an underlying's are both its spot. `confirmed`: a second source has the value.

    `at_ms`: when it was made; `tick` is the grid that orders at its price must keep, `steps` the grid by price, where
    it is known not to be one for all: (from which price, its tick), ascending.
    """

    bid: Decimal
    ask: Decimal
    at_ms: int
    confirmed: bool = False
    tick: Decimal = CENT
    feed: Feed = Feed.LIVE
    steps: Steps = ()

    def tick_at(self, price: Decimal) -> Decimal:
        """The grid that an order at this price must keep."""
        return next((tick for low, tick in reversed(self.steps) if price >= low), self.tick)

    @property
    def mid(self) -> Decimal:
        return (self.bid + self.ask) / 2

    @property
    def spread_share(self) -> float:
        """(ask − bid) / mid; infinite without a mid."""
        total = self.bid + self.ask
        return float(2 * (self.ask - self.bid) / total) if total > 0 else float("inf")


@frozen(eq=False)
class Slice:
    """All strikes of one expiry and right, ascending; arrays of one length. Counts are −1 where missing."""

    symbol: str
    expiry: date
    right: Right
    expires_ms: int
    strikes: tuple[Decimal, ...]
    bids: Floats
    asks: Floats
    open_interest: NDArray[np.int64]
    volume: NDArray[np.int64]
    previous_volume: NDArray[np.int64]
    average_volume: NDArray[np.int64]

    def option(self, index: int) -> Option:
        return Option(self.symbol, self.expiry, self.strikes[index], self.right)

    def years(self, at_ms: int) -> float:
        """Act/365 to the close of the expiry's session."""
        return max(self.expires_ms - at_ms, 0) / YEAR_MS


@frozen
class Payout:
    """A cash dividend a share, dollars, that a symbol is known to go ex of on a day."""

    ex: date
    amount: Decimal


@frozen
class Chain:
    """A symbol's options at one instant. `slices` may price an expiry only when it is looked at.

    `tick`: the finest that any of its prices keeps; `steps`: as of a `Quote`.
    """

    symbol: str
    at_ms: int
    tick: Decimal
    expiries: tuple[date, ...]
    slices: Mapping[tuple[date, Right], Slice]
    earnings: tuple[date, ...] | None
    """Known report dates; None where the symbol has no calendar."""
    reports_after_close: frozenset[date] = frozenset()
    """Those of `earnings` that come after that day's close; the others count as before the open."""
    payouts: tuple[Payout, ...] = ()
    """Known dividends to come, by ex-date."""
    steps: Steps = ()


@frozen
class Sought:
    """A part of a chain that a decision is going to look at.

    Of one expiry and right: the strikes with an absolute delta in `deltas` and the first beyond either end; or those
    around the price `near`. With an `aim` the nearest to it that is fit is taken: where there are very many, those
    around it will do. Of which less than `volume_below` was traded today what was traded the day before is to be
    known too.
    """

    expiry: date
    right: Right
    deltas: tuple[float, float] | None = None
    near: Decimal | None = None
    volume_below: int = 0
    aim: float | None = None


Listed = tuple[str, date, Right]
"""A part of a chain: symbol, expiry, right."""


@frozen
class Strip:
    """A slice at the instants of an `Ahead`: those down the rows, the strikes along them. Counts are −1 where missing.

    Dollars a share, as they will be shown; strikes that are listed at one of the instants stand in all of them.
    """

    expires_ms: int
    strikes: Floats
    bids: Floats
    asks: Floats
    open_interest: NDArray[np.int64]
    volume: NDArray[np.int64]
    previous_volume: NDArray[np.int64]
    """Of each strike, whatever the instant, as is the open interest."""


@frozen
class Ahead:
    """What a feed that knows its own future is going to show at the instants `times`, ms, ascending.

    Dollars a share, one value an instant; an option as (bids, asks). What it does not tell of stays as it is.
    """

    times: NDArray[np.int64]
    spots: Mapping[str, Floats]
    options: Mapping[Option, tuple[Floats, Floats]]
    strips: Mapping[Listed, Strip]


@frozen
class Breadth:
    """Percent of the index's stocks above their 50-day average, and the session at whose close that was so."""

    day: date
    value: Decimal


@frozen
class Bar:
    """A session's daily bar, dollars a share."""

    day: date
    high: float
    low: float
    close: float
