"""What stands below every screen: the keys, and what outranks every alert."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from allusetui.view.fit import width_of
from allusetui.view.model import Cell, Line, Tone

if TYPE_CHECKING:
    from allusetui.domain.snapshot import Snapshot

_RANK = ("kill", "pause", "pause_all", "help", "why", "leave", "resume")
"""Which keys are named where there is no room for all: the first ones."""


def keys_line(account: str | None, width: int, keys: Mapping[str, str]) -> Line:
    """At most seven keys, those that fit; the first acts on the account that it names. `keys`: as they are told."""
    words = {
        "pause": f"pause {account or ''}".rstrip(), "pause_all": "all", "resume": "resume", "kill": "kill all",
        "why": "why", "help": "help", "leave": "leave",
    }  # fmt: skip
    labels = {name: (keys[name], f" {text}") for name, text in words.items()}
    kept = [name for i, name in enumerate(_RANK) if _length(_RANK[: i + 1], labels) <= width]
    cells: list[Cell] = []
    for name, (key, text) in labels.items():
        if name in kept:
            cells += [Cell("  " if cells else " "), Cell(key), Cell(text, Tone.DIM)]
    return tuple(cells)


def watch_line(width: int, keys: Mapping[str, str]) -> Line:
    """That no key of this screen reaches the engine, and the keys that look."""
    line: Line = (Cell(" watching only", Tone.WARN), Cell(": no key reaches the engine", Tone.DIM))
    for name in ("leave", "help", "why"):
        longer = (*line, Cell(f"  {keys[name]}"), Cell(f" {name}", Tone.DIM))
        if sum(width_of(cell.text) for cell in longer) <= width:
            line = longer
    return line


def _length(names: tuple[str, ...], labels: Mapping[str, tuple[str, str]]) -> int:
    return sum(width_of(key) + width_of(text) for key, text in map(labels.__getitem__, names)) + 2 * len(names) - 1


def trouble(snapshot: "Snapshot", keys: Mapping[str, str]) -> Line | None:
    """That the engine has ended: no key reaches it any more. `keys`: as they are told."""
    return (Cell(f"The engine has ended. {keys['leave']} leaves.", Tone.LOUD),) if snapshot.ended else None
