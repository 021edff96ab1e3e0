"""When a contract trades, as the broker writes it: a day's span or CLOSED, days after semicolons."""

from collections.abc import Callable
from datetime import date, time, timedelta
from functools import lru_cache
from typing import Final

from allusetui.domain.calendar import Calendar, Session
from allusetui.domain.moment import at_clock, local

ZONE: Final = "US/Eastern"
Hours = Callable[[Session], tuple[int, int]]
_DAYS: Final = 6
_EARLY, _LATE = time(4), time(20)


@lru_cache(maxsize=64)
def liquid_hours(calendar: Calendar, first: date) -> str:
    """The exchange's sessions of the days from `first` on."""
    return _spans(calendar, first, lambda session: (session.open_ms, session.close_ms))


@lru_cache(maxsize=64)
def stock_hours(calendar: Calendar, first: date) -> str:
    """The hours in which stocks trade, before the open and after the close too."""
    return _spans(calendar, first, lambda session: (at_clock(session.day, _EARLY), at_clock(session.day, _LATE)))


def _spans(calendar: Calendar, first: date, hours: Hours) -> str:
    days = (first + timedelta(days=ahead) for ahead in range(_DAYS))
    return ";".join(_span(day, calendar.on(day), hours) for day in days)


def _span(day: date, session: Session | None, hours: Hours) -> str:
    if session is None:
        return f"{day:%Y%m%d}:CLOSED"
    opens, closes = hours(session)
    return f"{local(opens):%Y%m%d:%H%M}-{local(closes):%Y%m%d:%H%M}"
