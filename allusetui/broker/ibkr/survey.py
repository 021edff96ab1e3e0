"""The search of a chain: which contracts are to be quoted next, and the chain once enough of it has been seen.

Pure. It goes outward from where a decision will look until it has passed both ends of what is sought, so that what
lies between is known whole; a contract that has not told both of its sides in time makes the whole survey fail.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from math import isnan, nan
from typing import Final

import numpy as np

from allusetui.broker.ibkr.shown import Shown
from allusetui.broker.ibkr.volumes import Traded
from allusetui.domain.contract import Option, Right
from allusetui.domain.frozen import frozen
from allusetui.domain.moment import YEAR_MS
from allusetui.domain.quote import Slice, Sought
from allusetui.pricing.black_scholes import delta
from allusetui.pricing.implied_vol import implied_vol, model_delta

FIRST: Final = 3
"""Strikes to either side of where the search begins, and as many more with each step."""
FIRST_KNOWN: Final = 2
"""The same where the volatility is not a guess."""
NEAREST: Final = 4
MOST: Final = 48
"""Strikes of one search; what has not been found among so many is not found, and of more no more are needed."""
_LEAST_YEARS: Final = 0.25 / 365
_UNKNOWN: Final = -1


@frozen
class View:
    """What strikes are judged by: the underlying's spot, its volatility, a guess unless it is `known`, and the rate."""

    spot: float
    vol: float
    rate: float
    known: bool = False


@frozen
class Listing:
    """The strikes of one expiry and right, ascending, and the close of its last session."""

    expiry: date
    right: Right
    expires_ms: int
    strikes: tuple[Decimal, ...]

    def years(self, at_ms: int) -> float:
        return max(self.expires_ms - at_ms, 0) / YEAR_MS


class Search:
    """Finds the strikes of one part of a chain. Positions run with the absolute delta, whatever the right."""

    def __init__(self, sought: Sought, listing: Listing, view: View, at_ms: int) -> None:
        self.sought = sought
        self._call = sought.right is Right.CALL
        self._view = view
        self._strikes = listing.strikes[::-1] if self._call else listing.strikes
        self._deltas: dict[int, float] = {}
        self.failed = not self._strikes
        if self.failed:
            self._first, self._last = 0, -1
        elif sought.near is not None:
            self._first, self._last = self._around(sought.near)
        else:
            start, first = self._guess(listing.years(at_ms)), FIRST_KNOWN if view.known else FIRST
            self._first, self._last = max(start - first, 0), min(start + first, len(self._strikes) - 1)

    def wanted(self) -> list[Decimal]:
        """The strikes that have not told anything yet, those nearest the middle first."""
        middle = (self._first + self._last) / 2
        positions = [p for p in range(self._first, self._last + 1) if p not in self._deltas]
        return [self._strikes[p] for p in sorted(positions, key=lambda p: abs(p - middle))]

    def told(self, strike: Decimal, mid: float, years: float) -> None:
        """A strike's mid, NaN where a side of it is not quoted; with the last one that is awaited it looks farther."""
        view, position = self._view, self._strikes.index(strike)
        if self._first <= position <= self._last:
            known = model_delta(mid, view.spot, float(strike), years, view.rate, self._call)
            self._deltas[position] = known
            if not self.wanted():
                self._widen()

    @property
    def is_done(self) -> bool:
        return self.failed or not self.wanted()

    def inside(self) -> list[Decimal]:
        """The strikes that may be taken, those first that are nearest to what is sought."""
        found = [p for p in range(self._first, self._last + 1) if p in self._deltas]
        if self.sought.deltas is not None:
            low, high = self.sought.deltas
            found = [p for p in found if low <= self._deltas[p] <= high]
        middle = (self._first + self._last) / 2
        return [self._strikes[p] for p in sorted(found, key=lambda p: abs(p - middle))]

    def _around(self, price: Decimal) -> tuple[int, int]:
        nearest = sorted(range(len(self._strikes)), key=lambda p: abs(self._strikes[p] - price))[:NEAREST]
        return min(nearest), max(nearest)

    def _guess(self, years: float) -> int:
        """The position of the strike that would have the middle of the deltas if the volatility were the guess."""
        assert self.sought.deltas is not None
        low, high = self.sought.deltas
        middle = (low + high) / 2 if self.sought.aim is None else self.sought.aim
        view, years = self._view, max(years, _LEAST_YEARS)
        off = (
            abs(abs(delta(view.spot, float(k), years, view.rate, view.vol, self._call)) - middle) for k in self._strikes
        )
        return int(np.argmin(np.fromiter(off, np.float64)))

    def _widen(self) -> None:
        if self.sought.deltas is None:
            return
        low, high = self.sought.deltas
        known = [each for each in self._deltas.values() if not isnan(each)]
        below = self._first == 0 or any(each < low for each in known)
        above = self._last == len(self._strikes) - 1 or any(each > high for each in known)
        if below and above:
            return
        if self._last - self._first + 1 >= MOST:
            self.failed = not self._is_enough(known)
            return
        self._first = self._first if below else max(self._first - FIRST, 0)
        self._last = self._last if above else min(self._last + FIRST, len(self._strikes) - 1)

    def _is_enough(self, known: list[float]) -> bool:
        """Whether the aim lies among them: whatever has not been looked at is farther from it."""
        aim = self.sought.aim
        return aim is not None and any(each <= aim for each in known) and any(each >= aim for each in known)


class Survey:
    """All searches of one symbol."""

    def __init__(self, symbol: str, view: View) -> None:
        self.symbol = symbol
        self.view = view
        self._searches: dict[Sought, Search] = {}
        self._listings: dict[tuple[date, Right], Listing] = {}
        self._seen: dict[Option, Shown] = {}
        self.before: dict[Option, Traded] = {}
        """What was traded of those that were thin today."""

    def add(self, sought: Sought, listing: Listing, at_ms: int) -> None:
        """Look for one more part; what is known already is not looked at again."""
        if self._is_covered(sought):
            return
        self._searches[sought] = search = Search(sought, listing, self.view, at_ms)
        self._listings[sought.expiry, sought.right] = listing
        for option, shown in self._seen.items():
            if (option.expiry, option.right) == (sought.expiry, sought.right):
                search.told(option.strike, _mid(shown), listing.years(at_ms))

    def covers(self, sought: Iterable[Sought]) -> bool:
        """Whether all of this has been looked for."""
        return all(map(self._is_covered, sought))

    def _is_covered(self, sought: Sought) -> bool:
        """A price to look around moves with the spot: as long as the strike nearest it is known nothing is missing."""
        listing = self._listings.get((sought.expiry, sought.right))
        if sought in self._searches or listing is None or sought.near is None or not listing.strikes:
            return sought in self._searches
        near = sought.near
        return self._option(sought, min(listing.strikes, key=lambda strike: abs(strike - near))) in self._seen

    def wanted(self) -> list[Option]:
        """The contracts to be quoted next: the parts in turn, the soonest expiry first, of each the nearest strikes."""
        rows = sorted(self._searches.values(), key=lambda search: search.sought.expiry)
        options = [[self._option(search.sought, k) for k in search.wanted()] for search in rows if not search.failed]
        longest = max(map(len, options), default=0)
        return list(dict.fromkeys(row[n] for n in range(longest) for row in options if n < len(row)))

    def told(self, option: Option, shown: Shown, at_ms: int) -> None:
        """What a contract's line has shown; a line that goes on may tell again."""
        self._seen[option] = shown
        listing = self._listings[option.expiry, option.right]
        for search in self._searches.values():
            if (search.sought.expiry, search.sought.right) == (option.expiry, option.right):
                search.told(option.strike, _mid(shown), listing.years(at_ms))

    @property
    def is_done(self) -> bool:
        return all(search.is_done for search in self._searches.values())

    def thin(self) -> list[Option]:
        """Of each part the nearest contracts whose volumes of today, or on average, are not enough to judge them by."""
        rows = [[self._option(each.sought, k) for k in each.inside()[:NEAREST]] for each in self._searches.values()]
        below = [each.sought.volume_below for each in self._searches.values()]
        pairs = [(option, least) for row, least in zip(rows, below, strict=True) for option in row]
        return list(dict.fromkeys(option for option, least in pairs if self._is_thin(option, least)))

    def _is_thin(self, option: Option, least: int) -> bool:
        shown = self._seen[option]
        return option not in self.before and (shown.average_volume is None or (shown.volume or 0) < least)

    @property
    def trouble(self) -> str | None:
        """What could not be found; None where all was."""
        failed = next((search.sought for search in self._searches.values() if search.failed), None)
        if failed is None:
            return None
        return f"{self.symbol}: no strike of {failed.expiry} {failed.right} has the deltas that are sought"

    def vol(self, at_ms: int) -> float | None:
        """The implied volatility of the seen contract nearest the money: where the next search begins."""
        spot, rate = self.view.spot, self.view.rate
        for option in sorted(self._seen, key=lambda each: abs(float(each.strike) - spot)):
            years, call = self._listings[option.expiry, option.right].years(at_ms), option.right is Right.CALL
            found = implied_vol(_mid(self._seen[option]), spot, float(option.strike), years, rate, call)
            if found is not None and found > 0:
                return found
        return None

    def slices(self) -> Mapping[tuple[date, Right], Slice]:
        """What has been seen, by expiry and right."""
        found: dict[tuple[date, Right], dict[Decimal, Shown]] = {key: {} for key in self._listings}
        for option, shown in self._seen.items():
            found[option.expiry, option.right][option.strike] = shown
        return {key: self._slice(self._listings[key], rows) for key, rows in found.items()}

    def _slice(self, listing: Listing, rows: Mapping[Decimal, Shown]) -> Slice:
        """What is not known is NaN for a price and −1 for a count."""
        rows = dict(sorted(rows.items()))
        lines, nothing = rows.values(), Traded(_UNKNOWN, _UNKNOWN)
        before = [
            self.before.get(Option(self.symbol, listing.expiry, strike, listing.right), nothing) for strike in rows
        ]
        averages = (past.average if each.average_volume is None else each.average_volume
                    for each, past in zip(lines, before, strict=True))  # fmt: skip
        return Slice(
            symbol=self.symbol,
            expiry=listing.expiry,
            right=listing.right,
            expires_ms=listing.expires_ms,
            strikes=tuple(rows),
            bids=np.array([nan if each.bid is None else each.bid for each in lines], dtype=np.float64),
            asks=np.array([nan if each.ask is None else each.ask for each in lines], dtype=np.float64),
            open_interest=_counts(each.open_interest for each in lines),
            volume=_counts(each.volume for each in lines),
            previous_volume=_counts(each.previous for each in before),
            average_volume=_counts(averages),
        )

    def shown(self) -> Iterator[Shown]:
        """Every line that has told something."""
        return iter(self._seen.values())

    def _option(self, sought: Sought, strike: Decimal) -> Option:
        return Option(self.symbol, sought.expiry, strike, sought.right)


def guess_vol(vix: float | None) -> float:
    """Where a search begins when nothing is known: a name moves more than the index, and a wrong guess costs a step."""
    return 0.3 if vix is None or isnan(vix) else max(1.3 * vix / 100, 0.1)


def _mid(shown: Shown) -> float:
    bid, ask = (nan if side is None else side for side in (shown.bid, shown.ask))
    return (bid + ask) / 2


def _counts(values: Iterable[int | None]) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    return np.array([_UNKNOWN if each is None else each for each in values], dtype=np.int64)
