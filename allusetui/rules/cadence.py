"""§1: when the law wants something done. Windows, early closes, the clock of an expiry afternoon."""

from datetime import date, time, timedelta
from functools import lru_cache

from allusetui.domain.account import Account
from allusetui.domain.calendar import Calendar, Session
from allusetui.domain.frozen import frozen
from allusetui.domain.moment import HOUR_MS, MINUTE_MS, SECOND_MS, at_clock
from allusetui.law.model import Cadence, Closing, Monitoring
from allusetui.rules.situation import clause

_TICK_S = 5
CALLS = "com"
"""The window in which calls are written."""
WINDOW_CLAUSE = {"gen": "1.1", "mini": "1.1", "rev": "1.2", "com": "1.3"}


@frozen
class Span:
    """From `opens_ms` up to, not including, `closes_ms`."""

    opens_ms: int
    closes_ms: int

    def holds(self, at_ms: int) -> bool:
        return self.opens_ms <= at_ms < self.closes_ms


@frozen
class ExpiryClock:
    """The afternoon of an expiry session (1.4, 1.5, 7.1), instants in ms."""

    looks: Span
    prep_ms: int
    close_otm_ms: int
    relentless_ms: int
    report_cut_ms: int


@clause("1.1", "1.2", "1.3")
@lru_cache(maxsize=256)
def entry_day(calendar: Calendar, day: date, weekday: int) -> Session | None:
    """The session that stands for a weekday in the week of `day`: itself, the one before it, for Monday the next."""
    week = calendar.week(day)
    wanted = day - timedelta(days=day.weekday()) + timedelta(days=weekday)
    exact = next((s for s in week if s.day == wanted), None)
    if exact or not week:
        return exact
    if weekday == 0:
        return week[0]
    earlier = [s for s in week if s.day < wanted]
    return earlier[-1] if earlier else None


@clause("1.1", "1.2", "1.3", "1.7")
def entry_window(calendar: Calendar, cadence: Cadence, kind: str, session: Session) -> Span | None:
    """The entry window of a kind of sleeve on this session; None on any other day."""
    window = cadence.windows[kind]
    chosen = entry_day(calendar, session.day, window.weekday)
    if chosen is None or chosen.day != session.day:
        return None
    return shifted(cadence, session, window.opens, window.closes)


def windows_of(account: Account) -> tuple[str, ...]:
    """The windows an account takes part in: its own, and COM's for calls on shares it holds."""
    own = account.type.value
    return (own,) if own == CALLS else (CALLS, own)


@clause("1.7")
def shifted(cadence: Cadence, session: Session, opens: time, closes: time) -> Span:
    """A window of the session, two hours earlier where an early close would cut it."""
    last = session.close_ms - cadence.early_margin_min * MINUTE_MS
    span = Span(at_clock(session.day, opens), at_clock(session.day, closes))
    if not session.early or span.closes_ms <= last:
        return span
    shift = cadence.early_shift_hours * HOUR_MS
    first = at_clock(session.day, cadence.early_floor)
    return Span(min(max(span.opens_ms - shift, first), last), min(max(span.closes_ms - shift, first), last))


@clause("1.4", "1.5", "1.7", "7.1")
def expiry_clock(cadence: Cadence, session: Session) -> ExpiryClock:
    """The instants of an expiry session's afternoon."""
    return _clock_of(cadence.early_closing if session.early else cadence.closing, session.day)


@lru_cache(maxsize=64)
def _clock_of(closing: Closing, day: date) -> ExpiryClock:
    def at(clock: time) -> int:
        return at_clock(day, clock)

    return ExpiryClock(
        Span(at(closing.opens), at(closing.closes)),
        at(closing.prep_at),
        at(closing.close_otm_at),
        at(closing.relentless_at),
        at(closing.report_cut),
    )


def calendar_days(first: date, last: date) -> int:
    """DTE as events tell it: calendar days."""
    return (last - first).days


def same_week(one: date, other: date) -> bool:
    """Whether two days lie in one calendar week, Monday to Sunday."""
    return one.isocalendar()[:2] == other.isocalendar()[:2]


@clause("0.12")
def period_s(monitoring: Monitoring, level: int) -> int:
    """Seconds between evaluations at a level; at level 3 every tick."""
    return monitoring.period_s[level] or _TICK_S


def next_grid(session: Session, period: int, now_ms: int) -> int:
    """The first point of the session's grid after now."""
    step = period * SECOND_MS
    return max(session.open_ms, session.open_ms + ((now_ms - session.open_ms) // step + 1) * step)
