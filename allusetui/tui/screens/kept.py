"""What every screen has in common: it is made once, shown often, and shown fast."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar, Self

from textual._context import visible_screen_stack
from textual.events import ScreenResume
from textual.geometry import Region
from textual.reactive import Reactive
from textual.screen import ModalScreen, Screen, ScreenResultType
from textual.strip import Strip
from textual.widget import Widget

from allusetui.tui.widgets.strips import Drawn


class Kept(Screen[ScreenResultType]):
    """A screen whose styles are worked out again only where the palette or the classes of its size are others.

    Textual does it for every widget each time that a screen is shown.
    """

    takes_text: ClassVar[bool] = False
    """Whether what is typed on it is text."""

    focused: Reactive[Widget | None] = Reactive(None, repaint=False)
    """Textual's, but that it draws the whole screen where the focus goes elsewhere: a pane draws its own title."""

    _styled: object = None
    _stays = False

    def on_mount(self) -> None:
        self._styled = self.app.theme, self.classes

    def on_screen_resume(self, event: ScreenResume) -> None:
        """Before Textual's own."""
        of = self.app.theme, self.classes
        event.refresh_styles, self._styled = of != self._styled, of

    def _on_timer_update(self) -> None:
        """Textual's own, which would forget what is to be drawn beside a part of the screen that was asked for."""
        if self._repaint_required and self.is_current:
            self._repaint_required = False
            self._dirty_widgets.add(self)
        super()._on_timer_update()

    @contextmanager
    def staying(self) -> Iterator[None]:
        """While another screen is put on top: Textual would draw this one again for that."""
        self._stays = True
        try:
            yield
        finally:
            self._stays = False

    def refresh(self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False) -> Self:
        """Textual's own; nothing while it is only covered."""
        if self._stays:
            return self
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)


class Over(ModalScreen[ScreenResultType], Kept[ScreenResultType]):
    """A box over what stands below, which is drawn as it is: Textual would make a text of it and lay that out."""

    _hides_below = False
    """Whether nothing of what stands below is to be drawn now."""

    def refresh(self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False) -> Self:
        """Its box is all that is to be drawn: what stands below asks for itself."""
        return super().refresh(*(regions or self._boxes()), repaint=repaint, layout=layout, recompose=recompose)

    def _compositor_refresh(self) -> None:
        """Textual's own, which would lay out what stands below for all of the screen."""
        boxes, wanted = self._boxes(), self._compositor._dirty_regions
        self._hides_below = all(any(box.contains_region(each) for box in boxes) for each in wanted)
        super()._compositor_refresh()
        self._hides_below = False

    def _boxes(self) -> tuple[Region, ...]:
        """Where something of its own stands."""
        return tuple(child.region for child in self.displayed_children if child.region)

    def render_lines(self, crop: Region) -> list[Strip]:
        """What is below, as far as it is asked for."""
        if self._hides_below:
            return [Strip.blank(crop.width)] * crop.height
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
