"""The standard normal distribution: scalars by `math.erfc`, arrays by `scipy.special`."""

from functools import cache
from math import erfc, exp
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

FloatArray: TypeAlias = npt.NDArray[np.float64]
Floats: TypeAlias = float | FloatArray
Bools: TypeAlias = bool | npt.NDArray[np.bool_]

ROOT_HALF = 0.7071067811865476  # sqrt(1/2)
PEAK = 0.3989422804014327  # density at 0, 1 / sqrt(2 pi)


def cdf(x: float) -> float:
    """Probability of a standard normal at or below `x`; keeps its relative precision far down the lower tail."""
    return 0.5 * erfc(-x * ROOT_HALF)


def each_cdf(x: FloatArray) -> FloatArray:
    """`cdf` of every element to the last bit, x of one dimension: for a start, which does not wait for scipy."""
    return 0.5 * np.fromiter(map(erfc, (x * -ROOT_HALF).tolist()), np.float64, len(x))


def density(x: float) -> float:
    """Standard normal density at `x`."""
    return PEAK * exp(-0.5 * x * x)


@cache
def _special() -> Any:
    # Imported at the first array, not at start-up: scipy.special takes about 0.2 s to load.
    from scipy import special

    return special


def cdfs(x: FloatArray) -> FloatArray:
    """`cdf` of every element, same shape."""
    result: FloatArray = _special().ndtr(x)
    return result


def quantiles(p: FloatArray) -> FloatArray:
    """Where a standard normal is at or below with probability `p`, same shape."""
    result: FloatArray = _special().ndtri(p)
    return result
