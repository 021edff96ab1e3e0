"""The daily marks of each account, and of all together, out of the journal: what returns and curves are made of."""

from collections.abc import Sequence
from dataclasses import field
from datetime import date
from decimal import Decimal

from allusetui.domain import event as ev
from allusetui.domain.frozen import mutable
from allusetui.domain.moment import day_of
from allusetui.domain.money import ZERO
from allusetui.ledger.once import Records, once
from allusetui.ledger.postings import flows_of
from allusetui.reports.metrics import Day

TOTAL = "Total"


@mutable
class Series:
    """An account's last mark of each day, ascending; the first is what it began with. `marks` are the same days'."""

    group: str
    days: list[Day]
    marks: dict[date, ev.AccountMarked] = field(default_factory=dict)
    pending: Decimal = ZERO
    merged: date | None = None

    def mark(self, day: date, event: ev.AccountMarked) -> None:
        """A later mark of a day replaces the one before it; flows add up. What is merged is not below its best."""
        flow, self.pending = self.pending, ZERO
        if day in self.marks:
            flow += self.days.pop().flow
        high = event.high_water if self.merged is None else ZERO
        self.days.append(Day(day, event.equity, high, flow, event.rate))
        self.marks[day] = event

    def mark_at(self, day: date) -> ev.AccountMarked | None:
        """The last mark of that day or before."""
        return next((mark for at, mark in reversed(self.marks.items()) if at <= day), None)

    def year_to(self, day: date) -> list[Day]:
        """The days of the calendar year as far as `day`, and before them where it started from."""
        within = [each for each in self.days if each.day <= day]
        start = sum(each.day.year < day.year for each in within) - 1
        return within[max(start, 0) :]

    def before(self, day: date) -> Decimal:
        """What it was worth before a day began: the last mark before it, else what it began with."""
        earlier = [each.equity for each in self.days[1:] if each.day < day]
        return earlier[-1] if earlier else self.days[0].equity


def series_of(records: Records, until: date) -> dict[str, Series]:
    """By account every daily mark as far as a day, with what flowed between them."""
    found: dict[str, Series] = {}
    for _, at_ms, event in once(records):
        day = day_of(at_ms)
        if day > until:
            break
        if isinstance(event, ev.AccountProvisioned) and event.account is not None:
            equity = event.first_mark if event.parent is None else ZERO
            high = event.high_water if event.parent is None else ZERO
            found[event.account] = Series(event.group, [Day(day, equity, high, ZERO, ZERO)])
        for name, flow in flows_of(event).items():
            found[name].pending += flow
        if isinstance(event, ev.AccountMarked) and event.account in found:
            found[event.account].mark(day, event)
        if isinstance(event, ev.AccountMerged):
            found[event.from_].merged = day
    return found


def total_of(rows: Sequence[Series]) -> Series:
    """All accounts as one: equity, flows and high-water marks summed by day."""
    if not rows:
        return Series("", [Day(date.min, ZERO, ZERO, ZERO, ZERO)])
    began = min(row.days[0].day for row in rows)
    equity = sum((row.days[0].equity for row in rows), ZERO)
    days = [Day(began, equity, sum((row.days[0].high_water for row in rows), ZERO), ZERO, ZERO)]
    by_day: dict[date, list[Day]] = {}
    for row in rows:
        for each in row.days[1:]:
            by_day.setdefault(each.day, []).append(each)
    for day, found in sorted(by_day.items()):
        equity, high = sum((d.equity for d in found), ZERO), sum((d.high_water for d in found), ZERO)
        days.append(Day(day, equity, high, sum((d.flow for d in found), ZERO), found[0].rate))
    return Series("", days)
