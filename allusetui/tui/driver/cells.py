"""What a paint of Textual's is made of: cells, one after another."""

from collections.abc import Iterable, Iterator
from functools import lru_cache

from rich.cells import cell_len, split_graphemes
from rich.color import ColorSystem
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.strip import Strip

from allusetui.tui.driver.look import PLAIN, Look, flat, look_of

Cell = tuple[str, Look]
"""A character with what combines with it, and its look. The cell right of a wide character is "" in the same look."""
BLANK: Cell = (" ", PLAIN)
Piece = tuple[int, int, list[Cell]]
"""Line, column of the first cell, cells."""

_CERTAIN = 0x1F000
"""Of characters from here on, emoji most of all, terminals do not all think that they are as wide."""


def pieces(update: LayoutUpdate | ChopsUpdate, system: ColorSystem) -> Iterator[Piece]:
    """The cells that an update paints."""
    if isinstance(update, LayoutUpdate):
        for y, strips in enumerate(update.strips, update.region.y):
            yield y, update.region.x, cells(strips, system)
        return
    for y, x1, x2 in update.spans:
        for end, (x, strip) in zip(update.chop_ends[y], update.chops[y].items(), strict=False):
            if strip is not None and x < x2 and end > x1:
                yield y, x, cells([strip], system)[: end - x]


def cells(strips: Iterable[Strip], system: ColorSystem) -> list[Cell]:
    """The cells of strips that stand side by side."""
    found: list[Cell] = []
    for strip in strips:
        for text, style, control in strip:
            if not control:
                _add(found, text, look_of(style, system) if style is not None else PLAIN)
    return found


def is_blank(cell: Cell) -> bool:
    """Whether it shows its background alone."""
    return cell[0] == " " and cell[1].is_flat


def is_certain(text: str) -> bool:
    """Whether every terminal moves its cursor as far for it as we think."""
    return len(text) == 1 and ord(text) < _CERTAIN


def is_plain(text: str) -> bool:
    """Whether it is one letter, sign or line of one cell on every terminal."""
    return len(text) == 1 and (text.isascii() or (ord(text) < _CERTAIN and cell_len(text) == 1))


def width_of(cell: Cell) -> int:
    """How many cells its character takes; 0 for the right half of a wide one."""
    text = cell[0]
    return len(text) if text.isascii() else min(cell_len(text), 2)


def space(look: Look) -> Cell:
    """A space; all that look the same are the same."""
    return (" ", flat(look.bg)) if look.is_flat else (" ", look)


def _add(found: list[Cell], text: str, look: Look) -> None:
    blank = space(look)
    if text.isascii() and text.isprintable():
        found += [blank if c == " " else (c, look) for c in text]
        return
    for cluster, width in _clusters(text):
        if width:
            found.append(blank if cluster == " " else (cluster, look))
            found += [("", look)] * (width - 1)
        elif found:
            _combine(found, cluster)


def _combine(found: list[Cell], mark: str) -> None:
    """A mark of no width joins the character before it."""
    at = len(found) - 1 - (not found[-1][0] and len(found) > 1)
    found[at] = (found[at][0] + mark, found[at][1])


@lru_cache(maxsize=512)
def _clusters(text: str) -> tuple[tuple[str, int], ...]:
    """What belongs together in one place, and how many cells it takes; control characters are left out."""
    shown = "".join(c for c in text if c.isprintable() or c in "\u200d\xa0")
    spans, _ = split_graphemes(shown)
    return tuple(_shared(shown[start:end], min(width, 2)) for start, end, width in spans)


@lru_cache(maxsize=4_096)
def _shared(cluster: str, width: int) -> tuple[str, int]:
    """The same object for the same character: screens are made of few."""
    return cluster, width
