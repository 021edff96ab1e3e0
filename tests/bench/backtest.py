"""How much longer than the yardstick a backtest takes: ten years of seeded daily bars through the engine and its law.

The yardstick is `bench/limit_loop.py` of the shared folder: the least work that ten years of weekly option cycles can
be. Both run in this process, one after the other, in CPU seconds; what counts is their ratio. Prints one JSON line;
`--profile` adds a second run with the profiler and shows where its time goes, by room and by function.
Usage: python tests/bench/backtest.py [--years 10] [--profile]
"""

import argparse
import cProfile
import csv
import importlib.util
import json
import os
import pstats
import tempfile
import time
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from allusetui.compose.run import Run, build_run
from allusetui.compose.trial import NoReports
from allusetui.journal.memory import MemoryJournal
from allusetui.market.calendars import calendar
from allusetui.scenario.load import parse

SHARED = Path(os.environ.get("ALLUSETUI_SHARED", Path(__file__).parents[3] / "shared"))
PACKAGE = "allusetui/"
NAMES = ("AAPL", "MSFT", "AMZN", "GOOG", "NVDA", "TSLA", "SPY", "QQQ", "META")
FUNDS = ("SPY", "QQQ")
FIRST = date(2014, 1, 2)
WARM_UP = timedelta(days=430)
REPORT_DAYS = 91

SCENARIO = """
[scenario]
name = "bench"
start = {first}T09:00:00
end = {last}T17:00:00
capital = 4_000_000
[market]
kind = "history"
data = "{data}"
"""


def yardstick() -> Any:
    """The module of the yardstick, which is no package."""
    spec = importlib.util.spec_from_file_location("limit_loop", SHARED / "bench/limit_loop.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def write_market(folder: Path, days: list[date], bars: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    """A data directory in the layout of real history, of the yardstick's own bars and a VIX that follows them."""
    high, low, close = bars
    for row, name in enumerate(NAMES):
        _write_bars(folder / f"daily/{name}.csv", days, high[row], low[row], close[row])
    spy = NAMES.index("SPY")
    _write_bars(folder / "index/SPX.csv", days, *(10 * column[spy] for column in bars))
    moves = np.abs(np.diff(np.log(close[spy]), prepend=np.log(close[spy][0])))
    vix = 8 + 100 * np.sqrt(252) * np.convolve(moves, np.full(21, 1 / 21))[: len(days)]
    _write_bars(folder / "index/VIX.csv", days, vix * 1.03, vix * 0.97, vix)
    _write(folder / "index/breadth_50dma.csv", ("date", "pct_above_50dma"), [(days[0], 60)])
    _write(folder / "rates.csv", ("date", "m3"), [(days[0], 2.0)])
    _write(folder / "dividends.csv", ("ticker", "ex_date", "amount"), [])
    _write(folder / "splits.csv", ("ticker", "ex_date", "ratio"), [])
    reports = [(name, day, "amc") for name in NAMES if name not in FUNDS for day in days[30::REPORT_DAYS]]
    _write(folder / "earnings.csv", ("ticker", "report_date", "timing"), reports)


def _write_bars(path: Path, days: list[date], high: np.ndarray, low: np.ndarray, close: np.ndarray) -> None:
    opened = np.clip(np.concatenate([close[:1], close[:-1]]), low, high)
    table = np.round(np.stack([opened, high, low, close], axis=1), 2).tolist()
    _write(path, ("date", "open", "high", "low", "close"), [(day, *row) for day, row in zip(days, table, strict=True)])


def _write(path: Path, header: tuple[str, ...], rows: list[tuple[Any, ...]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([header, *rows])


def backtest(folder: Path, years: int) -> tuple[Run, MemoryJournal]:
    """The engine, ready to run over the directory, and its journal."""
    last = FIRST.replace(year=FIRST.year + years) - timedelta(days=1)
    scenario = parse(SCENARIO.format(first=FIRST, last=last, data=folder), "bench.toml")
    journal = MemoryJournal()
    return build_run(scenario, journal, NoReports()), journal


def show(profile: cProfile.Profile) -> None:
    """Own seconds by room, then the twenty dearest functions."""
    stats: Any = pstats.Stats(profile)
    rooms: Counter[str] = Counter()
    for (file, _, _), (_, _, own, _, _) in stats.stats.items():
        inside = file.rpartition(PACKAGE)[2] if PACKAGE in file else "outside"
        rooms[inside.split("/")[0]] += own
    whole = sum(rooms.values())
    for room, seconds in rooms.most_common():
        print(f"{room:<12} {seconds / whole:6.1%}")
    stats.sort_stats("tottime").print_stats(20)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--years", type=int, default=10)
    parser.add_argument("--profile", action="store_true")
    args = parser.parse_args()
    loop = yardstick()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sessions = calendar(FIRST - WARM_UP, FIRST.replace(year=FIRST.year + args.years)).sessions
        days = [session.day for session in sessions]
        bars = loop.bars(len(days))
        write_market(folder, days, bars)
        table = loop.bars(252 * args.years)
        least = min(_seconds(lambda: loop.run(*table)) for _ in range(3))
        run, journal = backtest(folder, args.years)
        seconds = _seconds(run.go)
        events = len(list(journal.read()))
        shown = {"years": args.years, "yardstick_s": round(least, 3), "engine_s": round(seconds, 1)}
        print(json.dumps({**shown, "ratio": round(seconds / least), "events": events}))
        if args.profile:
            profile = cProfile.Profile()
            profile.runcall(backtest(folder, args.years)[0].go)
            show(profile)


def _seconds(work: Any) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


if __name__ == "__main__":
    main()
