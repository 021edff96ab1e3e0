"""Snapshots as a screen gets them, made of runs that have ended."""

from typing import Any

from allusetui.domain.event import AlertRaised
from allusetui.domain.snapshot import Snapshot, Told
from allusetui.law.load import load
from allusetui.runtime.tail import TailJournal
from allusetui.view.model import Cell, Line, Row, Seen, Table, Tone
from tests.replaying import Replayed

WIDTHS = (80, 120, 160)
LAW = load()


def snapshot_of(replayed: Replayed, **changes: Any) -> Snapshot:
    """The snapshot at the end of a run; `changes` are fields of it that the run does not give."""
    runtime = replayed.run.runtime
    told = tuple(Told(*record) for record in replayed.journal.read())
    kept = TailJournal(replayed.journal)
    given: dict[str, Any] = {
        "count": 1, "session": "demo", "mode": "sim", "now_ms": replayed.run.end_ms, "speed": 60.0, "beat_ms": 0.0,
        "lag_ms": 0.4, "state": runtime.engine.state, "volatile": runtime.engine.volatile, "tail": told[-200:],
        "alerts": tuple(t for t in told if isinstance(t.event, AlertRaised)), "marks": kept.marks,
        "moves": tuple(kept.moves.values()), "reports": tuple(kept.reports),
    }  # fmt: skip
    return Snapshot(**{**given, **changes})


def seen_of(replayed: Replayed, **changes: Any) -> Seen:
    """The same, with the law and the calendar of the run."""
    return Seen(snapshot_of(replayed, **changes), LAW, replayed.run.calendar)


def text_of(line: Line) -> str:
    return "".join(cell.text for cell in line)


def shown(table: Table, row: Row) -> dict[str, Cell]:
    """A row's cells by the titles of their columns."""
    return {column.title: cell for column, cell in zip(table.columns, row.cells, strict=True)}


def tones(table: Table) -> set[Tone]:
    return {cell.tone for row in table.rows for cell in row.cells}
