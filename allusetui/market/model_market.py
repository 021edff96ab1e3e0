"""A model market: daily bars that are given, with intraday paths and option quotes of the model between them."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from allusetui.domain.calendar import Calendar
from allusetui.domain.contract import Option
from allusetui.domain.moment import day_of
from allusetui.domain.quote import Ahead, Bar, Breadth, Chain, Floats, Listed, Payout, Quote, Strip
from allusetui.market import model_path, model_quotes
from allusetui.market.foresight import Foresight
from allusetui.market.indices import SPX, VIX, XSP, XSP_IN_SPX, overtime_ms
from allusetui.market.model_data import Daily, ModelData
from allusetui.market.model_path import Scene
from allusetui.market.model_symbol import ModelSymbol
from allusetui.market.paths import Paths
from allusetui.market.ticks import TICK_MS, Ticks
from allusetui.pricing.surface import TERM

_Values = tuple[tuple[str, Decimal], ...]
_MEAN_SESSIONS: Final = 63
NO_BREADTH: Final[Mapping[date, Decimal]] = MappingProxyType({})
"""What a scenario that tells no breadth tells of it."""


class ModelMarket:
    """Implements `ports.Market`. `calendar` begins 260 sessions before the start, ends past the last expiry.

    Until a session's open its quotes stay at the close before, also on the ex-date of a split or dividend.
    """

    warnings: tuple[str, ...] = ()
    """One line a symbol of which the data does not know everything: what is lost, and what that means."""

    def __init__(
        self,
        data: ModelData,
        symbols: Iterable[str],
        calendar: Calendar,
        start_ms: int,
        end_ms: int,
        seed: int,
        rate: float,
        breadth: Mapping[date, Decimal] = NO_BREADTH,
    ) -> None:
        """Of `symbols` those with rows become `self.symbols`; `rate` serves days before the first of the data's.

        `breadth`, session → % at its close, stands before the data's.
        """
        self._data = data
        self._start_ms, self._end_ms, self._rate = start_ms, end_ms, rate
        daily = {**data.daily, XSP: _tenth(data.daily[SPX])}
        self._paths = Paths(daily, calendar, seed)
        self._listed = {name: self._symbol(name, rows, calendar) for name, rows in daily.items()}
        self._rate_days = [day for day, _ in data.rates]
        self._calendar, self._breadth_pct = calendar, {**data.breadth_pct, **breadth}
        self._breadth_days = sorted(self._breadth_pct)
        self._ticks = Ticks(calendar, (), overtime_ms(VIX))
        self.symbols = frozenset(symbols) & frozenset(daily)
        self._splits, self._dividends = self._by_day(data.splits), self._by_day(data.dividends)
        self._foresight = Foresight(np.empty(0, dtype=np.int64))
        self.vix_63d_mean = lru_cache(maxsize=64)(self._vix_mean)

    def underlying(self, symbol: str, at_ms: int) -> Quote | None:
        return self._listed[symbol].spot.quote(at_ms) if symbol in self.symbols else None

    def option(self, option: Option, at_ms: int) -> Quote | None:
        """What was told ahead of the instant is what is shown."""
        if option.symbol not in self.symbols:
            return None
        return self._listed[option.symbol].option(option, at_ms, self._foresight.of)

    def chain(self, symbol: str, at_ms: int) -> Chain | None:
        return self._listed[symbol].chain(at_ms) if symbol in self.symbols else None

    def strikes(self, symbol: str, expiry: date, at_ms: int) -> tuple[Decimal, ...]:
        """What is listed of a symbol's expiry, ascending, without a price."""
        return self._listed[symbol].strikes(expiry, at_ms) if symbol in self.symbols else ()

    def bars(self, symbol: str, at_ms: int) -> tuple[Bar, ...]:
        return self._listed[symbol].bars.before(day_of(at_ms)) if symbol in self.symbols else ()

    def rate(self, at_ms: int) -> float:
        return self.rate_on(day_of(at_ms))

    def breadth(self, at_ms: int) -> Breadth | None:
        """The last row of a session that has closed."""
        row = bisect_right(self._breadth_days, day_of(at_ms)) - 1
        if row >= 0 and self._calendar.up_to(self._breadth_days[row]).close_ms > at_ms:
            row -= 1
        if row < 0:
            return None
        day = self._breadth_days[row]
        return Breadth(day, self._breadth_pct[day])

    def next_tick(self, after_ms: int) -> int | None:
        tick = self._ticks.next(max(after_ms, self._start_ms - 1))
        return None if tick is None or tick > self._end_ms else tick

    def first_above(self, symbol: str, level: Decimal, after_ms: int, until_ms: int) -> int | None:
        return self._listed[symbol].spot.first_above(level, after_ms, until_ms) if symbol in self.symbols else None

    def ahead(
        self, symbols: Iterable[str], options: Iterable[Option], strips: Iterable[Listed], times: NDArray[np.int64]
    ) -> Ahead | None:
        names = sorted({VIX, *symbols} & self.symbols)
        held = [option for option in options if option.symbol in self.symbols]
        rows = self._foresight.rows(times)
        if rows is None:
            rows = self._look_ahead(times)
        foreseen = self._foresight
        if not self._foresee_spots({*names, *(option.symbol for option in held)}):
            return None
        self._foresee_quotes(held)
        told = {name: foreseen.spots[name][rows] for name in names}
        quotes = {option: (bids[rows], asks[rows]) for option in held for bids, asks in [foreseen.quotes[option]]}
        slices = {key: self._strip(key, told, times) for key in strips if key[0] in told}
        return Ahead(times, told, quotes, slices)

    def _strip(self, listed: Listed, spots: Mapping[str, Floats], times: NDArray[np.int64]) -> Strip:
        def make() -> Strip:
            name, expiry, right = listed
            return self._listed[name].strip(expiry, right, self._scene(times, spots[VIX]), spots[name])

        return self._foresight.strip(listed, times, make)

    def _look_ahead(self, times: NDArray[np.int64]) -> slice | NDArray[np.intp]:
        """Begin anew, up to the close and at the pace of the instants: these will be asked for; and where they are."""
        session = self._calendar.at(int(times[0]))
        assert session is not None
        pace = int(np.diff(times).min()) if len(times) > 1 else session.close_ms - int(times[0])
        later = np.arange(times[-1], session.close_ms + 1, pace, dtype=np.int64)
        self._foresight = Foresight(np.union1d(times, later))
        rows = self._foresight.rows(times)
        assert rows is not None
        return rows

    def _foresee_spots(self, names: Iterable[str]) -> bool:
        """The spots that are not foreseen yet; False where one of the symbols has no row for the session."""
        foreseen = self._foresight
        for name in names:
            if name not in foreseen.spots:
                spots = self._listed[name].spot.levels(foreseen.times)
                if spots is None:
                    return False
                foreseen.spots[name] = spots
        return True

    def _foresee_quotes(self, options: Iterable[Option]) -> None:
        """Price what is not foreseen yet."""
        foreseen = self._foresight
        wanted = [option for option in options if option not in foreseen.quotes]
        if not wanted:
            return
        scene = self._scene(foreseen.times, foreseen.spots[VIX])
        keys = dict.fromkeys((option.symbol, option.expiry) for option in wanted)
        lines = {(name, day): self._listed[name].line(day, scene, foreseen.spots[name]) for name, day in keys}
        foreseen.quotes |= model_path.quotes(scene, {each: lines[each.symbol, each.expiry] for each in wanted})

    def _scene(self, times: NDArray[np.int64], vix: Floats) -> Scene:
        session = self._calendar.at(int(times[0]))
        assert session is not None
        ticks = times - (times - session.open_ms) % TICK_MS
        wide = np.asarray(model_quotes.is_wide(session, ticks, vix))
        return Scene(ticks, vix, wide, self.vix_63d_mean(session.day), self.rate_on(session.day))

    def disturbed(self, after_ms: int, until_ms: int) -> bool:
        return False

    def spot_path(self, symbol: str, day: date) -> tuple[NDArray[np.int64], Floats] | None:
        """The session's instants, ms, and values, dollars; None without a session or a row of the symbol."""
        if symbol not in self.symbols:
            return None
        times, values = self._paths.times(symbol, day), self._paths.values(symbol, day)
        return None if times is None or values is None else (times, values)

    def splits_on(self, day: date) -> tuple[tuple[str, Decimal], ...]:
        """(symbol, new shares per old) of the splits whose ex-date is `day`."""
        return self._splits.get(day, ())

    def dividends_on(self, day: date) -> tuple[tuple[str, Decimal], ...]:
        """(symbol, dollars a share) of the dividends whose ex-date is `day`."""
        return self._dividends.get(day, ())

    def closes(self, symbol: str, first: date, last: date) -> tuple[tuple[date, float], ...]:
        """The session closes within two days, raw as traded, dollars; none of a symbol that is not listed."""
        if symbol not in self.symbols:
            return ()
        rows = self._data.daily[symbol]
        found = zip(rows.days, rows.closes.tolist(), strict=True)
        return tuple((day, close) for day, close in found if first <= day <= last)

    def rate_on(self, day: date) -> float:
        """The last three-month rate up to `day`, continuously compounded."""
        row = bisect_right(self._rate_days, day) - 1
        return self._rate if row < 0 else self._data.rates[row][1]

    def vix(self, at_ms: int) -> float:
        """VIX in points at its last tick; its normal level before the first."""
        level = self._listed[VIX].spot.level(at_ms)
        return TERM.vix_normal if level is None else level

    def _vix_mean(self, day: date) -> float:
        """Mean close of VIX over the 63 sessions before `day`."""
        rows = self._data.daily[VIX]
        end = bisect_right(rows.days, day)
        if end and rows.days[end - 1] == day:
            end -= 1
        return float(rows.closes[max(0, end - _MEAN_SESSIONS) : max(end, 1)].mean())

    def _symbol(self, name: str, rows: Daily, calendar: Calendar) -> ModelSymbol:
        reports, splits = self._data.reports.get(name), self._data.splits.get(name, ())
        payouts = tuple(Payout(ex, amount) for ex, amount in sorted(self._data.dividends.get(name, ())))
        return ModelSymbol(name, rows, self._paths, calendar, self, reports, splits, payouts)

    def _by_day(self, rows: Mapping[str, tuple[tuple[date, Decimal], ...]]) -> dict[date, _Values]:
        found: dict[date, _Values] = {}
        for name in sorted(self.symbols):
            for ex_date, value in rows.get(name, ()):
                found[ex_date] = (*found.get(ex_date, ()), (name, value))
        return found


def _tenth(rows: Daily) -> Daily:
    """XSP is a tenth of SPX."""
    columns = (each / XSP_IN_SPX for each in (rows.opens, rows.highs, rows.lows, rows.closes))
    return Daily(rows.days, *columns)
