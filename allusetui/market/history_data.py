"""Reading a data directory: bars, index levels, rates, dividends, splits and earnings, as far as a run needs them.

Layout: `daily/<SYMBOL>.csv` raw as traded, `index/{SPX,VIX,breadth_50dma}.csv`, `rates.csv`, `dividends.csv`,
`splits.csv`, `earnings.csv`; dates are session dates, ascending in the daily files, prices dollars a share.
"""

import csv
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from math import inf, isfinite, log1p, sqrt
from pathlib import Path
from typing import Final

import numpy as np

from allusetui.market.indices import SPX, VIX
from allusetui.market.model_data import Daily, ModelData, Reports

_LOOKBACK: Final = timedelta(days=400)  # 260 sessions
_AHEAD: Final = timedelta(days=760)  # the reports that two-year options live to see
_OHLC: Final = ("open", "high", "low", "close")
_GAP_SHARE: Final = 0.4  # market model, day shape: 37-43 % of the variance is overnight
_REACH: Final = 0.3  # how far a day's range goes past its open and close, in daily deviations: E[range] 1.23 of them
_YEAR_SESSIONS: Final = 252


class DataError(Exception):
    """The data directory can't serve the run. One line: the file, what is wrong, what runs without it."""


def load(data: Path, symbols: Iterable[str], first: date, last: date) -> ModelData:
    """The rows that a run over [first, last] needs: bars from 260 sessions before, reports to two years after.

    SPX and VIX are always read; a symbol without a daily file, or without a row in the range, is left out. Raises
    DataError for a missing or unreadable file and for SPX or VIX rows that don't cover the range.
    """
    if not data.is_dir():
        raise DataError(f"{data}: {_absent('folder')}")
    begin, horizon = first - _LOOKBACK, last + _AHEAD
    vix = _daily(data / "index/VIX.csv", begin, last)
    found = {VIX: vix, SPX: _closed_in(_daily(data / "index/SPX.csv", begin, last), vix)}
    for name, rows in found.items():
        _covers(data / f"index/{name}.csv", rows, first, last)
    for symbol in sorted(set(symbols) - set(found)):
        path = data / f"daily/{symbol}.csv"
        if path.is_file() and (rows := _daily(path, begin, last)).days:
            found[symbol] = _whole(path, rows)
    return ModelData(
        daily=found,
        breadth_pct=dict(_dated(data / "index/breadth_50dma.csv", "pct_above_50dma", begin, last)),
        rates=_rates(data / "rates.csv", begin, last),
        dividends=_by_symbol(data / "dividends.csv", "amount", begin, horizon),
        splits=_by_symbol(data / "splits.csv", "ratio", begin, last),
        reports=_reports(data / "earnings.csv", begin, horizon),
    )


def covered(data: Path, symbols: Iterable[str]) -> tuple[date, date]:
    """The first and the last day of which SPX, VIX and each symbol that has rows at all have one. Raises DataError."""
    files = [data / f"index/{name}.csv" for name in (SPX, VIX)]
    files += [path for name in sorted(symbols) if (path := data / f"daily/{name}.csv").is_file()]
    spans = [(days[0], days[-1]) for path in files if (days := _days_in(path))]
    if not spans:
        raise DataError(f"{data}: {_absent('data')}")
    return max(first for first, _ in spans), min(last for _, last in spans)


def _days_in(path: Path) -> list[date]:
    return [_day(path, line, text) for line, (text,) in _rows(path, ["date"])]


def _absent(what: str) -> str:
    return f'no such {what}; kind = "scripted" and kind = "synthetic" run without it'


def _rows(path: Path, columns: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """Line number and the cells of `columns` of every row."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except FileNotFoundError as error:
        raise DataError(f"{path}: {_absent('file')}") from error
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path}: {str(error).splitlines()[0]}") from error
    reader = csv.reader(lines)
    header = next(reader, [])
    lost = [column for column in columns if column not in header]
    if lost:
        raise DataError(f"{path}: no column {lost[0]!r}; expected {', '.join(columns)}")
    places = [header.index(column) for column in columns]
    for row in reader:
        if len(row) != len(header):
            raise DataError(f"{path}: line {reader.line_num} has {len(row)} cells; expected {len(header)}")
        yield reader.line_num, [row[place] for place in places]


def _day(path: Path, line: int, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise DataError(f"{path}: line {line} has the date {text!r}; expected YYYY-MM-DD") from None


def _number(path: Path, line: int, text: str) -> Decimal:
    try:
        value = Decimal(text)
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or value < 0:
        raise DataError(f"{path}: line {line} has {text!r}; expected a number of 0 or more")
    return value


def _dated(path: Path, column: str, begin: date, end: date) -> Iterator[tuple[date, Decimal]]:
    """The values of a column in [begin, end]."""
    for line, (text, cell) in _rows(path, ["date", column]):
        day = _day(path, line, text)
        if begin <= day <= end:
            yield day, _number(path, line, cell)


def _daily(path: Path, begin: date, end: date) -> Daily:
    """The rows in [begin, end]; open, high and low are NaN where only the close is known."""
    days: list[date] = []
    values: list[list[float]] = []
    for line, (text, *cells) in _rows(path, ["date", *_OHLC]):
        day = _day(path, line, text)
        if not begin <= day <= end:
            continue
        days.append(day)
        if len(days) > 1 and days[-1] <= days[-2]:
            raise DataError(f"{path}: line {line} ({text}) is not after the row before it")
        values.append([_price(path, line, cell) for cell in cells])
        if values[-1][3] == inf:
            raise DataError(f"{path}: line {line} has no close")
    table = np.array(values, dtype=np.float64).reshape(-1, len(_OHLC))
    table[np.isinf(table)] = np.nan
    # Early VIX rows have an open or close outside their range: the range gives way.
    return Daily(tuple(days), table[:, 0], table.max(axis=1), table.min(axis=1), table[:, 3])


def _price(path: Path, line: int, text: str) -> float:
    """A price above 0; infinite where the cell is empty."""
    try:
        value = float(text) if text else inf
    except ValueError:
        value = 0.0
    if not value > 0 or (text and not isfinite(value)):
        raise DataError(f"{path}: line {line} has {text!r}; expected a number above 0")
    return value


def _whole(path: Path, rows: Daily) -> Daily:
    lost = np.flatnonzero(np.isnan(rows.highs))
    if lost.size:
        raise DataError(f"{path}: {rows.days[lost[0]]} has no open, high or low")
    return rows


def _covers(path: Path, rows: Daily, first: date, last: date) -> None:
    if not rows.days or rows.days[0] > first or rows.days[-1] < last:
        span = f"from {rows.days[0]} to {rows.days[-1]}" if rows.days else "elsewhere"
        raise DataError(f"{path}: its rows lie {span}; the scenario needs {first} to {last}")


def _closed_in(rows: Daily, vix: Daily) -> Daily:
    """Sessions with a close only get an open, high and low.

    The open takes .4 of the log move since the close before; the range reaches .3 daily deviations of VIX past both.
    """
    opens, highs, lows = rows.opens.copy(), rows.highs.copy(), rows.lows.copy()
    for index in np.flatnonzero(np.isnan(rows.highs)):
        close = float(rows.closes[index])
        before = float(rows.closes[index - 1]) if index else close
        row = vix.up_to(rows.days[index])
        reach = 0.0 if row is None else _REACH * float(vix.closes[row]) / 100 / sqrt(_YEAR_SESSIONS)
        opens[index] = before * (close / before) ** _GAP_SHARE
        highs[index] = max(opens[index], close) * (1 + reach)
        lows[index] = min(opens[index], close) * (1 - reach)
    return Daily(rows.days, opens, highs, lows, rows.closes)


def _rates(path: Path, begin: date, end: date) -> tuple[tuple[date, float], ...]:
    """Three-month bills in [begin, end], made continuous; days without a figure are left out."""
    return tuple(
        (day, log1p(float(_number(path, line, m3)) / 100))
        for line, (text, m3) in _rows(path, ["date", "m3"])
        if begin <= (day := _day(path, line, text)) <= end and m3
    )


def _by_symbol(path: Path, column: str, begin: date, end: date) -> dict[str, tuple[tuple[date, Decimal], ...]]:
    """By symbol the (ex-date, value) rows in [begin, end], ascending."""
    found: defaultdict[str, list[tuple[date, Decimal]]] = defaultdict(list)
    for line, (symbol, text, cell) in _rows(path, ["ticker", "ex_date", column]):
        day, value = _day(path, line, text), _number(path, line, cell)
        if value == 0:
            raise DataError(f"{path}: line {line} has {cell!r}; expected a number above 0")
        if begin <= day <= end:
            found[symbol].append((day, value))
    return {symbol: tuple(sorted(rows)) for symbol, rows in found.items()}


def _reports(path: Path, begin: date, end: date) -> dict[str, Reports]:
    found: defaultdict[str, dict[date, bool]] = defaultdict(dict)
    for line, (symbol, text, timing) in _rows(path, ["ticker", "report_date", "timing"]):
        found[symbol][_day(path, line, text)] = timing == "amc"
    return {
        symbol: Reports(
            first=min(rows),
            days=tuple(sorted(day for day in rows if begin <= day <= end)),
            after_close=frozenset(day for day, late in rows.items() if late and begin <= day <= end),
        )
        for symbol, rows in found.items()
    }
