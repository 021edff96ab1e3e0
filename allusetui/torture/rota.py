"""Whose turn it is: the kind of hour a seed plays, and the sites that have to fire in it, by its number alone.

What is only drawn seldom comes to what needs much to be so first; by turns everything does, whichever seeds are run.
"""

from functools import cache
from typing import Final

from allusetui.torture.dice import Throws
from allusetui.torture.sites.site import Scene
from allusetui.torture.sites.table import SITES

_ROUND: Final = (
    Scene.DRAWN, Scene.WINDOW, Scene.ASKED, Scene.WINDOW, Scene.WEEK_END, Scene.WINDOW,
    Scene.WEEK_END, Scene.WEEK_END, Scene.HALTED, Scene.HALTED, Scene.NIGHT, Scene.WINDOW,
)  # fmt: skip
_ANYWHERE: Final = 3
"""So many of the sites that need no hour of their own have their turn in each seed."""
_THERE: Final = {
    Scene.DRAWN: 0, Scene.WINDOW: 3, Scene.HALTED: 2, Scene.ASKED: 3, Scene.WEEK_END: 1, Scene.NIGHT: 2,
}  # fmt: skip


def scene_of(seed: int) -> Scene:
    """What kind of hour a seed plays."""
    return _ROUND[seed % len(_ROUND)]


def turns_of(seed: int) -> tuple[str, ...]:
    """The sites that fire in a seed beside what it draws."""
    scene = scene_of(seed)
    before = seed // len(_ROUND) * _ROUND.count(scene) + _ROUND[: seed % len(_ROUND)].count(scene)
    return (*_next(Scene.DRAWN, seed, _ANYWHERE), *_next(scene, before, _THERE[scene]))


def _next(scene: Scene, earlier: int, count: int) -> tuple[str, ...]:
    """All sites of a scene, then all again: each time in another order, as one may leave nothing to do for the next."""
    names = _NAMES[scene]
    places = (divmod(at, len(names)) for at in range(earlier * count, (earlier + 1) * count))
    return tuple(names[_order(len(names), cycle)[place]] for cycle, place in places)


@cache
def _order(size: int, cycle: int) -> tuple[int, ...]:
    return tuple(Throws(size, cycle).rng.permutation(size).tolist())


def _names(scene: Scene) -> list[str]:
    there = [name for name, site in SITES.items() if site.scene is scene]
    return there + [name for name in there if SITES[name].seldom]


_NAMES: Final = {scene: _names(scene) for scene in Scene}
