"""A data directory that can't serve the run says so in one line."""

import shutil
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from math import log
from pathlib import Path

import pytest

from allusetui.domain.moment import to_ms
from allusetui.domain.quote import Breadth
from allusetui.market.calendars import calendar
from allusetui.market.history import DataError, HistoryMarket

CALENDAR = calendar(date(2019, 1, 2), date(2022, 12, 30))
DAYS = ("2020-03-09", "2020-03-10", "2020-03-11")


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    (tmp_path / "index").mkdir()
    (tmp_path / "daily").mkdir()
    bars = "date,open,high,low,close\n" + "".join(f"{day},100,110,90,105\n" for day in DAYS)
    for name in ("index/SPX", "index/VIX", "daily/AAPL"):
        (tmp_path / f"{name}.csv").write_text(bars)
    (tmp_path / "index/breadth_50dma.csv").write_text("date,n,pct_above_50dma\n2020-03-10,70,12.5\n")
    (tmp_path / "rates.csv").write_text("date,m1,m3\n2020-03-10,,1.0\n2020-03-11,0.3,\n")
    (tmp_path / "dividends.csv").write_text("ticker,ex_date,amount\nAAPL,2020-03-11,0.77\n")
    (tmp_path / "splits.csv").write_text("ticker,ex_date,ratio\nAAPL,2020-03-11,2\nTSLA,2020-03-11,5\n")
    (tmp_path / "earnings.csv").write_text("ticker,report_date,timing\nAAPL,2020-03-11,amc\n")
    return tmp_path


def market(data: Path, symbols: tuple[str, ...] = ("AAPL", "TSLA", "SPX")) -> HistoryMarket:
    start, end = to_ms(datetime(2020, 3, 10, 9)), to_ms(datetime(2020, 3, 11, 17))
    return HistoryMarket(data, symbols, CALENDAR, start, end, seed=1, rate=0.03)


def test_a_symbol_without_a_daily_file_is_not_listed(directory: Path) -> None:
    found = market(directory)
    assert found.symbols == {"AAPL", "SPX"}
    assert found.warnings[0] == "TSLA: no daily/TSLA.csv with rows of these days; it is never entered (no_chain)"


def test_the_directorys_facts_are_told_by_day(directory: Path) -> None:
    found = market(directory)
    assert found.splits_on(date(2020, 3, 11)) == (("AAPL", Decimal(2)),)
    assert found.dividends_on(date(2020, 3, 11)) == (("AAPL", Decimal("0.77")),)
    assert found.splits_on(date(2020, 3, 10)) == ()


@pytest.mark.clause("5.5")
def test_5_5_breadth_is_known_at_its_days_close_and_stays_until_the_next_row(directory: Path) -> None:
    found, seen = market(directory), Breadth(date(2020, 3, 10), Decimal("12.5"))
    assert found.breadth(to_ms(datetime(2020, 3, 10, 15, 59, 59))) is None
    assert found.breadth(to_ms(datetime(2020, 3, 10, 16))) == seen
    assert found.breadth(to_ms(datetime(2020, 3, 11, 17))) == seen


def test_the_rate_is_made_continuous_and_the_row_before_serves_where_it_is_missing(directory: Path) -> None:
    found = market(directory)
    assert found.rate(to_ms(datetime(2020, 3, 11, 10))) == pytest.approx(log(1.01))
    assert found.rate(to_ms(datetime(2020, 3, 9, 10))) == 0.03


def test_a_symbols_earnings_before_its_first_row_are_none_with_one_warning(directory: Path) -> None:
    found = market(directory)
    assert found.warnings[-1] == "AAPL: earnings.csv begins 2020-03-11; no report is known before that day"
    (directory / "earnings.csv").write_text("ticker,report_date,timing\n")
    unknown = market(directory)
    assert unknown.warnings[-1] == "AAPL: earnings.csv has no row of it; no puts are sold on it (earnings_unknown)"
    chain = unknown.chain("AAPL", to_ms(datetime(2020, 3, 10, 10)))
    assert chain is not None
    assert chain.earnings is None


@pytest.mark.parametrize(
    "name",
    [
        "index/SPX.csv",
        "index/VIX.csv",
        "index/breadth_50dma.csv",
        "rates.csv",
        "dividends.csv",
        "splits.csv",
        "earnings.csv",
    ],
)
def test_a_missing_file_is_named_with_what_runs_without_it(directory: Path, name: str) -> None:
    (directory / name).unlink()
    with pytest.raises(DataError) as caught:
        market(directory)
    wanted = f'{directory / name}: no such file; kind = "scripted" and kind = "synthetic" run without it'
    assert str(caught.value) == wanted


@pytest.mark.parametrize("spoil", [lambda path: path.write_bytes(b"\xff\xfe"), lambda path: path.mkdir()])
def test_a_file_that_can_not_be_read_is_named(directory: Path, spoil: Callable[[Path], None]) -> None:
    path = directory / "rates.csv"
    path.unlink()
    spoil(path)
    with pytest.raises(DataError) as caught:
        market(directory)
    assert str(caught.value).startswith(f"{path}: ") and "\n" not in str(caught.value)


def test_a_missing_folder_is_named(directory: Path) -> None:
    shutil.rmtree(directory)
    with pytest.raises(DataError, match='no such folder; kind = "scripted"'):
        market(directory)


def _text(name: str, old: str, new: str) -> Callable[[Path], None]:
    def change(data: Path) -> None:
        path = data / name
        path.write_text(path.read_text().replace(old, new, 1))

    return change


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (_text("daily/AAPL.csv", "100,110", "x,110"), "AAPL.csv: line 2 has 'x'; expected a number above 0"),
        (_text("daily/AAPL.csv", "100,110", "-1,110"), "AAPL.csv: line 2 has '-1'; expected a number above 0"),
        (_text("daily/AAPL.csv", "100,110", "nan,110"), "AAPL.csv: line 2 has 'nan'; expected a number above 0"),
        (_text("daily/AAPL.csv", "100,110,90", ",,"), "AAPL.csv: 2020-03-09 has no open, high or low"),
        (_text("daily/AAPL.csv", "105\n", "\n"), "AAPL.csv: line 2 has no close"),
        (_text("daily/AAPL.csv", "105\n", "105,7\n"), "AAPL.csv: line 2 has 6 cells; expected 5"),
        (_text("daily/AAPL.csv", "2020-03-10", "2020-03-09"), "line 3 (2020-03-09) is not after the row before it"),
        (_text("daily/AAPL.csv", "2020-03-10", "2020-03-1x"), "line 3 has the date '2020-03-1x'; expected YYYY-MM-DD"),
        (_text("daily/AAPL.csv", "open", "first"), "AAPL.csv: no column 'open'; expected date, open, high, low, close"),
        (_text("index/VIX.csv", "2020-03-11", "2020-03-12"), "from 2020-03-09 to 2020-03-10; the scenario needs"),
        (_text("splits.csv", ",2\n", ",0\n"), "splits.csv: line 2 has '0'; expected a number above 0"),
        (_text("dividends.csv", "0.77", "much"), "dividends.csv: line 2 has 'much'; expected a number of 0 or more"),
    ],
)
def test_a_row_that_makes_no_sense_is_named(directory: Path, change: Callable[[Path], None], complaint: str) -> None:
    change(directory)
    with pytest.raises(DataError) as caught:
        market(directory)
    assert complaint in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_session_of_which_only_the_close_is_known_still_has_a_path(directory: Path) -> None:
    _text("index/SPX.csv", "2020-03-11,100,110,90,105", "2020-03-11,,,,100")(directory)
    found = market(directory).spot_path("SPX", date(2020, 3, 11))
    assert found is not None
    times, values = found
    assert len(times) == len(values) == 4681
    assert values[0] == pytest.approx(105 * (100 / 105) ** 0.4, abs=0.01)
    assert values[-1] == 100.0
    assert values.min() < 100.0 < values[0] < values.max()
