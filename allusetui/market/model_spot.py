"""The underlying of one symbol of a model market: its sessions, and where it stands at any instant of them."""

from bisect import bisect_right
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from allusetui.domain.calendar import Calendar, Session
from allusetui.domain.frozen import mutable
from allusetui.domain.quote import Floats, Quote
from allusetui.market.indices import overtime_ms
from allusetui.market.model_data import Daily
from allusetui.market.paths import Paths
from allusetui.market.ticks import TICK_MS

_CENT = 0.01
_NEVER = 2**62


@mutable
class Showing:
    """A session on the screen; its last tick stays there from `last_ms` until `until_ms`, the next session's open.

    Its `ends`, by instant, are known without its path, which `make` gives when it is first looked at between them.
    """

    session: Session
    last_ms: int
    until_ms: int
    ends: Mapping[int, float]
    make: Callable[[], Floats]
    made: Floats | None = None

    @property
    def values(self) -> Floats:
        """Dollars at every tick of the session."""
        if self.made is None:
            self.made = self.make()
        return self.made

    def tick(self, at_ms: int) -> int:
        """The last tick at or before the instant."""
        seen = min(at_ms, self.last_ms)
        return seen - (seen - self.session.open_ms) % TICK_MS

    def value(self, tick: int) -> float:
        """Dollars at a tick."""
        end = self.ends.get(tick) if self.made is None else None
        return float(self.values[(tick - self.session.open_ms) // TICK_MS]) if end is None else end


class ModelSpot:
    """Answers for one underlying as it stood at the last tick of a session that has a row of it."""

    def __init__(self, name: str, rows: Daily, paths: Paths, calendar: Calendar) -> None:
        self._name = name
        self._rows = rows
        self._paths = paths
        self._sessions = _sessions(calendar, rows.days)
        self._opens = [session.open_ms for session in self._sessions]
        self._shown: Showing | None = None
        self._quote: Quote | None = None

    def showing(self, at_ms: int) -> Showing | None:
        """What is on the screen at the instant: the last session that has opened, until the next one does."""
        showing = self._shown
        if showing is None or not showing.session.open_ms <= at_ms < showing.until_ms:
            index = bisect_right(self._opens, at_ms) - 1
            showing = self._shown = None if index < 0 else self._show(index)
        return showing

    def quote(self, at_ms: int) -> Quote | None:
        """The spot as bid and ask."""
        showing = self.showing(at_ms)
        if showing is None:
            return None
        tick = showing.tick(at_ms)
        if self._quote is None or self._quote.at_ms != tick:
            spot = dollars(showing.value(tick))
            self._quote = Quote(spot, spot, tick, confirmed=True)
        return self._quote

    def level(self, at_ms: int) -> float | None:
        """The spot as a number."""
        showing = self.showing(at_ms)
        return None if showing is None else showing.value(showing.tick(at_ms))

    def levels(self, times: NDArray[np.int64]) -> Floats | None:
        """The spot at instants of one session, dollars; None where no row of the symbol serves that session."""
        showing = self.showing(int(times[0]))
        if showing is None or showing.until_ms <= times[-1] or showing.last_ms < times[0]:
            return None
        values: Floats = showing.values[(np.minimum(times, showing.last_ms) - showing.session.open_ms) // TICK_MS]
        return values

    def first_above(self, level: Decimal, after_ms: int, until_ms: int) -> int | None:
        """The first tick in (after, until] at which the spot stands above `level`."""
        wanted = float(level)
        first = max(0, bisect_right(self._opens, after_ms) - 1)
        for session in self._sessions[first : bisect_right(self._opens, until_ms)]:
            row = self._rows.on(session.day)
            # A cent early: what is quoted is rounded.
            if row is None or self._rows.highs[row] + _CENT < wanted:
                continue
            values, times = self._paths.values(self._name, session.day), self._paths.times(self._name, session.day)
            if values is None or times is None:
                continue
            above = (values > wanted) & (times > after_ms) & (times <= until_ms)
            if above.any():
                return int(times[above.argmax()])
        return None

    def _show(self, index: int) -> Showing:
        session, rows = self._sessions[index], self._rows
        row = rows.on(session.day)
        assert row is not None
        last_ms = session.close_ms + overtime_ms(self._name)
        until_ms = self._opens[index + 1] if index + 1 < len(self._opens) else _NEVER
        known = ((session.open_ms, rows.opens), (last_ms, rows.closes))
        ends = {at_ms: float(np.round(column[row], 2)) for at_ms, column in known}
        return Showing(session, last_ms, until_ms, ends, lambda: self._path(session.day))

    def _path(self, day: date) -> Floats:
        values = self._paths.values(self._name, day)
        if values is None:
            raise LookupError(f"{self._name} has no path on {day}")
        return values


@lru_cache(maxsize=4)
def _sessions(calendar: Calendar, days: tuple[date, ...]) -> tuple[Session, ...]:
    """The sessions of a market's rows: most symbols have the same."""
    return tuple(session for day in days if (session := calendar.on(day)) is not None)


def dollars(value: float) -> Decimal:
    """A value that is whole cents, exactly."""
    return Decimal(round(value * 100)).scaleb(-2)
