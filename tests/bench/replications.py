"""The Cboe's PutWrite and BuyWrite indices of 1991-2021, made of SPX, VIX and three-month bills by our own pricing.

A check of pricing and rolling on real data: each third Friday a month at the money is sold at its close, secured by
bills (PUT, volatility .90 VIX) or by the index (BXM, .85 VIX), and settled at the close of the next. The Cboe settles
at the opening auction, which the data does not have. The published series are yearly, and so is the correlation. Nor
has the data the index's dividends: 1.9 % of every year stand for them.

Reads data and published series of the shared folder. Exits 1 where a tolerance is passed.
Usage: python -m tests.bench.replications
"""

import json
import os
import sys
from bisect import bisect_right
from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from math import ceil, exp, floor
from pathlib import Path
from time import process_time
from typing import NamedTuple

import numpy as np

from allusetui.domain.calendar import third_friday
from allusetui.domain.moment import YEAR_MS
from allusetui.market.calendars import calendar
from allusetui.market.history_data import load
from allusetui.market.indices import SPX, VIX
from allusetui.market.model_data import Daily
from allusetui.pricing.black_scholes import price

SHARED = Path(os.environ.get("ALLUSETUI_SHARED", Path(__file__).parents[3] / "shared"))
DATA = SHARED / "data"
PUBLISHED = DATA / "reference/market_targets.json"
BEGAN, LAST = date(1990, 1, 3), date(2021, 12, 31)
YEARS = range(1991, 2022)
STEP, DIVIDENDS = 5, 0.019


class Month(NamedTuple):
    """What is held from one third Friday to the next: dollars, shares of the index, and options sold."""

    sold: date
    expiry: date
    is_call: bool
    strike: float
    contracts: float
    cash: float
    shares: float


class Verdict(NamedTuple):
    """How near a replication comes to what was published, in % a year, and how near it has to."""

    index: str
    correlation: float
    error: float
    growth_gap: float
    limits: tuple[float, float, float]

    @property
    def holds(self) -> bool:
        least, most_error, most_gap = self.limits
        return self.correlation >= least and self.error <= most_error and abs(self.growth_gap) <= most_gap


class Replication:
    """One index: `call` written against the shares, or else puts against bills; at `vix_share` of VIX."""

    def __init__(self, call: bool, vix_share: float) -> None:
        found = load(DATA, (), BEGAN, LAST)
        self._call, self._vix_share = call, vix_share
        self._spx, self._vix, self._rates = found.daily[SPX], found.daily[VIX], found.rates
        self._rate_days = [day for day, _ in found.rates]
        self._calendar = calendar(BEGAN, LAST.replace(year=LAST.year + 1))

    def yearly_pct(self) -> list[float]:
        """The return of each of YEARS."""
        worth, ends = 1.0, dict[int, float]()
        for first, following in pairwise(self._fridays()):
            month = self._sell(first, following, worth)
            if following.year > first.year:
                ends[first.year] = self._value(month, self._calendar.before(date(first.year + 1, 1, 1)).day)
            if following <= LAST:
                worth = self._value(month, following)
        return [100 * (ends[year] / ends[year - 1] - 1) for year in YEARS]

    def _fridays(self) -> Iterator[date]:
        """Third Fridays, or the sessions before, from the first month to the one after the last."""
        months = range(BEGAN.year * 12, LAST.year * 12 + 13)
        return (self._calendar.up_to(third_friday(month // 12, month % 12 + 1)).day for month in months)

    def _sell(self, day: date, expiry: date, worth: float) -> Month:
        """All of it: at expiry the strike is there in cash, or the share."""
        spot, years = _close(self._spx, day), self._years(day, expiry)
        strike = float(STEP * (ceil(spot / STEP) if self._call else floor(spot / STEP)))
        premium = self._option(day, expiry, strike)
        if self._call:
            shares = worth / (spot - premium)
            return Month(day, expiry, True, strike, shares, 0.0, shares)
        contracts = worth / (strike * exp(-self._rate(day) * years) - premium)
        return Month(day, expiry, False, strike, contracts, worth + contracts * premium, 0.0)

    def _value(self, month: Month, day: date) -> float:
        years = self._years(month.sold, day)
        shares = month.shares * exp(DIVIDENDS * years) * _close(self._spx, day)
        bills = month.cash * exp(self._rate(month.sold) * years)
        return bills + shares - month.contracts * self._option(day, month.expiry, month.strike)

    def _option(self, day: date, expiry: date, strike: float) -> float:
        spot, vol = _close(self._spx, day), self._vix_share * _close(self._vix, day) / 100
        return price(spot, strike, self._years(day, expiry), self._rate(day), vol, self._call, DIVIDENDS)

    def _rate(self, day: date) -> float:
        return self._rates[bisect_right(self._rate_days, day) - 1][1]

    def _years(self, first: date, last: date) -> float:
        return (self._calendar.up_to(last).close_ms - self._calendar.up_to(first).close_ms) / YEAR_MS


def _close(rows: Daily, day: date) -> float:
    """The last close up to a day: VIX lacks four of the nineties."""
    row = rows.up_to(day)
    assert row is not None
    return float(rows.closes[row])


def published_pct(index: str) -> list[float]:
    rows = json.loads(PUBLISHED.read_text())[f"{index}_yearly_pct"]
    return [rows[str(year)] for year in YEARS]


def compared(index: str, ours: list[float], limits: tuple[float, float, float]) -> Verdict:
    found, told = np.array(ours), np.array(published_pct(index))
    correlation, error = float(np.corrcoef(found, told)[0, 1]), float(np.abs(found - told).mean())
    return Verdict(index, correlation, error, _growth_pct(found) - _growth_pct(told), limits)


def _growth_pct(yearly_pct: np.ndarray) -> float:
    return 100 * float(np.prod(1 + yearly_pct / 100) ** (1 / len(yearly_pct)) - 1)


def verdicts() -> Iterator[tuple[Verdict, list[float]]]:
    """Of the PUT index all tolerances of the market model; of the BXM it has one for the correlation alone."""
    puts, calls = (
        Replication(call=False, vix_share=0.90).yearly_pct(),
        Replication(call=True, vix_share=0.85).yearly_pct(),
    )
    yield compared("PUT", puts, (0.97, 2.0, 0.5)), puts
    yield compared("BXM", calls, (0.97, np.inf, np.inf)), calls


def main() -> None:
    started, kept = process_time(), True
    for verdict, ours in verdicts():
        print(f"# {verdict.index}: year, ours, published, difference in %")
        for year, found, told in zip(YEARS, ours, published_pct(verdict.index), strict=True):
            print(f"{year} {found:7.1f} {told:7.1f} {found - told:7.1f}")
        figures = f"correlation of years {verdict.correlation:.3f}, mean error {verdict.error:.2f} points"
        print(f"{verdict.index}: {figures}, CAGR gap {verdict.growth_gap:+.2f}: {'ok' if verdict.holds else 'OUT'}")
        kept &= verdict.holds
    print(f"{process_time() - started:.1f} s of CPU")
    sys.exit(0 if kept else 1)


if __name__ == "__main__":
    main()
