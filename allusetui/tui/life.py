"""The app around what is shown: how it begins and ends, and its hold on the terminal."""

import asyncio
import os
from collections.abc import Callable
from contextlib import suppress

from rich.color import ColorSystem
from rich.console import RenderableType
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.app import App
from textual.events import Key
from textual.screen import Screen

from allusetui.domain.console import Console
from allusetui.tui.driver.driver import CellDriver
from allusetui.tui.driver.terminal import let_go
from allusetui.tui.keys import rebound
from allusetui.tui.look import structure, themes
from allusetui.tui.prefs import Prefs
from allusetui.view.commands import label


class Life(App[str], inherit_bindings=False):
    """Gives back `detach` or `end`: whether the engine goes on. It can fail and lose its terminal; the engine can't."""

    ENABLE_COMMAND_PALETTE = False

    def __init__(self, console: Console, prefs: Prefs) -> None:
        no_colour = os.environ.get("NO_COLOR")
        super().__init__(CellDriver, css_path=structure(), ansi_color=True if no_colour is not None else None)
        if no_colour is not None:
            os.environ["NO_COLOR"] = no_colour  # Textual takes it away; the next screen needs it too
        self.prefs = prefs
        self.palettes, complaints = themes(prefs.palettes)
        for palette in self.palettes.values():
            self.register_theme(palette)
        self.theme = prefs.theme if prefs.theme in self.palettes else "dark"
        self._styled_theme = self.theme
        self.stylesheet.set_variables(self.get_css_variables())
        if self.theme != prefs.theme:
            complaints += (f"no palette {prefs.theme}; there are {', '.join(self.palettes)}",)
        self._bindings = rebound(self._bindings, prefs.keys)
        self._complaints = prefs.complaints + complaints
        self._labels = {name: label(key) for name, key in prefs.keys.items()}
        self.failure: Exception | None = None
        """What the screen died of, if it did; the caller tells it."""
        self.lost = False
        """Whether its terminal is gone."""
        self._engine = console
        self._home: asyncio.AbstractEventLoop | None = None
        self._left: str | None = None

    def leave(self, end: bool) -> None:
        """End the screen, and the engine too if `end`. From any thread, and from a signal's handler."""
        self._left = "end" if end else "detach"
        self._soon(self._leave, self._left)

    def lose(self) -> None:
        """The terminal is gone: end the screen alone. From any thread, and from a signal's handler."""
        if not self.lost:
            self.lost = True
            let_go()
            self.leave(end=False)

    def _soon(self, call: Callable[..., object], *arguments: object) -> None:
        """From any thread; nothing once the screen has ended."""
        if self._home is not None:
            with suppress(RuntimeError):  # its loop is closed
                self._home.call_soon_threadsafe(call, *arguments)

    def _leave(self, answer: str | None) -> None:
        if answer == "end":
            self._engine.end()
        if answer in ("end", "detach"):
            self.exit(answer)

    def _fatal_error(self) -> None:
        """Textual would print the locals, account numbers included."""
        self.failure = self._exception
        self._close_messages_no_wait()

    def refresh_css(self, animate: bool = True) -> None:
        """Where the palette is another one: Textual also asks for it at each start, when nothing has changed yet."""
        if self.theme != self._styled_theme:
            self._styled_theme = self.theme
            super().refresh_css(animate)

    # The terminal

    def _set_pointer_shape(self, shape: str) -> None:
        """The mouse's pointer is the terminal's own: Textual would tell it again for every screen that is made."""

    def _display(self, screen: Screen[object], renderable: RenderableType | None) -> None:
        """Textual's own way writes whole regions; ours sends what changed of them."""
        driver = self._driver
        if not isinstance(driver, CellDriver) or not isinstance(renderable, LayoutUpdate | ChopsUpdate):
            super()._display(screen, renderable)
        elif self._running and not self._batch_count:
            try:
                driver.paint(renderable, self.console._color_system or ColorSystem.TRUECOLOR)
            except Exception as error:
                self._handle_exception(error)

    def take(self, key: Key, settled: bool) -> bool:
        """A key as it arrives, in the thread that reads it: nothing here is for it."""
        return False
