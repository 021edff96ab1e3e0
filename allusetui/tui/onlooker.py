"""The dashboard that only watches: it shows everything, says so, and refuses every key that would do something."""

from dataclasses import replace
from typing import ClassVar

from textual.binding import Binding, BindingType

from allusetui.tui.frame import watch_line
from allusetui.tui.keys import SENDING, bindings
from allusetui.tui.viewer import Viewer
from allusetui.view.model import Line, Seen


class Onlooker(Viewer):
    """Shows; whatever is pressed, nothing leaves. Approvals are seen in their list and not asked for."""

    BINDINGS: ClassVar[list[BindingType]] = [
        replace(key, action=f"refuse('{key.id}')") for key in bindings(*SENDING) if isinstance(key, Binding)
    ]

    def action_refuse(self, name: str) -> None:
        self._refuse(f"{name.replace('_', ' ')} NOT SENT: this dashboard only watches")

    def action_leave(self) -> None:
        """There is nothing to ask: the engine goes on."""
        self._leave("detach")

    def _keys(self, seen: Seen, width: int) -> tuple[Line, ...]:
        return (watch_line(width, self._labels),)
