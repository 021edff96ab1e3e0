"""The weekly report's page: what traded, what it earned, what forked, what kind of week it was (11.1, 12.2)."""

from collections.abc import Iterable, Iterator

from allusetui.domain.moment import clock, iso
from allusetui.domain.money import ZERO, to_cent
from allusetui.domain.order import Purpose
from allusetui.domain.text import untrusted
from allusetui.reports.growth import Growth
from allusetui.reports.income import Income
from allusetui.reports.page import NONE, Grid, Page, Remark, money, name_of, number, told
from allusetui.reports.trades import trade_data, trade_line
from allusetui.reports.weekly import Trip, WeeklyTable, WeekRow

_TRADES = {
    Purpose.ENTRY: "Entries",
    Purpose.ROLL: "Rolls",
    Purpose.STOP: "Stops",
    Purpose.PROFIT_TAKE: "Profit takes",
    Purpose.CLOSE: "Closes",
    Purpose.REDUCE: "Reduced",
    Purpose.STOCK: "Stock",
}
_LADDER = {Purpose.HEDGE: "Hedges", Purpose.LEAP: "LEAPs"}
_FLOWS = (
    "Equity is without LEAPs, hedges and the tax reserve. Flows are what was paid in or out, moved by forks and merges,"
    " set aside for taxes and LEAPs, and spent on hedges or brought back by them: no gain and no loss."
)
_INCOME = (
    "Premium: options sold less those bought back, before fees. Dividends with interest and the broker's fees."
    " Realized: closed lots of the book and dividends, net of fees. The ladder's two sides stand below, apart. What is"
    " told late counts here for its own day, in the equity when it came."
)


def page(table: WeeklyTable) -> Page:
    """The page of a week; one that has not ended says so."""
    rows = (*table.accounts, table.totals)
    named = [(name_of(row.account), row) for row in rows]
    header = ("Account", *_TRADES.values(), "Assigned", "Called away")
    blocks = (
        Remark("In words", tuple(_sentences(table))),
        Grid("Accounts", ("Account", "Equity", "Flows", "Change"), tuple(map(_money_cells, rows)), (_FLOWS,)),
        Grid("Income", ("Account", *INCOME), tuple((n, *income_cells(r.income)) for n, r in named), (_INCOME,)),
        Grid("Trades", header, tuple(_trade_cells(row) for row in rows)),
        Remark("Trades one by one", tuple(map(trade_line, table.trades)) or (NONE,)),
        Grid("Ladder", ("Account", *_LADDER.values(), *SIDES), tuple(map(_ladder_cells, rows))),
        Remark("Forks", tuple(map(growth_line, table.growth)) or (NONE,)),
        Remark("Levels reached", tuple(f"{name}: {told(row.levels, level_label)}" for name, row in named)),
        Remark("Entries skipped", tuple(f"{name}: {told(row.skips)}" for name, row in named)),
        Remark("Week types", tuple(f"{name}: {_types(row)}" for name, row in named)),
        Remark("Breakers tripped", tuple(map(trip_line, table.breakers)) or (NONE,)),
    )
    until = f"Cut {clock(table.at_ms)}" if table.ended else f"So far: the week is not cut; until {clock(table.at_ms)}"
    return Page(f"ALL-USE weekly report {table.week}", until, blocks, _data(table))


INCOME = ("Premium", "Dividends", "Realized", "Fees")
SIDES = ("Hedges realized", "LEAPs realized")


def income_cells(income: Income) -> tuple[str, ...]:
    """Premium, dividends, realized and fees."""
    return tuple(map(money, (income.premium, income.dividends, income.realized, income.fees)))


def income_data(income: Income) -> dict[str, float]:
    """The same for JSON, and what the ladder's two sides realized."""
    return {
        "premium": number(income.premium),
        "dividends": number(income.dividends),
        "realized": number(income.realized),
        "fees": number(income.fees),
        "hedges_realized": number(income.hedges),
        "leaps_realized": number(income.growth),
    }


def trip_line(trip: Trip) -> str:
    """When a breaker tripped, which, and at what VIX."""
    vix = "unknown" if trip.vix is None else format(to_cent(trip.vix), ".2f")
    return f"{clock(trip.at_ms)} {untrusted(trip.tier)} at VIX {vix}"


def growth_line(growth: Growth) -> str:
    """A fork, a merge, or a fork that waits and why."""
    begun = f"{clock(growth.at_ms)} {name_of(growth.from_)}"
    if growth.to is None:
        return f"{begun} waits to fork: {untrusted(growth.reason or '')}"
    return f"{begun} {growth.what} to {name_of(growth.to)}: {money(growth.amount)}"


def growth_data(rows: Iterable[Growth]) -> list[dict[str, object]]:
    """Forks for JSON."""
    return [
        {
            "ts": iso(row.at_ms), "what": row.what, "from": row.from_, "to": row.to, "amount": number(row.amount),
            "reason": row.reason,
        }
        for row in rows
    ]  # fmt: skip


def trip_data(rows: Iterable[Trip]) -> list[dict[str, object]]:
    """Breakers for JSON."""
    return [
        {"ts": iso(row.at_ms), "tier": row.tier, "vix": None if row.vix is None else float(row.vix)} for row in rows
    ]


def level_label(level: str) -> str:
    """How a level is named before its count."""
    return f"L{level} ×"


def _sentences(table: WeeklyTable) -> Iterator[str]:
    """The week in two or three plain sentences (S.5)."""
    total = table.totals
    so_far = "" if table.ended else " so far"
    verb = "made" if total.change >= ZERO else "lost"
    yield (
        f"The week{so_far} {verb} {money(abs(total.change))} on an equity of {money(total.previous)};"
        f" premium {money(total.income.premium)}, realized {money(total.income.realized)}."
    )
    traded = sum(count for _, count in total.trades)
    skipped = sum(count for _, count in total.skips)
    yield (
        f"Trades done: {traded}; entries skipped: {skipped}; contracts assigned: {total.assigned},"
        f" called away: {total.called_away}."
    )
    if total.week_type is not None:
        yield untrusted(f"It was a week of type {total.week_type}.")


def _money_cells(row: WeekRow) -> tuple[str, ...]:
    return (name_of(row.account), *map(money, (row.equity, row.flows, row.change)))


def _trade_cells(row: WeekRow) -> tuple[str, ...]:
    return (name_of(row.account), *_counts(row, _TRADES), str(row.assigned), str(row.called_away))


def _ladder_cells(row: WeekRow) -> tuple[str, ...]:
    return (name_of(row.account), *_counts(row, _LADDER), money(row.income.hedges), money(row.income.growth))


def _counts(row: WeekRow, purposes: Iterable[Purpose]) -> Iterator[str]:
    trades = dict(row.trades)
    return (str(trades.get(purpose.value, 0)) for purpose in purposes)


def _types(row: WeekRow) -> str:
    if row.week_type is None:
        return "not typed"
    return untrusted(f"{row.week_type}, all that applied: {', '.join(row.all_types)}")


def _data(table: WeeklyTable) -> dict[str, object]:
    return {
        "period": "weekly",
        "week": table.week,
        "cut": iso(table.at_ms),
        "ended": table.ended,
        "accounts": [_object(row) for row in table.accounts],
        "totals": _object(table.totals),
        "trades": trade_data(table.trades),
        "forks": growth_data(table.growth),
        "breakers": trip_data(table.breakers),
    }


def _object(row: WeekRow) -> dict[str, object]:
    return {
        "account": row.account,
        "equity": number(row.equity),
        "previous": number(row.previous),
        "flows": number(row.flows),
        "change": number(row.change),
        **income_data(row.income),
        "trades": dict(row.trades),
        "assigned": row.assigned,
        "called_away": row.called_away,
        "skips": dict(row.skips),
        "levels": dict(row.levels),
        "week_type": row.week_type,
        "all": list(row.all_types),
    }
