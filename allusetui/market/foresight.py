"""What a market that knows its own future has told of a session ahead, so that it is made once."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from allusetui.domain.contract import Option
from allusetui.domain.quote import Floats, Listed, Strip


class Foresight:
    """Options as (bids, asks) at `times`, instants of one session in ms, ascending; and parts of chains.

    Dollars a share.
    """

    def __init__(self, times: NDArray[np.int64]) -> None:
        self.times = times
        self.quotes: dict[Option, tuple[Floats, Floats]] = {}
        self._strips: dict[Listed, tuple[NDArray[np.int64], Strip]] = {}

    def covers(self, times: NDArray[np.int64]) -> bool:
        """Whether each of the instants is one of its own."""
        rows = np.searchsorted(self.times, times)
        return rows[-1] < len(self.times) and np.array_equal(self.times[rows], times)

    def at(self, times: NDArray[np.int64], options: Iterable[Option]) -> dict[Option, tuple[Floats, Floats]]:
        """Of instants that it covers, what it has of the options."""
        rows = np.searchsorted(self.times, times)
        return {option: (bids[rows], asks[rows]) for option in options for bids, asks in [self.quotes[option]]}

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
