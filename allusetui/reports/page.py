"""A report as a page of blocks, in its three forms: plain text of 100 columns, Markdown, JSON. The same page, the same
bytes."""

import json
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from textwrap import wrap

from allusetui.domain.frozen import frozen
from allusetui.domain.money import ZERO, to_cent
from allusetui.domain.text import untrusted

COLUMNS = 100
NONE = "none"
NOT_KNOWN = "n/a"
_NAME = 14


@frozen
class Grid:
    """A table; the first column stands to the left, the others to the right. `notes` say how it is to be read."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = ()


@frozen
class Remark:
    """Sentences, a line each."""

    title: str
    lines: tuple[str, ...]


@frozen
class Picture:
    """Lines that are shown as they are, at most 100 columns."""

    title: str
    lines: tuple[str, ...]


Block = Grid | Remark | Picture


@frozen
class Page:
    """A report: what it is called, until when it looks, its blocks, and the same figures as plain values for JSON."""

    title: str
    until: str
    blocks: tuple[Block, ...]
    data: Mapping[str, object]


def text(page: Page) -> str:
    """The report as plain text, at most 100 columns wide, ended by a newline."""
    parts = [f"{untrusted(page.title)}\n{page.until}\n"]
    for block in page.blocks:
        parts.append("\n".join(_text_lines(block)) + "\n")
    return "\n".join(parts)


def markdown(page: Page) -> str:
    """The report as Markdown, ended by a newline."""
    parts = [f"# {_escaped(untrusted(page.title))}\n\n{page.until}\n"]
    for block in page.blocks:
        parts.append(f"## {block.title}\n\n" + "\n".join(_markdown_lines(block)) + "\n")
    return "\n".join(parts)


def as_json(page: Page) -> str:
    """The report as one JSON object, indented, ended by a newline. Money in dollars with at most two decimals."""
    return json.dumps(page.data, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def money(amount: Decimal) -> str:
    """`1,234.50`: two decimals and thousands separators."""
    return format(to_cent(amount) + ZERO, ",.2f")


def number(amount: Decimal) -> float:
    """An amount as JSON has it."""
    return float(to_cent(amount) + ZERO)


def percent(share: float | None) -> str:
    """`12.34 %`, or that it is not known."""
    return NOT_KNOWN if share is None else f"{round(share * 100, 2) + 0.0:.2f} %"


def figure(value: float | None) -> str:
    """`1.23`, or that it is not known."""
    return NOT_KNOWN if value is None else f"{round(value, 2) + 0.0:.2f}"


def rounded(value: float | None) -> float | None:
    """A ratio as JSON has it: six decimals."""
    return None if value is None else round(value, 6) + 0.0


def marked_until(last: date | None, so_far: bool = False) -> str:
    """Until when the marks tell, and whether that is the end of it."""
    until = f"Marks until {last.isoformat()}" if last else "Nothing was marked"
    return f"So far: it has not ended. {until}" if so_far else until


def name_of(account: str) -> str:
    """An account's name as a cell."""
    return untrusted(account, _NAME)


def told(counts: tuple[tuple[str, int], ...], label: Callable[[str], str] = str) -> str:
    """`earnings 3, spread 1`; `none` for nothing."""
    return ", ".join(f"{label(untrusted(key))} {count}" for key, count in counts) or NONE


def _text_lines(block: Block) -> list[str]:
    match block:
        case Grid():
            return [block.title, *_grid_lines(block), *_wrapped(block.notes)]
        case Remark():
            return [block.title, *_wrapped(block.lines)]
        case Picture():
            return [block.title, *(line.rstrip() for line in block.lines)]


def _wrapped(lines: tuple[str, ...]) -> list[str]:
    found: list[str] = []
    for line in lines:
        found += wrap(line, COLUMNS, initial_indent="  ", subsequent_indent="      ", break_on_hyphens=False)
    return found


def _grid_lines(grid: Grid) -> list[str]:
    """Two spaces between columns; a table without rows says so."""
    if not grid.rows:
        return [f"  {NONE}"]
    table = [grid.header, *grid.rows]
    widths = [max(len(row[i]) for row in table) for i in range(len(grid.header))]
    lines = []
    for row in table:
        first, *others = zip(row, widths, strict=True)
        lines.append("  ".join([first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in others)]))
    return [lines[0], "-" * len(lines[0]), *lines[1:]]


def _markdown_lines(block: Block) -> list[str]:
    match block:
        case Grid() if block.rows:
            ruler = ":--" + " | --:" * (len(block.header) - 1)
            rows = [block.header, *(tuple(map(_escaped, row)) for row in block.rows)]
            lines = [f"| {' | '.join(row)} |" for row in rows]
            lines.insert(1, f"| {ruler} |")
            return [*lines, *[""][: len(block.notes)], *map(_escaped, block.notes)]
        case Grid():
            return [f"- {NONE}", *(f"- {_escaped(note)}" for note in block.notes)]
        case Remark():
            return [f"- {_escaped(line)}" for line in block.lines]
        case Picture():
            return ["```", *(line.rstrip() for line in block.lines), "```"]


def _escaped(cell: str) -> str:
    """Nothing in a cell is markup."""
    return "".join(f"\\{c}" if c in "\\|<>[]*_`#!&~$" else c for c in cell)
