"""Why: the clauses that were looked at for a row, on a screen of their own."""

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from allusetui.tui.screens.main import Frame, Framed
from allusetui.tui.widgets.pane import Pane
from allusetui.view.model import Line, Seen, Table

if TYPE_CHECKING:
    from allusetui.view.why import Asked


class Why(Framed):
    """Answers one question; a further one about a row of it has a screen of its own."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave")]

    def __init__(self, frame: Frame, asked: "Asked") -> None:
        super().__init__(frame)
        self.asked = asked

    def compose(self) -> ComposeResult:
        yield from self._top()
        yield self._frame.filled(Pane(self._about, id="about", classes="line"))
        yield self._frame.filled(Pane(self._why, id="why", heading="why"))
        yield from self._bottom()

    def on_mount(self) -> None:
        self.query_one("#why").focus()

    def anew(self, asked: "Asked") -> None:
        """Answer something else."""
        self.asked = asked
        for pane in self.query(Pane):
            pane.begin()
            self._frame.filled(pane)

    def _about(self, seen: Seen, width: int) -> tuple[Line, ...]:
        from allusetui.tui.shown import about

        return about(seen, self.asked, width)

    def _why(self, seen: Seen, width: int) -> Table:
        from allusetui.tui.shown import why

        return why(seen, self.asked, width)

    def action_leave(self) -> None:
        self.dismiss()
