"""What fits: which columns a width has room for, and how a text is cut to its cells."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import zip_longest
from unicodedata import category, east_asian_width

from allusetui.domain.frozen import frozen
from allusetui.view.model import GAP, Cell, Column, Line, Row

_NOTHING = Cell("")
_SET_IN = 4


@frozen
class Spec:
    """A column and how much it is wanted: rank 0 first. It grows to `most` cells where there is room."""

    column: Column
    rank: int = 0
    most: int = 0


def choose(specs: Sequence[Spec], width: int) -> tuple[Column, ...]:
    """The columns, in their order, that fit `width` cells: the most wanted ones, grown into what is left."""
    left, chosen = width + GAP, set()
    for index in sorted(range(len(specs)), key=lambda i: specs[i].rank):
        if specs[index].column.width + GAP > left:
            break
        chosen.add(index)
        left -= specs[index].column.width + GAP
    found: list[Column] = []
    for spec in (spec for index, spec in enumerate(specs) if index in chosen):
        grown = min(max(spec.most - spec.column.width, 0), left)
        left -= grown
        found.append(replace(spec.column, width=spec.column.width + grown))
    return tuple(found)


def row(key: str, columns: Sequence[Column], cells: Mapping[str, Cell]) -> Row:
    """A row of the cells that stand under the columns, by title, each cut to its column."""
    found = ((cells.get(column.title, _NOTHING), column.width) for column in columns)
    return Row(key, tuple(Cell(cut(cell.text, width), cell.tone) for cell, width in found))


def width_of(text: str) -> int:
    """How many cells a text takes on a terminal."""
    return len(text) if text.isascii() else sum(map(_width, text))


def _width(character: str) -> int:
    if category(character) in ("Mn", "Me"):
        return 0
    return 2 if east_asian_width(character) in "WF" else 1


def cut(text: str, width: int) -> str:
    """The text, or as much of it as fits `width` cells with a mark that there was more."""
    if width_of(text) <= width:
        return text
    kept, left = "", width - 1
    for character in text:
        left -= _width(character)
        if left < 0:
            break
        kept += character
    return f"{kept}…" if width > 0 else ""


def fold(text: str, width: int) -> list[str]:
    """The text in lines of at most `width` cells, broken at spaces; a word that is wider is cut."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines[-1] else word
        if width_of(longer) <= width:
            lines[-1] = longer
        elif lines[-1]:
            lines.append(cut(word, width))
        else:
            lines[-1] = cut(word, width)
    return lines


def pieces(line: str, width: int) -> list[str]:
    """A line whose columns matter in pieces that fit; what goes on is set in."""
    rest = max(width - _SET_IN, 1)
    more = (" " * _SET_IN + line[at : at + rest] for at in range(width, len(line), rest))
    return [line[:width], *more]


def folded(key: str, columns: Sequence[Column], cells: Mapping[str, Cell], more: str = "") -> Iterator[Row]:
    """A row on as many lines as its longest cell takes, nothing of it cut; keys are `key.0more`, `key.1more`."""
    parts = [fold(cells.get(column.title, _NOTHING).text, column.width) for column in columns]
    for index, line in enumerate(zip_longest(*parts, fillvalue="")):
        found = {c.title: Cell(text, cells[c.title].tone) for c, text in zip(columns, line, strict=True) if text}
        yield row(f"{key}.{index}{more}", columns, found)


def trim(line: Line, width: int) -> Line:
    """The line, cut at `width` cells."""
    found: list[Cell] = []
    for cell in line:
        if width <= 0:
            break
        found.append(Cell(cut(cell.text, width), cell.tone))
        width -= width_of(found[-1].text)
    return tuple(found)


def width_of_line(line: Line) -> int:
    """How many cells a line takes."""
    return sum(width_of(cell.text) for cell in line)
