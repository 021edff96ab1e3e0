"""`tax.csv`: every row that a year's figures are made from, RFC 4180, safe to open in a spreadsheet."""

import csv
from collections.abc import Iterator
from decimal import Decimal
from typing import TextIO

from allusetui.domain.contract import Contract, Option
from allusetui.ledger.csv import text_cell
from allusetui.ledger.postings import plain
from allusetui.ledger.tax.rows import Replacement, TaxRow, TaxRules
from allusetui.ledger.tax.year import Booking, TaxLedger

HEADER = (
    "year", "section", "account", "symbol", "expiry", "strike", "right", "quantity", "acquired", "disposed", "how",
    "proceeds", "basis", "fees", "gain", "short_term", "long_term", "wash_quantity", "wash_usd", "amount",
    "opened_seq", "seq", "memo",
)  # fmt: skip
Cells = dict[str, str]


def write_csv(ledger: TaxLedger, years: tuple[int, ...], file: TextIO) -> None:
    """Write the header and a line for each row, booking of income and move of the reserve of the years.

    Each line ends in CRLF. `file` is open with `newline=""`.
    """
    writer = csv.DictWriter(file, HEADER, restval="")
    writer.writeheader()
    writer.writerows(_lines(ledger, years))


def _lines(ledger: TaxLedger, years: tuple[int, ...]) -> Iterator[Cells]:
    for year in years:
        yield from (_row(row, ledger.rules) for row in ledger.rows_of(year))
        for section, booked in (("income", ledger.income), ("reserve", ledger.moves)):
            yield from (_booking(section, each) for each in booked if each.day.year == year)


def _booking(section: str, row: Booking) -> Cells:
    return {
        "year": str(row.day.year), "section": section, "account": text_cell(row.account),
        "symbol": text_cell(row.symbol or ""), "disposed": row.day.isoformat(), "how": text_cell(row.reason),
        "amount": _usd(row.amount), "seq": str(row.seq),
    }  # fmt: skip


def _row(row: TaxRow, rules: TaxRules) -> Cells:
    long = row.long_part(rules)
    return {
        "year": str(row.year), "section": row.term.value, "account": text_cell(row.account), **_contract(row.contract),
        "quantity": str(-row.quantity if row.is_short else row.quantity), "acquired": row.acquired.isoformat(),
        "disposed": row.disposed.isoformat(), "how": row.went.value, "proceeds": _usd(row.proceeds),
        "basis": _usd(row.basis), "fees": _usd(row.fees), "gain": _usd(row.gain), "short_term": _usd(row.gain - long),
        "long_term": _usd(long), "wash_quantity": plain(row.wash_quantity), "wash_usd": _usd(row.wash_usd),
        "opened_seq": str(row.opened_seq), "seq": str(row.seq),
        "memo": text_cell("; ".join(replaced(each) for each in row.replaced_by)),
    }  # fmt: skip


def replaced(by: Replacement) -> str:
    """`replaced by 100 GOOGL of COM on 2026-03-05 [#123]`."""
    what = by.contract.symbol if not isinstance(by.contract, Option) else f"{by.contract.symbol} calls"
    return f"replaced by {by.shares} {what} of {by.account} on {by.day.isoformat()} [#{by.seq}]"


def _contract(contract: Contract) -> Cells:
    if not isinstance(contract, Option):
        return {"symbol": text_cell(contract.symbol)}
    return {
        "symbol": text_cell(contract.symbol), "expiry": contract.expiry.isoformat(), "strike": plain(contract.strike),
        "right": contract.right.value,
    }  # fmt: skip


def _usd(amount: Decimal) -> str:
    return format(amount, ".2f")
