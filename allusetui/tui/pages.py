"""The screens that a person opens over the dashboard, and how they are left."""

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar, TypeVar

from textual.binding import Binding, BindingType
from textual.screen import Screen

from allusetui.tui.keys import bindings
from allusetui.tui.screens.ask import leaving
from allusetui.tui.screens.main import Full
from allusetui.tui.screens.why import Why
from allusetui.tui.watch import Watch
from allusetui.tui.widgets.pane import Pane
from allusetui.view.model import Seen

if TYPE_CHECKING:
    from allusetui.view.why import Asked

T = TypeVar("T")


class Pages(Watch):
    """Shows, and opens what a person wants to look at."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+c,ctrl+q", "leave"),
        *bindings("leave", "why", "journal", "orders", "states", "ladder", "calendar", "reports", "maximise", "alerts"),
    ]

    def action_leave(self) -> None:
        from allusetui.tui.shown import ending

        seen = self._seen
        question = self._safely(lambda: ending(seen)) if seen is not None else None
        self.show_screen(leaving(question.lines if question is not None else ()), self._leave)

    def show_screen(self, screen: Screen[T], then: Callable[[T | None], object]) -> None:
        """Put a screen on top, with the snapshot and the classes of its size: its first frame is a whole one."""
        sizes = {name for _, name in (*self.HORIZONTAL_BREAKPOINTS, *self.VERTICAL_BREAKPOINTS)}
        screen.add_class(*(self.main.classes & sizes), update=False)

        def heard(answer: T | None) -> None:
            then(answer)

        self.push_screen(screen, heard)

    def action_full(self, name: str) -> None:
        """One pane on a screen of its own; the same key goes back."""
        while isinstance(self.screen, Why):
            self.screen.dismiss()
        screen = self.screen
        if isinstance(screen, Full):
            screen.dismiss()
            if screen.pane_name == name:
                return
        from allusetui.tui.screens.reports import Reports

        full = Reports(self._frame) if name == "reports" else Full(self._frame, name)
        self.show_screen(full, lambda answer: self._read(name))

    def action_maximise(self) -> None:
        """The pane where a person is on a screen of its own, or back to all of them."""
        if isinstance(self.screen, Full):
            self.screen.dismiss()
        elif self.screen is self.main and self.focused is not None and self.focused.id is not None:
            self.action_full(self.focused.id)

    def action_why(self) -> None:
        """The clauses that were looked at for the row where a person is, or for the chosen account."""
        seen = self._seen
        made = self._safely(lambda: (self._asked(seen),)) if seen is not None else None
        if made is None:
            return
        (asked,) = made
        if asked is None:
            self._refuse("nothing more is known of this row")
        elif not isinstance(self.screen, Why) or self.screen.asked != asked:
            self.show_screen(Why(self._frame, asked), lambda answer: None)

    def _asked(self, seen: Seen) -> "Asked | None":
        from allusetui.tui.shown import asked_of, cited, deeper

        pane = self.focused
        key = pane.at if isinstance(pane, Pane) else None
        if isinstance(self.screen, Why):
            return deeper(seen, key, self.screen.asked.before) if key is not None else None
        if self._is_on_questions and key is not None:
            reply = self.inquirer.current.reply
            return cited(seen, reply.opened, key) if reply is not None else None
        if pane is None or pane.id is None or key is None:
            return asked_of(seen, "sleeves", self.account) if self.account is not None else None
        return asked_of(seen, pane.id, key)

    @property
    def _is_on_questions(self) -> bool:
        from allusetui.tui.screens.reports import Reports

        return isinstance(self.screen, Reports) and self.screen.asks

    def _read(self, name: str) -> None:
        """Alerts that were looked at are read."""
        if name == "alerts" and self._snapshot is not None and self._snapshot.alerts:
            self._read_seq = self._snapshot.alerts[-1].seq
