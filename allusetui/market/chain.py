"""A scripted chain: an expiry and right is priced when it is looked at."""

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import date
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from allusetui.domain.contract import Right
from allusetui.domain.frozen import frozen
from allusetui.domain.moment import YEAR_MS
from allusetui.domain.quote import Floats, Slice
from allusetui.market import listing, spread
from allusetui.pricing import black_scholes


@frozen
class Shown:
    """What prices a symbol's options at one tick: the scripted figures as they stand."""

    at_ms: int
    spot: Decimal
    spot_size: float
    iv: float
    rate: float
    spread_share: float


@frozen
class Depth:
    """Open interest and volume of every contract; −1 where missing."""

    open_interest: int
    volume: int


class LazySlices(Mapping[tuple[date, Right], Slice]):
    """The slices of one instant by expiry and right; `price` makes each at the first look."""

    def __init__(self, expiries: Collection[date], price: Callable[[date, Right], Slice]) -> None:
        self._expiries = expiries
        self._make = price
        self._made: dict[tuple[date, Right], Slice] = {}

    def __getitem__(self, key: tuple[date, Right]) -> Slice:
        made = self._made.get(key)
        if made is None:
            made = self._made[key] = self._make(*key)
        return made

    def __iter__(self) -> Iterator[tuple[date, Right]]:
        return ((expiry, right) for expiry in self._expiries for right in Right)

    def __len__(self) -> int:
        return len(self._expiries) * len(Right)


class PricedSlices(LazySlices):
    """The slices of a scripted symbol at one tick."""

    def __init__(
        self, symbol: str, shown: Shown, depth: Depth, expires_ms: Mapping[date, int], step: Decimal, tick: Decimal
    ) -> None:
        super().__init__(expires_ms, self._price)
        self._symbol = symbol
        self._shown = shown
        self._depth = depth
        self._expires_ms = expires_ms
        self._step = step
        self._tick = tick

    def _price(self, expiry: date, right: Right) -> Slice:
        shown, expires_ms = self._shown, self._expires_ms[expiry]
        years = max(expires_ms - shown.at_ms, 0) / YEAR_MS
        exact, numbers = grid(shown, years, self._step)
        call = right is Right.CALL
        mids = black_scholes.prices(shown.spot_size, numbers, years, shown.rate, shown.iv, call)
        bids, asks = spread.many(mids, shown.spread_share, float(self._tick))
        volume = _everywhere(self._depth.volume, len(exact))
        return Slice(
            symbol=self._symbol,
            expiry=expiry,
            right=right,
            expires_ms=expires_ms,
            strikes=exact,
            bids=bids,
            asks=asks,
            open_interest=_everywhere(self._depth.open_interest, len(exact)),
            volume=volume,
            previous_volume=volume,
            average_volume=volume,
        )


def grid(shown: Shown, years: float, step: Decimal) -> tuple[tuple[Decimal, ...], Floats]:
    """The strikes of an expiry that is `years` away, exactly and as numbers."""
    return listing.strikes(*listing.strike_range(shown.spot_size, shown.iv, years, step), step)


def _everywhere(value: int, count: int) -> NDArray[np.int64]:
    return np.full(count, value, dtype=np.int64)
