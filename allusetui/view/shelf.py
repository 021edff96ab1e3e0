"""Where written reports are found."""

from collections.abc import Callable

Shelf = Callable[[str, str], str | None]
"""Gives the text of a written report by its period and name; None where it can't be read."""


def empty_shelf(period: str, name: str) -> str | None:
    """A shelf where nothing can be read."""
    return None
