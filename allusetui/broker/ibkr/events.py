"""Reports and dividends as the broker tells of them: text from outside, read with care."""

import json
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from allusetui.domain.frozen import frozen
from allusetui.domain.quote import Payout

_EARNINGS: Final = "wshe_ed"
_AFTER: Final = "AFTER MARKET"
_LONGEST: Final = 1_000_000
_DEAREST: Final = Decimal(1000)


@frozen
class Reports:
    """Report dates, ascending, and those of them that come after the close."""

    days: tuple[date, ...]
    after_close: frozenset[date]


def reports_of(text: str, today: date) -> Reports | None:
    """What the calendar of corporate events says; None where it can't be read, or knows of no report to come."""
    if len(text) > _LONGEST:
        return None
    try:
        rows = [_report(row["data"]) for row in json.loads(text) if row["event_type"] == _EARNINGS]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    if not any(day >= today for day, _ in rows):
        return None
    return Reports(tuple(sorted({day for day, _ in rows})), frozenset(day for day, late in rows if late))


def _report(data: Any) -> tuple[date, bool]:
    return _day(data["earnings_date"]), str(data.get("time_of_day", "")).upper() == _AFTER


def payout_of(text: str) -> Payout | None:
    """The next dividend of tick 59 (past year, next year, its ex-date, its amount); None where it names none."""
    try:
        _, _, ex, amount = text.split(",")
        found = Payout(_day(ex), Decimal(amount))
        return found if 0 < found.amount < _DEAREST else None
    except (ValueError, InvalidOperation):
        return None


def _day(text: str) -> date:
    return datetime.strptime(text, "%Y%m%d").date()  # noqa: DTZ007 - a day has no time zone
