"""The month as a table (11.2): what each account earned, how it has done this year, and what kind of weeks it had."""

from collections.abc import Iterable
from dataclasses import fields, replace
from datetime import date
from decimal import Decimal

from allusetui.domain import event as ev
from allusetui.domain.frozen import frozen
from allusetui.domain.moment import day_of
from allusetui.domain.money import ZERO
from allusetui.law.model import Reports
from allusetui.ledger.dated import Dated, dated
from allusetui.ledger.once import Records
from allusetui.reports.growth import Growth, growth_of
from allusetui.reports.income import Income
from allusetui.reports.marks import TOTAL, Series, series_of, total_of
from allusetui.reports.metrics import Day, Performance, performance
from allusetui.reports.periods import Span, span_of
from allusetui.reports.weekly import Trip, trips


@frozen
class Beside:
    """What stands beside the equity at the last mark, dollars: the ladder's two sides, its cash, the tax reserve."""

    leaps_growth: Decimal = ZERO
    leaps_hedge: Decimal = ZERO
    leap_cash: Decimal = ZERO
    tax_reserve: Decimal = ZERO


@frozen
class MonthRow:
    """One account's month, dollars. `previous` is its equity before the month; `year` its days of the year so far."""

    account: str
    equity: Decimal
    previous: Decimal
    flows: Decimal
    income: Income
    beside: Beside
    performance: Performance
    year: tuple[Day, ...]

    @property
    def change(self) -> Decimal:
        """What the month made: the change of equity without what flowed in or out."""
        return self.equity - self.previous - self.flows


@frozen
class TypedWeek:
    """What kind a week was, of one ALL-USE account or, `group` None, for the user (12.1)."""

    week: str
    group: str | None
    type: str
    all: tuple[str, ...]


@frozen
class MonthlyTable:
    """A month's report: a row an account and their sum; `last` is the last day that was marked, None without one."""

    month: str
    last: date | None
    accounts: tuple[MonthRow, ...]
    totals: MonthRow
    weeks: tuple[TypedWeek, ...]
    growth: tuple[Growth, ...]
    breakers: tuple[Trip, ...]


def monthly(records: Records, month: str, law: Reports) -> MonthlyTable:
    """The report of a calendar month, `2026-03`: what is of its days by New York's calendar, whenever it is told.

    Equity, flows and returns go by the marks, which nothing that comes later changes.
    """
    span, told = span_of("monthly", month), list(records)
    series = series_of(told, span.last)
    held = {name: row for name, row in series.items() if row.merged is None or row.merged >= span.first}
    during = [row for row in dated(told) if span.holds(row.day)]
    income = _income(during)
    rows = tuple(_row(name, row, span, income.get(name, Income()), law) for name, row in held.items())
    total = _row(TOTAL, total_of(tuple(series.values())), span, Income.total(income.values()), law)
    marked = [each.day for row in held.values() for each in row.days[1:]]
    return MonthlyTable(
        month, max(marked, default=None), rows, _with_beside(total, rows), _weeks(told, span), growth_of(during),
        trips((row.seq, row.at_ms, row.event) for row in during),
    )  # fmt: skip


def _income(during: Iterable[Dated]) -> dict[str, Income]:
    found: dict[str, Income] = {}
    for row in during:
        if row.event.account is not None:
            found.setdefault(row.event.account, Income()).book(row)
    return found


def _row(name: str, series: Series, span: Span, income: Income, law: Reports) -> MonthRow:
    year, mark = series.year_to(span.last), series.mark_at(span.last)
    return MonthRow(
        account=name,
        equity=year[-1].equity,
        previous=series.before(span.first),
        flows=sum((day.flow for day in series.days[1:] if span.holds(day.day)), ZERO),
        income=income,
        beside=_beside(mark) if mark else Beside(),
        performance=performance(year, law),
        year=tuple(year),
    )


def _beside(mark: ev.AccountMarked) -> Beside:
    return Beside(mark.leaps_growth, mark.leaps_hedge, mark.leap_cash, mark.tax_reserve)


def _with_beside(total: MonthRow, rows: tuple[MonthRow, ...]) -> MonthRow:
    sums = (sum((getattr(row.beside, each.name) for row in rows), ZERO) for each in fields(Beside))
    return replace(total, beside=Beside(*sums))


def _weeks(told: Records, span: Span) -> tuple[TypedWeek, ...]:
    """The weeks that end in the month, each as it was typed last."""
    found: dict[tuple[str, str | None], TypedWeek] = {}
    ends: dict[str, date] = {}
    for _, at_ms, event in told:
        if isinstance(event, ev.WeekTyped):
            # A week without a Friday is typed before it; one whose cut was missed after it.
            end = ends.setdefault(event.week, min(_friday(event.week), day_of(at_ms)))
            if span.holds(end):
                found[event.week, event.group] = TypedWeek(event.week, event.group, event.type, event.all)
    return tuple(found.values())


def _friday(week: str) -> date:
    return date.fromisoformat(f"{week}-5")
