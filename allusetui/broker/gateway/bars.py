"""Bars of a contract, daily or within a session, made from what the market knows of it."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice, takewhile
from typing import Final

from allusetui.broker.gateway.instruments import Listed
from allusetui.broker.gateway.ticks import Board
from allusetui.domain.calendar import Calendar, Session
from allusetui.domain.contract import Option
from allusetui.domain.frozen import frozen
from allusetui.domain.moment import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, day_of
from allusetui.ports import Market

SIZES: Final = {
    **{f"{n} secs": n * SECOND_MS for n in (5, 10, 15, 30)},
    "1 min": MINUTE_MS,
    **{f"{n} mins": n * MINUTE_MS for n in (2, 3, 5, 10, 15, 20, 30)},
    "1 hour": HOUR_MS,
    **{f"{n} hours": n * HOUR_MS for n in (2, 3, 4, 8)},
    "1 day": DAY_MS,
}
"""Bar sizes in ms, as they are asked for."""
MOST_BARS: Final = 2_000
_MOST_OPTION_DAYS: Final = 30
_LOOKS: Final = 12
_LEAST_LOOK_MS: Final = 5 * SECOND_MS
UNKNOWN: Final = -1


@frozen
class MadeBar:
    """One bar; dollars. `volume` −1 where nobody knows it."""

    at_ms: int
    open: float
    high: float
    low: float
    close: float
    volume: int = UNKNOWN


class BarMaker:
    """Makes bars up to an instant. `side`: 0 for bids, 1 for asks, None for the middle."""

    def __init__(self, market: Market, calendar: Calendar, board: Board) -> None:
        self._market = market
        self._calendar = calendar
        self._board = board

    def daily(self, listed: Listed, side: int | None, sessions: int, end_ms: int, now_ms: int) -> list[MadeBar]:
        """The last `sessions` sessions that had opened by `end_ms`; the last of them as far as it has come."""
        if isinstance(listed.contract, Option):
            wanted = self._sessions(min(end_ms, now_ms), min(sessions, _MOST_OPTION_DAYS))
            return [bar for session in wanted if (bar := self._option_day(listed, side, session, now_ms)) is not None]
        return self._underlying_days(listed.symbol, sessions, min(end_ms, now_ms), now_ms)

    def within(self, listed: Listed, side: int | None, size_ms: int, start_ms: int, end_ms: int) -> list[MadeBar]:
        """Bars of `size_ms` in the sessions of (start, end], at most the last two thousand."""
        # No more are looked at than are told: whatever somebody asks for, others' cancels wait behind it.
        spans = list(islice(self._spans(size_ms, start_ms, end_ms), MOST_BARS))
        return [
            self._counted(listed, session, bar, end)
            for session, begin, end in reversed(spans)
            if (bar := self._looked(listed, side, begin, end))
        ]

    def _spans(self, size_ms: int, start_ms: int, end_ms: int) -> Iterator[tuple[Session, int, int]]:
        """Begin and end of each bar with its session, the last first."""
        for session in reversed(self._sessions(end_ms, MOST_BARS, start_ms)):
            begins = range(session.open_ms, min(session.close_ms, end_ms), size_ms)
            for begin in takewhile(lambda each: each >= start_ms, reversed(begins)):
                yield session, begin, min(begin + size_ms, session.close_ms, end_ms)

    def start_of(self, sessions: int, end_ms: int) -> int:
        """When the first of the last `sessions` sessions opened."""
        found = self._sessions(end_ms, sessions)
        return found[0].open_ms if found else end_ms

    def _sessions(self, end_ms: int, most: int, start_ms: int = 0) -> list[Session]:
        """The last sessions that had opened by an instant and had not closed before another."""
        sessions = self._calendar.sessions
        last = bisect_right(sessions, end_ms, key=lambda session: session.open_ms)
        return [session for session in sessions[max(0, last - most) : last] if session.close_ms > start_ms]

    def _underlying_days(self, symbol: str, sessions: int, end_ms: int, now_ms: int) -> list[MadeBar]:
        """A bar's open is not recorded: the close before stands for it, within the bar.

        A scripted bar has the range that its script says, wherever it closed: no exchange ever tells such a one.
        """
        rows = [bar for bar in self._market.bars(symbol, now_ms) if bar.day <= day_of(end_ms)]
        found: list[MadeBar] = []
        for before, bar in zip([None, *rows], rows, strict=False):
            high, low = max(bar.high, bar.close), min(bar.low, bar.close)
            opened = bar.close if before is None else min(max(before.close, low), high)
            at_ms = self._calendar.from_day(bar.day).open_ms
            found.append(MadeBar(at_ms, opened, high, low, bar.close))
        today = self._calendar.at(now_ms)
        if today is not None and today.open_ms <= end_ms and today.open_ms <= now_ms:
            found += self._today(symbol, now_ms)
        return found[-sessions:]

    def _today(self, symbol: str, now_ms: int) -> Iterator[MadeBar]:
        day, quote = self._board.days.at(symbol, now_ms), self._market.underlying(symbol, now_ms)
        if quote is not None and day.opened is not None and day.high is not None and day.low is not None:
            opened, high, low, last = map(float, (day.opened, day.high, day.low, quote.mid))
            yield MadeBar(day.session.open_ms, opened, high, low, last)

    def _counted(self, listed: Listed, session: Session, bar: MadeBar, end_ms: int) -> MadeBar:
        """An option's bar with what was traded in it: the day's volume at its end less that at its begin."""
        option = listed.contract
        if not isinstance(option, Option):
            return bar
        before = 0 if bar.at_ms == session.open_ms else self._board.volume(option, bar.at_ms - 1)
        upto = self._board.volume(option, end_ms - 1)
        return bar if UNKNOWN in (before, upto) else replace(bar, volume=max(upto - before, 0))

    def _option_day(self, listed: Listed, side: int | None, session: Session, now_ms: int) -> MadeBar | None:
        end_ms, option = min(session.close_ms, now_ms), listed.contract
        assert isinstance(option, Option)
        bar = self._looked(listed, side, session.open_ms, end_ms)
        return None if bar is None else replace(bar, volume=self._board.volume(option, end_ms))

    def _looked(self, listed: Listed, side: int | None, begin_ms: int, end_ms: int) -> MadeBar | None:
        """A bar of what was shown from its begin to its end, looked at a dozen times."""
        step = max(_LEAST_LOOK_MS, (end_ms - begin_ms) // _LOOKS)
        values = [
            value
            for at_ms in (*range(begin_ms, end_ms, step), end_ms - 1)
            if (value := self._value(listed, side, at_ms)) is not None
        ]
        return MadeBar(begin_ms, values[0], max(values), min(values), values[-1]) if values else None

    def _value(self, listed: Listed, side: int | None, at_ms: int) -> float | None:
        quote = self._board.quote(listed, at_ms)
        if quote is None or not quote.mid.is_finite() or quote.mid < 0:
            return None
        return float(quote.mid if side is None else (quote.bid, quote.ask)[side])
