"""Market data: lines that a client asks for, each told what has changed whenever the market ticks."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import field
from typing import Final, Literal

from allusetui.broker.gateway import requests
from allusetui.broker.gateway.contracts import NO_DEFINITION, Registry
from allusetui.broker.gateway.instruments import COMBO, Listed
from allusetui.broker.gateway.part import Quiet, Route
from allusetui.broker.gateway.session import Limits, Session
from allusetui.broker.gateway.ticks import DELAY_MS, Board, Ticks, delayed, message
from allusetui.domain.frozen import mutable
from allusetui.ports import Market

LIVE, FROZEN, DELAYED, DELAYED_FROZEN = 1, 2, 3, 4
_SNAPSHOT_END, _DATA_TYPE, _TICK_PARAMETERS = 57, 58, 81
_SNAPSHOT_WAIT_S: Final = 11
"""How long a snapshot waits for a price that is missing."""
_RATIO_SIGNS: Final = {"BUY": 1, "SELL": -1}
_NO_EXCHANGE: Final = "Error validating request.-'bW' : cause - Please enter exchange"
_AMBIGUOUS: Final = (
    "The contract description specified for {} is ambiguous; you must specify the multiplier or trading class."
)
_NOT_SUBSCRIBED: Final = "Requested market data is not subscribed."
_DELAYED_TO_BE_HAD: Final = (
    "Requested market data requires additional subscription for API. See link in 'Market Data Connections' dialog for "
    "more details.Delayed market data is available."
)
_DELAYED_SHOWN: Final = "Requested market data is not subscribed. Displaying delayed market data."


Data = Literal["live", "delayed", "none"]


@mutable
class Entitled:
    """What the accounts may see. A change of it holds for what clients ask from then on."""

    data: Data = "live"
    competing: bool = False
    """Whether the same user looks at the same data elsewhere."""
    events: bool = True
    """Whether there is the feed of corporate events."""
    orders: bool = True
    """Whether clients may see and place orders; not where the broker's own settings say that they only read."""


@mutable
class _Line:
    """One request for data, and what it has been told."""

    session: Session
    request: requests.DataAsked
    legs: tuple[tuple[Listed, int], ...]
    """What is shown, with signed ratios; a single contract is one leg of ratio 1."""
    delayed: bool
    until_ms: int | None
    """When a snapshot ends at the latest; None for a stream."""
    shown_type: int = 0
    told: Ticks = field(default_factory=dict)


class Quotes(Quiet):
    """Implements `part.Part`. `linked`: whether the broker can be reached; nothing is told while it can't."""

    def __init__(
        self,
        registry: Registry,
        market: Market,
        board: Board,
        limits: Limits,
        entitled: Entitled,
        linked: Callable[[], bool],
    ) -> None:
        self._registry = registry
        self._market = market
        self._board = board
        self._limits = limits
        self._entitled = entitled
        self._linked = linked
        self._types: dict[int, int] = {}
        self._lines: dict[tuple[int, int], _Line] = {}
        self._seen_ms = 0

    def routes(self) -> Mapping[int, Route]:
        return {
            requests.DATA: Route(requests.data, self._ask, 1),
            requests.CANCEL_DATA: Route(requests.numbered(2), self._cancel, 1),
            requests.DATA_TYPE: Route(requests.numbered(1), self._set_type),
        }

    def lost(self, session: Session, at_ms: int) -> None:
        self._types.pop(session.key, None)
        self._lines = {key: line for key, line in self._lines.items() if key[0] != session.key}

    def next_ms(self, after_ms: int) -> int | None:
        if not self._lines:
            return None
        tick = self._market.next_tick(max(after_ms, self._seen_ms))
        ends = (line.until_ms for line in self._lines.values() if line.until_ms is not None)
        return min((ms for ms in (tick, *ends) if ms is not None), default=None)

    def advance(self, at_ms: int) -> None:
        """Every line is told what the last tick has changed; ticks in between are left out, as the real one does."""
        if self._lines:
            tick = self._market.next_tick(self._seen_ms)
            if tick is not None and tick <= at_ms:
                for line in list(self._lines.values()):
                    self._tell(line, at_ms)
            for line in [each for each in self._lines.values() if each.until_ms is not None and each.until_ms <= at_ms]:
                self._end_snapshot(line)
        self._seen_ms = max(self._seen_ms, at_ms)

    def _set_type(self, session: Session, request: requests.Numbered, at_ms: int) -> None:
        if request.number in (LIVE, FROZEN, DELAYED, DELAYED_FROZEN):
            self._types[session.key] = request.number
        else:
            session.error(
                -1, 321, f"Error validating request.-'bB' : cause - Invalid market data type {request.number}"
            )

    def _cancel(self, session: Session, request: requests.Numbered, at_ms: int) -> None:
        if self._lines.pop((session.key, request.number), None) is None:
            session.error(request.number, 300, f"Can't find EId with tickerId:{request.number}")

    def _ask(self, session: Session, request: requests.DataAsked, at_ms: int) -> None:
        number, key = request.request_id, (session.key, request.request_id)
        refusal = self._refusal(session, request)
        legs = () if refusal is not None else self._legs(request, at_ms)
        if refusal is None and not legs:
            refusal = 200, self._unknown(request, at_ms)
        if refusal is not None:
            session.error(number, *refusal)
            return
        wanted = self._types.get(session.key, LIVE)
        is_delayed = self._entitled.data == "delayed"
        if is_delayed and wanted in (LIVE, FROZEN):
            session.error(number, 10089, _DELAYED_TO_BE_HAD)
            return
        if is_delayed:
            session.error(number, 10167, _DELAYED_SHOWN)
        until_ms = at_ms + _SNAPSHOT_WAIT_S * self._limits.second_ms if request.snapshot else None
        line = self._lines[key] = _Line(session, request, legs, is_delayed, until_ms)
        step = self._registry.steps(legs[0][0])[0][1]
        session.send(_TICK_PARAMETERS, number, step, "a60001", 3)
        self._tell(line, at_ms)
        if request.snapshot and line.told and _is_whole(line.told):
            self._end_snapshot(line)

    def _refusal(self, session: Session, request: requests.DataAsked) -> tuple[int, str] | None:
        """Why there is no line, whatever its contract."""
        if (session.key, request.request_id) in self._lines:
            return 102, "Duplicate ticker ID."
        if sum(key == session.key for key, _ in self._lines) >= self._limits.lines:
            return 101, "Max number of tickers has been reached."
        if not request.wanted.exchange:
            return 321, _NO_EXCHANGE
        if self._entitled.competing:
            return 10197, "No market data during competing live session"
        if self._entitled.data == "none":
            return 354, _NOT_SUBSCRIBED
        return None

    def _legs(self, request: requests.DataAsked, at_ms: int) -> tuple[tuple[Listed, int], ...]:
        """What the request means; nothing where that is not one thing."""
        if request.wanted.sec_type != COMBO:
            found = self._registry.find(request.wanted, at_ms)
            return ((found[0], 1),) if len(found) == 1 else ()
        legs = [(self._registry.by_id(leg.con_id, at_ms), leg) for leg in request.legs]
        if not legs or any(listed is None or leg.action not in _RATIO_SIGNS for listed, leg in legs):
            return ()
        return tuple((listed, leg.ratio * _RATIO_SIGNS[leg.action]) for listed, leg in legs if listed is not None)

    def _unknown(self, request: requests.DataAsked, at_ms: int) -> str:
        several = request.wanted.sec_type != COMBO and self._registry.find(request.wanted, at_ms)
        return _AMBIGUOUS.format(request.wanted.symbol) if several else NO_DEFINITION

    def _tell(self, line: _Line, at_ms: int) -> None:
        """What of it has changed since it was told last; all of it where the kind of data has, which comes first."""
        if not self._linked():
            return
        number, shown_type = line.request.request_id, self._shown_type(line, at_ms)
        if shown_type != line.shown_type:
            line.shown_type, line.told = shown_type, {}
            line.session.send(_DATA_TYPE, 1, number, shown_type)
        ticks = self._ticks(line, at_ms)
        for key, rest in ticks.items():
            if line.told.get(key) != rest:
                line.session.send(*message(number, key, rest))
        line.told = ticks

    def _ticks(self, line: _Line, at_ms: int) -> Ticks:
        seen_ms = at_ms - DELAY_MS if line.delayed else at_ms
        if line.request.wanted.sec_type == COMBO:
            ticks = self._board.combination(line.legs, seen_ms)
        else:
            ticks = self._board.single(line.legs[0][0], line.request.generic, seen_ms)
        return delayed(ticks) if line.delayed else ticks

    def _shown_type(self, line: _Line, at_ms: int) -> int:
        """The kind of data that is really shown: frozen only where that was asked for and the market is shut."""
        session = self._registry.calendar.at(at_ms)
        is_shut = session is None or not session.open_ms <= at_ms <= session.close_ms
        frozen = is_shut and self._types.get(line.session.key, LIVE) in (FROZEN, DELAYED_FROZEN)
        if line.delayed:
            return DELAYED_FROZEN if frozen else DELAYED
        return FROZEN if frozen else LIVE

    def _end_snapshot(self, line: _Line) -> None:
        del self._lines[line.session.key, line.request.request_id]
        line.session.send(_SNAPSHOT_END, 1, line.request.request_id)

    def lines(self) -> Iterator[tuple[Session, requests.DataAsked, Listed]]:
        """What is streamed now: to whom, as it was asked for, and what."""
        if not self._linked():
            return iter(())
        return ((line.session, line.request, line.legs[0][0]) for line in self._lines.values())


def _is_whole(ticks: Ticks) -> bool:
    """Whether a snapshot has nothing to wait for: no price is missing."""
    return all(rest[0] != -1 for (message_id, _), rest in ticks.items() if message_id == 1)
