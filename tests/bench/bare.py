"""The least program that Textual makes: one line of text, and help by `?`. What a start and a box cost without ours.

Usage: python -m tests.bench.bare
"""

from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.containers import Container
from textual.screen import ModalScreen
from textual.widgets import Static

_LINES = 18
"""As many as our help has at 80×24."""


class Help(ModalScreen[None]):
    """Keys that there are not."""

    BINDINGS: ClassVar[list[BindingType]] = [("escape", "dismiss")]
    CSS = "Help { align: center middle; } Container { width: 76; height: auto; }"

    def compose(self) -> ComposeResult:
        with Container():
            yield Static("Keys: all")
            yield Static("\n".join(f"{line:<9}what this key would do, in so many words" for line in range(_LINES)))
            yield Static("esc back")


class Bare(App[None]):
    """Says one word."""

    BINDINGS: ClassVar[list[BindingType]] = [("question_mark", "help")]
    SCREENS = {"help": Help}  # noqa: RUF012  # as Textual declares it

    def compose(self) -> ComposeResult:
        yield Static("ready")

    def action_help(self) -> None:
        self.push_screen("help")


if __name__ == "__main__":
    Bare().run()
