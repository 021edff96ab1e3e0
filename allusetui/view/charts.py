"""Pictures of numbers in characters: lines of braille dots, gauges, bands. Never wider or higher than asked."""

from collections.abc import Callable, Sequence
from math import isfinite

from allusetui.view.fit import width_of
from allusetui.view.model import Cell, Line, Tone

_BLANK = 0x2800
_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
"""Bits of a braille cell by row and column: two dots across, four down."""


def gauge(share: float, width: int) -> str:
    """How much of a whole there is: `━━━╌╌╌`. Something is never drawn as nothing, and only the whole as full."""
    filled = min(int(max(share, 0.0) * width), width)
    filled = max(filled, 1) if share > 0 and width else filled
    return "━" * filled + "╌" * (width - filled)


def marked(place: float, low: float, high: float, width: int) -> str:
    """Where a value stands against a band: `·│··●··│·`. The band takes the middle half, what is far out the edge."""
    if width < 1:
        return ""
    quarter = (width - 1) / 4
    cells = ["·"] * width
    for edge in (quarter, 3 * quarter):
        cells[round(edge)] = "│"
    along = quarter + (place - low) / (high - low) * 2 * quarter if high > low else 2 * quarter
    cells[min(max(round(along), 0), width - 1)] = "●"
    return "".join(cells)


def whiskers(low: float, high: float, middle: float, mean: float, width: int) -> str:
    """Where most of a distribution lies: ` ├──┃────◆───┤  `. Places are parts of the width."""
    if width < 1:
        return ""
    at = [min(max(round(place * (width - 1)), 0), width - 1) for place in (low, high, mean, middle)]
    cells = ["─" if at[0] < cell < at[1] else " " for cell in range(width)]
    for cell, sign in zip(at, "├┤◆┃", strict=True):
        cells[cell] = sign
    return "".join(cells)


def dots(values: Sequence[float], width: int, height: int) -> tuple[str, ...]:
    """A line of braille dots through the values, the last one at the right edge; a constant one runs at the middle.

    What is no number is left out; without any the rows are blank.
    """
    columns, rows = width * 2, height * 4
    known = [value for value in values if isfinite(value)]
    low, high = min(known, default=0.0), max(known, default=0.0)
    cells = [[_BLANK] * width for _ in range(height)]
    buckets = _spread(known, columns) if rows else []
    before = _level(buckets[0][0], low, high, rows) if buckets else 0
    for column, bucket in enumerate(buckets, columns - len(buckets)):
        for value in bucket:
            level = _level(value, low, high, rows)
            for y in {level, *range(min(before, level) + 1, max(before, level))}:
                row = rows - 1 - y
                cells[row // 4][column // 2] |= _DOTS[row % 4][column % 2]
            before = level
    return tuple("".join(chr(cell) if cell != _BLANK else " " for cell in row) for row in cells)


def _spread(values: Sequence[float], columns: int) -> list[Sequence[float]]:
    """The values of each column of dots: where there are too few, what lies on a straight line between two."""
    count = len(values)
    if count < 2 or columns < 2:
        return [values[-1:]] if columns and values else []
    if count > columns:
        return [values[column * count // columns : (column + 1) * count // columns] for column in range(columns)]
    found: list[Sequence[float]] = []
    for column in range(columns):
        index, part = divmod(column * (count - 1), columns - 1)
        following = values[min(index + 1, count - 1)]
        found.append([values[index] + (following - values[index]) * part / (columns - 1)])
    return found


def _level(value: float, low: float, high: float, rows: int) -> int:
    """Which dot from the bottom a value takes: the lowest of all the first, the highest the last."""
    return round((value - low) / (high - low) * (rows - 1)) if high > low else rows // 2


def chart(
    title: str, values: Sequence[float], width: int, height: int, told: Callable[[float], str]
) -> tuple[Line, ...]:
    """A title with the last value, then the line between its highest and its lowest, which stand at the left."""
    if not values or height < 2:
        return ((Cell(title), Cell("  nothing yet", Tone.DIM)),)
    top, bottom = told(max(values)), told(min(values))
    gutter = max(width_of(top), width_of(bottom))
    plot = dots(values, max(width - gutter - 2, 0), height - 1)
    labels = [top, *[""] * (len(plot) - 2), bottom] if len(plot) > 1 else [bottom]
    head = (Cell(title), Cell(f"  {told(values[-1])}"))
    rows = ((Cell(f"{label:>{gutter}} ┤", Tone.DIM), Cell(row)) for label, row in zip(labels, plot, strict=True))
    return (head, *rows)
