"""A running dashboard under a pilot's fingers."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from textual.pilot import Pilot

from allusetui.domain.answer import Asking
from allusetui.tui.app import Dashboard
from allusetui.tui.inquirer import nobody
from allusetui.tui.prefs import Prefs
from allusetui.tui.screens.ask import Approval
from allusetui.tui.screens.main import Full
from allusetui.tui.widgets.pane import Pane
from allusetui.view.shelf import Shelf, empty_shelf
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

    @property
    def full(self) -> str | None:
        """The pane that has the screen for itself."""
        return self.app.screen.pane_name if isinstance(self.app.screen, Full) else None

    def terminal(self) -> list[str]:
        """What is sent to the terminal besides the drawing, from now on."""
        sent: list[str] = []
        driver = self.app._driver
        assert driver is not None

        def write(data: str) -> None:
            if not data.startswith("\x1b]22;"):  # the pointer's shape
                sent.append(data)

        driver.write = write  # type: ignore[method-assign]
        return sent

    async def put_aside(self) -> None:
        """Answer every prompt with later."""
        await self.until(lambda: isinstance(self.app.screen, Approval))
        while isinstance(self.app.screen, Approval):
            self.clock.now_ms += 600
            await self.press("escape")
            self.console.publish(beat_ms=self.clock.now_ms)
            await self.poll()

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
    replayed: Replayed,
    size: tuple[int, int] = (80, 24),
    prefs: Prefs | None = None,
    shelf: Shelf = empty_shelf,
    asking: Asking = nobody,
) -> AsyncIterator[Desk]:
    app, console, clock = dashboard(replayed, prefs, shelf, asking)
    async with app.run_test(size=size) as pilot:
        desk = Desk(app, console, clock, pilot)
        await desk.until(lambda: app.account is not None and bool(app.main.query_one("#risk", Pane).keys))
        await pilot.pause()
        yield desk
