"""The dashboard itself, and one of its panes in full."""

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, ClassVar, Final, NamedTuple

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical

from allusetui.domain.moment import day_of
from allusetui.tui.screens.kept import Kept
from allusetui.tui.widgets.pane import Pane, Source
from allusetui.view.model import Line, Seen, Table
from allusetui.view.shelf import Shelf

if TYPE_CHECKING:
    from allusetui.view.inquiry import Inquiry

_HEADINGS: Final = {"risk": "at risk", "ladder": "LEAP ladder"}
"""Of the panes whose name is not their heading."""


class Frame(NamedTuple):
    """What the app itself shows: it knows the clock, what was read and what became of the keys."""

    header: Source
    alert: Source
    keys: Source
    alerts: Source
    journal: Source
    wanted: Callable[[], str]
    """The words that the journal's rows have to have."""
    shelf: Shelf
    opening: Line
    """The header before there is a snapshot."""
    latest: Callable[[], Seen | None]
    inquiry: Callable[[], "Inquiry"]
    """What was asked of the journal last."""

    def filled(self, pane: Pane) -> Pane:
        """The pane, with the newest snapshot where there is one."""
        if (seen := self.latest()) is not None:
            pane.show(seen)
        return pane


def kept(source: Source, of: Callable[[Seen], object]) -> Source:
    """The same, made anew only where what it is made of has changed."""
    last: list[tuple[object, Table | tuple[Line, ...]]] = []

    def made(seen: Seen, width: int) -> Table | tuple[Line, ...]:
        known = (width, of(seen))
        if not last or last[0][0] != known:
            last[:] = [(known, source(seen, width))]
        return last[0][1]

    return made


def tail(seen: Seen) -> tuple[int, date]:
    """The newest event, and the day that it is looked at."""
    snapshot = seen.snapshot
    return snapshot.tail[-1].seq if snapshot.tail else 0, day_of(snapshot.now_ms)


def _known(name: str) -> Source:
    def shown(seen: Seen, width: int) -> Table | tuple[Line, ...]:
        from allusetui.tui.shown import PANES

        return PANES[name](seen, width)

    return shown


def pane(name: str, frame: Frame) -> Pane:
    """A pane by its name."""
    own = {
        "alerts": frame.alerts,
        # Hundreds of rows, and none of them changes.
        "journal": kept(frame.journal, lambda seen: (tail(seen), frame.wanted())),
    }
    source = own.get(name) or _known(name)
    return frame.filled(Pane(source, id=name, heading=_HEADINGS.get(name, name), tails=name in own))


class Framed(Kept[None]):
    """A screen with header, alert line and keys."""

    def __init__(self, frame: Frame) -> None:
        super().__init__()
        self._frame = frame

    def _top(self) -> ComposeResult:
        header = Pane(self._frame.header, id="header", classes="line", beats=True)
        header.put(lambda width: (self._frame.opening,))
        yield self._frame.filled(header)

    def _bottom(self) -> ComposeResult:
        yield self._frame.filled(Pane(self._frame.alert, id="alert", classes="line", beats=True))
        yield self._frame.filled(Pane(self._frame.keys, id="keys", classes="line", beats=True))


class Main(Framed):
    """Every pane for which there is room."""

    AUTO_FOCUS = "#sleeves"

    def compose(self) -> ComposeResult:
        yield from self._top()
        yield pane("sleeves", self._frame)
        yield pane("risk", self._frame)
        with Horizontal(id="middle"):
            yield pane("states", self._frame)
            with Vertical(id="work"):
                yield pane("orders", self._frame)
                yield pane("approvals", self._frame)
        yield pane("ladder", self._frame)
        with Horizontal(id="below"):
            yield pane("journal", self._frame)
            yield pane("alerts", self._frame)
        yield from self._bottom()


class Full(Framed):
    """One pane on a screen of its own."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave")]

    def __init__(self, frame: Frame, name: str) -> None:
        super().__init__(frame)
        self.pane_name = name

    def compose(self) -> ComposeResult:
        yield from self._top()
        yield pane(self.pane_name, self._frame)
        yield from self._bottom()

    def on_mount(self) -> None:
        self.query_one(f"#{self.pane_name}").focus()

    def anew(self) -> None:
        """From the beginning, with the newest snapshot."""
        for each in self.query(Pane):
            each.begin()
            self._frame.filled(each)
            if each.id == self.pane_name:
                each.focus()

    def action_leave(self) -> None:
        self.dismiss()
