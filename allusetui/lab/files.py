"""A result in a folder: the page as text and JSON, the curves and the clauses as tables."""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from allusetui.lab.page import page
from allusetui.lab.result import Result
from allusetui.ledger.csv import text_cell
from allusetui.reports.page import as_json, text

PAGE_FILE, JSON_FILE = "result.txt", "result.json"
EQUITY_FILE, CLAUSES_FILE = "equity.csv", "clauses.csv"
NAMES: Final = (PAGE_FILE, JSON_FILE, EQUITY_FILE, CLAUSES_FILE)
_EQUITY = ("day", "account", "equity", "wealth", "drawdown", "deployed")
_CLAUSES = ("clause", "records", "orders", "skips", "premium", "fees", "realized")


def write(folder: Path, result: Result, seconds: float) -> None:
    """Write all four. Raises OSError when the disk refuses."""
    found = page(result, seconds)
    (folder / PAGE_FILE).write_text(text(found), encoding="utf-8")
    (folder / JSON_FILE).write_text(as_json(found), encoding="utf-8")
    write_rows(
        folder / EQUITY_FILE, _EQUITY,
        (
            (row.day, text_cell(row.account), f"{row.equity:.2f}", f"{row.wealth:.2f}", f"{row.drawdown:.6f}",
             "" if row.deployed is None else f"{row.deployed:.6f}")
            for row in result.days
        ),
    )  # fmt: skip
    write_rows(
        folder / CLAUSES_FILE, _CLAUSES,
        (
            (row.clause, row.records, row.orders, row.skips, f"{row.premium:.2f}", f"{row.fees:.2f}",
             f"{row.realized:.2f}")
            for row in result.clauses
        ),
    )  # fmt: skip


def write_rows(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A header and a line a row, RFC 4180. Raises OSError."""
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header, *rows])
