"""The daily bars of one symbol of a model market, as they are told on a day: adjusted for the splits until then."""

from bisect import bisect_left
from datetime import date
from decimal import Decimal
from functools import lru_cache

import numpy as np

from allusetui.domain.quote import Bar
from allusetui.market.model_data import Daily

_COUNT = 260


class ModelBars:
    """Bars of `rows`; `splits` are (day, new shares per old), ascending."""

    def __init__(self, rows: Daily, splits: tuple[tuple[date, Decimal], ...]) -> None:
        self._rows = rows
        self._splits = splits
        self.before = lru_cache(maxsize=8)(self._before)
        self._adjusted = lru_cache(maxsize=2)(self._all)

    def _before(self, day: date) -> tuple[Bar, ...]:
        """Up to 260 bars before `day`, at the level that trades on it."""
        end = bisect_left(self._rows.days, day)
        return self._adjusted(sum(ex_date <= day for ex_date, _ in self._splits))[max(0, end - _COUNT) : end]

    def _all(self, splits: int) -> tuple[Bar, ...]:
        """Every bar at the level that trades after the first `splits` splits."""
        rows, sizes = self._rows, np.ones(len(self._rows.days))
        for ex_date, ratio in self._splits[:splits]:
            sizes[: bisect_left(rows.days, ex_date)] *= float(ratio)
        columns = (rows.highs / sizes, rows.lows / sizes, rows.closes / sizes)
        return tuple(map(Bar, rows.days, *(column.tolist() for column in columns)))
