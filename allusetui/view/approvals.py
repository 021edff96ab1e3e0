"""The list of approvals: those that are open, and those that the newest events tell the end of."""

from collections.abc import Iterator, Sequence
from typing import Final

from allusetui.domain.event import ApprovalDecided, ApprovalRequested
from allusetui.domain.snapshot import Told
from allusetui.domain.state import Approval
from allusetui.domain.text import untrusted
from allusetui.view import words
from allusetui.view.fit import Spec, choose, row
from allusetui.view.model import Cell, Column, Row, Seen, Table, Tone
from allusetui.view.prompts import Prompt, prompts, until, wanted

OPEN: Final = "open "
"""What the key of an open prompt's row begins with; its id follows. The others have the seq of their end."""
_SPECS = (
    Spec(Column("id", 4, right=True)),
    Spec(Column("asked", 9), 3),
    Spec(Column("account", 7), 0, 10),
    Spec(Column("what is asked", 36), 0, 46),
    Spec(Column("state", 20), 1, 30),
    Spec(Column("until", 24), 2, 60),
)


def approvals(seen: Seen, width: int) -> Table:
    """Those that wait for a person first, then the newest decisions; the key of an open one is `open ID`."""
    columns = choose(_SPECS, width)
    asked = {t.event.id: t for t in seen.snapshot.tail if isinstance(t.event, ApprovalRequested)}
    open_rows = (_open(seen, each, asked, columns) for each in prompts(seen))
    return Table(columns, (*open_rows, *_decided(seen, asked, columns)), "nothing is asked of you")


def _open(seen: Seen, each: Prompt, asked: dict[str, Told], columns: Sequence[Column]) -> Row:
    approval, told = seen.snapshot.state.approvals[each.id], asked.get(each.id)
    cells = {
        "id": Cell(each.id),
        "asked": Cell(words.moment(told.at_ms, seen.snapshot.now_ms) if told else words.UNKNOWN, Tone.DIM),
        "account": Cell(each.account or words.NONE),
        "what is asked": Cell(wanted(seen, approval)),
        "state": Cell(f"! open: {seen.keys['why']} answers", Tone.WARN),
        "until": Cell(until(seen, approval)[0].text, Tone.DIM),
    }
    return row(f"{OPEN}{each.id}", columns, cells)


def _decided(seen: Seen, asked: dict[str, Told], columns: Sequence[Column]) -> Iterator[Row]:
    now_ms = seen.snapshot.now_ms
    for told in reversed(seen.snapshot.tail):
        event = told.event
        if isinstance(event, ApprovalDecided):
            request = asked.get(event.id)
            cells = {
                "id": Cell(event.id, Tone.DIM),
                "asked": Cell(words.moment(request.at_ms, now_ms) if request else words.UNKNOWN, Tone.DIM),
                "account": Cell(event.account or words.NONE, Tone.DIM),
                "what is asked": Cell(_was_wanted(seen, request), Tone.DIM),
                "state": Cell(f"{event.decision} by {untrusted(event.by)}"),
                "until": Cell(words.moment(told.at_ms, now_ms), Tone.DIM),
            }
            yield row(str(told.seq), columns, cells)


def _was_wanted(seen: Seen, told: Told | None) -> str:
    if told is None or not isinstance(told.event, ApprovalRequested):
        return words.UNKNOWN
    e = told.event
    return wanted(seen, Approval(e.id, e.account, e.purpose, e.contract, e.quantity, e.candidate, e.subject, e.text))
