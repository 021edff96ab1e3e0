"""Times as the broker's clients write them, and as it writes them back."""

import re
from datetime import UTC, datetime, timedelta
from typing import Final

from allusetui.domain.calendar import months_later
from allusetui.domain.moment import NEW_YORK, SECOND_MS, local, to_ms

ZONE_NAME: Final = "US/Eastern"
_ZONES: Final = {
    "": NEW_YORK,
    "US/EASTERN": NEW_YORK,
    "AMERICA/NEW_YORK": NEW_YORK,
    "EST": NEW_YORK,
    "UTC": UTC,
    "GMT": UTC,
}
_SPAN: Final = re.compile(r"([1-9][0-9]{0,5}) ([SDWMY])", re.ASCII)
_DECADES: Final = range(1990, 2100)
_MONTHS: Final = {"M": 1, "Y": 12}
_LONGEST: Final = {"S": 86_400, "D": 365, "W": 52, "M": 12, "Y": 1}


def instant(text: str, now_ms: int) -> int | None:
    """The instant of `20260305 16:00:00`, with a zone, or with `-` for UTC, or of a day's end; `now_ms` of nothing.

    None for what is no time of these decades.
    """
    if not text:
        return now_ms
    if len(text) == len("20260305"):
        return _told(_parsed(f"{text} 23:59:59", "%Y%m%d %H:%M:%S"), "")
    if text[8:9] == "-":
        return _told(_parsed(text, "%Y%m%d-%H:%M:%S"), "UTC")
    if text[4:5] == "-":
        return _told(_parsed(text[:19], "%Y-%m-%d %H:%M:%S"), "UTC")
    day, _, rest = text.partition(" ")
    clock, _, zone = rest.strip().partition(" ")
    return _told(_parsed(f"{day} {clock}", "%Y%m%d %H:%M:%S"), zone)


def span(text: str) -> tuple[int, str] | None:
    """A count of seconds, sessions, weeks, months or years, as `30 D`; None for what is no span, or over a year."""
    said = _SPAN.fullmatch(text.strip())
    if said is None or int(said[1]) > _LONGEST[said[2]]:
        return None
    return int(said[1]), said[2]


def begins(count: int, unit: str, end_ms: int) -> int:
    """The instant that lies weeks, months, years or seconds before another."""
    if unit == "S":
        return end_ms - count * SECOND_MS
    end = local(end_ms).replace(tzinfo=None)
    first = end.date() - timedelta(weeks=count) if unit == "W" else months_later(end.date(), -_MONTHS[unit] * count)
    return to_ms(datetime.combine(first, end.time()))


def stamp(at_ms: int) -> str:
    """`20260305 16:00:00 US/Eastern`."""
    return f"{local(at_ms):%Y%m%d %H:%M:%S} {ZONE_NAME}"


def utc_stamp(at_ms: int) -> str:
    """`2026-03-05 21:00:00.0`, in UTC."""
    return f"{local(at_ms).astimezone(UTC):%Y-%m-%d %H:%M:%S}.0"


def _told(found: datetime | None, zone: str) -> int | None:
    known = _ZONES.get(zone.strip().upper())
    if found is None or known is None or found.year not in _DECADES:
        return None
    return round(found.replace(tzinfo=known).timestamp()) * SECOND_MS


def _parsed(text: str, form: str) -> datetime | None:
    try:
        return datetime.strptime(text, form)  # noqa: DTZ007  # its zone is told apart
    except ValueError:
        return None
