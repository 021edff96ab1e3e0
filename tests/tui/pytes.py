"""A terminal in memory: what it shows after what was sent to it, cell by cell."""

import pyte

Shown = list[list[tuple[object, ...]]]

_BITS = ("bold", "italics", "underscore", "blink", "reverse", "strikethrough")


class Pyte:
    """Shows what it is fed. Spaces that look the same are the same: of one that is flat only the background counts."""

    def __init__(self, width: int, height: int) -> None:
        self.screen = pyte.Screen(width, height)
        self._stream = pyte.Stream(self.screen)
        for y in range(height):  # an erase reaches the cells that are there
            self.screen.buffer[y].update(dict.fromkeys(range(width), self.screen.default_char))
        self.feed("\x1b[?7l")

    def feed(self, text: str) -> None:
        self._stream.feed(text)

    @property
    def shown(self) -> Shown:
        return [[_told(self.screen.buffer[y][x]) for x in range(self.screen.columns)] for y in range(self.screen.lines)]


def _told(char: pyte.screens.Char) -> tuple[object, ...]:
    if char.data == " " and not (char.underscore or char.reverse or char.strikethrough):
        return (" ", char.bg)
    return (char.data, char.fg, char.bg, *(getattr(char, name) for name in _BITS))
