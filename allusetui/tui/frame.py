"""What stands below every screen: the keys, and what outranks every alert."""

from allusetui.domain.snapshot import Snapshot
from allusetui.view.model import Cell, Line, Tone

_RANK = ("^x", "p", "P", "?", "↵", "q", "r")
"""Which keys are named where there is no room for all: the first ones."""


def keys_line(account: str | None, width: int) -> Line:
    """At most seven keys, those that fit; the first acts on the account that it names."""
    labels = {
        "p": f"pause {account or ''}".rstrip(), "P": "all", "r": "resume", "^x": "kill all", "↵": "why", "?": "help",
        "q": "leave",
    }  # fmt: skip
    kept = [key for i, key in enumerate(_RANK) if _length(_RANK[: i + 1], labels) <= width]
    cells: list[Cell] = []
    for key in labels:
        if key in kept:
            cells += [Cell("  " if cells else " "), Cell(key), Cell(f" {labels[key]}", Tone.DIM)]
    return tuple(cells)


def watch_line(width: int) -> Line:
    """That no key of this screen reaches the engine, and the keys that look."""
    line: Line = (Cell(" watching only", Tone.WARN), Cell(": no key reaches the engine", Tone.DIM))
    for key, label in (("q", "leave"), ("?", "help"), ("↵", "why")):
        longer = (*line, Cell(f"  {key}"), Cell(f" {label}", Tone.DIM))
        if sum(len(cell.text) for cell in longer) <= width:
            line = longer
    return line


def _length(keys: tuple[str, ...], labels: dict[str, str]) -> int:
    return sum(len(key) + 1 + len(labels[key]) for key in keys) + 2 * len(keys) - 1


def trouble(snapshot: Snapshot) -> Line | None:
    """That the engine has ended: no key reaches it any more."""
    return (Cell("The engine has ended. q leaves.", Tone.LOUD),) if snapshot.ended else None
