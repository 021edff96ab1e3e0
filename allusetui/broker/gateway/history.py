"""Historical bars: what a client asks for, checked, paced, made and written."""

from collections.abc import Callable, Mapping
from typing import Final

from allusetui.broker.gateway import requests
from allusetui.broker.gateway.bars import SIZES, BarMaker, MadeBar
from allusetui.broker.gateway.contracts import NO_DEFINITION, Registry
from allusetui.broker.gateway.frames import Value
from allusetui.broker.gateway.instruments import COMBO, INDEX, Listed
from allusetui.broker.gateway.pacing import Pacing
from allusetui.broker.gateway.part import Quiet, Route
from allusetui.broker.gateway.session import Session
from allusetui.broker.gateway.stamps import begins, instant, span, stamp
from allusetui.domain.moment import DAY_MS, SECOND_MS, day_of

_BARS: Final = 17
_SERVICE: Final = "Historical Market Data Service error message:"
_INVALID: Final = "Error validating request.-'bP' : cause - "
_SIDES: Final = {"TRADES": None, "MIDPOINT": None, "ADJUSTED_LAST": None, "BID_ASK": None, "BID": 0, "ASK": 1}
_OTHER_KINDS: Final = ("HISTORICAL_VOLATILITY", "OPTION_IMPLIED_VOLATILITY", "SCHEDULE", "YIELD_BID", "YIELD_ASK")
_EPOCH_FORM: Final = 2
_PRICE_DIGITS: Final = 4


class History(Quiet):
    """Implements `part.Part`. `linked`: whether the broker can be reached."""

    def __init__(self, registry: Registry, maker: BarMaker, pacing: Pacing, linked: Callable[[], bool]) -> None:
        self._registry = registry
        self._maker = maker
        self._pacing = pacing
        self._linked = linked

    def routes(self) -> Mapping[int, Route]:
        return {
            requests.BARS: Route(requests.bars, self._ask, 0),
            # Bars are answered at once, so that there is never anything left to withdraw.
            requests.CANCEL_BARS: Route(requests.numbered(1), lambda session, request, at_ms: None, 1),
        }

    def _ask(self, session: Session, request: requests.BarsAsked, at_ms: int) -> None:
        number, end_ms = request.request_id, instant(request.end, at_ms)
        bad = _invalid(request)
        if bad is not None or end_ms is None:
            session.error(number, 321, _INVALID + (bad or "Invalid end date or time"))
            return
        found = self._registry.find(request.wanted, at_ms) if request.wanted.sec_type != COMBO else []
        if len(found) != 1:
            session.error(number, 200, NO_DEFINITION)
            return
        if self._pacing.violated(request, at_ms):
            session.error(number, 162, f"{_SERVICE}Historical data request pacing violation")
            return
        if not self._linked():
            session.error(number, 162, f"{_SERVICE}HMDS server disconnect occurred.  Attempting reconnection...")
            return
        bars = self._made(request, found[0], min(end_ms, at_ms), at_ms)
        if not bars:
            what = f"{found[0].local_symbol}@{request.wanted.exchange or 'SMART'} {request.kind.title()}"
            session.error(number, 162, f"{_SERVICE}HMDS query returned no data: {what}")
            return
        rows = [value for bar in bars for value in _row(bar, request)]
        session.send(_BARS, number, stamp(bars[0].at_ms), stamp(min(end_ms, at_ms)), len(bars), *rows)

    def _made(self, request: requests.BarsAsked, listed: Listed, end_ms: int, at_ms: int) -> list[MadeBar]:
        if request.kind in _OTHER_KINDS or (listed.sec_type == INDEX and request.kind in ("BID", "ASK", "BID_ASK")):
            return []
        asked = span(request.span)
        assert asked is not None
        count, unit = asked
        size, side = SIZES[request.size], _SIDES[request.kind]
        start_ms = self._maker.start_of(count, end_ms) if unit == "D" else begins(count, unit, end_ms)
        if size < DAY_MS:
            return self._maker.within(listed, side, size, start_ms, end_ms)
        sessions = count if unit == "D" else self._registry.calendar.count(day_of(start_ms + DAY_MS), day_of(end_ms))
        return self._maker.daily(listed, side, max(sessions, 1), end_ms, at_ms)


def _invalid(request: requests.BarsAsked) -> str | None:
    """What of a request can't be served, whatever its contract."""
    if request.size not in SIZES:
        return f"Invalid bar size setting: {request.size}"
    if request.kind not in _SIDES and request.kind not in _OTHER_KINDS:
        return f"Invalid kind of data: {request.kind}"
    if span(request.span) is None:
        return f"Invalid duration: {request.span}"
    if not request.wanted.exchange and not request.wanted.con_id:
        return "Please enter exchange"
    return "Bars that are kept up to date are not served here" if request.keep else None


def _row(bar: MadeBar, request: requests.BarsAsked) -> tuple[Value, ...]:
    """Date, open, high, low, close, volume, average, count."""
    if SIZES[request.size] == DAY_MS:
        when = f"{day_of(bar.at_ms):%Y%m%d}"
    elif request.date_form == _EPOCH_FORM:
        when = str(bar.at_ms // SECOND_MS)
    else:
        when = stamp(bar.at_ms)
    figures = (bar.open, bar.high, bar.low, bar.close)
    average = (bar.high + bar.low + bar.close) / 3
    return (when, *(round(each, _PRICE_DIGITS) for each in figures), bar.volume, round(average, _PRICE_DIGITS), -1)
