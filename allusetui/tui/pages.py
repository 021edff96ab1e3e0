"""The screens that a person opens over the dashboard, and how they are left."""

from collections.abc import Callable
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from textual.binding import Binding, BindingType
from textual.screen import Screen

from allusetui.tui.keys import FULL, bindings
from allusetui.tui.screens.ask import Ask, Sheet, leaving
from allusetui.tui.screens.help import help_of
from allusetui.tui.screens.kept import Kept
from allusetui.tui.screens.main import Full
from allusetui.tui.screens.why import Why
from allusetui.tui.watch import Watch
from allusetui.tui.widgets.pane import Pane
from allusetui.view.model import Seen

if TYPE_CHECKING:
    from allusetui.view.why import Asked

_BETWEEN_S = 0.25
"""Between two screens that are made ready before anybody asks for them."""

T = TypeVar("T")


class Pages(Watch):
    """Shows, and opens what a person wants to look at."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+c,ctrl+q", "leave"),
        *bindings(
            "leave", "why", "journal", "orders", "states", "ladder", "calendar", "data", "reports", "maximise", "alerts"
        ),
    ]

    def action_leave(self) -> None:
        from allusetui.tui.shown import ending

        seen = self._seen
        question = self._safely(lambda: ending(seen)) if seen is not None else None
        self.ask(leaving(question.lines if question is not None else ()), self._leave)

    def show_screen(self, screen: Screen[T], then: Callable[[T | None], object]) -> None:
        """Put a screen on top, with the snapshot and the classes of its size: its first frame is a whole one."""
        self._fit(screen)

        def heard(answer: T | None) -> None:
            then(answer)

        below = self.screen
        assert isinstance(below, Kept)
        with below.staying():
            self.push_screen(screen, heard)

    def _fit(self, screen: Screen[T]) -> None:
        sizes = {name for _, name in (*self.HORIZONTAL_BREAKPOINTS, *self.VERTICAL_BREAKPOINTS)}
        screen.remove_class(*(sizes - self.main.classes), update=False)
        screen.add_class(*(self.main.classes & sizes), update=False)

    def action_full(self, name: str) -> None:
        """One pane on a screen of its own; the same key goes back."""
        while isinstance(self.screen, Why):
            self.screen.dismiss()
        screen = self.screen
        if isinstance(screen, Full):
            screen.dismiss()
            if screen.pane_name == name:
                return
        page = self._page(name)
        page.anew()
        self.show_screen(page, lambda answer: self._read(name))

    @cached_property
    def _pages(self) -> dict[str, Full]:
        """The panes' own screens that have been made."""
        return {}

    def _page(self, name: str) -> Full:
        """A pane's own screen, made once: one that stands ready is shown in a fifth of the time."""
        if name not in self._pages:
            self._pages[name] = self._made_page(name)
            self.install_screen(self._pages[name], name)
        return self._pages[name]

    def _made_page(self, name: str) -> Full:
        from allusetui.tui.screens.guides import Guides
        from allusetui.tui.screens.reports import Reports

        match name:
            case "reports":
                return Reports(self._frame)
            case "guides":
                return Guides(self._frame)
        return Full(self._frame, name)

    @cached_property
    def _box(self) -> Ask:
        """The box that is used again for every question."""
        box = Ask(help_of("", self.prefs.keys))
        self.install_screen(box, "box")
        return box

    def ask(self, sheet: Sheet, then: Callable[[str | None], object]) -> None:
        """Show a box that waits for one key."""
        box = self._box
        if box in self.screen_stack:
            box = Ask(sheet)
        else:
            box.anew(sheet)
        self.show_screen(box, then)

    @cached_property
    def _why(self) -> Why:
        """The screen that is used again for every first why."""
        from allusetui.tui.shown import Asked

        why = Why(self._frame, Asked(None))
        self.install_screen(why, "why")
        return why

    def to_make_ready(self) -> list[Callable[[], Screen[Any]]]:
        """What gives each screen that is made before anybody asks for it."""
        return [lambda: self._box, lambda: self._why, *(partial(self._page, name) for name in FULL)]

    def make_ready(self) -> None:
        for place, screen in enumerate(self.to_make_ready(), start=1):
            self.set_timer(place * _BETWEEN_S, partial(self._mount_hidden, screen))
            self.set_timer((place + 0.5) * _BETWEEN_S, partial(self._draw_hidden, screen))

    def _mount_hidden(self, made: Callable[[], Screen[Any]]) -> None:
        """Textual mounts a screen where it is first shown, and lays it out then."""
        if not (screen := made()).is_running:
            self._fit(screen)
            self._get_screen(screen)
            self.call_after_refresh(screen._refresh_layout, self.size)

    def _draw_hidden(self, made: Callable[[], Screen[Any]]) -> None:
        """Its panes know their size by now: a screen that was drawn once is drawn in half the time.

        Its clock ticks once for nothing: Textual draws at the first tick, and that one it would wait for.
        """
        if (screen := made()) not in self.screen_stack:
            screen._refresh_layout(self.size)
            screen._compositor.render_full_update()
            screen._update_timer.resume()

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
            self._miss("nothing more is known of this row")
        elif not isinstance(self.screen, Why) or self.screen.asked != asked:
            why = self._why
            if why in self.screen_stack:
                why = Why(self._frame, asked)
            else:
                why.anew(asked)
            self.show_screen(why, lambda answer: None)

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
