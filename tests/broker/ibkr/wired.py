"""Our market over the real library, on the socket of our own gateway; time passes when the test says so."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from allusetui.broker.gateway.instruments import PriceSteps
from allusetui.broker.gateway.quotes import Entitled
from allusetui.broker.gateway.server import ADDRESS
from allusetui.broker.gateway.session import USUAL
from allusetui.broker.gateway.venue import assemble
from allusetui.broker.ibkr.known import Known
from allusetui.broker.ibkr.library import Library
from allusetui.broker.ibkr.lines import MOST
from allusetui.broker.ibkr.market import IbkrMarket, Terms
from allusetui.domain.contract import Contract, Option
from allusetui.domain.input import BarsSeen, ChainSeen, Input
from allusetui.domain.quote import Quote, Sought
from tests.broker.gateway.clients import PATIENCE_S, House, serving
from tests.broker.gateway.desks import venue
from tests.broker.scripts import CALENDAR

CLIENT = 3
Wish = Callable[[str, Sequence[date]], Sequence[Sought]]


@dataclass
class Wired:
    """A market that is linked."""

    house: House
    library: Library
    market: IbkrMarket
    entitled: Entitled
    seen: list[Input] = field(default_factory=list)

    def turn(self) -> None:
        """One step of whoever turns the session."""
        self.seen += self.market.advance(self.house.now_ms)

    def wait(self, ms: int) -> None:
        self.house.wait(ms)
        self.turn()

    async def until(self, holds: Callable[[], object]) -> None:
        """Turns until something holds; no market time passes."""
        async with asyncio.timeout(PATIENCE_S):
            while not holds():
                self.turn()
                await asyncio.sleep(0)

    async def settle(self, holds: Callable[[], object]) -> None:
        """Waits, without a turn, until something holds."""
        async with asyncio.timeout(PATIENCE_S):
            while not holds():
                await asyncio.sleep(0)

    async def pass_until(self, holds: Callable[[], object], step_ms: int = 250, moment_s: float = 0.001) -> None:
        """Lets market time pass in steps, with moments for the socket after each, until something holds.

        What the client may send in a second is counted by the wall's clock: many messages take longer moments.
        """
        async with asyncio.timeout(PATIENCE_S):
            while not holds():
                self.wait(step_ms)
                for _ in range(5):
                    await asyncio.sleep(moment_s)
                    self.turn()

    async def watch(self, symbols: Sequence[str] = (), options: Sequence[Option] = ()) -> None:
        """Have lines, and let them show their first."""
        self.market.watch(symbols, options)
        await self.until(lambda: all(self.spot(each) for each in symbols) and all(map(self.quote, options)))

    async def look_for(self, symbol: str = "AAPL") -> None:
        """Ask for a symbol's chain, once its underlying and the VIX are shown."""
        await self.watch([symbol, "VIX"])
        self.market.ask_chain(symbol, self.house.now_ms)

    def say(self, *fields: object) -> None:
        """The gateway says something, whatever its market shows."""
        self.say_later(*fields)
        self.house.server.turn()

    def say_later(self, *fields: object) -> None:
        """It says so with the next thing that it says."""
        session = self.house.gateway.sessions.of_client(CLIENT)
        assert session is not None
        session.send(*fields)  # type: ignore[arg-type]

    def line_of(self, contract: Contract) -> int:
        """The number under which its line was asked for."""
        return self.market.stream._number_of[contract]

    def spot(self, symbol: str) -> Quote | None:
        return self.market.underlying(symbol, self.house.now_ms)

    def quote(self, option: Option) -> Quote | None:
        return self.market.option(option, self.house.now_ms)

    def chains(self) -> list[ChainSeen]:
        return [each for each in self.seen if isinstance(each, ChainSeen)]

    def bars(self) -> list[BarsSeen]:
        return [each for each in self.seen if isinstance(each, BarsSeen)]


@asynccontextmanager
async def wired(
    folder: Path, wish: Wish = lambda symbol, listed: (), more: str = "", lines: int = MOST, known: Known | None = None,
    entitled: Entitled | None = None, steps: PriceSteps | None = None,
    ahead: Wish | None = None,
) -> AsyncIterator[Wired]:  # fmt: skip
    """A gateway over the market of the desks with `more` tables, and our market over it."""
    rights, place = entitled or Entitled(), venue(more)
    place = replace(place, entitled=rights, steps=place.steps if steps is None else lambda symbol: steps)
    async with serving(assemble(place, USUAL).gateway) as house:
        library = Library(lambda seen: None, lambda about, code, text: None)
        terms = Terms(CALENDAR, folder, known or Known(), lines)
        market = IbkrMarket(
            library, terms, lambda symbol, listed, at_ms: wish(symbol, listed), lambda: house.now_ms, lambda: None,
            None if ahead is None else lambda symbol, listed, at_ms: ahead(symbol, listed),
        )  # fmt: skip
        await library.connectAsync(ADDRESS, house.port, clientId=CLIENT, timeout=4, raiseSyncErrors=True)
        try:
            yield Wired(house, library, market, rights)
        finally:
            market.close()
            library.disconnect()
