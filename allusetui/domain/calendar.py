"""The exchange calendar as a value: sessions in order, and the questions the cadence asks of them."""

from bisect import bisect_left
from calendar import monthrange
from collections.abc import Iterable
from datetime import date, timedelta
from functools import cached_property, lru_cache

from allusetui.domain.frozen import frozen
from allusetui.domain.moment import day_of

_FRIDAY = 4
_VIX_SPAN = timedelta(days=30)


@lru_cache(maxsize=512)
def months_later(day: date, months: int) -> date:
    """The same day of a later month, or that month's last."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


@lru_cache(maxsize=512)
def third_friday(year: int, month: int) -> date:
    """The monthly expiry's calendar day."""
    first = date(year, month, 1)
    return first + timedelta(days=(_FRIDAY - first.weekday()) % 7 + 14)


@frozen
class Session:
    """A trading day: its open and close; `early` when it closes before the usual hour."""

    day: date
    open_ms: int
    close_ms: int
    early: bool = False


class Calendar:
    """Sessions, ascending. Questions outside the range raise `LookupError`."""

    def __init__(self, sessions: Iterable[Session]) -> None:
        self.sessions = tuple(sessions)
        self._index = {session.day: i for i, session in enumerate(self.sessions)}

    @cached_property
    def _days(self) -> list[date]:
        return [session.day for session in self.sessions]

    def on(self, day: date) -> Session | None:
        """The session of `day`, None where the exchange is shut."""
        index = self._index.get(day)
        return None if index is None else self.sessions[index]

    def at(self, at_ms: int) -> Session | None:
        """The session of the instant's New York day, open or not at that hour."""
        return self.on(day_of(at_ms))

    def ahead(self, at_ms: int) -> Session:
        """The session in which what is ordered at the instant works: the first that is not over yet."""
        session = self.at(at_ms)
        return session if session is not None and at_ms < session.close_ms else self.after(day_of(at_ms))

    def from_day(self, day: date) -> Session:
        """The first session on or after `day`."""
        if (session := self.on(day)) is not None:
            return session
        index = bisect_left(self._days, day)
        if index == len(self.sessions):
            raise LookupError(f"no session on or after {day}")
        return self.sessions[index]

    def up_to(self, day: date) -> Session:
        """The last session on or before `day`: a listed expiry that falls on a holiday expires then."""
        if (session := self.on(day)) is not None:
            return session
        index = bisect_left(self._days, day) - 1
        if index < 0:
            raise LookupError(f"no session on or before {day}")
        return self.sessions[index]

    def after(self, day: date) -> Session:
        """The first session after `day`."""
        return self.from_day(day + timedelta(days=1))

    def before(self, day: date) -> Session:
        """The last session before `day`."""
        return self.up_to(day - timedelta(days=1))

    def is_monthly(self, expiry: date) -> bool:
        """Whether an expiry is its month's: the third Friday, or the session before where that is a holiday."""
        friday = third_friday(expiry.year, expiry.month)
        return friday <= self.sessions[-1].day and self.up_to(friday).day == expiry

    def is_vix_monthly(self, expiry: date) -> bool:
        """Whether an expiry is its month's for options on the VIX (Cboe): 30 days before the next month's is settled.

        A list may name the last session on which they trade instead, which is the one before; and a simulated market
        has none but third Fridays.
        """
        after = months_later(expiry, 1)
        friday = third_friday(after.year, after.month)
        if friday > self.sessions[-1].day:
            return False
        settled = self.up_to(self.up_to(friday).day - _VIX_SPAN).day
        return expiry in (settled, self.before(settled).day) or self.is_monthly(expiry)

    def count(self, first: date, last: date) -> int:
        """Sessions from `first` to `last`, both counted."""
        return bisect_left(self._days, last + timedelta(days=1)) - bisect_left(self._days, first)

    def week(self, day: date) -> tuple[Session, ...]:
        """The sessions of the calendar week (Monday to Sunday) that holds `day`."""
        monday = day - timedelta(days=day.weekday())
        first = bisect_left(self._days, monday)
        return self.sessions[first : bisect_left(self._days, monday + timedelta(days=7))]

    def ends_week(self, day: date) -> bool:
        """Whether `day` is the last session of its week."""
        week = self.week(day)
        return bool(week) and week[-1].day == day
