"""The dashboard that only watches: it shows everything, says so, and refuses every key that would do something."""

from typing import ClassVar

from textual.binding import Binding, BindingType

from allusetui.tui.frame import watch_line
from allusetui.tui.watch import Watch
from allusetui.view.model import Line, Seen

_DOES = {
    "p": "pause", "P": "pause all", "ctrl+x": "kill", "e": "no entries", "x": "close", "r": "resume", "R": "reset",
    "a": "approvals",
}  # fmt: skip


class Onlooker(Watch):
    """Shows; whatever is pressed, nothing leaves. Approvals are seen on the alert line and not asked for."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(key, f"refuse('{words}')", priority=key in ("p", "P", "ctrl+x")) for key, words in _DOES.items()
    ]

    def action_refuse(self, words: str) -> None:
        self._refuse(f"{words} NOT SENT: this dashboard only watches")

    def action_ask_leave(self) -> None:
        """There is nothing to ask: the engine goes on."""
        self._leave("detach")

    def _keys(self, seen: Seen, width: int) -> tuple[Line, ...]:
        return (watch_line(width),)
