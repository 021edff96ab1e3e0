"""What a market that knows its own future has told of a session ahead, so that it is made once."""

from collections.abc import Iterable
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from allusetui.domain.contract import Option
from allusetui.domain.quote import Floats


class Foresight:
    """Options by bids and asks, dollars a share, at `times`, instants of one session in ms, ascending."""

    def __init__(self, times: NDArray[np.int64]) -> None:
        self.times = times
        self.quotes: dict[Option, tuple[Floats, Floats]] = {}

    def covers(self, times: NDArray[np.int64]) -> bool:
        """Whether each of the instants is one of its own."""
        return bool(np.isin(times, self.times).all())

    def at(self, times: NDArray[np.int64], options: Iterable[Option]) -> dict[Option, tuple[Floats, Floats]]:
        """Of instants that it covers, what it has of the options."""
        rows = np.searchsorted(self.times, times)
        return {option: (bids[rows], asks[rows]) for option in options for bids, asks in [self.quotes[option]]}

    def of(self, option: Option, at_ms: int) -> tuple[float, float] | None:
        """One option's bid and ask at an instant; None where that was not foreseen."""
        told, row = self.quotes.get(option), self._rows.get(at_ms)
        return None if told is None or row is None else (float(told[0][row]), float(told[1][row]))

    @cached_property
    def _rows(self) -> dict[int, int]:
        return {at_ms: row for row, at_ms in enumerate(self.times.tolist())}
