"""The exchange's sessions as a calendar of ours, from exchange_calendars."""

from datetime import date, time
from functools import lru_cache

from allusetui.domain.calendar import Calendar, Session
from allusetui.domain.moment import SECOND_MS, at_clock

_USUAL_CLOSE = time(16)


@lru_cache(maxsize=16)
def calendar(first: date, last: date) -> Calendar:
    """The sessions of the New York Stock Exchange from `first` to `last`, both included; early closes are flagged.

    Holidays of years to come are those that the exchange's rules give. Raises ValueError for a range without a session.
    """
    # Imported here: it brings pandas, which takes most of a second to load.
    from exchange_calendars import get_calendar

    exchange = get_calendar("XNYS", start=first.isoformat(), end=last.isoformat())
    table = exchange.schedule
    days = [stamp.date() for stamp in table.index]
    opens = [int(stamp.timestamp()) * SECOND_MS for stamp in table["open"].tolist()]
    closes = [int(stamp.timestamp()) * SECOND_MS for stamp in table["close"].tolist()]
    return Calendar(_session(*row) for row in zip(days, opens, closes, strict=True))


def _session(day: date, open_ms: int, close_ms: int) -> Session:
    return Session(day, open_ms, close_ms, early=close_ms < at_clock(day, _USUAL_CLOSE))
