"""What a person is told who asked the journal."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Answer:
    """`answered`: whether the journal decides what was asked; if not, `text` says so, and what it can tell.

    A line of `text` is a sentence; it names the records that it stands on as `[#1234]`, and `citations` are all of
    these, ascending.
    """

    answered: bool
    text: str
    citations: tuple[int, ...] = ()


Asking = Callable[[str], Answer]
"""Gives the answer to a question; it may take seconds."""
