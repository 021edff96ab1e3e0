"""Files that can't be used as a statement: one line of file, place and cure, exit code 2, and never a traceback."""

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allusetui.cli import say
from allusetui.domain.contract import Option, Right
from allusetui.statement.read import LARGEST, read
from allusetui.statement.values import StatementError, moment, number, option_of
from tests.cli.commanded import run
from tests.statement.test_tie import book, session_of
from tests.statement.writing import Stated, stated

LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">'
    '<!ENTITY c SYSTEM "file:///etc/passwd">]><FlexQueryResponse>&b;&c;</FlexQueryResponse>'
)
HEAD = (
    "Statement,Header,Field Name,Field Value\n"
    'Statement,Data,Period,"March 2, 2020 - March 20, 2020"\n'
    "Account Information,Header,Field Name,Field Value\n"
    "Account Information,Data,Account,U1234567\n"
)
TRADES = "Trades,Header,DataDiscriminator,Asset Category,Currency,Symbol,Date/Time,Quantity,T. Price,Comm/Fee,Code\n"
ROW = 'Trades,Data,Order,Stocks,USD,AAPL,"2020-03-04, 10:00:00",100,200,-1,O\n'


def flexed(**changes: str) -> bytes:
    return stated(book()).change("Trade", 0, **changes).xml()


def foreign(told: Stated) -> bytes:
    for row in told.rows["Trade"]:
        row["orderReference"] = "AU-9z-GEN-1-1.v1"
    return told.xml()


SECOND = b'<FlexStatement accountId="U7" fromDate="20200302" toDate="20200302" />'
BAD: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "is empty; allowed: a Flex query's XML or"),
    "blank": (b"\n \r\n", "is empty"),
    "entities": (LAUGHS.encode(), "has a document type, which may hide entities"),
    "entities in another encoding": (LAUGHS.encode("utf-16"), "has a document type"),
    "no xml": (b"<FlexQueryResponse><Flex", "line 1: is not XML"),
    "encoding": (b'<?xml version="1.0" encoding="nonsense"?><a/>', "is not XML in any known encoding"),
    "other xml": (b"<html><body>Log in</body></html>", "holds no FlexStatement"),
    "an error of the service": (
        b"<FlexStatementResponse><Status>Fail</Status></FlexStatementResponse>", "is an answer of the Flex service"
    ),
    "no text": (b"\x00\x01\xff\xfe\x80", "is neither XML nor UTF-8 text"),
    "other text": (b"once upon a time\n", "Account Information, Account: is missing"),
    "currency": (flexed(currency="EUR"), "currency: is in EUR; allowed: the statement of an account in USD"),
    "commission's currency": (flexed(ibCommissionCurrency="CHF"), "ibCommissionCurrency: is in CHF"),
    "no number": (flexed(tradePrice="NaN"), "NaN is not a number"),
    "a huge number": (flexed(quantity="1e999999"), "1e999999 is not a number"),
    "no day": (flexed(dateTime="03/04/2020"), "03/04/2020 is not a day; allowed: yyyyMMdd or yyyy-MM-dd"),
    "no clock": (flexed(dateTime="20200304;noon"), "is not a time; allowed: HHmmss"),
    "a field not chosen": (flexed(tradePrice=""), "tradePrice is missing; allowed: a query with this field chosen"),
    "several accounts": (
        stated(book()).xml().replace(b"<FlexStatements ", SECOND + b"<FlexStatements "),
        "is the statement of several accounts: U7, U1234567; allowed: --broker-account",
    ),
    "orders alone": (
        stated(book()).xml().replace(b"<Trade ", b"<Order "),
        "Trades: has orders without executions; allowed: a query with Executions chosen",
    ),
    "another session's orders": (foreign(stated(book())), "its orders are those of session 9z, not of 1"),
    "other days": (
        stated(book(), date(2020, 3, 4), date(2020, 3, 4)).xml().replace(b"20200304", b"20190304"),
        "tells of 2019-03-04 to 2019-03-04; the journal of 2020-01-02 to 2020-03-20",
    ),
    "days the wrong way round": (
        Stated(date(2020, 3, 5), date(2020, 3, 4)).xml(), "ends on 2020-03-04, before it begins"
    ),
    "nobody's": (Stated(date(2020, 3, 4), date(2020, 3, 4), account=" ").xml(), "accountId is missing"),
    "nothing in it": (Stated(date(2020, 3, 4), date(2020, 3, 4)).xml(), "has nothing to compare"),
    "csv without a header": ((HEAD + ROW).encode(), "line 5: Trades has data before its header"),
    "csv with more cells": ((HEAD + TRADES + ROW.strip() + ",9,9\n").encode(), "has more cells than its header"),
    "csv in euros": ((HEAD + TRADES + ROW.replace("USD", "EUR")).encode(), "line 6, Currency: is in EUR"),
    "csv of another base": (
        (HEAD + "Account Information,Data,Base Currency,EUR\n").encode(), "line 5, Base Currency: is in EUR"
    ),
    "csv with cash in euros": (
        (HEAD + "Cash Report,Header,Currency Summary,Currency,Total\nCash Report,Data,Ending Cash,EUR,5\n").encode(),
        "line 6, Currency: is in EUR",
    ),
    "csv without a period": (HEAD.replace("Period", "Title").encode(), "Statement, Period: is missing"),
    "csv of a strange period": (HEAD.replace("March 2", "Marz 2").encode(), "is no period"),
    "csv with an open quote": ((HEAD + TRADES + ROW.replace('00"', "00")).encode(), "is not CSV"),
    "csv with a huge cell": ((HEAD + "x" * 200_000).encode(), "is not CSV: field larger than"),
}  # fmt: skip


@pytest.fixture(scope="module")
def journal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return session_of(book(), tmp_path_factory.mktemp("session"))


@pytest.mark.parametrize("case", BAD)
def test_a_file_that_can_t_be_used_is_one_line_and_exit_code_2(
    case: str, journal: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, why = BAD[case]
    file = tmp_path / "statement"
    file.write_bytes(data)
    assert run("statement", file, "--journal", journal) == say.BAD_INPUT
    told = capsys.readouterr()
    assert (told.out, told.err.count("\n")) == ("", 1)
    assert told.err.startswith(f"allusetui: {file}: ")
    assert why in told.err


@pytest.mark.parametrize("form", ["xml", "csv"])
def test_a_statement_of_another_account_is_refused(
    form: str, journal: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, told = tmp_path / "statement", stated(book())
    file.write_bytes(told.xml() if form == "xml" else told.csv().encode())
    assert run("statement", file, "--journal", journal, "--broker-account", "U7654321") == say.BAD_INPUT
    assert "is the statement of U1234567; allowed: one of U7654321" in capsys.readouterr().err


def test_a_file_of_200_mb_is_refused_after_its_first_part(
    journal: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "large.xml"
    with file.open("wb") as large:
        large.write(b"<a>")
        large.truncate(200 << 20)
    assert run("statement", file, "--journal", journal) == say.BAD_INPUT
    assert f"is larger than {LARGEST >> 20} MB; allowed: the statement of a shorter period" in capsys.readouterr().err


def test_a_file_that_is_not_there_or_is_a_folder_is_named(
    journal: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for file in (tmp_path / "none.xml", tmp_path):
        assert run("statement", file, "--journal", journal) == say.BAD_INPUT
        told = capsys.readouterr().err
        assert told.startswith(f"allusetui: {file}: ")
        assert told.count("\n") == 1


def test_text_from_the_file_reaches_the_terminal_on_one_line_without_controls(
    journal: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told, file = stated(book()), tmp_path / "statement"
    told.rows["CashTransaction"].append(
        {**told.rows["CashTransaction"][0], "amount": "1", "description": "=HYPERLINK\u202e\u200b&#10;x" + "y" * 900}
    )
    file.write_bytes(told.xml())
    assert run("statement", file, "--journal", journal) == say.FAILED
    out = capsys.readouterr().out
    assert "\u202e" not in out
    assert "\u200b" not in out
    assert max(map(len, out.splitlines())) < 300


@pytest.mark.parametrize(
    ("symbol", "expected"),
    [
        ("AAPL  200306P00192500", Option("AAPL", date(2020, 3, 6), Decimal("192.5"), Right.PUT)),
        ("AAPL 06MAR20 192.5 P", Option("AAPL", date(2020, 3, 6), Decimal("192.5"), Right.PUT)),
        ("SPXW  200306C03000000", Option("SPX", date(2020, 3, 6), Decimal(3000), Right.CALL)),
        ("AAPL 31FEB20 195 P", None),
        ("AAPL", None),
    ],
)  # fmt: skip
def test_an_option_is_known_by_either_way_to_write_it(symbol: str, expected: Option | None) -> None:
    assert option_of(symbol) == expected


def test_times_and_numbers_are_read_as_they_are_written() -> None:
    for text in ("20200304;100001", "2020-03-04, 10:00:01", "2020-03-04 10:00:01", "20200304;100001 EST"):
        assert moment(text, "x") == datetime(2020, 3, 4, 10, 0, 1)
    assert moment("2020-03-04", "x") == datetime(2020, 3, 4)
    assert (number("-1,234.50", "x"), number("", "x")) == (Decimal("-1234.50"), Decimal(0))


FLEX, CSV = stated(book()).xml(), stated(book()).csv().encode()


@settings(max_examples=150)
@given(data=st.data(), whole=st.sampled_from([FLEX, CSV]), noise=st.binary(max_size=12))
def test_whatever_is_in_a_file_it_is_a_statement_or_refused(
    data: st.DataObject, whole: bytes, noise: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    cut = data.draw(st.integers(0, len(whole)))
    file = tmp_path_factory.getbasetemp() / "fuzzed"
    file.write_bytes(whole[:cut] + noise + whole[data.draw(st.integers(cut, len(whole))) :])
    assert told_of(file)


def told_of(file: Path) -> bool:
    """Whether what is read is a whole statement, or the refusal one plain line."""
    try:
        found = read(file, None)
    except StatementError as error:
        return bool(str(error)) and str(error).isprintable()
    return bool(found.account) and found.first <= found.last
