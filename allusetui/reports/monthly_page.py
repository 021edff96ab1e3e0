"""The monthly report's page: equity, income, the year in ratios and curves, and the month's weeks (11.2, 12.2)."""

from collections.abc import Iterator, Sequence

from allusetui.domain.money import ZERO
from allusetui.domain.text import untrusted
from allusetui.law.model import Reports
from allusetui.reports.monthly import MonthlyTable, MonthRow, TypedWeek
from allusetui.reports.page import (
    COLUMNS,
    NONE,
    Block,
    Grid,
    Page,
    Picture,
    Remark,
    figure,
    marked_until,
    money,
    name_of,
    number,
    percent,
    rounded,
)
from allusetui.reports.weekly_page import (
    INCOME,
    SIDES,
    growth_data,
    growth_line,
    income_cells,
    income_data,
    trip_data,
    trip_line,
)
from allusetui.view.charts import chart
from allusetui.view.model import Line

_HEIGHT = 7
_MONEY = ("Account", "Before", "Flows", "Change", "Equity")
_YEAR = ("Account", "YTD", "CAGR YTD", "Drawdown", "Worst", "Sharpe", "Sortino")
_BESIDE = ("Account", "LEAPs growth", "LEAPs hedge", "LEAP cash", "Tax reserve", *SIDES)
_FLOWS = (
    "Equity is without what stands beside it: LEAPs, hedges, their cash and the tax reserve. Flows are what was paid in"
    " or out, moved by forks and merges, set aside, and spent on hedges or brought back by them: no gain and no loss."
)


def page(table: MonthlyTable, law: Reports, so_far: bool = False) -> Page:
    """The page of a month; one that has not ended says so."""
    rows = (*table.accounts, table.totals)
    named = [(name_of(row.account), row) for row in rows]
    blocks: tuple[Block, ...] = (
        Remark("In words", tuple(_sentences(table))),
        Grid("Accounts", _MONEY, tuple(map(_money_cells, rows)), (_FLOWS,)),
        Grid("Income", ("Account", *INCOME), tuple((name, *income_cells(row.income)) for name, row in named)),
        Grid("Year to date", _YEAR, tuple(map(_year_cells, rows)), tuple(_notes(law))),
        Grid("Beside the equity", _BESIDE, tuple(map(_beside_cells, rows))),
        *(_curves(row) for row in rows),
        Remark("Week types", tuple(_weeks(table.weeks)) or (NONE,)),
        Remark("Forks", tuple(map(growth_line, table.growth)) or (NONE,)),
        Remark("Breakers tripped", tuple(map(trip_line, table.breakers)) or (NONE,)),
    )
    until = marked_until(table.last, so_far)
    return Page(f"ALL-USE monthly report {table.month}", until, blocks, _data(table))


def _weeks(weeks: Sequence[TypedWeek]) -> Iterator[str]:
    """Each week for the user; where there is more than one ALL-USE account, for each of them too."""
    several = len({week.group for week in weeks if week.group is not None}) > 1
    for week in weeks:
        if several or week.group is None:
            whose = "all" if week.group is None else name_of(week.group)
            yield untrusted(f"{week.week} {whose}: {week.type}, all that applied: {', '.join(week.all)}")


def _notes(law: Reports) -> Iterator[str]:
    yield (
        "Daily time-weighted returns of the marks, net of flows, since the last mark of the year before or the start."
        f" CAGR needs {law.cagr_days} days, Sharpe and Sortino {law.ratio_days} returns."
    )
    yield "Drawdown is against the high-water mark, in all against their sum: now, and at the year's worst."


def _sentences(table: MonthlyTable) -> Iterator[str]:
    total = table.totals
    verb = "made" if total.change >= ZERO else "lost"
    yield (
        f"The month {verb} {money(abs(total.change))} on an equity of {money(total.previous)};"
        f" premium {money(total.income.premium)}, realized {money(total.income.realized)}."
    )
    done = total.performance
    depth = f"{percent(done.drawdown)} below the high-water mark; at worst {percent(done.worst)}"
    yield f"The year stands at {percent(done.ytd)}, {depth}."


def _money_cells(row: MonthRow) -> tuple[str, ...]:
    return (name_of(row.account), *map(money, (row.previous, row.flows, row.change, row.equity)))


def _year_cells(row: MonthRow) -> tuple[str, ...]:
    done = row.performance
    shares = map(percent, (done.ytd, done.cagr, done.drawdown, done.worst))
    return (name_of(row.account), *shares, figure(done.sharpe), figure(done.sortino))


def _beside_cells(row: MonthRow) -> tuple[str, ...]:
    beside = row.beside
    sums = (beside.leaps_growth, beside.leaps_hedge, beside.leap_cash, beside.tax_reserve)
    return (name_of(row.account), *map(money, (*sums, row.income.hedges, row.income.growth)))


def _curves(row: MonthRow) -> Picture:
    """Equity and drawdown of the year so far, one below the other."""
    name, days = name_of(row.account), row.year
    fall = [-day.drawdown * 100 for day in days]
    equity = chart("Equity, dollars:", [float(day.equity) for day in days], COLUMNS, _HEIGHT, _whole)
    drawdown = chart("Drawdown, %:", fall, COLUMNS, _HEIGHT, _hundredths)
    span = f"{days[0].day.isoformat()} to {days[-1].day.isoformat()}, {len(days)} marks"
    return Picture(f"Curves of {name}", (*map(_plain, (*equity, *drawdown)), span))


def _plain(line: Line) -> str:
    return "".join(cell.text for cell in line)


def _whole(value: float) -> str:
    return f"{value:,.0f}"


def _hundredths(value: float) -> str:
    return f"{round(value, 2) + 0.0:.2f}"


def _data(table: MonthlyTable) -> dict[str, object]:
    return {
        "period": "monthly",
        "month": table.month,
        "last": table.last.isoformat() if table.last else None,
        "accounts": [_object(row) for row in table.accounts],
        "totals": _object(table.totals),
        "weeks": [
            {"week": week.week, "group": week.group, "type": week.type, "all": list(week.all)} for week in table.weeks
        ],
        "forks": growth_data(table.growth),
        "breakers": trip_data(table.breakers),
    }


def _object(row: MonthRow) -> dict[str, object]:
    done, beside = row.performance, row.beside
    return {
        "account": row.account,
        "equity": number(row.equity),
        "previous": number(row.previous),
        "flows": number(row.flows),
        "change": number(row.change),
        **income_data(row.income),
        "ytd": rounded(done.ytd),
        "cagr_ytd": rounded(done.cagr),
        "drawdown": rounded(done.drawdown),
        "worst_drawdown": rounded(done.worst),
        "sharpe": rounded(done.sharpe),
        "sortino": rounded(done.sortino),
        "leaps_growth": number(beside.leaps_growth),
        "leaps_hedge": number(beside.leaps_hedge),
        "leap_cash": number(beside.leap_cash),
        "tax_reserve": number(beside.tax_reserve),
        "marks": [[day.day.isoformat(), number(day.equity), rounded(day.drawdown)] for day in row.year],
    }
