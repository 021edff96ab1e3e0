"""News and corporate events: headlines of the script, earnings that the market knows of."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Final

from allusetui.broker.gateway import requests
from allusetui.broker.gateway.contracts import Registry
from allusetui.broker.gateway.part import Quiet, Route
from allusetui.broker.gateway.quotes import Entitled, Quotes
from allusetui.broker.gateway.session import Session
from allusetui.broker.gateway.stamps import instant, utc_stamp
from allusetui.domain.input import HeadlineSeen
from allusetui.domain.moment import DAY_MS, day_of
from allusetui.domain.text import untrusted
from allusetui.ports import Market

PROVIDER: Final = "BRFG"
WANTS_NEWS: Final = "292"
_PROVIDERS: Final = (PROVIDER, "Briefing.com General Market Columns")
_ARTICLE, _TICK, _PROVIDER_LIST, _NEWS, _NEWS_END = 83, 84, 85, 86, 87
_META, _EVENTS = 104, 105
_EARNINGS: Final = "wshe_ed"
_META_TEXT: Final = json.dumps({"meta_data": {"event_types": [{"tag": _EARNINGS, "name": "Earnings Date"}]}})
_MOST: Final = 300
_AHEAD_MS: Final = 180 * DAY_MS


class Bulletins(Quiet):
    """Implements `part.Part`. `headlines` in order of time."""

    def __init__(
        self,
        registry: Registry,
        market: Market,
        quotes: Quotes,
        headlines: Sequence[HeadlineSeen],
        entitled: Entitled,
    ) -> None:
        self._registry = registry
        self._market = market
        self._quotes = quotes
        self._headlines = headlines
        self._entitled = entitled
        self._told = 0
        self._acquainted: set[int] = set()

    def routes(self) -> Mapping[int, Route]:
        return {
            requests.ARTICLE: Route(requests.article, self._article, 0),
            requests.PROVIDERS: Route(requests.bare, self._providers),
            requests.NEWS: Route(requests.news, self._news, 0),
            requests.WSH_META: Route(requests.bare_number, self._meta, 0),
            requests.CANCEL_WSH_META: Route(requests.bare_number, lambda session, request, at_ms: None, 0),
            requests.WSH_EVENTS: Route(requests.events, self._events, 0),
            requests.CANCEL_WSH_EVENTS: Route(requests.bare_number, lambda session, request, at_ms: None, 0),
        }

    def lost(self, session: Session, at_ms: int) -> None:
        self._acquainted.discard(session.key)

    def next_ms(self, after_ms: int) -> int | None:
        return self._headlines[self._told].at_ms if self._told < len(self._headlines) else None

    def advance(self, at_ms: int) -> None:
        """Each headline once, to those whose line asked for news."""
        while self._told < len(self._headlines) and self._headlines[self._told].at_ms <= at_ms:
            headline = self._headlines[self._told]
            for session, request, listed in self._quotes.lines():
                if listed.symbol == headline.symbol and any(each.startswith(WANTS_NEWS) for each in request.generic):
                    article, text = f"{PROVIDER}${self._told:06}", untrusted(headline.text)
                    session.send(_TICK, request.request_id, headline.at_ms, PROVIDER, article, text, "")
            self._told += 1

    def _providers(self, session: Session, request: requests.Nothing, at_ms: int) -> None:
        session.send(_PROVIDER_LIST, 1, *_PROVIDERS)

    def _article(self, session: Session, request: requests.ArticleAsked, at_ms: int) -> None:
        provider, _, row = request.article.partition("$")
        known = row.isascii() and row.isdecimal() and int(row) < self._told
        if not known or (provider, request.provider) != (PROVIDER, PROVIDER):
            session.error(request.request_id, 321, "Error validating request.-'bX' : cause - Unknown article")
            return
        session.send(_ARTICLE, request.request_id, 0, untrusted(self._headlines[int(row)].text))

    def _news(self, session: Session, request: requests.NewsAsked, at_ms: int) -> None:
        number, listed = request.request_id, self._registry.by_id(request.con_id, at_ms)
        first_ms, last_ms = instant(request.start, 0), instant(request.end, at_ms)
        if listed is None or first_ms is None or last_ms is None:
            session.error(number, 321, "Error validating request.-'bY' : cause - Invalid contract id or time")
            return
        wanted = PROVIDER in request.providers.split("+")
        rows = [row for row in self._rows(listed.symbol) if first_ms <= self._headlines[row].at_ms <= last_ms]
        most = max(0, min(request.most, _MOST)) if wanted else 0
        for row in reversed(rows[len(rows) - min(most, len(rows)) :]):
            told = self._headlines[row]
            session.send(_NEWS, number, utc_stamp(told.at_ms), PROVIDER, f"{PROVIDER}${row:06}", untrusted(told.text))
        session.send(_NEWS_END, number, len(rows) > most)

    def _rows(self, symbol: str) -> Iterator[int]:
        return (row for row in range(self._told) if self._headlines[row].symbol == symbol)

    def _meta(self, session: Session, request: requests.Numbered, at_ms: int) -> None:
        if not self._entitled.events:
            session.error(request.number, 10276, "News feed is not allowed.")
            return
        self._acquainted.add(session.key)
        session.send(_META, request.number, _META_TEXT)

    def _events(self, session: Session, request: requests.EventsAsked, at_ms: int) -> None:
        number = request.request_id
        if session.key not in self._acquainted:
            session.error(number, 10282, "WSH metadata request is required before WSH event data request")
            return
        first_ms, last_ms = instant(request.start, at_ms), instant(request.end, at_ms + _AHEAD_MS)
        ids = _watched(request)
        if first_ms is None or last_ms is None or ids is None:
            session.error(number, 10283, "Failed request WSH event data: invalid filter, conId or date")
            return
        days = day_of(first_ms), day_of(last_ms)
        rows = [row for con_id in ids for row in self._earnings(con_id, days, at_ms)]
        session.send(_EVENTS, number, json.dumps(rows[: request.most]))

    def _earnings(self, con_id: int, days: tuple[date, date], at_ms: int) -> Iterator[dict[str, object]]:
        """The reports of a contract's underlying within the days; none where nobody knows of any."""
        listed = self._registry.by_id(con_id, at_ms)
        chain = None if listed is None else self._market.chain(listed.symbol, at_ms)
        for day in (chain.earnings or ()) if chain is not None else ():
            if days[0] <= day <= days[1]:
                assert chain is not None
                when = "AFTER MARKET" if day in chain.reports_after_close else "BEFORE MARKET"
                data = {"earnings_date": f"{day:%Y%m%d}", "time_of_day": when}
                yield {"event_type": _EARNINGS, "conid": con_id, "data": data}


def _watched(request: requests.EventsAsked) -> list[int] | None:
    """The contracts whose events are wanted: one by its id, or a filter's watchlist; None where it is none."""
    if request.con_id is not None:
        return [request.con_id]
    try:
        found = json.loads(request.filter)["watchlist"]
        return [int(each) for each in found]
    except (ValueError, TypeError, KeyError, ArithmeticError, RecursionError):
        return None
