"""What a person writes down of the market: used as it stands, or refused in one line; what is left out is unknown."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from allusetui.broker.ibkr.known import Known, KnownError, Report, read
from allusetui.domain.quote import Breadth, Payout

TODAY = date(2026, 3, 5)
TEXT = """
rate = 0.0412
constituents = ["AAPL", "BRK.B"]
[breadth]
day = 2026-03-04
value = 43
[earnings]
AAPL = [2026-01-29, { day = 2026-04-30, after_close = true }]
MSFT = [2026-01-28]
[dividends]
AAPL = [{ ex = 2026-05-11, amount = 0.26 }]
"""


def written(text: str, folder: Path) -> Path:
    path = folder / "market.toml"
    path.write_text(text)
    return path


def test_what_is_written_is_known(tmp_path: Path) -> None:
    known = read(written(TEXT, tmp_path))
    assert known.rate == Decimal("0.0412")
    assert known.constituents == ("AAPL", "BRK.B")
    assert known.width() == Breadth(date(2026, 3, 4), Decimal(43))
    assert known.reports("AAPL", TODAY) == (
        Report(day=date(2026, 1, 29)), Report(day=date(2026, 4, 30), after_close=True),
    )  # fmt: skip
    assert known.payouts("AAPL") == (Payout(date(2026, 5, 11), Decimal("0.26")),)


@pytest.mark.clause("1.6")
def test_1_6_a_list_without_a_report_to_come_knows_nothing_of_the_next(tmp_path: Path) -> None:
    known = read(written(TEXT, tmp_path))
    assert known.reports("MSFT", TODAY) is None
    assert known.reports("NVDA", TODAY) is None


def test_without_a_file_nothing_is_known(tmp_path: Path) -> None:
    known = read(tmp_path / "market.toml")
    assert known == Known()
    assert (known.rate, known.width(), known.payouts("AAPL")) == (None, None, ())


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("rate = 4.12", "rate"),  # percent
        ('rate = "0.04"', "rate"),
        ("rate = nan", "rate"),
        ("rats = 0.04", "rats"),
        ("breadth = 43", "breadth"),
        ('constituents = "AAPL"', "constituents"),
        ('constituents = ["aapl"]', "constituents.0"),
        ("[breadth]\nday = 2026-03-04\nvalue = 143", "breadth.value"),
        ("[earnings]\nAAPL = 2026-04-30", "earnings.AAPL"),
        ("[earnings]\naapl = [2026-04-30]", "earnings.aapl"),
        ('[earnings]\nAAPL = ["soon"]', "earnings.AAPL.0"),
        ("[dividends]\nAAPL = [{ ex = 2026-05-11, amount = 0 }]", "dividends.AAPL.0.amount"),
        ("[[", "(file)"),
    ],
)
def test_what_does_not_fit_is_told_in_one_line(text: str, key: str, tmp_path: Path) -> None:
    path = written(text, tmp_path)
    with pytest.raises(KnownError) as told:
        read(path)
    line = str(told.value)
    assert line.startswith(f"{path}: {key}: ") and "\n" not in line


def test_a_folder_in_its_place_is_told(tmp_path: Path) -> None:
    with pytest.raises(KnownError, match="can't be read"):
        read(tmp_path)
