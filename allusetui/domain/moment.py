"""Instants as integers: milliseconds since the Unix epoch, told on New York's clock.

An integer is exact across a change of clocks, orders cheaply and prints the same everywhere.
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

NEW_YORK = ZoneInfo("America/New_York")
SECOND_MS = 1_000
MINUTE_MS = 60 * SECOND_MS
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS
YEAR_MS = 365 * DAY_MS


def to_ms(local: datetime) -> int:
    """The instant of a naive New York wall-clock time, in ms since the epoch."""
    return round(local.replace(tzinfo=NEW_YORK).timestamp() * SECOND_MS)


@lru_cache(maxsize=4096)
def at_clock(day: date, clock: time) -> int:
    """The instant at which New York's clock shows `clock` on `day`."""
    return to_ms(datetime.combine(day, clock))


def local(at_ms: int) -> datetime:
    """The aware New York time of an instant."""
    seconds, ms = divmod(at_ms, SECOND_MS)
    return datetime.fromtimestamp(seconds, UTC).astimezone(NEW_YORK) + timedelta(milliseconds=ms)


@lru_cache(maxsize=64)
def _midnight(hour: int) -> tuple[date, int, str]:
    moment = local(hour * HOUR_MS)
    offset = moment.strftime("%z")
    since_midnight = (moment.hour * 60 + moment.minute) * MINUTE_MS
    return moment.date(), hour * HOUR_MS - since_midnight, f"{offset[:3]}:{offset[3:]}"


def day_of(at_ms: int) -> date:
    """New York's calendar day of an instant."""
    return _midnight(at_ms // HOUR_MS)[0]


def iso(at_ms: int) -> str:
    """`2026-03-05T10:30:05.000-05:00`: the journal's way to write an instant."""
    day, midnight, offset = _midnight(at_ms // HOUR_MS)
    seconds, ms = divmod(at_ms - midnight, SECOND_MS)
    return f"{day.isoformat()}T{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{ms:03}{offset}"


def clock(at_ms: int) -> str:
    """`2026-03-05 10:30:05 ET`: an instant as a person reads it."""
    return f"{iso(at_ms)[:19].replace('T', ' ')} ET"


def from_iso(text: str) -> int:
    """The instant that `iso` wrote."""
    return round(datetime.fromisoformat(text).timestamp() * SECOND_MS)


def quarter_of(day: date) -> str:
    """The calendar quarter, `2026-Q1`."""
    return f"{day.year}-Q{(day.month + 2) // 3}"


def quarters_between(first: str, last: str) -> int:
    """How many quarters after `first` the quarter `last` is."""
    (year, quarter), (last_year, last_quarter) = (map(int, each.split("-Q")) for each in (first, last))
    return 4 * (last_year - year) + last_quarter - quarter


def quarter_before(quarter: str) -> str:
    """The calendar quarter before one."""
    year, number = map(int, quarter.split("-Q"))
    return f"{year - 1}-Q4" if number == 1 else f"{year}-Q{number - 1}"


def month_of(day: date) -> str:
    """The calendar month, `2026-03`."""
    return f"{day.year}-{day.month:02}"


def week_of(day: date) -> str:
    """The ISO week, `2026-W10`."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"
