"""The scenarios that come with the package, found by name."""

from importlib.resources import files
from importlib.resources.abc import Traversable

SUFFIX = ".toml"


def _folder() -> Traversable:
    return files("allusetui.scenario") / "shipped"


def shipped_names() -> tuple[str, ...]:
    """Gives the names of the shipped scenarios, in order."""
    names = (entry.name for entry in _folder().iterdir())
    return tuple(sorted(name.removesuffix(SUFFIX) for name in names if name.endswith(SUFFIX)))


def shipped_text(name: str) -> str:
    """Gives the text of a shipped scenario; KeyError if there is none of that name."""
    if name not in shipped_names():
        raise KeyError(name)
    return (_folder() / (name + SUFFIX)).read_text(encoding="utf-8")
