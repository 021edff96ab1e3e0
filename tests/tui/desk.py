"""A running dashboard under a pilot's fingers."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from textual.pilot import Pilot

from allusetui.tui.app import Dashboard
from allusetui.tui.widgets.pane import Pane
from allusetui.view.reports import Shelf, empty_shelf
from tests.replaying import Replayed
from tests.tui.consoles import Clock, Served, dashboard


@dataclass
class Desk:
    """A running dashboard and everything around it."""

    app: Dashboard
    console: Served
    clock: Clock
    pilot: Pilot[str]

    @property
    def line(self) -> str:
        """The alert line."""
        return self.text("alert")

    def text(self, name: str) -> str:
        pane = next(found for screen in reversed(self.app.screen_stack) for found in screen.query(f"#{name}"))
        assert isinstance(pane, Pane)
        return "\n".join(pane.render_line(y).text for y in range(pane.size.height))

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def poll(self) -> None:
        """What the clock would do within a quarter of a second."""
        self.app.poll()
        await self.pilot.pause()

    async def until(self, holds: Callable[[], bool]) -> None:
        for _ in range(500):
            if holds():
                return
            await self.pilot.pause(0.01)
        raise AssertionError("it never came to hold")


@asynccontextmanager
async def watching(
    replayed: Replayed, size: tuple[int, int] = (80, 24), shelf: Shelf = empty_shelf
) -> AsyncIterator[Desk]:
    app, console, clock = dashboard(replayed, shelf=shelf)
    async with app.run_test(size=size) as pilot:
        desk = Desk(app, console, clock, pilot)
        await desk.until(lambda: app.account is not None and bool(app.main.query_one("#risk", Pane).keys))
        await pilot.pause()
        yield desk
