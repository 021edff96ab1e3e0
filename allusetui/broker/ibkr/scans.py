"""Chains over the wire: one scan a symbol at a time, on borrowed lines, told when it is whole or why it is not."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Final

import numpy as np

from allusetui.broker.ibkr.asks import UnansweredError
from allusetui.broker.ibkr.listings import Listings
from allusetui.broker.ibkr.stream import Stream
from allusetui.broker.ibkr.survey import Survey, View
from allusetui.broker.ibkr.volumes import Traded
from allusetui.domain.calendar import Calendar
from allusetui.domain.contract import Option, Right
from allusetui.domain.frozen import frozen
from allusetui.domain.moment import SECOND_MS, day_of
from allusetui.domain.quote import Chain, Slice, Sought

WAIT_MS: Final = 12 * SECOND_MS
"""How long a contract's figures may take to come, from when its line was asked for."""
LONGEST_S: Final = 50.0
"""A whole scan: less than a decision waits for it."""
_LOOK_S: Final = 0.25

Wanted = Callable[[str, Sequence[date], int], Sequence[Sought]]
"""What of a symbol's chain is waited for now: `Engine.reach`."""


@frozen
class Needs:
    """What a scan goes by. `view`: spot, volatility and rate to begin a search with; None while there is no price.

    `learn` finds out a symbol's dates, which a chain tells too; `traded` what was traded of options the days before.
    """

    wanted: Wanted
    view: Callable[[str, int], View | None]
    learn: Callable[[str], Awaitable[None]]
    traded: Callable[[Sequence[Option]], Awaitable[Mapping[Option, Traded]]]


class NoChainError(Exception):
    """A chain that can't be had now; one line that says why."""


class Scans:
    """Scans chains. `tell(symbol, chain, reason)` is called once for each that was asked for."""

    def __init__(
        self, stream: Stream, listings: Listings, calendar: Calendar, needs: Needs, now_ms: Callable[[], int],
        tell: Callable[[str, Chain | None, str], None],
    ) -> None:  # fmt: skip
        self._stream, self._listings, self._calendar = stream, listings, calendar
        self._needs, self._now_ms, self._tell = needs, now_ms, tell
        self._running: dict[str, asyncio.Task[None]] = {}
        self._moved = asyncio.Event()
        self._vols: dict[str, float] = {}
        """As the last chain of a symbol had it."""

    def ask(self, symbol: str) -> None:
        """Begin to scan; one that runs already answers this question too."""
        if symbol not in self._running:
            self._running[symbol] = asyncio.get_running_loop().create_task(self._run(symbol))

    def are_running(self) -> bool:
        """Whether somebody waits for a chain."""
        return bool(self._running)

    def moved(self) -> None:
        """Something has come on some line, or time has passed."""
        self._moved.set()

    def close(self) -> None:
        """Nothing is answered any more."""
        for task in self._running.values():
            task.cancel()

    async def _run(self, symbol: str) -> None:
        chain, reason = None, f"{symbol}: its scan failed"
        try:
            async with asyncio.timeout(LONGEST_S):
                chain = await self._scan(symbol)
        except (NoChainError, UnansweredError) as error:
            reason = str(error)
        except TimeoutError:
            reason = f"{symbol}: its chain did not come within {LONGEST_S:g} s"
        finally:
            self._stream.lines.give_back(_holder(symbol))
            del self._running[symbol]
            self._tell(symbol, chain, "" if chain is not None else reason)  # whatever happens it is waited for

    async def _scan(self, symbol: str) -> Chain:
        """Until all has been seen that is waited for by then, not only when it was asked for."""
        now_ms = self._now_ms()
        listed, _ = await asyncio.gather(self._listings.expiries(symbol, now_ms), self._needs.learn(symbol))
        view = self._needs.view(symbol, now_ms)
        if view is None:
            raise NoChainError(f"{symbol}: its price is not known yet")
        if (known := self._vols.get(symbol)) is not None:
            view = replace(view, vol=known, known=True)
        survey = Survey(symbol, view)
        while not survey.covers(sought := self._needs.wanted(symbol, listed, self._now_ms())):
            for each in sought:
                row = await self._listings.row(symbol, each.expiry, each.right, self._now_ms())
                survey.add(each, row, self._now_ms())
            await self._look(survey)
            if (vol := survey.vol(self._now_ms())) is not None:
                self._vols[symbol] = vol
            if survey.trouble is None:
                survey.before |= await self._needs.traded(survey.thin())
            elif view.known or vol is None:
                raise NoChainError(survey.trouble)
            else:  # the guess was so far off that the search did not get there
                view = replace(view, vol=vol, known=True)
                survey = Survey(symbol, view)
        return self._chain(survey, listed)

    async def _look(self, survey: Survey) -> None:
        """Quote after quote until the survey has enough."""
        pending: dict[Option, int] = {}
        holder, lines = _holder(survey.symbol), self._stream.lines
        while pending or not survey.is_done:
            now_ms = self._now_ms()
            fresh = [option for option in survey.wanted() if option not in pending]
            for contract in lines.borrow(holder, fresh, now_ms):
                assert isinstance(contract, Option)
                pending[contract] = now_ms
            self._stream.pump(now_ms)
            self._take(survey, pending, now_ms)
            if pending or not survey.is_done:
                await self._wait()

    def _take(self, survey: Survey, pending: dict[Option, int], now_ms: int) -> None:
        """What is whole is told at once; what is quoted is told when the rest has been waited for long enough."""
        holder, lines = _holder(survey.symbol), self._stream.lines
        for option, since_ms in list(pending.items()):
            shown, asked_ms = self._stream.shown(option), self._stream.asked_ms(option)
            late = now_ms - (asked_ms or since_ms) >= WAIT_MS
            if shown is not None and (shown.is_whole or (late and shown.is_quoted)):
                survey.told(option, shown, now_ms)
                lines.give_back(holder, [option])
                del pending[option]
            elif late or (shown is None and lines.is_refused(option)):
                why = self._stream.trouble.get(option, f"no quote within {WAIT_MS // SECOND_MS} s")
                raise NoChainError(f"{option.symbol} {option.expiry} {option.strike} {option.right}: {why}")

    async def _wait(self) -> None:
        self._moved.clear()
        try:
            await asyncio.wait_for(self._moved.wait(), _LOOK_S)
        except TimeoutError:
            return

    def _chain(self, survey: Survey, listed: tuple[date, ...]) -> Chain:
        """As old as the oldest of its quotes, and as the last move of its underlying: see `Pulse`."""
        now_ms, symbol = self._now_ms(), survey.symbol
        close_ms = last_close_ms(self._calendar, now_ms)
        told = [*(shown.made_ms(close_ms) for shown in survey.shown()), self._stream.moved_ms(symbol)]
        made = [made_ms for made_ms in told if made_ms is not None]
        slices = Looked(symbol, survey.slices(), listed, self._calendar)
        tick, steps = self._listings.finest(symbol), self._listings.steps(symbol)
        return Chain(symbol, min(made, default=now_ms), tick, listed, slices, None, steps=steps)


class Looked(Mapping[tuple[date, Right], Slice]):
    """The slices of a chain of which a part was looked at: the rest has no strikes, so that nothing is found there."""

    def __init__(
        self, symbol: str, seen: Mapping[tuple[date, Right], Slice], listed: Sequence[date], calendar: Calendar
    ) -> None:
        self._symbol, self._seen, self._listed, self._calendar = symbol, seen, listed, calendar

    def __getitem__(self, key: tuple[date, Right]) -> Slice:
        if key in self._seen:
            return self._seen[key]
        if key[0] not in self._listed:
            raise KeyError(key)
        none, prices = np.array([], dtype=np.int64), np.array([], dtype=np.float64)
        close_ms = self._calendar.up_to(key[0]).close_ms
        return Slice(self._symbol, *key, close_ms, (), prices, prices, none, none, none, none)

    def __iter__(self) -> Iterator[tuple[date, Right]]:
        return ((expiry, right) for expiry in self._listed for right in Right)

    def __len__(self) -> int:
        return len(self._listed) * len(Right)


def last_close_ms(calendar: Calendar, at_ms: int) -> int:
    """The close of the last session that has closed by the instant."""
    session = calendar.at(at_ms)
    if session is not None and session.close_ms <= at_ms:
        return session.close_ms
    return calendar.before(day_of(at_ms)).close_ms


def _holder(symbol: str) -> str:
    return f"chain of {symbol}"
