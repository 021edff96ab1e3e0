"""The scenarios that come with the package, found by name."""

from pathlib import Path
from typing import Final

SUFFIX = ".toml"
_FOLDER: Final = Path(__file__).with_name("shipped")


def shipped_names() -> tuple[str, ...]:
    """Gives the names of the shipped scenarios, in order."""
    names = (entry.name for entry in _FOLDER.iterdir())
    return tuple(sorted(name.removesuffix(SUFFIX) for name in names if name.endswith(SUFFIX)))


def shipped_text(name: str) -> str:
    """Gives the text of a shipped scenario; KeyError if there is none of that name."""
    if name not in shipped_names():
        raise KeyError(name)
    return (_FOLDER / (name + SUFFIX)).read_text(encoding="utf-8")
