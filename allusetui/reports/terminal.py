"""A summary on a terminal of 80 columns."""

from decimal import Decimal

from rich.console import Console
from rich.table import Table
from rich.text import Text

from allusetui.domain.money import ZERO
from allusetui.domain.text import untrusted
from allusetui.reports.page import money, told
from allusetui.reports.summary import AccountRow, Summary
from allusetui.reports.weekly_page import level_label, trip_line

_COLUMNS = 80
_NAME = 8
_FLOWS = "P&L is without flows: what was paid in or out, set aside, and spent on hedges and LEAPs or brought back."
_LONGEST = len("-1,234,567.89")


def print_summary(console: Console, summary: Summary) -> None:
    """Print the accounts and what the session did."""
    console.print(_accounts(summary.accounts), width=_COLUMNS)
    console.print(Text(_FLOWS, style="dim"), width=_COLUMNS)
    for label, line in _lines(summary):
        row = Table.grid(padding=(0, 1))
        row.add_column(width=18)
        row.add_column(overflow="fold")
        row.add_row(Text(label, style="bold"), Text(untrusted(line)))
        console.print(row, width=_COLUMNS)


def _accounts(rows: tuple[AccountRow, ...]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("Account", no_wrap=True)
    for title in ("Start", "Final", "Flows", "P&L", "Realized", "Fees"):
        table.add_column(title, justify="right", overflow="fold")
    amounts = [(row.account, (row.start, row.final, row.flows, row.pnl, row.realized, row.fees)) for row in rows]
    total = tuple(sum(column, ZERO) for column in zip(*(each for _, each in amounts), strict=True))
    for name, each in (*amounts, ("Total", total)):
        table.add_row(Text(untrusted(name, _NAME)), *map(_amount, each))
    return table


def _amount(amount: Decimal) -> Text:
    """To the cent, or in whole dollars where six columns of cents would not fit."""
    exact = money(amount)
    return Text(exact if len(exact) < _LONGEST else exact.partition(".")[0], style="red" if amount < 0 else "")


def _lines(summary: Summary) -> list[tuple[str, str]]:
    """What happened, a label and a line each."""
    rows = [
        ("Levels reached", told(summary.levels, level_label)),
        ("Orders", f"{summary.orders_sent} sent, {summary.orders_filled} filled"),
        ("Abandoned", told(summary.abandoned)),
        ("Rolls", f"{summary.rolls_done} done, {summary.rolls_refused} refused"),
        ("Stops", str(summary.stops)),
        ("Assignments", f"{summary.assigned} assigned, {summary.called_away} called away"),
        ("Entries skipped", told(summary.skips)),
    ]
    rows += [("Breaker tripped", trip_line(trip)) for trip in summary.breakers]
    rows += [(f"Week {untrusted(week.week)}", ", ".join(week.all) or week.type) for week in summary.weeks]
    return rows
