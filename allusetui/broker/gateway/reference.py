"""What a client asks of the list itself: clock, accounts, contract details, chains, price steps, symbols."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import chain
from typing import Final

from allusetui.broker.gateway import requests
from allusetui.broker.gateway.contracts import NO_DEFINITION, Registry
from allusetui.broker.gateway.frames import Value
from allusetui.broker.gateway.hours import ZONE, liquid_hours, stock_hours
from allusetui.broker.gateway.instruments import OPTION, STOCK, Listed, classes, facts, rule_id
from allusetui.broker.gateway.part import Quiet, Route
from allusetui.broker.gateway.session import NOBODY, Session, Sessions
from allusetui.domain.contract import Stock
from allusetui.domain.moment import SECOND_MS, day_of

_NEXT_ID, _DETAILS, _MANAGED, _TIME, _DETAILS_END = 9, 10, 15, 49, 52
_CHAIN, _CHAIN_END, _SAMPLES, _RULE = 75, 76, 79, 93
_ORDER_TYPES: Final = "ACTIVETIM,ADJUST,ALERT,ALGO,CASHQTY,COND,DAY,GTC,GTD,LMT,MKT,NONALGO,REL,SNAPMID,WHATIF"
_OPTION_EXCHANGES: Final = ("SMART", "CBOE")
_MULTIPLIER: Final = "100"
_MOST_SAMPLES: Final = 16


class Reference(Quiet):
    """Implements `part.Part`."""

    def __init__(self, registry: Registry, sessions: Sessions, accounts: Sequence[str]) -> None:
        self._registry = registry
        self._sessions = sessions
        self._accounts = accounts

    def routes(self) -> Mapping[int, Route]:
        return {
            requests.IDS: Route(requests.numbered(1), self._next_id),
            requests.LOG_LEVEL: Route(requests.numbered(1), lambda session, request, at_ms: None),
            requests.MANAGED: Route(requests.nothing, self._managed),
            requests.TIME: Route(requests.nothing, self._time),
            requests.DETAILS: Route(requests.details, self._details, 1),
            requests.CHAIN: Route(requests.chain, self._chain, 0),
            requests.RULE: Route(requests.bare_number, self._rule),
            requests.SYMBOLS: Route(requests.symbols, self._symbols, 0),
        }

    def _next_id(self, session: Session, request: requests.Numbered, at_ms: int) -> None:
        assert session.client_id is not None
        session.send(_NEXT_ID, 1, self._sessions.next_id(session.client_id))

    def _managed(self, session: Session, request: requests.Nothing, at_ms: int) -> None:
        session.send(_MANAGED, 1, ",".join(self._accounts))

    def _time(self, session: Session, request: requests.Nothing, at_ms: int) -> None:
        session.send(_TIME, 1, at_ms // SECOND_MS)

    def _details(self, session: Session, request: requests.DetailsAsked, at_ms: int) -> None:
        wanted, number = request.wanted, request.request_id
        if not wanted.sec_type and not wanted.con_id:
            session.error(number, 321, "Error validating request.-'bN' : cause - Please enter a valid security type")
            return
        found = [] if request.security_id else self._registry.find(wanted, at_ms, request.expired_too)
        if not found:
            session.error(number, 200, NO_DEFINITION)
            return
        for listed in found:
            session.send(_DETAILS, number, *self._described(listed, wanted.exchange, at_ms))
        session.send(_DETAILS_END, 1, number)

    def _described(self, listed: Listed, exchange: str, at_ms: int) -> Iterator[Value]:
        """The fields of contract details, the request's id left out."""
        expiry, strike, right, multiplier = listed.described()
        known, steps = facts(listed.symbol), self._registry.steps(listed)
        is_option, calendar, day = listed.sec_type == OPTION, self._registry.calendar, day_of(at_ms)
        liquid = liquid_hours(calendar, day)
        under = self._registry.listed(Stock(listed.symbol))
        rules = ",".join([str(rule_id(steps))] * len(listed.exchanges))
        yield from (listed.symbol, listed.sec_type, expiry, strike, right, exchange or listed.exchanges[0], "USD")
        yield from (listed.local_symbol, listed.trading_class, listed.trading_class, listed.con_id, steps[0][1])
        yield from (multiplier, _ORDER_TYPES, ",".join(listed.exchanges), 1, under.con_id if is_option else 0)
        yield from (known.name, "" if is_option else known.exchange, expiry[:6], "", "", "", ZONE)
        yield from (stock_hours(calendar, day) if listed.sec_type == STOCK else liquid, liquid, "", "", 0, 1)
        yield from (listed.symbol if is_option else "", under.sec_type if is_option else "", rules, expiry)
        yield from ("COMMON" if listed.sec_type == STOCK else "", 1, 1, 1 if is_option else 100)

    def _chain(self, session: Session, request: requests.ChainAsked, at_ms: int) -> None:
        number, under = request.request_id, self._registry.by_id(request.con_id, at_ms)
        if under is None or (under.symbol, under.sec_type) != (request.symbol, request.sec_type):
            session.error(number, 321, "Error validating request.-'bR' : cause - Invalid contract id")
            return
        for trading_class, row in self._by_class(under.symbol, at_ms).items():
            for exchange in _OPTION_EXCHANGES:
                session.send(_CHAIN, number, exchange, under.con_id, trading_class, _MULTIPLIER, *row)
        session.send(_CHAIN_END, number)

    def _by_class(self, symbol: str, at_ms: int) -> dict[str, list[Value]]:
        """Expiries and strikes of each trading class, each list after its length."""
        expiries: dict[str, list[str]] = {}
        strikes: dict[str, set[Decimal]] = {}
        for expiry, listed in self._registry.listing(symbol, at_ms):
            for name in classes(symbol, expiry, self._registry.calendar):
                expiries.setdefault(name, []).append(f"{expiry:%Y%m%d}")
                strikes.setdefault(name, set()).update(listed)
        return {name: [len(days), *days, len(strikes[name]), *sorted(strikes[name])] for name, days in expiries.items()}

    def _rule(self, session: Session, request: requests.Numbered, at_ms: int) -> None:
        steps = self._registry.rule(request.number)
        if steps is None:
            session.error(NOBODY, 321, f"Error validating request.-'ce' : cause - Invalid market rule {request.number}")
            return
        session.send(_RULE, request.number, len(steps), *chain.from_iterable(steps))

    def _symbols(self, session: Session, request: requests.SymbolsAsked, at_ms: int) -> None:
        pattern = request.pattern.upper()
        stocks = [self._registry.listed(Stock(symbol)) for symbol in sorted(self._registry.symbols)]
        found = [
            each
            for each in stocks
            if pattern and (each.symbol.startswith(pattern) or facts(each.symbol).name.upper().startswith(pattern))
        ][:_MOST_SAMPLES]
        rows: list[Value] = []
        for each in found:
            rows += [each.con_id, each.symbol, each.sec_type, facts(each.symbol).exchange, "USD", 1, OPTION]
            rows += [facts(each.symbol).name, ""]
        session.send(_SAMPLES, request.request_id, len(found), *rows)
