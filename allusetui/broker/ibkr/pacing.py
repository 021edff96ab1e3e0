"""How fast the broker may be asked: sliding windows on a clock that is an argument."""

from collections import deque
from collections.abc import Hashable
from typing import Final

from allusetui.domain.moment import MINUTE_MS, SECOND_MS

BULK_A_SECOND: Final = 24
"""Requests for data a second: the broker cuts off at 50, and what cancels and orders need must always fit beside."""
HISTORY_MOST, HISTORY_MS = 60, 10 * MINUTE_MS
CONTRACT_MOST, CONTRACT_MS = 5, 2 * SECOND_MS
"""The sixth request for one contract within two seconds is a violation."""
IDENTICAL_MS: Final = 15 * SECOND_MS
PENANCE_MS: Final = 60 * SECOND_MS
"""How long no history is asked for after the broker has complained of the pace."""
_BID_ASK: Final = "BID_ASK"


class Window:
    """At most `most` units in any span of `span_ms`."""

    def __init__(self, most: int, span_ms: int) -> None:
        self._most = most
        self._span_ms = span_ms
        self._taken: deque[int] = deque()

    def free_ms(self, at_ms: int, units: int = 1) -> int:
        """The first instant from `at_ms` on at which so many units fit; never more than the window holds."""
        self._forget(at_ms)
        over = len(self._taken) + units - self._most
        return at_ms if over <= 0 else self._taken[over - 1] + self._span_ms

    def left(self, at_ms: int) -> int:
        """How many units fit now."""
        self._forget(at_ms)
        return self._most - len(self._taken)

    def take(self, at_ms: int, units: int = 1) -> bool:
        """Take the units if they fit now."""
        if self.free_ms(at_ms, units) > at_ms:
            return False
        self._taken.extend([at_ms] * units)
        return True

    def _forget(self, at_ms: int) -> None:
        while self._taken and self._taken[0] <= at_ms - self._span_ms:
            self._taken.popleft()


class HistoryPace:
    """The broker's limits on requests for history, all of them.

    60 in ten minutes, of which one for BID_ASK counts twice; 5 for one contract in two seconds; none that equals one
    of the last 15 seconds. Source: the broker's page on historical data limitations.
    """

    def __init__(self) -> None:
        self._all = Window(HISTORY_MOST, HISTORY_MS)
        self._of_contract: dict[Hashable, Window] = {}
        self._last_ms: dict[Hashable, int] = {}
        self._shut_until_ms = 0

    def free_ms(self, contract: Hashable, request: Hashable, what: str, at_ms: int) -> int:
        """The first instant from `at_ms` on at which the request may leave; `request`: what makes two of them equal."""
        last_ms = self._last_ms.get((contract, request, what))
        mine = self._of_contract.get(contract)
        return max(
            self._shut_until_ms,
            self._all.free_ms(at_ms, _units(what)),
            at_ms if last_ms is None else last_ms + IDENTICAL_MS,
            at_ms if mine is None else mine.free_ms(at_ms),
        )

    def take(self, contract: Hashable, request: Hashable, what: str, at_ms: int) -> bool:
        """Whether the request may leave now; if so it is counted."""
        if self.free_ms(contract, request, what, at_ms) > at_ms:
            return False
        self._all.take(at_ms, _units(what))
        self._of_contract.setdefault(contract, Window(CONTRACT_MOST, CONTRACT_MS)).take(at_ms)
        self._last_ms[contract, request, what] = at_ms
        return True

    def left(self, at_ms: int) -> int:
        """How many requests may still leave now, of whatever contracts."""
        return 0 if at_ms < self._shut_until_ms else self._all.left(at_ms)

    def complained(self, at_ms: int) -> None:
        """The broker says that it was asked too fast: somebody else asks too, or it counts otherwise."""
        self._shut_until_ms = max(self._shut_until_ms, at_ms + PENANCE_MS)


def _units(what: str) -> int:
    return 2 if what == _BID_ASK else 1
