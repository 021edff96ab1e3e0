"""The guides: what they are about on the left, on the right the one that a person has chosen."""

from allusetui.tui.screens.main import Frame
from allusetui.tui.screens.reading import Reading
from allusetui.tui.shown import FIRST_GUIDE, guide, guides
from allusetui.view.model import Line, Seen


class Guides(Reading):
    """Pages of the package; none of them changes while the program runs."""

    def __init__(self, frame: Frame) -> None:
        super().__init__(frame, "guides", guides, FIRST_GUIDE)

    def _made_of(self, seen: Seen) -> tuple[object, ...]:
        return (self._chosen,)

    def _written(self, seen: Seen, width: int) -> tuple[Line, ...]:
        return guide(self._chosen, self._frame.shelf, width)
