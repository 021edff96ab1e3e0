"""Market time against wall time: how fast a session runs."""

from collections.abc import Iterator

from allusetui.domain.calendar import Calendar
from allusetui.domain.moment import MINUTE_MS, SECOND_MS, day_of

SHUT_FACTOR = 60
"""How much faster the clock runs where nothing trades, unless it keeps real time."""
_HAIR_MS = 1e-4
"""So that the clock stands at an instant when `due_s` says so, whatever fractions lose."""
_BEFORE_OPEN_MS = 5 * MINUTE_MS
_AFTER_CLOSE_MS = 35 * MINUTE_MS


class Pace:
    """A market clock that runs `speed` times as fast as the wall's; a speed of None waits for nothing.

    From 35 minutes after a close to 5 minutes before the next open it runs sixty times as fast again, unless its speed
    is 1. The wall's seconds are arguments, monotonic.
    """

    def __init__(self, calendar: Calendar, speed: float | None, market_ms: int, wall_s: float) -> None:
        self.speed = speed
        self._calendar = calendar
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
        """The wall's second at which the market comes to an instant."""
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

    def is_shut(self, at_ms: int) -> bool:
        """Whether nothing trades at an instant, nor is about to, nor has just done so."""
        session = self._calendar.from_day(day_of(at_ms))
        return not session.open_ms - _BEFORE_OPEN_MS <= at_ms < session.close_ms + _AFTER_CLOSE_MS

    def reach(self, at_ms: int, wall_s: float) -> None:
        """The market stands at an instant now, and runs on from there: it never hurries to make up for what it lost."""
        self._market_ms, self._wall_s = max(at_ms, self._market_ms), wall_s

    def done_ms(self, due_ms: int, wall_s: float) -> int:
        """The market's instant at which what is due is done, if it is done now: a simulated one waits for us."""
        return due_ms

    def trades(self, at_ms: int) -> bool:
        """Whether the market is open at an instant."""
        session = self._calendar.from_day(day_of(at_ms))
        return session.open_ms <= at_ms < session.close_ms

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


class WallPace(Pace):
    """The market's time is the wall's: a real market waits for nobody, and what is done late is done at its hour."""

    def __init__(self, calendar: Calendar, market_ms: int, wall_s: float) -> None:
        super().__init__(calendar, 1.0, market_ms, wall_s)

    def reach(self, at_ms: int, wall_s: float) -> None:
        """No hour of the market is given back."""

    def done_ms(self, due_ms: int, wall_s: float) -> int:
        return max(due_ms, self.now_ms(wall_s))
