"""What a person may do with what is shown: find, filter, copy, keep a picture. None of it reaches the engine."""

from collections.abc import Callable
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from textual.binding import BindingType
from textual.screen import Screen

from allusetui.domain.moment import local
from allusetui.domain.text import untrusted
from allusetui.tui.keys import bindings
from allusetui.tui.pages import Pages
from allusetui.tui.screens.ask import asked
from allusetui.tui.screens.help import help_of
from allusetui.tui.screens.kept import Kept
from allusetui.tui.screens.main import Full
from allusetui.tui.screens.why import Why
from allusetui.tui.widgets.pane import Pane
from allusetui.view.commands import AT_ONCE, COMMANDS, Choice
from allusetui.view.model import Cell, Question

if TYPE_CHECKING:  # a screen paints before anybody types
    from allusetui.tui.screens.typing import Filter, Pick, Query

_LONGEST_COPY = 20_000

T = TypeVar("T", bound=Screen[Any])


class Viewer(Pages):
    """Shows, and lets a person look for things."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(
        "find", "palette", "theme", "copy", "picture", "help", "runbook", "guides", "approvals"
    )

    # By typing: screens that are made once, as the others are

    @cached_property
    def _palette(self) -> "Pick":
        from allusetui.tui.screens.typing import Pick

        return self._installed(Pick("commands"))

    @cached_property
    def _accounts(self) -> "Pick":
        from allusetui.tui.screens.typing import Pick

        return self._installed(Pick("choose an account"))

    @cached_property
    def _filtering(self) -> "Filter":
        from allusetui.tui.screens.typing import Filter

        return self._installed(Filter(self._filter))

    @cached_property
    def _query(self) -> "Query":
        from allusetui.tui.screens.typing import Query

        return self._installed(Query())

    def _installed(self, screen: T) -> T:
        self.install_screen(screen, f"typing{len(self._installed_screens)}")
        return screen

    def to_make_ready(self) -> list[Callable[[], Screen[Any]]]:
        typing: list[Callable[[], Screen[Any]]] = [
            lambda: self._palette, lambda: self._accounts, lambda: self._filtering, lambda: self._query,
        ]  # fmt: skip
        return super().to_make_ready() + typing

    def action_find(self) -> None:
        """Filter the journal where one is looked at; ask it among the reports; else choose an account."""
        focused = self.focused
        if isinstance(self.screen, Full) and self.screen.pane_name == "reports":
            self._inquire()
        elif focused is not None and focused.id == "journal":
            self._filtering.anew(self.wanted)
            self.show_screen(self._filtering, lambda answer: None)
        elif (seen := self._seen) is not None:
            accounts = seen.snapshot.state.accounts.values()
            choices = [Choice(a.name, a.name, " ".join([a.status.value, *sorted(a.latches)])) for a in accounts]
            self._pick(self._accounts, choices, self._choose)

    def _inquire(self) -> None:
        from allusetui.tui.screens.reports import Reports

        screen = self.screen
        if self.inquirer.is_busy:
            self._miss("a question is being looked up")
            return

        def asked_for(question: str | None) -> None:
            if question and question.strip() and isinstance(screen, Reports):
                self.inquirer.ask(question)
                screen.open_questions()

        self._query.anew()
        self.show_screen(self._query, asked_for)

    def _filter(self, words: str) -> None:
        self.wanted = words
        if self._seen is not None:
            for screen in self.screen_stack:
                for pane in screen.query("#journal").results(Pane):
                    pane.show(self._seen)

    def action_palette(self) -> None:
        """Every command by its words, and every guide; what acts at once by its key asks here."""
        from allusetui.tui.shown import GUIDES

        bound = {binding.id for found in self._bindings.key_to_bindings.values() for binding in found}
        choices = [Choice(c.name, c.words, self._labels[c.name]) for c in COMMANDS if c.name in bound]
        choices += [Choice(f"palette {name}", f"colours: {name}") for name in self.palettes]
        choices += [Choice(f"guide {name}", f"guide: {name}") for name in GUIDES]
        self._pick(self._palette, choices, self._command)

    def _pick(self, screen: "Pick", choices: list[Choice], then: Callable[[str], object]) -> None:
        def taken(key: str | None) -> None:
            if key is not None:
                then(key)

        screen.offer(choices)
        self.show_screen(screen, taken)

    def _command(self, name: str) -> None:
        if name.startswith("palette "):
            self._colour(name.removeprefix("palette "))
        elif name.startswith("guide "):
            self._read_guide(name.removeprefix("guide "))
        elif name in AT_ONCE:
            words = next(command.words for command in COMMANDS if command.name == name)
            question = Question((Cell(f"{words}?"),), ((Cell(f"By its key, {self._labels[name]}, it acts at once."),),))
            self.ask(asked(question), lambda answer: self._run(name, answer == "yes"))
        else:
            self._run(name)

    def _run(self, name: str, wanted: bool = True) -> None:
        if wanted:
            found = (key for keys in self._bindings.key_to_bindings.values() for key in keys if key.id == name)
            self.call_next(partial(self.run_action, next(found).action, self))

    def _read_guide(self, name: str) -> None:
        from allusetui.tui.screens.guides import Guides

        page = self._page("guides")
        if self.screen is not page:
            self.action_full("guides")
        assert isinstance(page, Guides)
        self.call_after_refresh(page.open, name)

    @property
    def is_typing(self) -> bool:
        """Whether what is typed is text."""
        return isinstance(self.screen, Kept) and self.screen.takes_text

    # Colours

    def action_theme(self) -> None:
        """The next palette."""
        names = list(self.palettes)
        self._colour(names[(names.index(self.theme) + 1) % len(names)])

    def _colour(self, name: str) -> None:
        self.theme = name
        self._done(f"palette: {name}")

    # Out of the terminal

    def action_copy(self) -> None:
        """Give the terminal's clipboard the answer that is looked at, the chosen row, or the alert line (OSC 52)."""
        text = self._safely(self._chosen_text)
        if not text:
            self._miss("nothing to copy here")
        else:
            self.copy_to_clipboard(text[:_LONGEST_COPY])
            self._done(f"copied {text.count(chr(10)) + 1} lines" if "\n" in text else "copied the row")

    def _chosen_text(self) -> str:
        screen, pane = self.screen, self.focused
        if isinstance(screen, Why):
            return "\n".join(screen.query_one(name, Pane).text(None) for name in ("#about", "#why"))
        if isinstance(pane, Pane):
            return pane.text(pane.at) if pane.at is not None or pane.keys else pane.text(None)
        return self.main.query_one("#alert", Pane).text(None)

    def action_picture(self) -> None:
        """Keep the screen as an SVG in the session's folder."""
        folder = self.prefs.pictures
        if folder is None or self._snapshot is None:
            self._miss("no session's folder to keep a picture in")
            return
        stem = f"screen-{local(self._snapshot.now_ms):%Y-%m-%dT%H%M%S}"
        path = next(p for i in range(10_000) if not (p := folder / f"{stem}-{i}.svg").exists())
        try:
            path.write_text(self.export_screenshot(), encoding="utf-8")
        except OSError as error:
            self._refuse(untrusted(f"no picture: {error.strerror or error}: {path}"))
        else:
            self._done(untrusted(f"picture: {path}"))

    # Help

    def action_help(self) -> None:
        name = self.focused.id if self.focused is not None else None
        sheet = help_of(name or "", self.prefs.keys, self.prefs.shell)
        self.ask(sheet, lambda answer: self._run("runbook", answer == "runbook"))
