"""Whether a seed catches a plant, and which seed is known to."""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

from allusetui.domain.frozen import frozen
from tests.torture.planted.judges import JUDGES
from tests.torture.planted.planting import planted
from tests.torture.planted.plants import Plant

_SEEDS: Final = Path(__file__).with_name("seeds.toml")
_TOLD: Final = re.compile(r"invariant (\d+), ")


@frozen
class Caught:
    """What told of a plant: the invariants' numbers, and the line about the one that it breaks."""

    seed: int
    told: tuple[int, ...]
    line: str


def caught(plant: Plant, seed: int) -> Caught | None:
    """What a seed tells of the program with the plant in it; None where the invariant that it breaks is not told."""
    with planted(plant.edits):
        lines = JUDGES[plant.judge](seed, lambda found: found.invariant == plant.breaks)
    told = {int(number[1]): line for line in reversed(lines) if (number := _TOLD.match(line))}
    if plant.breaks not in told:
        return None
    return Caught(seed, tuple(sorted(told)), told[plant.breaks])


@cache
def of_the_sound(judge: str, seed: int) -> tuple[str, ...]:
    """What the same seed tells of the program as it is."""
    return JUDGES[judge](seed, lambda found: False)


def known() -> dict[str, int]:
    """Plant → a seed that catches it."""
    return tomllib.loads(_SEEDS.read_text("utf-8")) if _SEEDS.exists() else {}


def write(seeds: Mapping[str, int]) -> None:
    """Keep them for the tests."""
    head = "# Plant = a seed that catches it; written by `python -m tests.torture.planted --write`.\n"
    _SEEDS.write_text(head + "".join(f'"{name}" = {seed}\n' for name, seed in seeds.items()), "utf-8")
