"""The CSV opens in a spreadsheet as text and numbers, never as a formula."""

import csv
import io
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

import pytest

from allusetui.domain.contract import Right
from allusetui.domain.moment import to_ms
from allusetui.ledger.csv import write_csv
from allusetui.ledger.entries import Ledger
from allusetui.ledger.postings import Posting

pytestmark = pytest.mark.clause("10.1")

ROW = Posting(
    7, to_ms(datetime(2026, 3, 5, 10, 30, 5)), "GEN", Ledger.SHORT_OPTIONS, "AAPL", date(2026, 3, 6), Decimal("195.0"),
    Right.PUT, -5, Decimal("-750.00"), "sell 5 at 1.5",
)  # fmt: skip


def written(*rows: Posting) -> str:
    file = io.StringIO(newline="")
    write_csv(rows, file)
    return file.getvalue()


def memo_of(memo: str) -> str:
    return list(csv.reader(io.StringIO(written(replace(ROW, memo=memo)), newline="")))[1][-1]


def test_10_1_a_posting_is_one_line_of_eleven_columns_ended_by_crlf() -> None:
    assert written(ROW) == (
        "seq,ts,account,ledger,symbol,expiry,strike,right,quantity,amount,memo\r\n"
        "7,2026-03-05T10:30:05.000-05:00,GEN,short_options,AAPL,2026-03-06,195,P,-5,-750.00,sell 5 at 1.5\r\n"
    )


def test_10_1_what_a_row_does_not_have_is_an_empty_cell() -> None:
    cash = replace(ROW, ledger=Ledger.CASH, symbol=None, expiry=None, strike=None, right=None, quantity=None)
    assert written(cash).splitlines()[1] == "7,2026-03-05T10:30:05.000-05:00,GEN,cash,,,,,,-750.00,sell 5 at 1.5"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "=cmd|' /C calc'!A0"])
def test_10_1_a_text_cell_that_a_spreadsheet_would_compute_gets_an_apostrophe(text: str) -> None:
    assert memo_of(text) == f"'{text}"


@pytest.mark.parametrize("text", ["\t=1+1", "\r=1+1", "\n=1+1", "\x00=1+1", "\u200b=1+1"])
def test_10_1_an_unseen_character_before_a_formula_does_not_hide_it(text: str) -> None:
    assert memo_of(text) == "'=1+1"


def test_10_1_commas_quotes_line_ends_and_controls_come_back_as_plain_text() -> None:
    assert memo_of('a, "b"\r\nc\x00\x1b[31m') == 'a, "b" c[31m'


def test_10_1_accounts_and_symbols_are_made_safe_too_and_numbers_are_not_touched() -> None:
    row = replace(ROW, account="=A", symbol="@B")
    cells = written(row).splitlines()[1].split(",")
    assert (cells[2], cells[4], cells[8], cells[9]) == ("'=A", "'@B", "-5", "-750.00")


@pytest.mark.parametrize("strike", ["192.5", "192.50", "192.5000"])
def test_10_1_the_same_strike_is_the_same_text_however_it_was_written(strike: str) -> None:
    assert ",192.5,P," in written(replace(ROW, strike=Decimal(strike)))


def test_10_1_large_amounts_are_exact() -> None:
    assert ",12345678901234.56," in written(replace(ROW, amount=Decimal("12345678901234.56")))
