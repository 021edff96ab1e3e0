"""The job that every engine is given: the yardstick's bars, and the contract it sells in each week.

Runs in the other engines' own environment, without this package: numpy and scipy alone. Nine symbols, daily bars; on
each fifth day a put of delta .375, or a call of .225 on shares that are held, priced by the yardstick; at the end of
the week it expires or is assigned. An engine that knows no options gets the premium as cash, which is then said.
"""

import importlib.util
import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

SIZE = 100
WEEK = 5
DAYS = 252
CAPITAL = 1e7
FEE = 0.65
PUT_DELTA, CALL_DELTA = -0.375, 0.225
HAIRCUT = 0.985
NAMES = ("AAPL", "MSFT", "AMZN", "GOOG", "NVDA", "TSLA", "SPY", "QQQ", "META")


def yardstick(shared: Path) -> ModuleType:
    """The module of the yardstick, which is no package."""
    spec = importlib.util.spec_from_file_location("limit_loop", shared / "bench/limit_loop.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Week:
    """A week's chains of all symbols, priced in one call as the yardstick does."""

    def __init__(self, loop: ModuleType, spot: np.ndarray) -> None:
        strikes = np.round(spot[:, None] * np.exp(loop.GRID * loop.VOL[:, None] * np.sqrt(7 / 365)), 1)
        years = (WEEK - 1 + 0.25) / 365
        values, deltas = loop.price(
            spot[:, None, None], strikes[:, None, :], years, loop.VOL[:, None, None], np.array([1.0, -1.0])[:, None]
        )
        self._strikes, self._values, self._deltas = strikes.tolist(), values.tolist(), deltas.tolist()

    def sold(self, row: int, *, covered: bool) -> tuple[float, int, float]:
        """Strike in USD, sign (1 a call, -1 a put) and the premium a share."""
        side, aim = (0, CALL_DELTA) if covered else (1, PUT_DELTA)
        near = min(range(len(self._strikes[row])), key=lambda k: abs(self._deltas[row][side][k] - aim))
        premium = round(self._values[row][side][near] * HAIRCUT, 2)
        return self._strikes[row][near], 1 if covered else -1, premium


def show(name: str, version: str, go: Callable[[], tuple[float, int]]) -> None:
    """Runs it once, and prints a JSON line: CPU seconds, peak megabytes, final value in USD, trades."""
    started = time.process_time()
    value, trades = go()
    seconds = time.process_time() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    shown: dict[str, Any] = {"engine": f"{name} {version}", "seconds": round(seconds, 2), "peak_mb": round(peak)}
    print(json.dumps({**shown, "value": round(value, 2), "trades": trades}))


def arguments() -> tuple[ModuleType, int]:
    """The yardstick and the years that the command line names."""
    return yardstick(Path(sys.argv[1])), int(sys.argv[2])
