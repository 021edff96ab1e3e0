"""Two laws on the same paths: by how much each figure differs, and how sure that is.

Means: Student's t for paired samples (Student, Biometrika 6, 1908). The tail: percentiles of a paired bootstrap (Efron
and Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13). Several figures are looked at at once, so each
interval is wider than it would be alone: together they hold with 95 % (Bonferroni).
"""

from collections.abc import Callable, Iterator, Sequence
from math import sqrt
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from allusetui.domain.frozen import frozen
from allusetui.lab.result import Figures

Floats = NDArray[np.float64]
TOGETHER: Final = 0.95
WORST: Final = 0.05
"""Which part of the paths is their tail."""
LEAST_PATHS: Final = 20
"""Of fewer paths the worst twentieth is not one."""
_DRAWS: Final = 2_000
_DRAWN_AT_ONCE: Final = 200
_SEED: Final = 15


@frozen
class Measure:
    """A figure that is compared. `more_is`: +1 where more of it is better, -1 where less is."""

    name: str
    words: str
    more_is: int
    is_share: bool
    of: Callable[[Figures], float | None]


MEASURES: Final = (
    Measure("growth", "Growth", 1, True, lambda row: row.growth),
    Measure("worst_drawdown", "Worst drawdown", -1, True, lambda row: row.worst_drawdown),
    Measure("tail_week", "Worst weeks", 1, True, lambda row: row.tail_week),
    Measure("resets_asked", "Resets asked", -1, False, lambda row: float(row.resets_asked)),
    Measure("tax_set_aside", "Set aside for taxes", -1, False, lambda row: float(row.tax_set_aside)),
)
TAIL: Final = Measure("tail_loss", "Growth of the worst 5 % of paths", 1, True, lambda row: row.growth)


@frozen
class Compared:
    """A figure under both laws, and the interval in which the difference lies, proposed less current."""

    name: str
    words: str
    is_share: bool
    more_is: int
    paths: int
    current: float
    proposed: float
    low: float
    high: float

    @property
    def speaks(self) -> str:
        """`for` the proposal, `against` it, or `open` where the interval leaves both possible."""
        if self.low > 0 or self.high < 0:
            return "for" if (self.low > 0) == (self.more_is > 0) else "against"
        return "open"


def compare(current: Sequence[Figures], proposed: Sequence[Figures]) -> tuple[Compared, ...]:
    """Each figure that every path knows, of paths in the same order; at least `LEAST_PATHS` of them."""
    assert len(current) == len(proposed) >= LEAST_PATHS
    known = [(each, pair) for each in MEASURES if (pair := _values(each, current, proposed)) is not None]
    tail = _values(TAIL, current, proposed)
    assert tail is not None
    level = 1 - (1 - TOGETHER) / (len(known) + 1)
    rows = [_compared(each, *pair, _mean_interval(*pair, level), np.mean) for each, pair in known]
    rows.insert(2, _compared(TAIL, *tail, _tail_interval(*tail, level), tail_mean))
    return tuple(rows)


def _values(measure: Measure, current: Sequence[Figures], proposed: Sequence[Figures]) -> tuple[Floats, Floats] | None:
    told = tuple(list(map(measure.of, rows)) for rows in (current, proposed))
    if any(value is None for values in told for value in values):
        return None
    return np.array(told[0], dtype=np.float64), np.array(told[1], dtype=np.float64)


def _compared(
    measure: Measure, now: Floats, then: Floats, interval: tuple[float, float], center: Callable[[Floats], Floats]
) -> Compared:
    return Compared(
        measure.name, measure.words, measure.is_share, measure.more_is, len(now), float(center(now)),
        float(center(then)), *interval,
    )  # fmt: skip


def _mean_interval(now: Floats, then: Floats, level: float) -> tuple[float, float]:
    change = then - now
    center, spread = float(np.mean(change)), float(np.std(change, ddof=1))
    reach = float(stdtrit(len(change) - 1, (1 + level) / 2)) * spread / sqrt(len(change))
    return center - reach, center + reach


def tail_mean(growth: Floats) -> Floats:
    """The mean of the worst twentieth, along the last axis."""
    worst = max(round(WORST * growth.shape[-1]), 1)
    found: Floats = np.mean(np.partition(growth, worst - 1, axis=-1)[..., :worst], axis=-1)
    return found


def _tail_interval(now: Floats, then: Floats, level: float) -> tuple[float, float]:
    """The same paths are drawn for both laws, each draw with replacement; the same every time."""
    changes = np.concatenate([tail_mean(then[drawn]) - tail_mean(now[drawn]) for drawn in _drawn(len(now))])
    low, high = np.quantile(changes, ((1 - level) / 2, (1 + level) / 2))
    return float(low), float(high)


def _drawn(paths: int) -> Iterator[NDArray[np.int64]]:
    chance = np.random.Generator(np.random.PCG64(_SEED))
    for _ in range(_DRAWS // _DRAWN_AT_ONCE):
        yield chance.integers(0, paths, (_DRAWN_AT_ONCE, paths))
