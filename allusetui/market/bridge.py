"""A session's path: a Brownian bridge through open, high, low and close that never leaves its range."""

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from math import log, sqrt
from typing import Final

import numpy as np

from allusetui.domain.frozen import frozen
from allusetui.domain.quote import Floats

# Parkinson (1980): the expected square of a day's range is 4 ln 2 times its variance.
_RANGE_PER_DEVIATION: Final = sqrt(4 * log(2))
_FLOOR, _RISE, _POWER = 0.7, 0.9, 4  # deviation of a step at noon, and what open and close add to it
_OVERTIME: Final = 0.4


@frozen
class Ohlc:
    """A session's open, high, low and close."""

    open: float
    high: float
    low: float
    close: float


@frozen(eq=False)
class Shape:
    """How a session moves: the deviation of each step, their squares sum to 1; and that sum so far, from 0 on."""

    steps: Floats
    clock: Floats


@lru_cache(maxsize=16)
def u_shape(steps: int, overtime: int = 0) -> Shape:
    """High at open and close, low at noon, quiet after."""
    middle = (np.arange(steps) + 0.5) / steps
    session = _FLOOR + _RISE * np.abs(2 * middle - 1) ** _POWER
    shape: Floats = np.concatenate([session, np.full(overtime, _OVERTIME)])
    shape /= np.sqrt(np.sum(shape * shape))
    clock = _summed(shape * shape)
    shape.flags.writeable = clock.flags.writeable = False
    return Shape(shape, clock)


def elapsed_share(passed: float) -> float:
    """The share of a day's trading done after the share `passed` of its session: the U of `u_shape`, summed."""
    passed = min(max(passed, 0.0), 1.0)
    odd = _POWER + 1
    return (_FLOOR * passed + _RISE * ((2 * passed - 1) ** odd + 1) / (2 * odd)) / (_FLOOR + _RISE / odd)


def path(day: Ohlc, shape: Shape, noise: Floats, late: tuple[bool, bool]) -> Floats:
    """Values at the session's start and after every step; touches each of `day` and stays between its low and high.

    `noise` are standard normals, one a step of `shape`. `late` says of high and
    low whether they come at the last or the first instant at which an unbounded bridge from open to close would be
    there. Between open, first extreme, second extreme and close run bridges, reflected at low and high.
    """
    steps = len(noise)
    reach = day.high - day.low
    if reach <= 0.0:
        return np.full(steps + 1, day.close)
    clock = shape.clock
    walk = _summed(shape.steps * noise)
    walk *= reach / _RANGE_PER_DEVIATION
    free = (day.close - day.open - walk[-1]) * clock
    free += walk + day.open
    top = _instant(free, day.high, (day.open, day.close), late[0])
    np.negative(free, out=free)
    bottom = _instant(free, -day.low, (-day.open, -day.close), late[1])
    known = sorted({0: day.open, steps: day.close, top: day.high, bottom: day.low}.items())
    places, values = [place for place, _ in known], np.array([value for _, value in known])
    folded = _through(walk, clock, places, values)
    folded -= day.low
    outside = (folded < 0.0) | (folded >= 2 * reach)
    folded[outside] = np.mod(folded[outside], 2 * reach)
    mirrored: Floats = 2 * reach - folded
    np.minimum(folded, mirrored, out=folded)
    folded += day.low
    folded[places] = values
    return folded


def _through(walk: Floats, clock: Floats, places: Sequence[int], values: Floats) -> Floats:
    """The walk with straight lines added between its places, so that it passes through the values there."""
    missed, bridged = values - walk[places], np.empty_like(walk)
    lines = zip(pairwise(places), pairwise(missed.tolist()), strict=True)
    for (first, last), (begin, end) in lines:
        part = slice(first, last)
        slope = (end - begin) / float(clock[last] - clock[first])
        bridged[part] = walk[part] + (slope * (clock[part] - clock[first]) + begin)
    bridged[-1] = values[-1]
    return bridged


def _summed(steps: Floats) -> Floats:
    total = np.empty(len(steps) + 1)
    total[0] = 0.0
    np.cumsum(steps, out=total[1:])
    return total


def _instant(free: Floats, level: float, ends: tuple[float, float], late: bool) -> int:
    """Where `free` is at or above `level`, or highest: the last such place if `late`. An open or close there is it."""
    if level in ends:
        return 0 if ends[0] == level else len(free) - 1
    inner = free[1:-1]
    there = inner >= min(level, float(inner.max()))
    return len(inner) - int(there[::-1].argmax()) if late else int(there.argmax()) + 1
