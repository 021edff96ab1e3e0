"""Where what can be read is found."""

from collections.abc import Callable

Shelf = Callable[[str, str], str | None]
"""Gives the text of a written report by its period and name; None where it can't be read.

Of the period `guide` it gives the guide of that name as Markdown. Of the period `weeks` it gives the page of the week
types, as of the newest report; None while that is worked out.
"""


def empty_shelf(period: str, name: str) -> str | None:
    """A shelf where nothing can be read."""
    return None
