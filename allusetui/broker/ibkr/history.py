"""Daily bars over the wire: what is kept on disk, and within the broker's pace what is missing of it."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Final

from ib_async import BarData

from allusetui.broker.ibkr.asks import Asks, RefusedError, UnansweredError
from allusetui.broker.ibkr.bar_files import BarFiles
from allusetui.broker.ibkr.bars import KEPT, Kept, added, missing
from allusetui.broker.ibkr.codes import Meaning, meaning_of
from allusetui.broker.ibkr.naming import asked
from allusetui.broker.ibkr.pacing import HistoryPace
from allusetui.domain.calendar import Calendar
from allusetui.domain.contract import Stock
from allusetui.domain.frozen import frozen
from allusetui.domain.moment import SECOND_MS
from allusetui.domain.quote import Bar

SOURCE: Final = "Interactive Brokers, trades of regular hours"
_WHAT: Final = "TRADES"
_TRIES: Final = 3
_PAUSE_S: Final = 1.0


@frozen
class Shelf:
    """The bars that can be told of a symbol, and why no newer ones could be had."""

    kept: Kept
    trouble: str = ""


class History:
    """Asks for what is missing, one request a symbol at a time. `tell` is called once for each that was asked for."""

    def __init__(
        self, asks: Asks, files: BarFiles, calendar: Calendar, now_ms: Callable[[], int],
        tell: Callable[[str, tuple[Bar, ...]], None],
    ) -> None:  # fmt: skip
        self.shelves: dict[str, Shelf] = {}
        self._asks, self._files, self._calendar = asks, files, calendar
        self._now_ms, self._tell = now_ms, tell
        self.pace = HistoryPace()
        self._running: dict[str, asyncio.Task[None]] = {}

    def ask(self, symbol: str) -> tuple[Bar, ...] | None:
        """The bars where none is missing; else None, and they are told when they have come."""
        kept = self._kept(symbol)
        if not missing(kept, self._calendar, self._now_ms()):
            return kept.bars
        if symbol not in self._running:
            self._running[symbol] = asyncio.get_running_loop().create_task(self._run(symbol))
        return None

    async def days(self, symbol: str, sessions: int) -> list[Bar]:
        """The bars of the last sessions, today's too, at the broker's pace. Raises UnansweredError."""
        for _ in range(_TRIES):
            await self._turn(symbol, sessions)
            try:
                return _bars(await self._asks.days(asked(Stock(symbol)), sessions))
            except RefusedError as error:
                if meaning_of(error.code, str(error)) is not Meaning.TOO_FAST:
                    raise
                self.pace.complained(self._now_ms())
        raise UnansweredError(f"{symbol}: the broker says that it is asked for history too fast")

    def close(self) -> None:
        """Nothing is answered any more."""
        for task in self._running.values():
            task.cancel()

    def _kept(self, symbol: str) -> Kept:
        if symbol not in self.shelves:
            self.shelves[symbol] = Shelf(self._files.read(symbol) or Kept(symbol, SOURCE, 0))
        return self.shelves[symbol].kept

    async def _run(self, symbol: str) -> None:
        """What can't be had leaves what is kept: the law knows what to do with bars that end too early (6.9)."""
        kept = self._kept(symbol)
        try:
            whole = await self._fetch(kept)
        except UnansweredError as error:
            self.shelves[symbol] = Shelf(kept, str(error))
        else:
            self.shelves[symbol] = Shelf(whole)
            self._files.write(whole)
        finally:  # whatever happens the answer is waited for
            del self._running[symbol]
            self._tell(symbol, self.shelves[symbol].kept.bars)

    async def _fetch(self, kept: Kept) -> Kept:
        """What is missing; all of it where what is kept does not fit any more."""
        symbol = kept.symbol
        came = await self.days(symbol, missing(kept, self._calendar, self._now_ms()))
        whole = added(kept, came, self._calendar, self._now_ms())
        if whole is None:
            nothing = Kept(symbol, SOURCE, 0)
            whole = added(nothing, await self.days(symbol, KEPT), self._calendar, self._now_ms())
        if whole is None or not whole.bars:
            raise UnansweredError(f"{symbol}: no bar of a session came")
        return whole

    async def _turn(self, symbol: str, sessions: int) -> None:
        """Wait until the request may leave."""
        while not self.pace.take(symbol, sessions, _WHAT, now_ms := self._now_ms()):
            due_ms = self.pace.free_ms(symbol, sessions, _WHAT, now_ms)
            await asyncio.sleep(min((due_ms - now_ms) / SECOND_MS, _PAUSE_S))


def _bars(rows: Sequence[BarData]) -> list[Bar]:
    return [Bar(day, row.high, row.low, row.close) for row in rows if (day := _day(row.date)) is not None]


def _day(at: date | datetime) -> date | None:
    """The day of a daily bar, which comes without an hour."""
    return at.date() if isinstance(at, datetime) else at
