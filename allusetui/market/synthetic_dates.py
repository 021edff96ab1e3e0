"""The synthetic market's dates: quarterly reports of the names, quarterly ex-dates of the funds."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from allusetui.domain.calendar import Calendar, third_friday
from allusetui.market import traits
from allusetui.market.model_data import Reports

YIELDS: Final = {"SPY": 0.012, "QQQ": 0.006, "IWM": 0.011}
"""Dividends a year as shares of the price; paid in quarters."""
QUARTERS: Final = 4
_TUESDAY, _WEDNESDAY, _THURSDAY = 1, 2, 3
_WEEK_DAYS: Final = 7
_FOURTH_WEEK: Final = 22  # its first day of the month
# By symbol: the quarter's month, 0 to 2, and the weekday of that month's fourth week.
_REPORTED: Final = {
    "TSLA": (0, _TUESDAY),
    "GOOG": (0, _TUESDAY),
    "GOOGL": (0, _TUESDAY),
    "MSFT": (0, _WEDNESDAY),
    "META": (0, _WEDNESDAY),
    "NVDA": (1, _WEDNESDAY),
}
_OTHERS: Final = (0, _THURSDAY)


def reports(symbol: str, first: date, calendar: Calendar) -> Reports | None:
    """A name's reports from `first` to the calendar's end, all after the close; None of a symbol that makes none."""
    if traits.of(symbol).report_move is None:
        return None
    month, weekday = _REPORTED.get(symbol, _OTHERS)
    wanted = (_fourth(date(year, 1 + 3 * quarter + month, 1), weekday) for year, quarter in _quarters(first, calendar))
    days = _held(wanted, first, calendar)
    return Reports(first, days, frozenset(days))


def ex_dates(symbol: str, first: date, calendar: Calendar) -> tuple[date, ...]:
    """A fund's ex-dates from `first` on: SPY's on the quarter's last third Friday, the others' on the Monday after."""
    if symbol not in YIELDS:
        return ()
    later = timedelta(days=0 if symbol == "SPY" else 3)
    wanted = (third_friday(year, 3 * quarter + 3) + later for year, quarter in _quarters(first, calendar))
    return _held(wanted, first, calendar)


def _quarters(first: date, calendar: Calendar) -> Iterator[tuple[int, int]]:
    last = calendar.sessions[-1].day
    return ((year, quarter) for year in range(first.year, last.year + 1) for quarter in range(QUARTERS))


def _held(wanted: Iterator[date], first: date, calendar: Calendar) -> tuple[date, ...]:
    """The session of each day, or the next one where the exchange is shut."""
    last = calendar.sessions[-1].day
    return tuple(calendar.from_day(day).day for day in wanted if first <= day <= last)


def _fourth(month: date, weekday: int) -> date:
    start = month.replace(day=_FOURTH_WEEK)
    return start + timedelta(days=(weekday - start.weekday()) % _WEEK_DAYS)
