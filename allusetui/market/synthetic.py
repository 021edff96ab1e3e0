"""The synthetic market: seeded daily bars of the model, with its intraday paths and option quotes between them."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Final

from allusetui.domain.calendar import Calendar
from allusetui.domain.moment import day_of
from allusetui.market.indices import SPX, VIX, XSP
from allusetui.market.model_data import Daily, ModelData, Reports
from allusetui.market.model_market import NO_BREADTH, ModelMarket
from allusetui.market.synthetic_bars import Bars, Dated, Span
from allusetui.market.synthetic_dates import QUARTERS, YIELDS, ex_dates, reports

_WARM_UP: Final = 600  # steps before the start: the market has forgotten how it began before its first bar is shown
_SHOWN: Final = 300
_TENTH_CENTS: Final = Decimal("0.001")


class SyntheticMarket(ModelMarket):
    """A model market that knows every symbol. At the close before the start all but VIX stand where they always do.

    No symbol ever splits. Days depend on the seed, the start and the days before them: a later end leaves them as they
    are.
    """

    def __init__(
        self, symbols: Iterable[str], calendar: Calendar, start_ms: int, end_ms: int, seed: int, rate: float,
        breadth: Mapping[date, Decimal] = NO_BREADTH,
    ) -> None:  # fmt: skip
        """`rate`, continuously compounded, holds throughout; there is no breadth but what is told (`ModelMarket`)."""
        wanted = frozenset(symbols)
        data = _made(wanted | {SPX, VIX}, calendar, _span(calendar, day_of(start_ms), day_of(end_ms)), seed)
        super().__init__(data, wanted, calendar, start_ms, end_ms, seed, rate, breadth)


def _span(calendar: Calendar, first: date, last: date) -> Span:
    """Up to 300 sessions before `first`, and all to `last`."""
    days = [session.day for session in calendar.sessions]
    start, end = bisect_left(days, first), bisect_left(days, calendar.up_to(last).day) + 1
    shown = min(_SHOWN, start)
    return Span(tuple(days[start - shown : end]), _WARM_UP - shown, shown)


def _made(symbols: frozenset[str], calendar: Calendar, span: Span, seed: int) -> ModelData:
    bars, first = Bars(seed, span), span.days[0]
    daily: dict[str, Daily] = {}
    told: dict[str, Reports] = {}
    paid: dict[str, tuple[tuple[date, Decimal], ...]] = {}
    for symbol in sorted(symbols - {XSP}):
        known, ex_days = reports(symbol, first, calendar), ex_dates(symbol, first, calendar)
        opened = () if known is None else [calendar.after(day).day for day in known.days if day < span.days[-1]]
        rows = daily[symbol] = bars.of(symbol, Dated(opened, ex_days))
        if known is not None:
            told[symbol] = known
        if ex_days:
            paid[symbol] = _dividends(rows, ex_days, YIELDS[symbol])
    return ModelData(daily, {}, (), paid, {}, told)


def _dividends(rows: Daily, ex_days: Iterable[date], paid: float) -> tuple[tuple[date, Decimal], ...]:
    """Each ex-date's dividend: a quarter of the yearly share of the close before."""
    found = ((day, row) for day in ex_days if (row := rows.on(day)))
    return tuple(
        (day, Decimal(float(rows.closes[row - 1]) * paid / QUARTERS).quantize(_TENTH_CENTS)) for day, row in found
    )
