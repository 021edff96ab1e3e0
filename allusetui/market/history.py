"""The history market: real daily bars, with intraday paths and option quotes of the model between them."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path

from allusetui.domain.calendar import Calendar
from allusetui.domain.moment import day_of
from allusetui.market import traits
from allusetui.market.history_data import DataError, load
from allusetui.market.indices import XSP
from allusetui.market.model_data import ModelData
from allusetui.market.model_market import NO_BREADTH, ModelMarket

__all__ = ["DataError", "HistoryMarket"]


class HistoryMarket(ModelMarket):
    """A model market on the bars, dividends, splits and reports of a data directory."""

    def __init__(
        self,
        data: Path,
        symbols: Iterable[str],
        calendar: Calendar,
        start_ms: int,
        end_ms: int,
        seed: int,
        rate: float,
        breadth: Mapping[date, Decimal] = NO_BREADTH,
    ) -> None:
        """`data` holds the directory, `rate` (continuously compounded) serves days before the first of `rates.csv`.

        Of `symbols` those with data become `self.symbols`; `breadth` as in `ModelMarket`. Raises DataError.
        """
        wanted = frozenset(symbols)
        first, last = day_of(start_ms), day_of(end_ms)
        # Before the first open the session before is shown, so the rows must reach back to it.
        found = load(data, wanted - {XSP}, calendar.before(first).day, calendar.up_to(last).day)
        super().__init__(found, wanted, calendar, start_ms, end_ms, seed, rate, breadth)
        self.warnings = tuple(_warnings(found, wanted, self.symbols, first))


def _warnings(data: ModelData, wanted: Iterable[str], symbols: frozenset[str], first: date) -> Iterator[str]:
    for name in sorted(frozenset(wanted) - symbols):
        yield f"{name}: no daily/{name}.csv with rows of these days; it is never entered (no_chain)"
    for name in sorted(symbols):
        reports = data.reports.get(name)
        if traits.of(name).report_move is None:
            continue
        if reports is None:
            yield f"{name}: earnings.csv has no row of it; no puts are sold on it (earnings_unknown)"
        elif first < reports.first:
            yield f"{name}: earnings.csv begins {reports.first}; no report is known before that day"
