"""Which days a trial covers: as they were asked for, or as the market has them."""

from datetime import date, timedelta
from pathlib import Path
from typing import Final

from allusetui.domain.calendar import months_later
from allusetui.domain.frozen import frozen
from allusetui.law.model import Law
from allusetui.market.calendars import calendar
from allusetui.market.history_data import covered
from allusetui.scenario.setting import FIRST_YEAR, FOUNDERS, LAST_YEAR

FIRST: Final = date(2026, 3, 2)
"""Where the synthetic market begins unless somebody says otherwise: a Monday, with the listings of today."""
YEARS: Final = 10
MOST_YEARS: Final = 40
_MARKETS: Final = ("synthetic", "history")
_WEEK, _DAY = timedelta(days=7), timedelta(days=1)


class SpanError(ValueError):
    """Days, or a market, that no trial can have; one line, to show as it is."""


@frozen
class Wanted:
    """What was asked for; None where it was left out."""

    market: str
    years: int | None = None
    first: date | None = None
    last: date | None = None


def span_of(wanted: Wanted, law: Law, data: Path | None) -> tuple[date, date]:
    """The first and the last day, both included. Raises SpanError, and DataError where the data can't be read."""
    if wanted.market not in _MARKETS:
        raise SpanError(f"--market {wanted.market}: no such market; allowed: {', '.join(_MARKETS)}")
    if wanted.years is not None and not 1 <= wanted.years <= MOST_YEARS:
        raise SpanError(f"--years {wanted.years}: out of range; allowed: 1 to {MOST_YEARS}")
    for name, day in (("--from", wanted.first), ("--to", wanted.last)):
        if day is not None and not FIRST_YEAR <= day.year < LAST_YEAR - MOST_YEARS:
            raise SpanError(f"{name} {day}: out of range; allowed: the years {FIRST_YEAR} to {LAST_YEAR - MOST_YEARS}")
    if None not in (wanted.years, wanted.first, wanted.last):
        raise SpanError("--years, --from and --to: two of them say it all; allowed: at most two")
    first, last = _made(wanted) if wanted.market == "synthetic" else _told(wanted, law, data)
    if last < first:
        raise SpanError(f"--to {last}: is before {first}; allowed: a later day")
    if not calendar(first - _WEEK, last + _WEEK).count(first, last):
        raise SpanError(f"--from {first} --to {last}: the exchange has no session in these days; allowed: more days")
    return first, last


def _made(wanted: Wanted) -> tuple[date, date]:
    years = wanted.years or YEARS
    if wanted.first is None and wanted.last is not None and wanted.years is not None:
        return _years_later(wanted.last + _DAY, -years), wanted.last
    first = wanted.first or FIRST
    return first, wanted.last or _years_later(first, years) - _DAY


def _told(wanted: Wanted, law: Law, data: Path | None) -> tuple[date, date]:
    """Days of the data: all of them, or the last years."""
    if data is None:
        raise SpanError("--market history: reads a data folder; allowed: the environment variable ALLUSETUI_DATA")
    universe = {symbol for name in FOUNDERS for symbol in law.sleeves[name.lower()].universe}
    begins, ends = covered(data, universe)
    if wanted.years is None:
        return wanted.first or begins, wanted.last or ends
    if wanted.first is not None:
        return wanted.first, _years_later(wanted.first, wanted.years) - _DAY
    last = wanted.last or ends
    first = _years_later(last + _DAY, -wanted.years)
    if first < begins:
        raise SpanError(f"--years {wanted.years}: the data holds {begins} to {ends}; allowed: fewer years, or --from")
    return first, last


def _years_later(day: date, years: int) -> date:
    return months_later(day, 12 * years)
