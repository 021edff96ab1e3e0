"""What a person is told who asked the journal."""

from collections.abc import Callable, Mapping
from dataclasses import field

from allusetui.domain.frozen import frozen
from allusetui.domain.snapshot import Told


@frozen
class Answer:
    """`answered`: whether the journal decides what was asked; if not, `text` says so, and what it can tell.

    A line of `text` is a sentence; it names the records that it stands on as `[#1234]`, and `citations` are all of
    these, ascending.
    """

    answered: bool
    text: str
    citations: tuple[int, ...] = ()


@frozen
class Reply:
    """An answer, and by seq each record that it cites: what led to it, and itself the last."""

    answer: Answer
    opened: Mapping[int, tuple[Told, ...]] = field(default_factory=dict)


Asking = Callable[[str], Reply]
"""Gives the reply to a question; it may take seconds. Raises OSError or ValueError, in a line, where it can't."""
