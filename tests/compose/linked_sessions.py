"""A linked session as the product puts it together, on our gateway's socket; time passes when the test says so."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from allusetui.broker.gateway.gateway import Gateway
from allusetui.broker.ibkr.known import Known
from allusetui.compose.linked_live import Wall, Wish, open_linked
from allusetui.domain.event import Event
from allusetui.domain.link import SLEEVES, Link, Linked, Mode
from allusetui.domain.moment import SECOND_MS
from allusetui.domain.snapshot import Snapshot
from allusetui.domain.state import State
from allusetui.law.own import SHIPPED_ALONE, OwnLaws
from allusetui.runtime.live import Live
from tests.broker.gateway.clients import House

PATIENCE_S = 30.0
CODE = "DU4000001"
E = TypeVar("E", bound=Event)


@dataclass
class Joined:
    """A session that runs, and the house that it is linked to."""

    house: House
    live: Live
    folder: Path
    running: asyncio.Task[None] = field(init=False)

    @property
    def seen(self) -> Snapshot:
        assert self.live.latest is not None
        return self.live.latest

    @property
    def state(self) -> State:
        return self.live.session.turn.engine.state

    @property
    def rests(self) -> bool:
        """Whether it is linked and its books agree with the broker's."""
        accounts = self.state.accounts.values()
        linked = self.live.latest is not None and self.live.latest.link.up
        return linked and bool(accounts) and not any(account.latches for account in accounts)

    async def until(self, holds: Callable[[], object], step_ms: int = 50) -> None:
        """Lets market time pass in steps, with moments for the socket after each, until something holds."""
        async with asyncio.timeout(PATIENCE_S):
            while not holds():
                if self.running.done():
                    self.running.result()
                    raise AssertionError("the session has ended")
                self.house.wait(step_ms)
                self.live.session.bell.ring()
                for _ in range(20):
                    await asyncio.sleep(0)

    def of(self, kind: type[E]) -> list[E]:
        """The events of a kind that the journal has."""
        return [event for _, _, event in self.live.session.journal.read() if isinstance(event, kind)]

    async def ended(self) -> None:
        """It is asked to end, and does."""
        self.live.end()
        await self.running


@asynccontextmanager
async def joined(
    house: House,
    folder: Path,
    codes: dict[str, str] | None = None,
    known: Known | None = None,
    laws: OwnLaws = SHIPPED_ALONE,
) -> AsyncIterator[Joined]:
    """A session on paper, new or as it was left, until the block ends."""
    accounts = codes or dict.fromkeys(SLEEVES, CODE)
    link = Link("127.0.0.1", house.port, 7, Mode.PAPER, accounts)
    wish = Wish(folder / "settings.toml", link, Linked(Mode.PAPER, folder.name, accounts, 0), known or Known())
    live = open_linked(folder, wish, Wall(lambda: house.now_ms, lambda: house.now_ms / SECOND_MS), laws)
    made = Joined(house, live, folder)
    made.running = asyncio.create_task(live.run())
    try:
        while live.latest is None:
            await asyncio.sleep(0)
        yield made
    finally:
        made.live.end()
        await asyncio.gather(made.running, return_exceptions=True)
        live.session.close()


@asynccontextmanager
async def house_of(gateway: Gateway, now_ms: int) -> AsyncIterator[House]:
    """A gateway that listens."""
    house = House(gateway, now_ms)
    house.port = await house.server.open(0)
    try:
        yield house
    finally:
        await house.server.close()
