"""A line of text that a person types. While it has the focus letters are text, and no command hears them."""

from textual.events import Key, Paste
from textual.message import Message

from allusetui.domain.text import untrusted
from allusetui.tui.widgets.pane import Pane
from allusetui.view.fit import width_of
from allusetui.view.model import Cell, Line, Tone

_LONGEST = 100
_CURSOR = "▏"


class Field(Pane, inherit_bindings=False):
    """One line with a label before it; only its end is edited."""

    class Changed(Message):
        """The text is another one."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    def __init__(self, label: str, text: str = "") -> None:
        super().__init__(id="typed")
        self.can_focus = True
        self.typed = text
        self._label = label
        self.put(self._line)

    def begin_with(self, text: str) -> None:
        """Start anew with a text."""
        self.typed = text
        self.put(self._line)

    def _line(self, width: int) -> tuple[Line, ...]:
        shown = self.typed
        while shown and width_of(shown) > width - width_of(self._label) - 2:
            shown = shown[1:]
        return ((Cell(f"{self._label} ", Tone.DIM), Cell(shown), Cell(_CURSOR, Tone.WARN)),)

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """Whatever can be printed is text."""
        return character is not None and character.isprintable()

    def on_key(self, event: Key) -> None:
        match event.key:
            case "backspace":
                self._type(self.typed[:-1])
            case "ctrl+u":
                self._type("")
            case _ if event.character is not None and event.character.isprintable():
                self._type(self.typed + event.character)
            case _:
                return
        event.stop()

    def on_paste(self, event: Paste) -> None:
        event.stop()
        self._type(self.typed + untrusted(event.text, _LONGEST))

    def _type(self, text: str) -> None:
        self.typed = text[:_LONGEST]
        self.put(self._line)
        self.post_message(self.Changed(self.typed))
