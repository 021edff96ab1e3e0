"""What the broker's news providers publish on the symbols that are watched: asked for in turn, told once, hostile text.

Asked for, not subscribed to: a provider that a login may not read then refuses a question, and never a line of quotes.
"""

import asyncio
import re
from collections import deque
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import Final

from ib_async import HistoricalNews

from allusetui.broker.ibkr.asks import Asks, RefusedError, UnansweredError
from allusetui.broker.ibkr.listings import Listings
from allusetui.domain.contract import CASH_SETTLED
from allusetui.domain.input import HeadlineSeen
from allusetui.domain.moment import MINUTE_MS, SECOND_MS, day_of
from allusetui.domain.text import untrusted

EVERY_MS: Final = 5 * MINUTE_MS
MOST: Final = 20
"""Headlines of one answer: in so short a time more are a flood, of which the newest are read."""
ROOM: Final = 200
_LATE_MS: Final = 15 * MINUTE_MS
"""What is published under an earlier time than that of the last look is still found by the next."""
_KNOWN: Final = 5_000
_LONGEST: Final = 300
_MARKS: Final = re.compile(r"^(\{[^{}]{0,200}\}\s*)+")
"""What a provider puts before a headline: its language, a score, its own classes."""


class Headlines:
    """Implements `ports.News`; what was published before it was made is old. To be used in the market's loop."""

    def __init__(self, asks: Asks, listings: Listings, now_ms: Callable[[], int], ring: Callable[[], None]) -> None:
        self.refusal: str | None = None
        """Why no headlines come."""
        self._asks, self._listings = asks, listings
        self._now_ms, self._ring = now_ms, ring
        self._since_ms = now_ms()
        self._looked_ms: dict[str, int] = {}
        self._told: dict[tuple[str, str, str], None] = {}
        self._came: deque[HeadlineSeen] = deque(maxlen=ROOM)
        self._providers = ""
        self._providers_of = date.min
        self._looking: asyncio.Task[None] | None = None

    def watch(self, symbols: Sequence[str]) -> None:
        """These are read about from now on."""
        watched = [symbol for symbol in symbols if symbol not in CASH_SETTLED]
        self._looked_ms = {symbol: self._looked_ms.get(symbol, 0) for symbol in watched}

    def take(self, at_ms: int) -> Sequence[HeadlineSeen]:
        """What has come and has not been taken yet; the next symbol is asked about where that is due."""
        due = [symbol for symbol, looked_ms in self._looked_ms.items() if at_ms >= looked_ms + EVERY_MS]
        if due and self._looking is None and self._asks.is_linked:
            self._looking = asyncio.get_running_loop().create_task(self._look(due[0]))
        came = [*self._came]
        self._came.clear()
        return came

    def close(self) -> None:
        """Nothing is asked any more."""
        if self._looking is not None:
            self._looking.cancel()

    async def _look(self, symbol: str) -> None:
        """What can't be had now is asked for the next time."""
        looked_ms = max(self._looked_ms[symbol], self._since_ms)
        try:
            self._looked_ms[symbol] = self._now_ms()
            for row in await self._rows(symbol, looked_ms - _LATE_MS):
                self._hear(symbol, row)
        except UnansweredError as error:
            self.refusal = str(error)
        finally:
            self._looking = None

    async def _rows(self, symbol: str, since_ms: int) -> Sequence[HistoricalNews]:
        """Ascending. Raises UnansweredError."""
        providers = await self._asked_providers()
        if not providers:
            return ()
        con_id = await self._listings.con_id(symbol, self._now_ms())
        found = await self._asks.headlines(con_id, providers, since_ms, MOST)
        self.refusal = None
        return sorted(found, key=_made_ms)

    async def _asked_providers(self) -> str:
        """Those that the login may read, asked once a day; none for the rest of a day that refused. Raises as above."""
        today = day_of(self._now_ms())
        if self._providers_of != today:
            try:
                self._providers = "+".join(await self._asks.providers())
            except RefusedError as error:
                self._providers, self.refusal = "", str(error)
            self._providers_of = today
        return self._providers

    def _hear(self, symbol: str, row: HistoricalNews) -> None:
        key = symbol, untrusted(row.providerCode), untrusted(row.articleId)
        text = untrusted(_MARKS.sub("", row.headline), _LONGEST)
        if key in self._told or not text or _made_ms(row) < self._since_ms:
            return
        self._told[key] = None
        if len(self._told) > _KNOWN:
            del self._told[next(iter(self._told))]
        self._came.append(HeadlineSeen(self._now_ms(), symbol, text))
        self._ring()


def _made_ms(row: HistoricalNews) -> int:
    """When it was published; the broker tells in UTC, and mostly does not say so. A bare day is no time of news."""
    made: object = row.time
    if not isinstance(made, datetime):
        return 0
    return round((made if made.tzinfo is not None else made.replace(tzinfo=UTC)).timestamp()) * SECOND_MS
