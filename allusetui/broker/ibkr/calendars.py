"""Reports and dividends of a symbol: the broker's calendar of events, else what a person knows, else unknown."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from allusetui.broker.ibkr.asks import Asks, RefusedError, UnansweredError
from allusetui.broker.ibkr.events import Reports, payout_of, reports_of
from allusetui.broker.ibkr.known import Known
from allusetui.broker.ibkr.listings import Listings
from allusetui.domain.contract import CASH_SETTLED
from allusetui.domain.frozen import frozen
from allusetui.domain.moment import day_of
from allusetui.domain.quote import Chain

FROM_BROKER: Final = "Interactive Brokers, corporate events"
FROM_PERSON: Final = "market.toml"


@frozen
class Told:
    """The reports of a symbol, None where nobody knows; who says so, when it was said, and why the broker does not."""

    reports: Reports | None
    source: str
    at_ms: int
    refusal: str = ""


class Calendars:
    """Asks the broker once a day and symbol where the login may see its events."""

    def __init__(self, asks: Asks, listings: Listings, known: Known, now_ms: Callable[[], int]) -> None:
        self.told: dict[str, Told] = {}
        self._asks, self._listings, self._known, self._now_ms = asks, listings, known, now_ms
        self._acquainted = date.min
        self._refusal: RefusedError | None = None
        self._lock = asyncio.Lock()

    def dated(self, chain: Chain, dividends: str | None) -> Chain:
        """A chain with what is known of its dates; `dividends`: what the broker's tick says of the next."""
        told = self.told.get(chain.symbol)
        reports = told.reports if told is not None else None
        known, paid = self._known.payouts(chain.symbol), payout_of(dividends) if dividends else None
        payouts = {each.ex: each for each in (*known, *([paid] if paid is not None else []))}
        return replace(
            chain,
            earnings=reports.days if reports is not None else None,
            reports_after_close=reports.after_close if reports is not None else frozenset(),
            payouts=tuple(payouts[ex] for ex in sorted(payouts)),
        )

    async def learn(self, symbol: str) -> None:
        """Find out the reports of a symbol, once a day; after a question that was not answered, the next time."""
        now_ms = self._now_ms()
        told = self.told.get(symbol)
        if symbol in CASH_SETTLED or (told is not None and day_of(told.at_ms) == day_of(now_ms)):
            return
        person = Told(self._from_person(symbol), FROM_PERSON, now_ms)
        try:
            async with self._lock:
                found = await self._from_broker(symbol)
        except RefusedError as refused:
            self.told[symbol] = replace(person, refusal=str(refused))
        except UnansweredError:
            self.told[symbol] = replace(person, at_ms=0)
        else:
            self.told[symbol] = person if found is None else Told(found, FROM_BROKER, now_ms)

    async def _from_broker(self, symbol: str) -> Reports | None:
        """None where it knows of no report to come. Raises UnansweredError, and RefusedError for what may not be seen.

        To a login that may not see its calendar it tells nothing all day; one symbol's refusal is that symbol's.
        """
        today = day_of(self._now_ms())
        if self._acquainted != today:
            try:
                await self._asks.acquaint()
                self._refusal = None
            except RefusedError as refused:
                self._refusal = refused
            self._acquainted = today
        if self._refusal is not None:
            raise self._refusal
        con_id = await self._listings.con_id(symbol, self._now_ms())
        # Unasked the broker begins with today: a report of Monday keeps puts out on Thursday too.
        monday = today - timedelta(days=today.weekday())
        return reports_of(await self._asks.events(con_id, monday), today)

    def _from_person(self, symbol: str) -> Reports | None:
        rows = self._known.reports(symbol, day_of(self._now_ms()))
        if rows is None:
            return None
        return Reports(tuple(sorted(row.day for row in rows)), frozenset(row.day for row in rows if row.after_close))
