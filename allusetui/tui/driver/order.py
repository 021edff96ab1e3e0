"""Which cells have to be drawn, and in which order: from left to right, or one look after the other."""

from collections.abc import Mapping, Sequence, Set
from itertools import compress
from operator import ne

from allusetui.tui.driver.cells import Cell, is_blank, is_certain
from allusetui.tui.driver.look import Look

Stale = Mapping[int, list[bool]]
"""Of each row that has to be drawn, from the top, which cells."""


def next_stale(stale: list[bool], x: int) -> int:
    """The first column from one on that has to be drawn; the width where there is none."""
    try:
        return stale.index(True, x)
    except ValueError:
        return len(stale)


def stale_of(wanted: list[Cell], shown: list[Cell]) -> list[bool]:
    """Which cells have to be drawn: a wide character as a whole, the one that is there and the one that is to be."""
    stale = [new is not old and new != old for new, old in zip(wanted, shown, strict=True)]
    halves = [x for x, (new, old) in enumerate(zip(wanted, shown, strict=True)) if not (new[0] and old[0])]
    for x in (*halves, *reversed(halves)):
        stale[x] = stale[x - 1] = stale[x] or stale[x - 1]
    return stale


def is_ground(row: list[Cell]) -> bool:
    """Whether nothing has been written on a row."""
    return row.count(row[0]) == len(row)


def bands(wanted: Sequence[list[Cell]], stale: Stale, ground: Set[int]) -> list[list[int]]:
    """Neighbours on empty `ground` that can all be drawn one look after the other; every other row by itself.

    What ticks later changes a few cells here and there: to look for the shorter way would take longer than to send it.
    """
    found: list[list[int]] = []
    last = False
    for y, cells in stale.items():
        apart = y in ground and len(apart_by_look(wanted[y], cells, None)) > 1
        if apart and last and found[-1][-1] == y - 1:
            found[-1].append(y)
        else:
            found.append([y])
        last = apart
    return found


def apart_by_look(wanted: list[Cell], stale: list[bool], pen: Look | None) -> dict[Look, list[bool]]:
    """What is stale of each look, the pen's own first.

    Blanks take any pen of their background. A row with links, or with what terminals differ about, is not taken apart.
    """
    each = dict.fromkeys(compress(wanted, stale))  # a row has many cells, and few different ones
    looks = dict.fromkeys(cell[1] for cell in each if cell[0] and not is_blank(cell))
    kinds = sorted(looks, key=lambda look: look != pen)
    if any(look.link for look in kinds) or not all(is_certain(text) for text, _ in each if text):
        return {}
    found: dict[Look, list[bool]] = {look: [False] * len(wanted) for look in kinds}
    grounds = {look.bg: look for look in reversed(kinds)}
    passes: dict[Cell, list[bool]] = {}
    for cell in each:
        kind = grounds.get(cell[1].bg, cell[1]) if is_blank(cell) else cell[1]
        passes[cell] = found.setdefault(kind, [False] * len(wanted))
    for x in compress(range(len(wanted)), stale):
        passes[wanted[x]][x] = True
    return found


def is_in_order(wanted: list[Cell], stale: list[bool], pen: Look | None) -> bool:
    """Whether from left to right every look is set once, and none before the pen's own."""
    looks = [cell[1] for cell in compress(wanted, stale) if cell[0] and not is_blank(cell)]
    return sum(map(ne, looks, looks[1:])) < len(set(looks)) and (pen not in looks or looks[0] == pen)
