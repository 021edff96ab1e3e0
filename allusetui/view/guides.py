"""The guides: which there are, and a page of Markdown laid out for a screen."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from allusetui.view.fit import Spec, choose, fold, pieces, row, trim, width_of
from allusetui.view.model import Cell, Column, Line, Seen, Table, Tone
from allusetui.view.shelf import Shelf

GUIDE: Final = "guide"
"""The period under which a shelf gives a guide."""
GUIDES: Final[Mapping[str, str]] = {
    "start": "the first hour: what you see, what to press, and why",
    "dashboard": "every pane and every key",
    "commands": "every command: replay, backtest, sweep, torture, ask, reports, taxes, the law",
    "law": "the law clause by clause, with its numbers",
    "linking": "a paper account at Interactive Brokers: TWS, Gateway, IBC, a container",
    "running": "unattended: systemd, tmux, the watchdog, a browser",
    "runbook": "what happens when things break, and what to do",
    "backup": "what to keep of a session, and how to bring it back",
    "upgrading": "to a new version, or back",
    "scenario": "the format of a scenario",
    "journal": "the format of the journal: every kind of event with its keys",
    "extending": "a new rule, a new pane, a new broker; the picture of the house",
}
"""Each guide by its name, and what it is about."""
FIRST: Final = "start"

_LIST: Final = (Spec(Column("guide", 10)), Spec(Column("about", 18), 1, 70))
_RULES: Final = {1: "=", 2: "-"}
_FENCE: Final = "```"
_QUOTE: Final = "> "
_ITEM: Final = re.compile(r"(- |\d+\. |> )(.*)")


def guides(seen: Seen, width: int) -> Table:
    """A guide a row."""
    columns = choose(_LIST, width)
    cells = ({"guide": Cell(name), "about": Cell(about, Tone.DIM)} for name, about in GUIDES.items())
    return Table(columns, tuple(row(found["guide"].text, columns, found) for found in cells))


def guide(name: str, read: Shelf, width: int) -> tuple[Line, ...]:
    """The page of a guide at a width in cells."""
    text = read(GUIDE, name)
    if text is None:
        return (trim((Cell(f"{name} can't be read", Tone.WARN),), width),)
    return tuple(laid(text, width))


def laid(text: str, width: int) -> Iterator[Line]:
    """The lines of a Markdown text: headings stand out, what is fenced keeps its lines, all else is folded."""
    fenced, paragraph = False, ""
    for line in (*text.splitlines(), ""):
        starts = not line or line.startswith((_FENCE, "#")) or _begins_item(line, paragraph)
        if not fenced and starts:
            yield from _folded(paragraph, width)
            paragraph = ""
        if line.startswith(_FENCE):
            fenced = not fenced
        elif fenced:
            yield from ((Cell(piece, Tone.DIM),) for piece in pieces(f"  {line}", width))
        elif line.startswith("#"):
            yield from _heading(line, width)
        elif not line:
            yield ()
        else:
            paragraph = f"{paragraph} {line.strip().removeprefix(_QUOTE)}" if paragraph else line


def _heading(line: str, width: int) -> Iterator[Line]:
    """Underlined, so that it is told without colour too."""
    parts = fold(line.lstrip("# "), width)
    yield from ((Cell(part, Tone.GOOD),) for part in parts)
    rule = _RULES.get(len(line) - len(line.lstrip("#")))
    if rule is not None:
        yield (Cell(rule * max(map(width_of, parts)), Tone.GOOD),)


def _begins_item(line: str, paragraph: str) -> bool:
    """Whether a line is the first one of an item; of a quotation only where none is being read."""
    found = _ITEM.match(line)
    return found is not None and not (found[1] == _QUOTE and paragraph.startswith(_QUOTE))


def _folded(paragraph: str, width: int) -> Iterator[Line]:
    """A paragraph, or an item of a list, whose further lines are set in."""
    if not paragraph:
        return
    item = _ITEM.match(paragraph)
    mark, words = (item[1], item[2]) if item is not None else ("", paragraph)
    for place, part in enumerate(fold(words, max(width - len(mark), 1))):
        shown = " " * len(mark) if place and mark != _QUOTE else mark
        yield trim((Cell(f"{shown}{part}"),), width)
