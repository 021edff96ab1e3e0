"""What waits for a person's yes or no."""

from allusetui.view.fit import Spec, choose, row
from allusetui.view.model import Cell, Column, Seen, Table, Tone
from allusetui.view.prompts import prompts

_SPECS = (Spec(Column("id", 4, right=True)), Spec(Column("what is asked", 30), 0, 90))


def approvals(seen: Seen, width: int) -> Table:
    """Every open prompt; its row's key is `open ID`."""
    columns = choose(_SPECS, width)
    rows = (
        row(f"open {each.id}", columns, {"id": Cell(each.id), "what is asked": Cell(each.title[0].text, Tone.WARN)})
        for each in prompts(seen)
    )
    return Table(columns, tuple(rows), "nothing is asked of you")
