"""13.2: what in the closes of a market is out of the ordinary. Pure arithmetic, float arrays of one row a session.

Three looks, each against the past alone: a symbol's move in its own robust deviations; the turbulence of the whole, how
far the day's moves lie from what those symbols do together; and how far symbols have begun to move as one. Limits are
set by the false alarms of 2014 to 2020, which the bench counts.

Source: Kritzman & Li, Skulls, Financial Turbulence and Risk Management (2010), for turbulence; Ledoit & Wolf, Honey, I
Shrunk the Sample Covariance Matrix (2004), for constant correlation as what a covariance is shrunk to; Fisher (1921)
for the z of a correlation.
"""

from typing import Final

import numpy as np

from allusetui.domain.frozen import frozen
from allusetui.domain.quote import Floats

WINDOW: Final = 252
LEAST: Final = 120
"""Sessions of the past that a look goes by, and without which it is not taken."""
_SHORT: Final = 21
_LATE: Final = 60
_DECAY: Final = 0.94  # RiskMetrics' own for daily moves
_SHRINK: Final = 0.2
_LARGEST: Final = 3.0
_NORMAL: Final = 1.4826  # what makes a median deviation that of a normal
_NEAR_ONE: Final = 0.999


@frozen
class Shift:
    """How much more symbols have moved as one: a z, the mean correlation of a month, and of the year before it."""

    z: float
    now: float
    usual: float


def moves(returns: Floats) -> Floats:
    """The last row in deviations of those before it, with its signs, a value a symbol.

    `returns`: (sessions, symbols). The deviation is the larger of a robust one, which a single day can't move, and a
    recent one, which follows a market that has become restless. NaN where the past is too short, or where half of its
    days did not move at all.
    """
    past = returns[-WINDOW - 1 : -1]
    if len(past) < LEAST:
        return np.full(returns.shape[1], np.nan)
    late = past[-_LATE:]
    robust = _NORMAL * np.median(np.abs(late - np.median(late, axis=0)), axis=0)
    weights = _DECAY ** np.arange(len(past) - 1, -1, -1)
    recent = np.sqrt(weights @ (past * past) / weights.sum())
    scores = np.full(returns.shape[1], np.nan)
    np.divide(returns[-1], np.maximum(robust, recent), out=scores, where=robust > 0)
    return scores


def turbulence(returns: Floats) -> float | None:
    """How far the last row lies from what the rows before it do together, in robust deviations of their own distances.

    `returns`: (sessions, symbols). The distance is Mahalanobis', in logs; its covariance is shrunk. A move counts as no
    more than three of its symbol's deviations: how large one is, is another question. None where the past is too short
    or a symbol did not move.
    """
    if min(len(returns) - 1, WINDOW) < LEAST or returns.shape[1] < 2:
        return None
    largest = _LARGEST * _NORMAL * np.median(np.abs(returns[-WINDOW - 1 : -1]), axis=0)
    returns = np.clip(returns[-WINDOW - 1 :], -largest, largest)
    past = returns[:-1]
    centre = past.mean(axis=0)
    shrunk = _shrunk(np.cov(past, rowvar=False))
    if shrunk is None:
        return None
    moved = returns - centre
    distances = np.log(np.einsum("ij,ij->i", moved, np.linalg.solve(shrunk, moved.T).T) + 1e-12)
    middle = float(np.median(distances[:-1]))
    spread = _NORMAL * float(np.median(np.abs(distances[:-1] - middle)))
    return (float(distances[-1]) - middle) / spread if spread > 0 else None


def _shrunk(covariance: Floats) -> Floats | None:
    """The covariance drawn towards that of one correlation for all; None where a symbol did not move."""
    deviations = np.sqrt(np.diag(covariance))
    if not np.all(deviations > 0):
        return None
    correlation = covariance / np.outer(deviations, deviations)
    one = np.full_like(correlation, _mean_pair(correlation))
    np.fill_diagonal(one, 1.0)
    drawn: Floats = ((1 - _SHRINK) * correlation + _SHRINK * one) * np.outer(deviations, deviations)
    return drawn


def together(returns: Floats) -> Shift | None:
    """How much more the symbols have moved as one of late.

    `returns`: (sessions, symbols). None where the past is too short or a symbol did not move.
    """
    short, past = returns[-_SHORT:], returns[-WINDOW - _SHORT : -_SHORT]
    if len(past) < LEAST or returns.shape[1] < 2:
        return None
    if not (np.all(short.std(axis=0) > 0) and np.all(past.std(axis=0) > 0)):
        return None
    now, before = _mean_pair(_correlation(short)), _mean_pair(_correlation(past))
    error = np.sqrt(1 / (_SHORT - 3) + 1 / (len(past) - 3))
    return Shift(float((_fisher(now) - _fisher(before)) / error), now, before)


def _correlation(returns: Floats) -> Floats:
    found: Floats = np.atleast_2d(np.corrcoef(returns, rowvar=False))
    return found


def _mean_pair(correlation: Floats) -> float:
    """The mean of all pairs of two."""
    count = len(correlation)
    return float((correlation.sum() - np.trace(correlation)) / (count * (count - 1)))


def _fisher(correlation: float) -> float:
    return float(np.arctanh(np.clip(correlation, -_NEAR_ONE, _NEAR_ONE)))
