"""The least program that Textual makes: one line of text. What a start costs before anything of ours runs.

Usage: python -m tests.bench.bare
"""

from textual.app import App, ComposeResult
from textual.widgets import Static


class Bare(App[None]):
    """Says one word."""

    def compose(self) -> ComposeResult:
        yield Static("ready")


if __name__ == "__main__":
    Bare().run()
