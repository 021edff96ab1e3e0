"""A day's figures of an underlying so far: open, high, low, and the close before."""

from decimal import Decimal

from allusetui.domain.calendar import Calendar, Session
from allusetui.domain.frozen import mutable
from allusetui.domain.moment import MINUTE_MS, day_of
from allusetui.ports import Market


@mutable
class Day:
    """Of one session, as far as it has been looked at; dollars. What has not opened has a close before alone."""

    session: Session
    before: Decimal | None
    opened: Decimal | None = None
    high: Decimal | None = None
    low: Decimal | None = None
    seen_ms: int = 0


class Days:
    """The days of all symbols; high and low are those of the minutes and of every instant that was asked for."""

    def __init__(self, market: Market, calendar: Calendar) -> None:
        self._market = market
        self._calendar = calendar
        self._days: dict[str, Day] = {}

    def at(self, symbol: str, at_ms: int) -> Day:
        """The session of the instant's day; where the exchange is shut, or has not opened, the one before it."""
        session = self._calendar.up_to(day_of(at_ms))
        if at_ms < session.open_ms:
            session = self._calendar.before(session.day)
        day = self._days.get(symbol)
        if day is None or day.session.day != session.day or at_ms < day.seen_ms:
            day = self._days[symbol] = self._begun(symbol, session)
        upto = min(at_ms, session.close_ms)
        while day.seen_ms < upto:
            day.seen_ms = min(day.seen_ms + MINUTE_MS, upto)
            self._look(day, symbol)
        return day

    def _begun(self, symbol: str, session: Session) -> Day:
        before = self._spot(symbol, self._calendar.before(session.day).close_ms)
        day = Day(session, before, self._spot(symbol, session.open_ms), seen_ms=session.open_ms)
        self._look(day, symbol)
        return day

    def _look(self, day: Day, symbol: str) -> None:
        spot = self._spot(symbol, day.seen_ms)
        if spot is not None:
            day.high = spot if day.high is None else max(day.high, spot)
            day.low = spot if day.low is None else min(day.low, spot)

    def _spot(self, symbol: str, at_ms: int) -> Decimal | None:
        quote = self._market.underlying(symbol, at_ms)
        return None if quote is None or not quote.mid.is_finite() or quote.mid <= 0 else quote.mid
