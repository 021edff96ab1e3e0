"""The exchange's sessions as a calendar of ours, from exchange_calendars: asked, or as it was asked before."""

from collections.abc import Iterator
from datetime import date, time, timedelta
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from allusetui.domain.calendar import Calendar, Session
from allusetui.domain.frozen import frozen
from allusetui.domain.moment import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, at_clock

SOURCE: Final = "exchange_calendars"
EXCHANGE: Final = "XNYS"
FILE_NAME: Final = "xnys.txt"
SHUT: Final = "shut"
_OPEN, _USUAL_CLOSE = time(9, 30), time(16)
_SATURDAY = 5


@frozen
class Told:
    """What a version of the library said of the weekdays from `first` to `last`: those that have no usual session.

    `closes`: their close on New York's clock; None where the exchange is shut.
    """

    version: str
    first: date
    last: date
    closes: dict[date, time | None]

    def sessions(self, first: date, last: date) -> Iterator[Session]:
        """The sessions of a part of it."""
        open_ms = at_clock(first - timedelta(days=1), _OPEN)
        for day in (first + timedelta(days=n) for n in range((last - first).days + 1)):
            # Clocks are changed on Sundays: the hours of a week's sessions are all of one zone.
            open_ms = open_ms + DAY_MS if day.weekday() else at_clock(day, _OPEN)
            close = self.closes.get(day, _USUAL_CLOSE)
            if close is not None and day.weekday() < _SATURDAY:
                yield Session(day, open_ms, open_ms + _clock_ms(close) - _clock_ms(_OPEN), early=close < _USUAL_CLOSE)


@lru_cache(maxsize=16)
def calendar(first: date, last: date) -> Calendar:
    """The sessions of the New York Stock Exchange from `first` to `last`, both included; early closes are flagged.

    Holidays of years to come are those that the exchange's rules give. Raises ValueError for a range without a session.
    """
    told = _told()
    if not _is_installed(told.version) or first < told.first or last > told.last:
        return asked(first, last)
    found = Calendar(told.sessions(first, last))
    if not found.sessions:
        raise ValueError(f"no session from {first} to {last}")
    return found


def asked(first: date, last: date) -> Calendar:
    """The same, asked of the library as it is installed."""
    # Imported here: it brings pandas; both, and the answer, take half a second and forty megabytes.
    from exchange_calendars import get_calendar

    table = get_calendar(EXCHANGE, start=first.isoformat(), end=last.isoformat()).schedule
    days = [stamp.date() for stamp in table.index]
    opens = [int(stamp.timestamp()) * SECOND_MS for stamp in table["open"].tolist()]
    closes = [int(stamp.timestamp()) * SECOND_MS for stamp in table["close"].tolist()]
    return Calendar(_session(*row) for row in zip(days, opens, closes, strict=True))


def _clock_ms(clock: time) -> int:
    return clock.hour * HOUR_MS + clock.minute * MINUTE_MS


def _session(day: date, open_ms: int, close_ms: int) -> Session:
    return Session(day, open_ms, close_ms, early=close_ms < at_clock(day, _USUAL_CLOSE))


def _is_installed(version: str) -> bool:
    """Whether the library is of that version."""
    package = find_spec(SOURCE)
    # Installers name a folder beside the package so. To ask for the version takes a start fifteen milliseconds.
    if package and package.origin and (Path(package.origin).parents[1] / f"{SOURCE}-{version}.dist-info").is_dir():
        return True
    from importlib.metadata import version as version_of

    return version_of(SOURCE) == version


@lru_cache(maxsize=1)
def _told() -> Told:
    head, *lines = Path(__file__).with_name(FILE_NAME).read_text("utf-8").splitlines()
    _, made_from, _, first, last = head.split()
    rows = (line.split() for line in lines)
    closes = {date.fromisoformat(day): None if close == SHUT else time.fromisoformat(close) for day, close in rows}
    return Told(made_from, date.fromisoformat(first), date.fromisoformat(last), closes)
