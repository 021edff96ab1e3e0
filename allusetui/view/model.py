"""What a pane is made of: cells with a tone, in rows under columns, or in one line."""

from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum
from typing import TYPE_CHECKING

from allusetui.domain.frozen import frozen
from allusetui.view.commands import LABELS

if TYPE_CHECKING:  # a screen paints before anything is known
    from allusetui.domain.calendar import Calendar
    from allusetui.domain.snapshot import Snapshot
    from allusetui.law.model import Law


class Tone(StrEnum):
    """What a cell means to its reader; the theme says how it looks. Never told by colour alone."""

    PLAIN = "plain"
    DIM = "dim"
    GOOD = "good"
    WARN = "warn"
    BAD = "bad"
    LOUD = "loud"
    """Needs a person."""


@frozen
class Cell:
    """A text, and what it means to its reader."""

    text: str
    tone: Tone = Tone.PLAIN


Line = tuple[Cell, ...]
"""A run of cells, one after another."""


@frozen
class Column:
    """A column `width` cells wide; numbers are `right` of it."""

    title: str
    width: int
    right: bool = False


@frozen
class Row:
    """`key` names what the row shows: an account, `account|contract`, an intent, a journal seq."""

    key: str
    cells: Line


GAP = 1
"""Cells between two columns."""


@frozen
class Table:
    """Rows under columns that fit the width asked for; `empty` is what is said where there are none.

    Every row has a cell for each column, none wider than it. `wanted`: the words that every row has to have.
    """

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    empty: str = ""
    wanted: str = ""

    @property
    def width(self) -> int:
        """Cells across, gaps included."""
        return sum(column.width + GAP for column in self.columns) - GAP if self.columns else 0


@frozen
class Question:
    """What is asked before a key is sent; `allowed` is False where it would do nothing, and `lines` say why."""

    title: Line
    lines: tuple[Line, ...]
    allowed: bool = True


@frozen
class Seen:
    """A snapshot with the law and the calendar that it is read by, and the keys as they are told, by command.

    `own_law`: whether the law is the session's own; False where that one is not on this machine.
    """

    snapshot: "Snapshot"
    law: "Law"
    calendar: "Calendar"
    keys: Mapping[str, str] = field(default_factory=lambda: LABELS)
    own_law: bool = True
