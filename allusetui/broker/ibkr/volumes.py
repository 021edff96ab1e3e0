"""What was traded of an option on the sessions before: hours of its history added up, for 8.1 and 8.2.

The broker has no daily bars of options. Nothing waits long for what it tells: unknown is asked for again with the next
look at the chain.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Final

from ib_async import BarData

from allusetui.broker.ibkr.asks import Asks, UnansweredError
from allusetui.broker.ibkr.naming import asked
from allusetui.broker.ibkr.pacing import HistoryPace
from allusetui.domain.calendar import Calendar
from allusetui.domain.contract import Option
from allusetui.domain.frozen import frozen
from allusetui.domain.moment import NEW_YORK, day_of

SESSIONS: Final = 10
"""Of an average: two weeks."""
SPARED: Final = 20
"""Requests for history in ten minutes that are left to bars."""
WAIT_S: Final = 8.0
_WHAT: Final = "TRADES"


@frozen
class Traded:
    """Contracts of the session before today's, and a day's on average since it was first traded."""

    previous: int
    average: int


class Volumes:
    """Asks once a day and option."""

    def __init__(self, asks: Asks, pace: HistoryPace, calendar: Calendar, now_ms: Callable[[], int]) -> None:
        self._asks, self._pace, self._calendar, self._now_ms = asks, pace, calendar, now_ms
        self._day = date.min
        self._known: dict[Option, Traded] = {}

    async def of(self, options: Sequence[Option]) -> dict[Option, Traded]:
        """What is known of these by now, of the first as much as may be asked for."""
        if self._day != day_of(self._now_ms()):
            self._day, self._known = day_of(self._now_ms()), {}
        asking = [asyncio.ensure_future(self._ask(each)) for each in options if self._may(each)]
        if asking:
            _, late = await asyncio.wait(asking, timeout=WAIT_S)
            for task in late:
                task.cancel()
        return {each: self._known[each] for each in options if each in self._known}

    def _may(self, option: Option) -> bool:
        now_ms = self._now_ms()
        if option in self._known or self._pace.left(now_ms) <= SPARED:
            return False
        return self._pace.take(option, SESSIONS, _WHAT, now_ms)

    async def _ask(self, option: Option) -> None:
        day = self._day
        try:
            found = traded(await self._asks.hours(asked(option), SESSIONS), self._calendar, day)
        except UnansweredError:
            return
        if found is not None and day == self._day:
            self._known[option] = found


def traded(bars: Sequence[BarData], calendar: Calendar, today: date) -> Traded | None:
    """The sessions before today, each the sum of its bars; None where no bar tells a volume."""
    days: Counter[date] = Counter()
    for bar in bars:
        if isinstance(bar.date, datetime) and bar.volume >= 0:
            days[bar.date.astimezone(NEW_YORK).date()] += int(bar.volume)
    before = {day: count for day, count in days.items() if day < today and calendar.on(day) is not None}
    if not before:
        return None
    last = calendar.before(today).day
    return Traded(before.get(last, 0), sum(before.values()) // calendar.count(min(before), last))
