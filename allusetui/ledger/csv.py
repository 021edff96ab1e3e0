"""`ledger.csv`: the postings as RFC 4180, safe to open in a spreadsheet."""

import csv
from collections.abc import Iterable
from typing import TextIO

from allusetui.domain.moment import iso
from allusetui.domain.text import untrusted
from allusetui.ledger.postings import Posting, plain

HEADER = ("seq", "ts", "account", "ledger", "symbol", "expiry", "strike", "right", "quantity", "amount", "memo")
_FORMULA = ("=", "+", "-", "@")


def write_csv(postings: Iterable[Posting], file: TextIO) -> None:
    """Write the header and a line a posting, each ended by CRLF. `file` is open with `newline=""`."""
    writer = csv.writer(file)
    writer.writerow(HEADER)
    writer.writerows(_cells(row) for row in postings)


def _cells(row: Posting) -> tuple[str, ...]:
    return (
        str(row.seq),
        iso(row.at_ms),
        text_cell(row.account),
        row.ledger.value,
        text_cell(row.symbol or ""),
        row.expiry.isoformat() if row.expiry else "",
        plain(row.strike) if row.strike is not None else "",
        row.right.value if row.right else "",
        str(row.quantity) if row.quantity is not None else "",
        format(row.amount, ".2f"),
        text_cell(row.memo),
    )


def text_cell(text: str) -> str:
    """Text on one line without control characters, a leading tab or return among them, no formula to a spreadsheet."""
    cell = untrusted(text)
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
