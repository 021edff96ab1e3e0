"""Market time against wall time: how fast a session runs."""

from collections.abc import Callable, Iterator
from typing import Protocol

from allusetui.domain.calendar import Calendar
from allusetui.domain.moment import MINUTE_MS, SECOND_MS, day_of

SHUT_FACTOR = 60
"""How much faster the clock runs where nothing trades, unless it keeps real time."""
_HAIR_MS = 1e-4
"""So that the clock stands at an instant when `due_s` says so, whatever fractions lose."""
_BEFORE_OPEN_MS = 5 * MINUTE_MS
_AFTER_CLOSE_MS = 35 * MINUTE_MS


class MarketClock(Protocol):
    """What time it is at the market. The wall's seconds are arguments, monotonic."""

    @property
    def speed(self) -> float | None:
        """Market seconds a second of the wall; None for as fast as it can be."""

    def now_ms(self, wall_s: float) -> int: ...

    def due_s(self, at_ms: int) -> float:
        """The wall's second at which the market comes to an instant."""

    def step_ms(self, due_ms: int, wall_s: float) -> int:
        """The instant as which something that was due is done now."""

    def reach(self, at_ms: int, wall_s: float) -> None:
        """Something that was due at an instant is being done only now."""

    def is_shut(self, at_ms: int) -> bool:
        """Whether nothing trades at an instant, nor is about to, nor has just done so."""

    def trades(self, at_ms: int) -> bool:
        """Whether the market is open at an instant."""


class _Hours:
    """When there is trading."""

    def __init__(self, calendar: Calendar) -> None:
        self._calendar = calendar

    def is_shut(self, at_ms: int) -> bool:
        session = self._calendar.from_day(day_of(at_ms))
        return not session.open_ms - _BEFORE_OPEN_MS <= at_ms < session.close_ms + _AFTER_CLOSE_MS

    def trades(self, at_ms: int) -> bool:
        session = self._calendar.from_day(day_of(at_ms))
        return session.open_ms <= at_ms < session.close_ms


class RealTime(_Hours):
    """Implements `MarketClock` as the wall's own clock, which never goes back.

    What is late is done as of now, and what was missed is not made up for. `wall_ms`: epoch ms of the wall; `from_ms`:
    the session has come as far as this already.
    """

    speed = 1.0

    def __init__(
        self, calendar: Calendar, wall_ms: Callable[[], int], wall_s: Callable[[], float], from_ms: int = 0
    ) -> None:
        super().__init__(calendar)
        self._wall_ms, self._wall_s = wall_ms, wall_s
        self._last_ms = from_ms

    def instant(self) -> int:
        """Now, epoch ms."""
        self._last_ms = max(self._wall_ms(), self._last_ms)
        return self._last_ms

    def lead_s(self) -> float:
        """How far the wall's clock is ahead of the one that never leaps; it changes where that is set, or sleeps."""
        return self._wall_ms() / SECOND_MS - self._wall_s()

    def behind_s(self) -> float:
        """How long the wall's clock needs to come to where the session stands already."""
        return max(self._last_ms - self._wall_ms(), 0) / SECOND_MS

    def now_ms(self, wall_s: float) -> int:
        return self.instant()

    def due_s(self, at_ms: int) -> float:
        return self._wall_s() + (at_ms - self.instant()) / SECOND_MS

    def step_ms(self, due_ms: int, wall_s: float) -> int:
        return max(due_ms, self.instant())

    def reach(self, at_ms: int, wall_s: float) -> None:
        """Nobody turns the world's clock back."""


class Pace(_Hours):
    """Implements `MarketClock`: runs `speed` times as fast as the wall's; a speed of None waits for nothing.

    From 35 minutes after a close to 5 minutes before the next open it runs sixty times as fast again, unless its speed
    is 1.
    """

    def __init__(self, calendar: Calendar, speed: float | None, market_ms: int, wall_s: float) -> None:
        super().__init__(calendar)
        self.speed = speed
        self._market_ms = market_ms
        self._wall_s = wall_s

    def now_ms(self, wall_s: float) -> int:
        """The market's time; with a speed of None that of the last `reach`."""
        left_s = wall_s - self._wall_s
        if self.speed is None or left_s <= 0:
            return self._market_ms
        at_ms = self._market_ms
        for until_ms, rate in self._stretches(at_ms):
            if left_s * rate * SECOND_MS < until_ms - at_ms:
                break
            left_s -= (until_ms - at_ms) / rate / SECOND_MS
            at_ms = until_ms
        return at_ms + int(left_s * rate * SECOND_MS + _HAIR_MS)

    def due_s(self, at_ms: int) -> float:
        if self.speed is None:
            return self._wall_s
        wall_s, from_ms = self._wall_s, self._market_ms
        for until_ms, rate in self._stretches(from_ms):
            upto_ms = min(until_ms, at_ms)
            wall_s += max(upto_ms - from_ms, 0) / rate / SECOND_MS
            if upto_ms == at_ms:
                break
            from_ms = until_ms
        return wall_s

    def step_ms(self, due_ms: int, wall_s: float) -> int:
        """Its own instant, however late the wall says that it is."""
        return due_ms

    def reach(self, at_ms: int, wall_s: float) -> None:
        """The market stands at an instant now, and runs on from there: it never hurries to make up for what it lost."""
        self._market_ms, self._wall_s = max(at_ms, self._market_ms), wall_s

    def _stretches(self, from_ms: int) -> Iterator[tuple[int, float]]:
        """(end, market seconds a wall second) of the stretches from an instant on, each of one rate."""
        assert self.speed is not None
        fast = self.speed if self.speed == 1 else self.speed * SHUT_FACTOR
        while True:
            session = self._calendar.from_day(day_of(from_ms))
            if from_ms >= session.close_ms + _AFTER_CLOSE_MS:
                session = self._calendar.after(session.day)
            if from_ms < session.open_ms - _BEFORE_OPEN_MS:
                from_ms = session.open_ms - _BEFORE_OPEN_MS
                yield from_ms, fast
            from_ms = session.close_ms + _AFTER_CLOSE_MS
            yield from_ms, self.speed
