"""A weekly table in its three forms: plain text of 100 columns, Markdown, JSON. The same table, the same bytes."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from textwrap import wrap

from allusetui.domain.moment import iso
from allusetui.domain.money import ZERO, to_cent
from allusetui.domain.order import Purpose
from allusetui.domain.text import untrusted
from allusetui.reports.weekly import Counts, Trip, WeeklyTable, WeekRow

_COLUMNS = 100
_NAME = 14
_NONE = "none"
_MONEY = ("Account", "Equity", "Flows", "Change", "Realized", "Fees")
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


@dataclass(frozen=True, slots=True)
class _Grid:
    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class _Remark:
    title: str
    lines: tuple[str, ...]


def money(amount: Decimal) -> str:
    """`1,234.50`: two decimals and thousands separators."""
    return format(to_cent(amount) + ZERO, ",.2f")


def told(counts: Counts, label: Callable[[str], str] = str) -> str:
    """`earnings 3, spread 1`; `none` for nothing."""
    return ", ".join(f"{label(untrusted(key))} {count}" for key, count in counts) or _NONE


def text(table: WeeklyTable) -> str:
    """The report as plain text, at most 100 columns wide, ended by a newline."""
    head = f"ALL-USE weekly report {untrusted(table.week)}"
    parts = [f"{head}\nCut {iso(table.at_ms)}\n"]
    for block in _blocks(table):
        parts.append("\n".join(_grid_lines(block) if isinstance(block, _Grid) else _remark_lines(block)) + "\n")
    return "\n".join(parts)


def markdown(table: WeeklyTable) -> str:
    """The report as Markdown, ended by a newline."""
    parts = [f"# ALL-USE weekly report {_escaped(untrusted(table.week))}\n\nCut {iso(table.at_ms)}\n"]
    for block in _blocks(table):
        if isinstance(block, _Grid):
            ruler = ":--" + " | --:" * (len(block.header) - 1)
            rows = [block.header, *(tuple(map(_escaped, row)) for row in block.rows)]
            lines = [f"| {' | '.join(row)} |" for row in rows]
            lines.insert(1, f"| {ruler} |")
        else:
            lines = [f"- {_escaped(line)}" for line in block.lines]
        parts.append(f"## {block.title}\n\n" + "\n".join(lines) + "\n")
    return "\n".join(parts)


def as_json(table: WeeklyTable) -> str:
    """The report as one JSON object, indented, ended by a newline. Money in dollars with at most two decimals."""
    found = {
        "period": "weekly",
        "week": table.week,
        "cut": iso(table.at_ms),
        "accounts": [_object(row) for row in table.accounts],
        "totals": _object(table.totals),
        "breakers": [
            {"ts": iso(trip.at_ms), "tier": trip.tier, "vix": None if trip.vix is None else float(trip.vix)}
            for trip in table.breakers
        ],
    }
    return json.dumps(found, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def trip_line(trip: Trip) -> str:
    """When a breaker tripped, which, and at what VIX."""
    vix = "unknown" if trip.vix is None else format(to_cent(trip.vix), ".2f")
    return f"{iso(trip.at_ms)} {untrusted(trip.tier)} at VIX {vix}"


def _object(row: WeekRow) -> dict[str, object]:
    return {
        "account": row.account,
        "equity": _number(row.equity),
        "previous": _number(row.previous),
        "flows": _number(row.flows),
        "change": _number(row.change),
        "realized": _number(row.realized),
        "fees": _number(row.fees),
        "trades": dict(row.trades),
        "assigned": row.assigned,
        "called_away": row.called_away,
        "skips": dict(row.skips),
        "levels": dict(row.levels),
        "week_type": row.week_type,
        "all": list(row.all_types),
    }


def _number(amount: Decimal) -> float:
    return float(to_cent(amount) + ZERO)


def _blocks(table: WeeklyTable) -> tuple[_Grid | _Remark, ...]:
    rows = (*table.accounts, table.totals)
    named = [(_name(row), row) for row in rows]
    header = ("Account", *_TRADES.values(), "Assigned", "Called away")
    return (
        _Grid("Accounts", _MONEY, tuple(_money_cells(row) for row in rows)),
        _Grid("Trades", header, tuple(_trade_cells(row) for row in rows)),
        _Grid("Ladder", ("Account", *_LADDER.values()), tuple((_name(r), *_counts(r, _LADDER)) for r in rows)),
        _Remark("Levels reached", tuple(f"{name}: {told(row.levels, level_label)}" for name, row in named)),
        _Remark("Entries skipped", tuple(f"{name}: {told(row.skips)}" for name, row in named)),
        _Remark("Week types", tuple(f"{name}: {_types(row)}" for name, row in named)),
        _Remark("Breakers tripped", tuple(map(trip_line, table.breakers)) or (_NONE,)),
    )


def _name(row: WeekRow) -> str:
    return untrusted(row.account, _NAME)


def level_label(level: str) -> str:
    """How a level is named before its count."""
    return f"L{level} ×"


def _money_cells(row: WeekRow) -> tuple[str, ...]:
    amounts = (row.equity, row.flows, row.change, row.realized, row.fees)
    return (_name(row), *map(money, amounts))


def _trade_cells(row: WeekRow) -> tuple[str, ...]:
    return (_name(row), *_counts(row, _TRADES), str(row.assigned), str(row.called_away))


def _counts(row: WeekRow, purposes: Iterable[Purpose]) -> Iterator[str]:
    trades = dict(row.trades)
    return (str(trades.get(purpose.value, 0)) for purpose in purposes)


def _types(row: WeekRow) -> str:
    if row.week_type is None:
        return "not typed"
    return untrusted(f"{row.week_type}, all that applied: {', '.join(row.all_types)}")


def _grid_lines(grid: _Grid) -> list[str]:
    """The first column to the left, the others to the right, two spaces between."""
    table = [grid.header, *grid.rows]
    widths = [max(len(row[i]) for row in table) for i in range(len(grid.header))]
    lines = []
    for row in table:
        first, *others = zip(row, widths, strict=True)
        lines.append("  ".join([first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in others)]))
    return [grid.title, lines[0], "-" * len(lines[0]), *lines[1:]]


def _remark_lines(remark: _Remark) -> list[str]:
    lines = [remark.title]
    for line in remark.lines:
        lines += wrap(line, _COLUMNS, initial_indent="  ", subsequent_indent="      ", break_on_hyphens=False)
    return lines


def _escaped(cell: str) -> str:
    """Nothing in a cell is markup."""
    return "".join(f"\\{c}" if c in "\\|<>[]*_`#!&~$" else c for c in cell)
