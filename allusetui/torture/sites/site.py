"""What a site is: told by a scenario before the run, or done to it while it runs."""

from collections.abc import Callable, Sequence
from dataclasses import field
from datetime import datetime
from enum import StrEnum

from allusetui.domain.frozen import frozen
from allusetui.torture.dice import Keys, Throws
from allusetui.torture.rig import Passing, Rig

Script = Callable[[Throws, datetime, Sequence[str], Sequence[Keys]], str]
"""A scenario's table from throws, the instant, what is traded and what is held; empty where there is nothing to do."""
Fire = Callable[[Rig, Throws], bool]
"""Does it, now; False where there is nothing to do it to yet."""


class Scene(StrEnum):
    """The kind of hour that a seed plays: as it is drawn, or what some sites need to have anything to be done to."""

    DRAWN = "drawn"
    WINDOW = "orders work in a thin market"
    HALTED = "the same, and something ends it"
    ASKED = "a paused account asks for a stop"
    WEEK_END = "the last close of a week"
    NIGHT = "a close, and the next opening"


@frozen
class Site:
    """`rows`: which of the fault table it stands for; `weight`, `often`: of being armed, and of firing once it is.

    `scene`: where it has its turns; `seldom`: whether it often finds nothing to be done to there, and so has twice as
    many.
    """

    name: str
    rows: tuple[int, ...]
    weight: float = 1.0
    often: float = 1.0
    scene: Scene = field(default=Scene.DRAWN, kw_only=True)
    seldom: bool = field(default=False, kw_only=True)


@frozen
class Scripted(Site):
    """Told by a scenario: the market's data, the exchange, headlines."""

    script: Script = lambda throws, at, traded, held: ""


@frozen
class Done(Site):
    """Done while the run goes on."""

    fire: Fire = lambda rig, throws: False


@frozen
class Awaited(Site):
    """Done at the very instant at which something passes, the next time that it does."""

    on: Callable[[Passing], bool] = lambda thing: False
    fire: Fire = lambda rig, throws: False
