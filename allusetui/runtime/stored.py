"""Where a stored session goes on: the journal's last instant, or a later one of the broker's book."""

from collections.abc import Iterable
from dataclasses import dataclass

from allusetui.domain.event import AccountMarked, Event, OperatorKey
from allusetui.domain.state import State
from allusetui.engine.apply import apply


@dataclass(frozen=True, slots=True)
class Stand:
    """A session as its journal tells it, its clock at `at_ms`."""

    state: State
    at_ms: int
    seen_ms: int
    """What came up to this instant has been looked at, for certain."""
    heard_ms: int
    """When the last key was pressed; 0 before the first."""


def stand(records: Iterable[tuple[int, int, Event]], book_ms: int) -> Stand | None:
    """Where a session stands whose clock stood still since; None where nothing of it is stored.

    The last instant may not have been looked at in full, so it is looked at again; a close or a report cut is not,
    once its marks are there.
    """
    state, heard_ms, marked_ms = State(), 0, 0
    for _, at_ms, event in records:
        apply(state, at_ms, event)
        if isinstance(event, OperatorKey):
            heard_ms = at_ms
        elif isinstance(event, AccountMarked):
            marked_ms = at_ms
    if not state.at_ms:
        return None
    last_ms = state.at_ms
    return Stand(state, max(last_ms, book_ms), last_ms - (marked_ms < last_ms), heard_ms)
