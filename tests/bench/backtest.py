"""How much longer than the yardstick a trial takes: ten years of seeded daily bars through the lab and its law.

The yardstick is `bench/limit_loop.py` of the shared folder: the least work that ten years of weekly option cycles can
be. Both run in this process, one after the other, in CPU seconds; what counts is their ratio. The trial is the lab's
own: full law, all sleeves and forks, resets pressed by its person. Prints one JSON line.

`--market synthetic`: a path of the synthetic market instead of the yardstick's bars, as a sweep has it. `--accounts`:
how many there are at the start, beyond the founders one MINI each; 1 is GEN alone. `--where`: a second run is sampled,
and where its time goes is shown. `--growth`: a line each for 1, 3 and 10 years and for 1 to 8 accounts, each in a
process of its own; `--growth 40` goes on to 40 years.
Usage: python -m tests.bench.backtest [--years 10] [--accounts 3] [--market bars] [--seed 7] [--where] [--growth]
"""

import argparse
import csv
import importlib.util
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np

from allusetui.compose.trial import Trial
from allusetui.domain import event as ev
from allusetui.lab.job import Job
from allusetui.lab.trial import prepare, run_through
from allusetui.law.load import version
from allusetui.market.calendars import calendar
from allusetui.scenario.load import parse

SHARED = Path(os.environ.get("ALLUSETUI_SHARED", Path(__file__).parents[3] / "shared"))
NAMES = ("AAPL", "MSFT", "AMZN", "GOOG", "NVDA", "TSLA", "SPY", "QQQ", "META")
FUNDS = ("SPY", "QQQ")
FIRST = date(2014, 1, 2)
WARM_UP = timedelta(days=430)
REPORT_DAYS = 91
FOUNDERS = 3
YEARS, ACCOUNTS = (1, 3, 10), (1, 2, 3, 4, 6, 8)
SAMPLE_S = 0.002

SCENARIO = """
[scenario]
name = "bench"
start = {first}T09:00:00
end = {last}T17:00:00
capital = 4_000_000
seed = {seed}
{alone}
[market]
kind = "{kind}"
{data}
"""
MINI = """
[accounts.MINI-{number}]
equity = 400_000
"""
STAGES = {
    "Paths._make": "paths drawn, five seconds a step",
    "ModelMarket._foresee": "held options priced ahead",
    "ModelMarket._strip": "chains priced ahead",
    "first_decision": "looks left out: what may be decided ahead",
    "watch": "looks left out: what is looked at",
    "LazySlices.__getitem__": "chains priced",
    "slice_deltas": "deltas of chains",
    "VirtualRuntime._look": "quotes shown to the engine",
    "LadderAdviser.answer": "adviser: ladders",
    "market": "adviser: the market's closes",
    "fix_atr": "ranges",
    "mark_all": "marks at the close",
    "apply": "state folded",
    "HeardJournal.append": "journal and person",
    "Exchange.advance": "exchange", "Exchange.place": "exchange",
    "_settle_batch": "engine: the end of each batch",
    "look_at_market": "engine: its looks",
    "hear": "engine: answers, chains, fills",
    "VirtualRuntime.next_ms": "runtime: the next instant",
}  # fmt: skip
"""The innermost of these that runs is where the time goes."""


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


def job(folder: Path, args: argparse.Namespace) -> Job:
    """What is tried: the bars of a directory, or a synthetic path."""
    last = FIRST.replace(year=FIRST.year + args.years) - timedelta(days=1)
    kind, data = ("synthetic", "") if args.market == "synthetic" else ("history", f'data = "{folder}"')
    alone = f"accounts = {json.dumps(['GEN', 'REV', 'COM'][: args.accounts])}" if args.accounts < FOUNDERS else ""
    text = SCENARIO.format(first=FIRST, last=last, seed=args.seed, alone=alone, kind=kind, data=data)
    text += "".join(MINI.format(number=number) for number in range(1, args.accounts - FOUNDERS + 1))
    return Job(parse(text, "bench.toml"), version())


def figures(trial: Trial, years: int, seconds: float, least: float) -> dict[str, Any]:
    """What a line shows."""
    kinds = Counter(type(event) for _, _, event in trial.journal.read())
    peak = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    return {
        "years": years, "yardstick_s": round(least, 3), "engine_s": round(seconds, 1),
        "ratio": round(seconds / least), "events": kinds.total(), "trades": kinds[ev.OrderFilled],
        "keys": kinds[ev.OperatorKey],
        "accounts_at_end": sum(account.trading for account in trial.run.runtime.engine.state.accounts.values()),
        "peak_mb": int(peak.split()[1]) // 1024,
    }  # fmt: skip


def sampled(trial: Trial) -> None:
    """Run it, looked at each two milliseconds of CPU, and show the shares of its stages."""
    found: Counter[str] = Counter()

    def look(_: int, frame: FrameType | None) -> None:
        while frame is not None and frame.f_code.co_qualname not in STAGES:
            frame = frame.f_back
        found["the rest" if frame is None else STAGES[frame.f_code.co_qualname]] += 1

    signal.signal(signal.SIGPROF, look)
    signal.setitimer(signal.ITIMER_PROF, SAMPLE_S, SAMPLE_S)
    seconds = run_through(trial, time.process_time)
    signal.setitimer(signal.ITIMER_PROF, 0)
    for stage, count in found.most_common():
        share = count / found.total()
        print(f"{share:6.1%} {share * seconds:7.2f} s  {stage}")


def grow(args: argparse.Namespace) -> None:
    """A process for each size."""
    rows = [("years", str(years)) for years in (*YEARS, *([args.growth] if args.growth else []))]
    rows += [("accounts", str(accounts)) for accounts in ACCOUNTS]
    for name, value in rows:
        own = ["--years", "1", "--market", args.market, "--seed", str(args.seed), f"--{name}", value]
        print(f"{name} {value}:", end=" ", flush=True)
        subprocess.run([sys.executable, "-m", "tests.bench.backtest", *own], check=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--years", type=int, default=10)
    parser.add_argument("--accounts", type=int, default=FOUNDERS)
    parser.add_argument("--market", choices=("bars", "synthetic"), default="bars")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--where", action="store_true")
    parser.add_argument("--growth", type=int, nargs="?", const=0)
    args = parser.parse_args()
    if args.growth is not None:
        grow(args)
        return
    loop = yardstick()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sessions = calendar(FIRST - WARM_UP, FIRST.replace(year=FIRST.year + args.years)).sessions
        days = [session.day for session in sessions]
        write_market(folder, days, loop.bars(len(days)))
        table = loop.bars(252 * args.years)
        least = min(_seconds(lambda: loop.run(*table)) for _ in range(3))
        trial = prepare(job(folder, args))
        seconds = run_through(trial, time.process_time)
        print(json.dumps(figures(trial, args.years, seconds, least)), flush=True)
        if args.where:
            sampled(prepare(job(folder, args)))


def _seconds(work: Any) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


if __name__ == "__main__":
    main()
