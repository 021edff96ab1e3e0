"""Months and quarters by their names: which days they hold."""

from datetime import date, timedelta

from allusetui.domain.calendar import months_later
from allusetui.domain.frozen import frozen

_MONTHS = {"monthly": 1, "quarterly": 3}


@frozen
class Span:
    """Calendar days, both ends included."""

    first: date
    last: date

    def holds(self, day: date) -> bool:
        return self.first <= day <= self.last


def span_of(period: str, name: str) -> Span:
    """The days of `monthly` `2026-03`, of `quarterly` `2026-Q1`, of `weekly` `2026-W10`. ValueError for any other."""
    if period == "weekly":
        monday = date.fromisoformat(f"{name}-1")
        return Span(monday, monday + timedelta(days=6))
    year, _, part = name.partition("-")
    months = _MONTHS[period]
    first = date(int(year), (int(part.removeprefix("Q")) - 1) * months + 1, 1)
    return Span(first, months_later(first, months) - timedelta(days=1))
