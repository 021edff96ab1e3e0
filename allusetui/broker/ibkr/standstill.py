"""Notices that time went on without us: a process that was stopped, a machine that slept, a clock that was set."""

import asyncio
from collections.abc import Callable
from typing import Final

from allusetui.domain.frozen import frozen

_WRONG_S: Final = 5.0
"""A clock that is set back by less stands still for so long, which any machine may do."""


@frozen
class Clocks:
    """`lead_s`: how far this machine's clock is ahead of one that never leaps; `behind_s`: how far behind a session."""

    lead_s: Callable[[], float] = lambda: 0.0
    behind_s: Callable[[], float] = lambda: 0.0


class Watchman:
    """Looks at the clocks at every beat, in the running loop."""

    def __init__(self, clocks: Clocks) -> None:
        self._clocks = clocks
        self._loop = asyncio.get_running_loop()
        self._seen_s, self._lead_s = self._loop.time(), clocks.lead_s()

    def look(self) -> None:
        """A beat: from here on it is told how long nobody has looked."""
        self._seen_s, self._lead_s = self._loop.time(), self._clocks.lead_s()

    def missed_s(self) -> float:
        """How long nobody has looked, the time of a machine that slept, or of a clock that was set, included."""
        return self._loop.time() - self._seen_s + abs(self._clocks.lead_s() - self._lead_s)

    @property
    def is_behind(self) -> bool:
        """Whether this machine's clock is far from having come to where the session stands."""
        return self._clocks.behind_s() > _WRONG_S
