"""What every screen has in common: it is made once, shown often, and shown fast."""

from typing import Any

from textual._context import visible_screen_stack
from textual.events import ScreenResume
from textual.geometry import Region
from textual.screen import ModalScreen, Screen, ScreenResultType
from textual.strip import Strip

from allusetui.tui.widgets.strips import Drawn


class Kept(Screen[ScreenResultType]):
    """A screen whose styles are worked out again only where the palette or the classes of its size are others.

    Textual does it for every widget each time that a screen is shown.
    """

    _styled: object = None

    def on_mount(self) -> None:
        self._styled = self.app.theme, self.classes

    def on_screen_resume(self, event: ScreenResume) -> None:
        """Before Textual's own."""
        of = self.app.theme, self.classes
        event.refresh_styles, self._styled = of != self._styled, of


class Over(ModalScreen[ScreenResultType], Kept[ScreenResultType]):
    """A box over what stands below, which is drawn as it is: Textual would make a text of it and lay that out."""

    def render_lines(self, crop: Region) -> list[Strip]:
        """What is below, as far as it is asked for."""
        try:
            below: Screen[Any] = visible_screen_stack.get().pop()
        except LookupError:
            return super().render_lines(crop)
        known = crop.intersection(below._compositor.size.region)  # it may not know of a new size yet
        rows = range(known.y, known.bottom)
        chops = below._compositor._render_chops(known, rows.__contains__)
        lines = [Strip.join(chops[y].values()).crop(crop.x, crop.right).extend_cell_length(crop.width) for y in rows]
        lines += [Strip.blank(crop.width)] * (crop.height - len(lines))
        return [Drawn(line, line.cell_length) for line in lines]
