"""Interactive Brokers as a market by the clock: `ports.Market` for what it shows, `ports.Inquiries` for the rest.

Nothing is known ahead: `disturbed` always holds, so that whatever has come is looked at, a few times a second.
"""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from math import nan
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from allusetui.broker.ibkr.asks import Asks
from allusetui.broker.ibkr.bar_files import BarFiles
from allusetui.broker.ibkr.calendars import Calendars
from allusetui.broker.ibkr.count_file import CountFile
from allusetui.broker.ibkr.early import Early
from allusetui.broker.ibkr.follows import Follows
from allusetui.broker.ibkr.headlines import Headlines
from allusetui.broker.ibkr.history import History
from allusetui.broker.ibkr.known import Known
from allusetui.broker.ibkr.library import Library
from allusetui.broker.ibkr.lines import MOST, Lines
from allusetui.broker.ibkr.listings import Listings
from allusetui.broker.ibkr.naming import is_index
from allusetui.broker.ibkr.night import Night
from allusetui.broker.ibkr.scans import Needs, Scans, Wanted, last_close_ms
from allusetui.broker.ibkr.shown import Shown
from allusetui.broker.ibkr.sources import Sources
from allusetui.broker.ibkr.stream import Stream
from allusetui.broker.ibkr.survey import View, guess_vol
from allusetui.broker.ibkr.volumes import Volumes
from allusetui.domain.calendar import Calendar
from allusetui.domain.contract import Contract, Option, Stock
from allusetui.domain.frozen import frozen
from allusetui.domain.input import BarsSeen, ChainSeen, Input
from allusetui.domain.moment import MINUTE_MS, SECOND_MS
from allusetui.domain.money import CENT, ZERO
from allusetui.domain.quote import Ahead, Bar, Breadth, Chain, Listed, Quote
from allusetui.domain.snapshot import Source

TICK_MS: Final = 250
"""How soon what has come in session is looked at: a breaker acts within one tick (6.14)."""
IDLE_TICK_MS: Final = 5 * SECOND_MS
"""How often a look is taken in session where nothing has come: quotes age."""
SHUT_TICK_MS: Final = MINUTE_MS
_OVERTIME_MS: Final = 20 * MINUTE_MS
"""The VIX is shown until a quarter past the close."""
VIX: Final = "VIX"


@frozen
class Terms:
    """What a market is opened with: sessions, the folder for bars, what a person knows, lines that may be used."""

    calendar: Calendar
    folder: Path
    known: Known
    lines: int = MOST


class IbkrMarket:
    """Implements `ports.Market` and `ports.Inquiries` over a library that somebody else keeps linked.

    `now_ms`: the session's clock; `ring`: wakes whoever turns it; `wanted`: see `Scans`; `ahead`: see `Early`. To be
    made in its loop.
    """

    symbols: frozenset[str] = frozenset()

    def __init__(
        self, library: Library, terms: Terms, wanted: Wanted, now_ms: Callable[[], int], ring: Callable[[], None],
        ahead: Wanted | None = None,
    ) -> None:  # fmt: skip
        self._calendar = terms.calendar
        asks = Asks(library)
        self.lines = Lines(terms.lines)
        self.stream = Stream(library, self.lines, now_ms, self._moved, self._is_near)
        self.listings = Listings(asks, terms.calendar)
        self.calendars = Calendars(asks, self.listings, terms.known, now_ms)
        self.history = History(asks, BarFiles(terms.folder), terms.calendar, now_ms, self._fetched)
        self.volumes = Volumes(asks, self.history.pace, terms.calendar, now_ms)
        needs = Needs(wanted, self._view, self.calendars.learn, self.volumes.of)
        self.scans = Scans(self.stream, self.listings, terms.calendar, needs, now_ms, self._scanned)
        counts = CountFile(terms.folder)
        self.night = Night(terms.known.constituents, self.history, counts, terms.calendar, now_ms)
        self.headlines = Headlines(asks, self.listings, now_ms, ring)
        self.early = Early(asks, self.listings, self.calendars, terms.calendar, ahead, self.scans.are_running, now_ms)
        self._known, self._now_ms, self._ring = terms.known, now_ms, ring
        self._sources = Sources(self.stream, self.history, self.calendars, self.night, terms.known)
        self._best: dict[Contract, Quote] = {}
        self._follows = Follows()
        self._came: deque[tuple[int, Input]] = deque()
        self._unseen = False

    def close(self) -> None:
        """Nothing is asked or answered any more."""
        self.scans.close()
        self.history.close()
        self.headlines.close()
        self.early.close()
        self.night.close()

    # ports.Market

    def underlying(self, symbol: str, at_ms: int) -> Quote | None:
        return self._quote(Stock(symbol), at_ms)

    def option(self, option: Option, at_ms: int) -> Quote | None:
        return self._quote(option, at_ms)

    def chain(self, symbol: str, at_ms: int) -> Chain | None:
        """Not to be had at once: `ask_chain`."""
        return None

    def bars(self, symbol: str, at_ms: int) -> tuple[Bar, ...]:
        """Those that are kept; `ask_bars` asks for what is missing."""
        shelf = self.history.shelves.get(symbol)
        return shelf.kept.bars if shelf is not None else ()

    def rate(self, at_ms: int) -> float:
        return float(self._known.rate or ZERO)

    def breadth(self, at_ms: int) -> Breadth | None:
        """The newer of what a person wrote down and what was counted; of one session what a person wrote."""
        told = [each for each in (self._known.width(), self.night.count.breadth) if each is not None]
        return max(told, key=lambda each: each.day, default=None)

    def next_tick(self, after_ms: int) -> int | None:
        """Around a session at once, as it were, where something has come; else now and then."""
        step_ms = (TICK_MS if self._unseen else IDLE_TICK_MS) if self._is_near(after_ms) else SHUT_TICK_MS
        return after_ms // step_ms * step_ms + step_ms

    def first_above(self, symbol: str, level: Decimal, after_ms: int, until_ms: int) -> int | None:
        """Nobody knows; every tick is looked at."""
        return None

    def ahead(
        self, symbols: Iterable[str], options: Iterable[Option], strips: Iterable[Listed], times: NDArray[np.int64]
    ) -> Ahead | None:
        return None

    def disturbed(self, after_ms: int, until_ms: int) -> bool:
        return True

    # ports.Inquiries

    def watch(self, symbols: Sequence[str], options: Sequence[Option]) -> None:
        """These have a line from now on, underlyings first; what others were last quoted at is of no use any more."""
        wanted: list[Contract] = [*map(Stock, symbols), *options]
        self.lines.stand(wanted)
        for contract in self._best.keys() - set(wanted):
            del self._best[contract]
            self._follows.forget(contract)
        self.headlines.watch(symbols)
        self.early.watch(symbols)

    def ask_chain(self, symbol: str, at_ms: int) -> Sequence[Input]:
        self.scans.ask(symbol)
        return ()

    def ask_bars(self, symbol: str, at_ms: int) -> Sequence[Input]:
        bars = self.history.ask(symbol)
        return () if bars is None else (BarsSeen(at_ms, symbol, bars),)

    def next_ms(self, after_ms: int) -> int | None:
        due_ms = min(self.stream.next_ms(after_ms), self.night.next_ms(after_ms))
        return max(min(self._came[0][0], due_ms) if self._came else due_ms, after_ms + 1)

    def advance(self, at_ms: int) -> Sequence[Input]:
        """What has been answered; lines are asked for and let go."""
        self._unseen = False
        self.stream.pump(at_ms)
        self.early.turn(at_ms)
        self.night.turn(at_ms)
        self.scans.moved()
        came, self._came = self._came, deque()
        return [replace(seen, at_ms=at_ms) for _, seen in came]

    def sources(self, at_ms: int) -> tuple[Source, ...]:
        return self._sources.told(at_ms)

    # What comes

    def _quote(self, contract: Contract, at_ms: int) -> Quote | None:
        """The newest that was made: a line that has become delayed does not make the last live value older."""
        shown, before = self.stream.shown(contract), self._best.get(contract)
        close_ms = last_close_ms(self._calendar, at_ms)
        found = shown.quote(close_ms, CENT, is_index(contract)) if shown is not None else None
        if found is None or (before is not None and before.at_ms > found.at_ms):
            return before
        if isinstance(contract, Option) and shown is not None:
            found = self._dated(contract, found, shown, at_ms)
        # What came while the look was being taken was not made after it.
        self._best[contract] = best = replace(found, at_ms=min(found.at_ms, at_ms))
        return best

    def _dated(self, option: Option, found: Quote, shown: Shown, at_ms: int) -> Quote:
        """An option's quote on its grid, and no younger than what its underlying says of it."""
        tick, steps = self.listings.tick(option, found.mid), self.listings.steps(option.symbol)
        found = replace(found, tick=tick, steps=steps)
        moved_ms = self.stream.moved_ms(option.symbol)
        # Options on the VIX follow its futures.
        spot = self.underlying(option.symbol, at_ms) if option.symbol != VIX else None
        delta = shown.greeks.delta if shown.greeks is not None else nan
        made_ms = self._follows.made_ms(option, found, spot.mid if spot is not None else None, delta, at_ms)
        return replace(found, at_ms=made_ms if moved_ms is None else min(made_ms, moved_ms))

    def _view(self, symbol: str, at_ms: int) -> View | None:
        spot, vix = self.underlying(symbol, at_ms), self.underlying(VIX, at_ms)
        if spot is None or spot.mid <= 0:
            return None
        return View(float(spot.mid), guess_vol(float(vix.mid) if vix is not None else None), self.rate(at_ms))

    def _moved(self) -> None:
        """The first news since the last look wakes whoever looks; the rest waits with it."""
        self.scans.moved()
        if not self._unseen and self._is_near(self._now_ms()):
            self._unseen = True
            self._ring()

    def _is_near(self, at_ms: int) -> bool:
        session = self._calendar.at(at_ms)
        return session is not None and session.open_ms - MINUTE_MS <= at_ms < session.close_ms + _OVERTIME_MS

    def _scanned(self, symbol: str, chain: Chain | None, reason: str) -> None:
        if chain is not None:
            shown = self.stream.shown(Stock(symbol))
            chain = self.calendars.dated(chain, shown.dividends if shown is not None else None)
        self._sources.scanned(symbol, chain, reason, self._now_ms())
        self._tell(ChainSeen(self._now_ms(), symbol, chain, reason))

    def _fetched(self, symbol: str, bars: tuple[Bar, ...]) -> None:
        self._tell(BarsSeen(self._now_ms(), symbol, bars))

    def _tell(self, seen: Input) -> None:
        self._came.append((self._now_ms(), seen))
        self._ring()
