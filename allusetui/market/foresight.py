"""What a market that knows its own future has told of a session ahead, so that it is made once."""

from collections.abc import Callable
from dataclasses import replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from allusetui.domain.contract import Option
from allusetui.domain.quote import Floats, Listed, Strip


class Foresight:
    """Spots, and options as (bids, asks), at `times`, instants of one session in ms, ascending; and parts of chains.

    Dollars a share.
    """

    def __init__(self, times: NDArray[np.int64]) -> None:
        self.times = times
        self.spots: dict[str, Floats] = {}
        self.quotes: dict[Option, tuple[Floats, Floats]] = {}
        self._strips: dict[Listed, tuple[NDArray[np.int64], Strip]] = {}

    def rows(self, times: NDArray[np.int64]) -> slice | NDArray[np.intp] | None:
        """Where the instants are among its own; None where one of them is not."""
        rows = np.searchsorted(self.times, times)
        if rows[-1] >= len(self.times) or not np.array_equal(self.times[rows], times):
            return None
        first, end = int(rows[0]), int(rows[-1]) + 1
        return slice(first, end) if end - first == len(rows) else rows

    def of(self, option: Option, at_ms: int) -> tuple[float, float] | None:
        """One option's bid and ask at an instant; None where that was not foreseen."""
        row = self._rows.get(at_ms)
        told = None if row is None else self.quotes.get(option)
        return None if told is None else (float(told[0][row]), float(told[1][row]))

    def strip(self, listed: Listed, times: NDArray[np.int64], make: Callable[[], Strip]) -> Strip:
        """A part of a chain at instants, cut from what was told of earlier ones where these are among them."""
        known, whole = self._strips.get(listed, (self.times[:0], None))
        rows = np.searchsorted(known, times)
        if whole is not None and rows[-1] < len(known) and np.array_equal(known[rows], times):
            return replace(whole, bids=whole.bids[rows], asks=whole.asks[rows], volume=whole.volume[rows])
        made = make()
        self._strips[listed] = times, made
        return made

    @cached_property
    def _rows(self) -> dict[int, int]:
        return {at_ms: row for row, at_ms in enumerate(self.times.tolist())}
