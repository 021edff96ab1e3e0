"""What the day's decisions will ask for is asked before they wait for it: listings, price steps, dates of reports."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import date
from typing import Final

from allusetui.broker.ibkr.asks import Asks, UnansweredError
from allusetui.broker.ibkr.calendars import Calendars
from allusetui.broker.ibkr.listings import Listings
from allusetui.broker.ibkr.scans import Wanted
from allusetui.domain.calendar import Calendar
from allusetui.domain.contract import Right
from allusetui.domain.moment import MINUTE_MS

BEFORE_MS: Final = 45 * MINUTE_MS
"""Before the open: the gateway is up by then, and the listings are the day's."""
_AGAIN_MS: Final = MINUTE_MS
_PAUSE_S: Final = 0.25


class Early:
    """Asks once a session and symbol, one after the other; what can't be had is asked again, or by whoever needs it.

    `ahead`: what of a symbol's chain the session may look at; without one nothing is asked early. `busy`: whether
    somebody waits for a chain, who goes before.
    """

    def __init__(
        self, asks: Asks, listings: Listings, calendars: Calendars, calendar: Calendar, ahead: Wanted | None,
        busy: Callable[[], bool], now_ms: Callable[[], int],
    ) -> None:  # fmt: skip
        self._asks, self._listings, self._calendars, self._calendar = asks, listings, calendars, calendar
        self._ahead, self._busy, self._now_ms = ahead, busy, now_ms
        self._symbols: Sequence[str] = ()
        self._known: set[str] = set()
        self._day = date.min
        self._next_ms = 0
        self._asking: asyncio.Task[None] | None = None

    def watch(self, symbols: Sequence[str]) -> None:
        """These are watched from now on."""
        self._symbols = symbols

    def turn(self, at_ms: int) -> None:
        """Begin to ask, where it is time to and something is not known."""
        session = self._calendar.at(at_ms) if self._ahead is not None else None
        if session is None or not session.open_ms - BEFORE_MS <= at_ms < session.close_ms:
            return
        if self._day != session.day:
            self._day, self._known, self._next_ms = session.day, set(), 0
        if self._asking is None and at_ms >= self._next_ms and self._asks.is_linked and self._missing():
            self._next_ms = at_ms + _AGAIN_MS
            self._asking = asyncio.get_running_loop().create_task(self._ask())

    @property
    def is_done(self) -> bool:
        """Whether all is known that is watched."""
        return self._asking is None and not self._missing()

    def close(self) -> None:
        """Nothing is asked any more."""
        if self._asking is not None:
            self._asking.cancel()

    def _missing(self) -> list[str]:
        return [symbol for symbol in self._symbols if symbol not in self._known]

    async def _ask(self) -> None:
        try:
            for symbol in self._missing():
                while self._busy():
                    await asyncio.sleep(_PAUSE_S)
                try:
                    await self._learn(symbol)
                except UnansweredError:
                    continue
                self._known.add(symbol)
        finally:
            self._asking = None

    async def _learn(self, symbol: str) -> None:
        """At least one row of its options, which tells their price steps. Raises UnansweredError."""
        assert self._ahead is not None
        listed = await self._listings.expiries(symbol, self._now_ms())
        await self._calendars.learn(symbol)
        rows = [(each.expiry, each.right) for each in self._ahead(symbol, listed, self._now_ms())]
        for expiry, right in rows or [(each, Right.PUT) for each in listed[:1]]:
            await self._listings.row(symbol, expiry, right, self._now_ms())
