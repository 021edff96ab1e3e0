"""Something to read: on the left what there is, on the right what a person has chosen of it."""

from textual.app import ComposeResult
from textual.containers import Container

from allusetui.tui.screens.main import Frame, Full, kept
from allusetui.tui.widgets.pane import Pane, Source
from allusetui.view.model import Line, Seen, Table

_START = -100_000


class Reading(Full):
    """A list and what it offers; the cursor of the list turns the page."""

    def __init__(self, frame: Frame, name: str, listed: Source, first: str) -> None:
        """`first`: the key in the list of what is open when it is opened."""
        super().__init__(frame, name)
        self._listed, self._first = listed, first
        self._chosen = first
        self._seen: Seen | None = None
        self._page = kept(self._written, self._made_of)

    def compose(self) -> ComposeResult:
        yield from self._top()
        with Container(id="reading"):
            listed = Pane(self._listed, id=self.pane_name, heading=self.pane_name, classes="shelf")
            yield self._frame.filled(listed)
            yield self._frame.filled(Pane(self._document, id="document", heading="to read"))
        yield from self._bottom()

    def on_mount(self) -> None:
        super().on_mount()
        self.query_one(f"#{self.pane_name}", Pane).choose(self._chosen)

    def anew(self) -> None:
        self._chosen = self._first
        super().anew()
        for pane in self.query(f"#{self.pane_name}").results(Pane):
            pane.choose(self._chosen)

    def on_pane_chosen(self, message: Pane.Chosen) -> None:
        if message.pane.id == self.pane_name and self._seen is not None:
            self._turn(message.key)

    def open(self, key: str) -> None:
        """Turn to a page, and read it."""
        self.query_one(f"#{self.pane_name}", Pane).choose(key)
        self._turn(key)
        self.query_one("#document", Pane).focus()

    def _turn(self, key: str) -> None:
        self._chosen = key
        if self._seen is not None:
            document = self.query_one("#document", Pane)
            document.show(self._seen)
            document.action_move(_START)

    def _document(self, seen: Seen, width: int) -> Table | tuple[Line, ...]:
        self._seen = seen
        return self._page(seen, width)

    def _made_of(self, seen: Seen) -> tuple[object, ...]:
        """What the page that is open changes with."""
        raise NotImplementedError

    def _written(self, seen: Seen, width: int) -> Table | tuple[Line, ...]:
        """The page that is open."""
        raise NotImplementedError
