"""How an account has done, by its daily marks (11.2): growth a year, drawdown, and what it paid for its risk.

Returns are daily and time-weighted, net of flows: what is paid in or out on a day counts as if at its beginning, so
that `r = equity / (equity before + flow) − 1`; what empties an account, a merge, is what it was worth, and counts as
if at the day's end. A day on which nothing was at work has none.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from itertools import pairwise
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from allusetui.domain.frozen import frozen
from allusetui.domain.money import ZERO
from allusetui.law.model import Reports

Floats = NDArray[np.float64]
_YEAR_DAYS = 365


@frozen
class Day:
    """An account's last mark of a day, dollars: `flow` came in since the day before, `rate` is the riskless a year."""

    day: date
    equity: Decimal
    high_water: Decimal
    flow: Decimal
    rate: Decimal

    @property
    def drawdown(self) -> float:
        """How far the equity is below the high-water mark, as a share of it."""
        return float(max(self.high_water - self.equity, ZERO) / self.high_water) if self.high_water > 0 else 0.0


@frozen
class Performance:
    """Shares of one; None where the history is too short for the law. Of the calendar year; `drawdown` is today's."""

    ytd: float
    cagr: float | None
    drawdown: float
    worst: float
    sharpe: float | None
    sortino: float | None


def performance(days: Sequence[Day], law: Reports) -> Performance:
    """Of the days of a year, the first of which is where it starts from. Source: 11.1–11.3."""
    found, rates = returns(days)
    ytd = float(np.prod(1.0 + found)) - 1.0
    span = (days[-1].day - days[0].day).days if days else 0
    excess = found - rates / law.year_sessions
    enough = len(found) >= law.ratio_days
    return Performance(
        ytd=ytd,
        cagr=growth_a_year(ytd, span) if span >= law.cagr_days else None,
        drawdown=days[-1].drawdown if days else 0.0,
        worst=max((day.drawdown for day in days), default=0.0),
        sharpe=sharpe(excess, law.year_sessions) if enough else None,
        sortino=sortino(excess, law.year_sessions) if enough else None,
    )


def returns(days: Sequence[Day]) -> tuple[Floats, Floats]:
    """The daily returns, and the riskless rate a year of each of these days; the first day is only a start."""
    found, rates = [], []
    for before, day in pairwise(days):
        emptied = not day.equity and day.flow < 0
        at_work, left = (before.equity, -day.flow) if emptied else (before.equity + day.flow, day.equity)
        if at_work > 0:
            found.append(float(left / at_work) - 1.0)
            rates.append(float(day.rate))
    return np.array(found, dtype=np.float64), np.array(rates, dtype=np.float64)


def growth_a_year(gain: float, days: int) -> float:
    """The yearly growth that comes to a gain in so many calendar days; all lost is all lost."""
    return float(max(1.0 + gain, 0.0) ** (_YEAR_DAYS / days)) - 1.0


def sharpe(excess: Floats, year_sessions: int) -> float | None:
    """Mean over standard deviation of the daily returns above the riskless one, a year; None where nothing moved."""
    spread = float(np.std(excess, ddof=1))
    return float(np.mean(excess)) / spread * sqrt(year_sessions) if spread > 0.0 else None


def sortino(excess: Floats, year_sessions: int) -> float | None:
    """The same over the root mean square of the days below it, all days counted; None where there is no such day."""
    below = sqrt(float(np.mean(np.minimum(excess, 0.0) ** 2)))
    return float(np.mean(excess)) / below * sqrt(year_sessions) if below > 0.0 else None
