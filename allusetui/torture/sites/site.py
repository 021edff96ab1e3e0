"""What a site is: told by a scenario before the run, or done to it while it runs."""

from collections.abc import Callable, Sequence
from datetime import datetime

from allusetui.domain.frozen import frozen
from allusetui.torture.dice import Keys, Throws
from allusetui.torture.rig import Rig

Script = Callable[[Throws, datetime, Sequence[str], Sequence[Keys]], str]
"""A scenario's table from throws, the instant, what is traded and what is held; empty where there is nothing to do."""
Fire = Callable[[Rig, Throws], bool]
"""Does it, now; False where there is nothing to do it to yet."""


@frozen
class Site:
    """`rows`: which of the fault table it stands for; `weight`, `often`: of being armed, and of firing once it is."""

    name: str
    rows: tuple[int, ...]
    weight: float = 1.0
    often: float = 1.0


@frozen
class Scripted(Site):
    """Told by a scenario: the market's data, the exchange, headlines."""

    script: Script = lambda throws, at, traded, held: ""


@frozen
class Done(Site):
    """Done while the run goes on."""

    fire: Fire = lambda rig, throws: False
