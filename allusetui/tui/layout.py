"""Rows → runs of text with a look: what a pane draws, line by line."""

import re
from collections.abc import Iterable

from rich.cells import cell_len, set_cell_size

from allusetui.domain.frozen import frozen
from allusetui.domain.text import untrusted
from allusetui.view.model import Cell, Column, Line, Row, Table

Runs = tuple[tuple[str, str], ...]
"""Text and its look, one after another: a tone's name, or one of a pane's own."""


@frozen
class Body:
    """What a pane holds: lines that stay and rows that scroll. Rows without a key can't be chosen.

    `wanted`: the words that every row has to have.
    """

    head: tuple[Runs, ...] = ()
    rows: tuple[tuple[str, Runs], ...] = ()
    wanted: str = ""

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(key for key, _ in self.rows if key)


def lay(shown: Table | Iterable[Line]) -> Body:
    """A table's titles and rows, or plain lines."""
    if not isinstance(shown, Table):
        return Body(rows=tuple(("", runs(line)) for line in shown))
    titles = tuple(_fit(Cell(column.title), column) for column in shown.columns)
    if not shown.rows:
        return Body((), (("", ((shown.empty, "dim"),)),), shown.wanted)
    rows = tuple((row.key, _row(shown.columns, row)) for row in shown.rows)
    return Body((_joined(titles, "head"),), rows, shown.wanted)


def runs(line: Line) -> Runs:
    """A line's cells as they stand."""
    return merged((_plain(cell.text), cell.tone.value) for cell in line)


def said(line: Line) -> str:
    """A line's text alone."""
    return "".join(text for text, _ in runs(line))


def _plain(text: str) -> str:
    """The text, without what could steer a terminal: no view is trusted with that."""
    return text if text.isprintable() else untrusted(text)


def merged(pieces: Iterable[tuple[str, str]]) -> Runs:
    """Neighbours of one look as one run: each change of look costs more bytes than a word.

    What a terminal would obey, or turn around, is left out wherever it has come from.
    """
    found: list[tuple[str, str]] = []
    for piece, look in pieces:
        text = piece if piece.isprintable() else "".join(filter(str.isprintable, piece))
        if found and found[-1][1] == look:
            found[-1] = (found[-1][0] + text, look)
        else:
            found.append((text, look))
    return tuple(found)


def changed(before: Runs, after: Runs, width: int) -> tuple[int, int]:
    """From which column to which a line is not as it was. One span a line: Textual sends a line's start with each."""
    old, new = _cells(before, width), _cells(after, width)
    differ = [x for x in range(width) if old[x] != new[x]]
    if not differ:
        return (0, 0) if before == after else (0, width)  # what has no cell of its own, such as an accent
    return differ[0], differ[-1] + 1


def _cells(line: Runs, width: int) -> list[tuple[str, str]]:
    """What each column shows; the second half of a wide character shows nothing of its own."""
    found: list[tuple[str, str]] = []
    for text, look in line:
        for character in text:
            found += [(character, look), ("", look)][: max(cell_len(character), 0)]
    return [*found[:width], *[(" ", "plain")] * (width - len(found))]


def _row(columns: tuple[Column, ...], row: Row) -> Runs:
    pieces: list[tuple[str, str]] = []
    for cell, column in zip(row.cells, columns, strict=True):
        if pieces:  # a gap looks like what is before it, but for a bright one
            look = pieces[-1][1]
            pieces.append((" ", "plain" if look == "loud" else look))
        pieces.append((_fit(cell, column), cell.tone.value))
    return merged(pieces)


def _joined(texts: tuple[str, ...], look: str) -> Runs:
    return ((" ".join(texts), look),)


def _fit(cell: Cell, column: Column) -> str:
    """A cell's text in its column's width: padded, or cut with a sign that it is."""
    text = _plain(cell.text)
    length = cell_len(text)
    if length > column.width:
        return set_cell_size(text, column.width - 1) + "…"
    return " " * (column.width - length) + text if column.right else set_cell_size(text, column.width)


def title(text: str, place: str, width: int, focused: bool) -> Runs:
    """A pane's title line, heavier where the keys go; `place` tells which rows are shown of how many.

    Its ground tells it from the rows: a rule across the screen would be three bytes a cell.
    """
    mark, look = ("━", "focus") if focused else ("─", "title")
    start, end = f"{mark} {text}", f" {place} " if place else ""
    return ((set_cell_size(start + " " * max(width - cell_len(start) - cell_len(end), 0) + end, width), look),)


def wrapped(line: Line, width: int) -> list[Line]:
    """A line broken at spaces into lines of at most `width` cells."""
    lines: list[list[Cell]] = [[]]
    used = 0
    for cell in line:
        for word in _words(cell.text):
            if used and used + cell_len(word.rstrip()) > width:
                lines.append([])
                used = 0
            word = word if used else word.lstrip() or word
            lines[-1].append(Cell(word, cell.tone))
            used += cell_len(word)
    return [tuple(cells) for cells in lines]


def _words(text: str) -> list[str]:
    """Words with the spaces after them."""
    return re.findall(r"[^ ]+ *| +", text)
