"""Reports: what was written, the books, the law, charts, and what the journal answers."""

from allusetui.domain.moment import MINUTE_MS
from allusetui.tui.screens.main import Frame, tail
from allusetui.tui.screens.reading import Reading
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
from allusetui.tui.widgets.pane import Source
from allusetui.view.model import Line, Seen, Table

_LIVE = (CURVES, BOOKS, LEAPS, WEEKS)
_PAGES: dict[str, Source] = {CURVES: curves, BOOKS: books, LEAPS: leaps, LAW: constitution}


class Reports(Reading):
    """What can be read of the session."""

    def __init__(self, frame: Frame) -> None:
        super().__init__(frame, "reports", shelf, CURVES)

    def open_questions(self) -> None:
        """Turn to the page of questions; enter there opens what is cited."""
        self.open(QUESTIONS)

    @property
    def asks(self) -> bool:
        """Whether the page of questions is open."""
        return self._chosen == QUESTIONS

    def _made_of(self, seen: Seen) -> tuple[object, ...]:
        """The constitution asks every rule there is, a file never changes."""
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
