"""What led to an event of the journal, and what the clauses that it names say."""

from collections.abc import Iterator, Sequence

from allusetui.domain.event import Event
from allusetui.domain.moment import day_of
from allusetui.domain.snapshot import Told
from allusetui.ledger.cause import ties
from allusetui.view import words
from allusetui.view.fit import folded, row
from allusetui.view.journal import figures, kind_of
from allusetui.view.model import Cell, Column, Row, Seen, Tone

_CAUSES = 8
"""How many events that led to one are told."""


def chapter_title(key: str, title: str, columns: Sequence[Column]) -> Row:
    """The line above what belongs together."""
    return row(key, columns, {"looked at": Cell(f"{title}:", Tone.GOOD)})


def cause_rows(seen: Seen, told: Told, columns: Sequence[Column], known: Sequence[Told] = ()) -> Iterator[Row]:
    """What is known to have led to it, else the events before it about the same order, contract or entry.

    The event itself is the last.
    """
    now_ms, own = seen.snapshot.now_ms, ties(told)
    before = known or [each for each in seen.snapshot.tail if each.seq < told.seq and own & ties(each)]
    yield chapter_title("e", "what led to it", columns)
    for each in (*before[-_CAUSES:], told):
        cells = {
            "verdict": Cell(words.moment(each.at_ms, now_ms), Tone.DIM),
            "clause": Cell(" ".join(each.event.clauses), Tone.DIM),
            "looked at": Cell(kind_of(each.event)),
            "figures": Cell(figures(each.event, day_of(now_ms))),
        }
        yield from folded(f"#{each.seq}", columns, cells)


def clause_rows(seen: Seen, event: Event, columns: Sequence[Column]) -> Iterator[Row]:
    """The clauses that an event names."""
    known = {clause.id: clause.summary for clause in seen.law.clauses}
    if event.clauses:
        yield chapter_title("c", "its clauses", columns)
    for clause_id in event.clauses:
        cells = {"clause": Cell(clause_id), "looked at": Cell(known.get(clause_id, words.UNKNOWN))}
        yield from folded(f"c.{clause_id}", columns, cells)
