"""Daily bars of a scripted symbol: every session has the true range that the script says."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal

from allusetui.domain.calendar import Calendar, Session
from allusetui.domain.moment import day_of
from allusetui.domain.quote import Bar

_COUNT = 260


class Ranges:
    """The true range that holds from each open on; None where the bars have stopped."""

    def __init__(
        self, calendar: Calendar, first: Decimal | None, changes: Iterable[tuple[int, Decimal | None]]
    ) -> None:
        """`changes` are (instant, range) in order: each holds from the first open at or after its instant."""
        opens = [session.open_ms for session in calendar.sessions]
        self._opens: list[int] = []
        self._values = [first]
        for at_ms, value in changes:
            following = bisect_left(opens, at_ms)
            if following < len(opens):
                self._opens.append(opens[following])
                self._values.append(value)

    def at(self, at_ms: int) -> tuple[float, int | None] | None:
        """The range of every bar asked for at the instant, and the open from which there are no new bars, if any.

        None where there have never been bars.
        """
        index = bisect_right(self._opens, at_ms)
        stopped: int | None = None
        while (value := self._values[index]) is None:
            if index == 0:
                return None
            index -= 1
            stopped = self._opens[index]
        return float(value), stopped


def daily_bars(
    sessions: Sequence[Session], days: Sequence[date], at_ms: int, ranges: Ranges, close: Callable[[int], float]
) -> tuple[Bar, ...]:
    """Up to 260 bars before the instant's day. High and low lie half the range either side of the close before.

    The fixing at the open from which bars have stopped no longer finds the bar of the session before it.
    """
    found = ranges.at(at_ms)
    if found is None:
        return ()
    size, stopped = found
    end = bisect_left(days, day_of(at_ms))
    if stopped is not None:
        end = min(end, bisect_left(days, day_of(stopped)) - 1)
    shown = sessions[max(0, end - _COUNT - 1) : max(0, end)]
    closes = [close(session.close_ms) for session in shown]
    half = size / 2
    return tuple(
        Bar(session.day, before + half, before - half, after)
        for session, before, after in zip(shown[1:], closes, closes[1:], strict=False)
    )
