"""The one widget that draws: lines of runs, of which only what changed is drawn again."""

from itertools import zip_longest

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from allusetui.tui.layout import Runs, changed
from allusetui.tui.look import drawn
from allusetui.tui.widgets.strips import Drawn


class Lines(Widget):
    """Draws lines, each in the looks of its runs; below the last it is blank."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._drawn: list[tuple[Runs, bool]] = []
        self._strips: dict[int, Strip] = {}
        self._styles: dict[str, Style] = {}

    def redraw(self, lines: list[tuple[Runs, bool]]) -> None:
        """Show these lines: runs of text, and whether the cursor stands there."""
        before, self._drawn = self._drawn, lines
        nothing: tuple[Runs, bool] = ((), False)
        dirty: list[Region] = []
        for y, (old, new) in enumerate(zip_longest(before, lines, fillvalue=nothing)):
            if old != new:
                self._strips.pop(y, None)
                width = self.size.width
                start, end = (0, width) if old[1] != new[1] else changed(old[0], new[0], width)
                if start < end:
                    dirty.append(Region(start, y, end - start, 1))
        if dirty:
            self.refresh(*dirty)

    def notify_style_update(self) -> None:
        self._styles.clear()
        self._strips.clear()
        super().notify_style_update()

    def render_lines(self, crop: Region) -> list[Strip]:
        """The lines, through the app's filters. No border, padding or tint is looked for: a pane has none."""
        start, end = crop.column_span
        is_whole = (start, end) == (0, self.size.width)
        lines, (_, background) = [self.render_line(y) for y in crop.line_range], self.background_colors
        for each in self.get_line_filters():
            lines = [line.apply_filter(each, background) for line in lines]
        return lines if is_whole else [Drawn(line.crop(start, end), end - start) for line in lines]

    def render_line(self, y: int) -> Strip:
        """A line as it was laid; blank below the last."""
        width = self.size.width
        strip = self._strips.get(y)
        if strip is None or strip.cell_length != width:
            runs, is_cursor = self._drawn[y] if y < len(self._drawn) else ((), False)
            segments = [Segment(text, self._style(look, is_cursor)) for text, look in runs]
            strip = Drawn(Strip(segments).adjust_cell_length(width, self._style("plain", is_cursor)), width)
            self._strips[y] = strip
        return strip

    def _style(self, look: str, is_cursor: bool) -> Style:
        name = look + "+" * is_cursor
        if name not in self._styles:
            theme = self.app.current_theme
            cursor = drawn(theme, "cursor") if is_cursor else Style.null()
            self._styles[name] = self.rich_style + cursor + drawn(theme, look)
        return self._styles[name]
