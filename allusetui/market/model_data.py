"""What the model markets run on: daily bars, and the dated facts beside them."""

from bisect import bisect_right
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from allusetui.domain.frozen import frozen
from allusetui.domain.quote import Floats


@frozen
class Daily:
    """A symbol's sessions, ascending, raw as traded."""

    days: tuple[date, ...]
    opens: Floats
    highs: Floats
    lows: Floats
    closes: Floats

    def up_to(self, day: date) -> int | None:
        """The row of the last session on or before `day`."""
        index = bisect_right(self.days, day) - 1
        return None if index < 0 else index

    def on(self, day: date) -> int | None:
        """The row of `day`."""
        index = self.up_to(day)
        return index if index is not None and self.days[index] == day else None


@frozen
class Reports:
    """A symbol's report dates. `first` is its file's first row: before it none are known."""

    first: date
    days: tuple[date, ...]
    after_close: frozenset[date]


@frozen
class ModelData:
    """What a model market runs on. `rates` are (day, continuously compounded), ascending."""

    daily: Mapping[str, Daily]
    breadth_pct: Mapping[date, Decimal]
    rates: tuple[tuple[date, float], ...]
    dividends: Mapping[str, tuple[tuple[date, Decimal], ...]]
    splits: Mapping[str, tuple[tuple[date, Decimal], ...]]
    reports: Mapping[str, Reports]
