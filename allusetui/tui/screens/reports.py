"""Reports: on the left what can be read, on the right what a person has chosen of it."""

from textual.app import ComposeResult
from textual.containers import Container

from allusetui.domain.moment import MINUTE_MS
from allusetui.tui.screens.main import Frame, Full, kept, tail
from allusetui.tui.shown import (
    BOOKS,
    CURVES,
    LAW,
    LEAPS,
    QUESTIONS,
    WEEKS,
    books,
    constitution,
    curves,
    inquiry_page,
    leaps,
    shelf,
    weeks,
    written,
)
from allusetui.tui.widgets.pane import Pane, Source
from allusetui.view.model import Line, Seen, Table

_START = -100_000
_LIVE = (CURVES, BOOKS, LEAPS, WEEKS)
_PAGES: dict[str, Source] = {CURVES: curves, BOOKS: books, LEAPS: leaps, LAW: constitution}


class Reports(Full):
    """A list and what it offers; the cursor of the list turns the page."""

    def __init__(self, frame: Frame) -> None:
        super().__init__(frame, "reports")
        self._chosen = CURVES
        self._seen: Seen | None = None
        self._page = kept(self._written, self._made_of)

    def compose(self) -> ComposeResult:
        yield from self._top()
        with Container(id="reading"):
            yield self._frame.filled(Pane(shelf, id="reports", heading="reports"))
            yield self._frame.filled(Pane(self._document, id="document", heading="to read"))
        yield from self._bottom()

    def on_mount(self) -> None:
        super().on_mount()
        self.query_one("#reports", Pane).choose(self._chosen)

    def anew(self) -> None:
        self._chosen = CURVES
        super().anew()
        for pane in self.query("#reports").results(Pane):
            pane.choose(self._chosen)

    def on_pane_chosen(self, message: Pane.Chosen) -> None:
        if message.pane.id == "reports" and self._seen is not None:
            self._turn(message.key)

    def open_questions(self) -> None:
        """Turn to the page of questions; enter there opens what is cited."""
        self.query_one("#reports", Pane).choose(QUESTIONS)
        self._turn(QUESTIONS)
        self.query_one("#document", Pane).focus()

    @property
    def asks(self) -> bool:
        """Whether the page of questions is open."""
        return self._chosen == QUESTIONS

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
        """What the page that is open changes with: the constitution asks every rule there is, a file never changes."""
        if self._chosen == LAW:
            return LAW, tail(seen), seen.snapshot.now_ms // MINUTE_MS
        if self._chosen == QUESTIONS:
            return QUESTIONS, self._frame.inquiry(), tail(seen)[1]
        return self._chosen, seen.snapshot.count if self._chosen in _LIVE else len(seen.snapshot.reports)

    def _written(self, seen: Seen, width: int) -> Table | tuple[Line, ...]:
        if self._chosen == QUESTIONS:
            return inquiry_page(seen, self._frame.inquiry(), width)
        if self._chosen == WEEKS:
            return weeks(seen, self._frame.shelf, width)
        page = _PAGES.get(self._chosen)
        return page(seen, width) if page is not None else written(seen, self._chosen, self._frame.shelf, width)
