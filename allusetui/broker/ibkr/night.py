"""Breadth counted overnight: the index's stocks above their 50-day average, one request after another (5.5).

A few hundred requests for history take an hour and a half at the broker's pace: nothing else wants them at night.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from statistics import fmean
from typing import Final

from allusetui.broker.ibkr.asks import RefusedError, UnansweredError
from allusetui.broker.ibkr.bars import unbroken
from allusetui.broker.ibkr.count_file import Count, CountFile
from allusetui.broker.ibkr.history import History
from allusetui.domain.calendar import Calendar
from allusetui.domain.moment import HOUR_MS, MINUTE_MS, SECOND_MS, day_of
from allusetui.domain.money import to_price
from allusetui.domain.quote import Bar, Breadth

SESSIONS: Final = 50
"""Of the average that a close is compared with, its own day included."""
KNOWN_SHARE: Final = Decimal("0.9")
"""Of the stocks, that have to be known: those of which there are bars could all be of one kind."""
EVERY_MS: Final = 12 * SECOND_MS
"""50 requests in ten minutes: ten are left for bars that the law waits for."""
AGAIN_MS: Final = 5 * MINUTE_MS
"""How long nothing is asked after a question that was not answered: the link is away."""
AFTER_MS: Final = 30 * MINUTE_MS
BEFORE_MS: Final = HOUR_MS
"""How long after a close night begins, and how long before an open it ends."""


class Night:
    """Counts the stocks `symbols` once a session has closed; what was counted is kept over a restart."""

    def __init__(
        self, symbols: Sequence[str], history: History, file: CountFile, calendar: Calendar, now_ms: Callable[[], int]
    ) -> None:
        self.count = file.read() or Count(date.min)
        self._symbols = tuple(dict.fromkeys(symbols))
        self._history, self._file, self._calendar, self._now_ms = history, file, calendar, now_ms
        self._due_ms = 0
        self._asking: asyncio.Task[None] | None = None

    def close(self) -> None:
        """Nothing is counted any more."""
        if self._asking is not None:
            self._asking.cancel()

    def next_ms(self, after_ms: int) -> int:
        """When it wants to be turned at the latest."""
        return max(self._due_ms, after_ms + SECOND_MS) if self._symbols else after_ms + HOUR_MS

    def turn(self, at_ms: int) -> None:
        """Ask for the next stock where it is night and its turn has come."""
        if not self._symbols or at_ms < self._due_ms or self._asking is not None:
            return
        self._due_ms = at_ms + EVERY_MS
        day = self._closed(at_ms)
        if day is None or (self.count.breadth is not None and self.count.breadth.day == day):
            return
        if self.count.day != day:
            self.count = replace(self.count, day=day, above={})
        symbol = next((each for each in self._symbols if each not in self.count.above), None)
        if symbol is not None:
            self._asking = asyncio.get_running_loop().create_task(self._ask(symbol, day))

    def _closed(self, at_ms: int) -> date | None:
        """The session that closed last; None where it is not night."""
        session = self._calendar.at(at_ms)
        if session is None or at_ms < session.open_ms:
            session = self._calendar.before(day_of(at_ms))
        opens_ms = self._calendar.after(session.day).open_ms
        return session.day if session.close_ms + AFTER_MS <= at_ms < opens_ms - BEFORE_MS else None

    async def _ask(self, symbol: str, day: date) -> None:
        """One stock; unknown is one that the broker has no bars of, not one that it did not answer for."""
        try:
            bars = await self._history.days(symbol, SESSIONS + 1)
        except RefusedError:
            self._told(symbol, None)
        except UnansweredError:
            self._due_ms = self._now_ms() + AGAIN_MS
        else:
            after_ms = self._calendar.after(day).open_ms
            self._told(symbol, is_above(unbroken(bars, self._calendar, after_ms), day))
        finally:
            self._asking = None

    def _told(self, symbol: str, above: bool | None) -> None:
        self.count = replace(self.count, above={**self.count.above, symbol: above})
        if all(each in self.count.above for each in self._symbols):
            self.count = replace(self.count, breadth=share_above(self.count) or self.count.breadth)
        self._file.write(self.count)


def is_above(bars: Sequence[Bar], day: date) -> bool | None:
    """Whether a stock closed above its average at the close of `day`; None where too few of its bars are known."""
    closes = [bar.close for bar in bars[-SESSIONS:]]
    if len(closes) < SESSIONS or bars[-1].day != day:
        return None
    return closes[-1] > fmean(closes)


def share_above(count: Count) -> Breadth | None:
    """Of the stocks that are known those above their average, in percent; None where too few are."""
    known = [above for above in count.above.values() if above is not None]
    if not known or len(known) < KNOWN_SHARE * len(count.above):
        return None
    return Breadth(count.day, to_price(Decimal(100 * sum(known)) / len(known)))
