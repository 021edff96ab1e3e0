"""What a person looks at: lines and tables, with a cursor and a place that keep to the row."""

from collections.abc import Callable
from functools import partial
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.events import Click, Resize
from textual.geometry import Region, Size
from textual.message import Message
from textual.strip import Strip

from allusetui.domain.text import untrusted
from allusetui.tui.layout import Body, Runs, lay, said, title
from allusetui.tui.widgets.lines import Lines
from allusetui.view.model import Cell, Line, Seen, Table, Tone

Content = Callable[[int], Table | tuple[Line, ...]]
"""What is shown at a width in cells."""
Source = Callable[[Seen, int], Table | tuple[Line, ...]]
"""What is shown of a snapshot at a width in cells."""

_MARK = "▸"
_UNCUT = 600
"""Cells that hold what a row says, whole."""


class Pane(Lines):
    """Shows what its source makes of a snapshot. Cursor and scroll keep to the row, not to the line."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)"),
        Binding("down", "move(1)"),
        Binding("pageup", "move(-10)"),
        Binding("pagedown", "move(10)"),
        Binding("home", "move(-100000)"),
        Binding("end", "move(100000)"),
    ]

    class Chosen(Message):
        """A person has moved the cursor to a row."""

        def __init__(self, pane: "Pane", key: str) -> None:
            super().__init__()
            self.pane = pane
            self.key = key

        @property
        def control(self) -> "Pane":
            return self.pane

    def __init__(
        self,
        source: Source | None = None,
        *,
        id: str | None = None,
        classes: str | None = None,
        heading: str = "",
        scrolls: bool = False,
        tails: bool = False,
        beats: bool = False,
    ) -> None:
        """With a `heading` it has a title line, and rows that can be chosen; without one it may still scroll.

        `tails`: it keeps to the newest row; `beats`: what it shows changes though the snapshot does not.
        """
        super().__init__(id=id, classes=classes)
        self.can_focus = scrolls or bool(heading)
        self.beats = beats
        self.cursor: str | None = None
        self._source = source
        self._heading = heading
        self._tails = tails
        self._top = 0
        self._given = 0
        """Lines that the layout last gave it room for, where its height is that of what it shows."""
        self._content: Content | None = None
        self._known: dict[int, Body] = {}
        """What it shows, by the width that it was made for: Textual asks for it four times until it is drawn."""
        self._body = Body()
        self._laid: tuple[object, Body] = (None, self._body)
        self._drawn_size = Size()

    # What is shown

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of its rows, from the top."""
        return self._body.keys

    @property
    def is_blank(self) -> bool:
        """Whether it has a source and has shown no snapshot of it yet."""
        return self._source is not None and not isinstance(self._content, partial)

    def show(self, seen: Seen) -> None:
        """Show a snapshot, where it has a source for one."""
        if self._source is not None:
            self.put(partial(self._source, seen))

    def put(self, content: Content) -> None:
        """Show something else."""
        self._content = content
        self._known.clear()
        self._lay()

    @property
    def at(self) -> str | None:
        """The key of the row that a person is at: the cursor's, or the newest of a pane that keeps to it."""
        if self.cursor in self.keys:
            return self.cursor
        return self.keys[-1] if self._tails and self.keys else None

    def choose(self, key: str | None) -> None:
        """Put the cursor on a row."""
        if key != self.cursor:
            self.cursor = key
            self._draw()

    def text(self, key: str | None) -> str:
        """What the row of a key says, uncut; everything where it is None. A line a row, plain text."""
        shown = self._content(_UNCUT) if self._content is not None else ()
        if not isinstance(shown, Table):
            return "\n".join(said(line).rstrip() for line in shown)
        rows = (row for row in shown.rows if key in (None, row.key))
        return "\n".join("  ".join(said((cell,)) for cell in row.cells if cell.text) for row in rows)

    def begin(self) -> None:
        """Forget where a person was: it is shown from its beginning."""
        self.cursor, self._top = None, 0
        self._draw()

    def _lay(self) -> None:
        if self._content is not None and self.size.width > self._gutter:
            self._take(self._made(self.size.width))

    def _made(self, width: int) -> Body:
        """What there is to draw."""
        if self._content is None:
            return Body()
        if width not in self._known:
            self._known[width] = self._make(self._content, width)
        return self._known[width]

    def _make(self, content: Content, width: int) -> Body:
        """What can't be drawn is told in its place: the app lives."""
        try:
            shown = content(width - self._gutter)
            if shown is not self._laid[0]:
                self._laid = (shown, lay(shown))
            return self._laid[1]
        except Exception as error:
            self.log.error(error)
            text = untrusted(f"{type(error).__name__}: {error}")
            return lay(((Cell(" can't be drawn ", Tone.LOUD),), (Cell(text, Tone.BAD),)))

    def _take(self, body: Body) -> None:
        before = self._body
        self._body = body
        if before.rows and before.keys != body.keys:
            self._keep_place(before)
        if self._height(body) != self._given and self._is_auto:
            self.refresh(layout=True)
        self._draw()

    @property
    def _gutter(self) -> int:
        """Cells at the left for the cursor's mark, where there may be a cursor."""
        return len(_MARK) if self._heading else 0

    @property
    def _is_auto(self) -> bool:
        return self.styles.height is not None and self.styles.height.is_auto

    def _keep_place(self, before: Body) -> None:
        """Rows came or went: the cursor's row stays on the line where it was."""
        if self.cursor is None or self.cursor not in before.keys:
            return
        if self.cursor in self._body.keys:
            self._top += self._body.keys.index(self.cursor) - before.keys.index(self.cursor)
        else:
            self.cursor = None

    # Where a person is

    def action_move(self, by: int) -> None:
        """Move the cursor, or scroll where there is nothing to choose."""
        keys = self.keys
        if not keys:
            self._top += by
        else:
            at = keys.index(self.cursor) if self.cursor in keys else len(keys) - 1 if self._tails else -1
            self._pick(keys[min(max(at + by, 0), len(keys) - 1)])
        self._draw()

    def _pick(self, key: str) -> None:
        at_end = self._tails and key == self.keys[-1]
        self.cursor = None if at_end else key
        self.post_message(self.Chosen(self, key))

    def on_click(self, event: Click) -> None:
        row = event.y - self._fixed + self._top
        if event.y >= self._fixed and row < len(self._body.rows) and self._body.rows[row][0]:
            self._pick(self._body.rows[row][0])
            self._draw()

    def on_mouse_scroll_down(self) -> None:
        self._roll(1)

    def on_mouse_scroll_up(self) -> None:
        self._roll(-1)

    def _roll(self, by: int) -> None:
        """A wheel reads on; it never changes what a key acts on."""
        if self._tails or not self.keys:
            self.action_move(by)

    def on_focus(self) -> None:
        self._draw()

    def on_blur(self) -> None:
        self._draw()

    def on_resize(self, event: Resize) -> None:
        self._lay()
        self._draw()

    # Drawing

    @property
    def _fixed(self) -> int:
        """How many lines stay above the rows."""
        return bool(self._heading) + len(self._body.head)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Every line that it has."""
        self._given = self._height(self._made(width))
        return self._given

    def _height(self, body: Body) -> int:
        return max(bool(self._heading) + len(body.head) + len(body.rows), 1)

    def _scroll(self, room: int) -> None:
        count = len(self._body.rows)
        if self._tails and self.cursor is None:
            self._top = count
        elif self.cursor in self._body.keys:
            at = next(i for i, (key, _) in enumerate(self._body.rows) if key == self.cursor)
            self._top = min(max(self._top, at - room + 1), at)
        self._top = max(min(self._top, count - room), 0)

    def _draw(self) -> None:
        """Draw again the lines that are not as they were. Before there is anything to show, not even a title."""
        if self._content is None:
            return
        self._drawn_size = self.size
        width, height = self.size
        room = max(height - self._fixed, 1)
        self._scroll(room)
        rows = self._body.rows[self._top : self._top + room]
        lines: list[tuple[Runs, bool]] = []
        if self._heading:
            count = len(self._body.rows)
            place = f"{self._top + 1}–{self._top + len(rows)} of {count}" if count > len(rows) else ""
            named = f"{self._heading} /{self._body.wanted}" if self._body.wanted else self._heading
            lines.append((title(named, place, width, self.has_focus), False))
        blank, mark = ((" ", "key"),) * self._gutter, ((_MARK, "key"),)
        lines += [((*blank, *runs), False) for runs in self._body.head]
        for key, runs in rows:
            here = bool(key) and key == self.cursor
            lines.append(((*(mark if here else blank), *runs), here and self.has_focus))
        hidden = len(self._body.rows) - self._top - len(rows)
        if hidden and self.can_focus and not self._heading:
            lines[-1] = (((f"↓ {hidden + 1} more", "warn"),), False)
        self.redraw(lines)

    def render_lines(self, crop: Region) -> list[Strip]:
        """The lines; those of a size that was given to it since, too: its first frame is a whole one."""
        if self._content is not None and self._drawn_size != self.size:
            self._take(self._made(self.size.width))
        return super().render_lines(crop)
