"""Screens on which text is typed: one of many is chosen by its words, or what is shown is filtered."""

from collections.abc import Callable, Sequence

from textual.app import ComposeResult
from textual.containers import Container
from textual.events import Key

from allusetui.tui.screens.kept import Over
from allusetui.tui.widgets.field import Field
from allusetui.tui.widgets.pane import Pane
from allusetui.view.commands import Choice, matching
from allusetui.view.fit import width_of
from allusetui.view.model import Cell, Column, Row, Table, Tone

_MOVES = {"up": -1, "down": 1, "pageup": -10, "pagedown": 10}


class Typing(Over[str]):
    """A field; escape leaves it without an answer. No prompt comes up over it: its letters are not meant for one."""

    AUTO_FOCUS = "#typed"

    def __init__(self) -> None:
        super().__init__()
        self._answered = False
        self._text = ""

    def anew(self, text: str = "") -> None:
        """Hear again, with this in the field."""
        self._answered, self._text = False, text
        for field in self.query(Field):
            field.begin_with(text)

    def on_key(self, event: Key) -> None:
        event.stop()  # what is below this screen would hear it next
        self.heard(event.key)

    def heard(self, key: str) -> None:
        """What a key does that is not text."""

    def answer(self, text: str | None) -> None:
        """Go away with an answer, once."""
        if not self._answered:
            self._answered = True
            self.dismiss(text)


class Filter(Typing):
    """Words that what is shown has to have; each letter counts at once. Escape shows everything again."""

    def __init__(self, changed: Callable[[str], None]) -> None:
        super().__init__()
        self._changed = changed

    def compose(self) -> ComposeResult:
        with Container(id="box"):
            yield Field("enter keeps, esc shows all   filter:", self._text)

    def on_field_changed(self, message: Field.Changed) -> None:
        self._changed(message.text)

    def heard(self, key: str) -> None:
        if key == "enter":
            self.answer(self.query_one(Field).typed)
        elif key == "escape":
            self._changed("")
            self.answer(None)


class Query(Typing):
    """A question; enter asks it."""

    def compose(self) -> ComposeResult:
        with Container(id="box"):
            yield Field("enter asks, esc leaves   ask the journal:")

    def heard(self, key: str) -> None:
        if key == "enter":
            self.answer(self.query_one(Field).typed)
        elif key == "escape":
            self.answer(None)


class Pick(Typing):
    """A list that is narrowed by what is typed; enter takes the marked row and gives back its key."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self._title = title
        self._choices: Sequence[Choice] = ()

    def offer(self, choices: Sequence[Choice]) -> None:
        """Let a person choose from other ones."""
        self._choices = choices
        self.anew()
        self._show("")

    def compose(self) -> ComposeResult:
        with Container(id="box"):
            picks = Pane(id="picks", heading=self._title)
            picks.can_focus = False
            yield picks
            yield Field("↑ ↓ enter esc  ")

    def on_mount(self) -> None:
        self._show("")

    def on_field_changed(self, message: Field.Changed) -> None:
        self._show(message.text)

    def _show(self, typed: str) -> None:
        found = matching(typed, self._choices)
        for picks in self.query("#picks").results(Pane):
            picks.begin()
            picks.put(lambda width: _table(found, width))
            picks.choose(found[0].key if found else None)

    def heard(self, key: str) -> None:
        picks = self.query_one("#picks", Pane)
        if key in _MOVES:
            picks.action_move(_MOVES[key])
        elif key == "enter" and picks.cursor is not None:
            self.answer(picks.cursor)
        elif key == "escape":
            self.answer(None)


def _table(found: Sequence[Choice], width: int) -> Table:
    note = max((width_of(choice.note) for choice in found), default=0)
    columns = (Column("type to narrow", max(width - note - 1, 1)), Column("", note, right=True))
    rows = (Row(each.key, (Cell(each.words), Cell(each.note, Tone.DIM))) for each in found)
    return Table(columns, tuple(rows), "nothing fits")
