"""The person of a trial: there is nobody else to release what only a person may (§9)."""

from collections.abc import Iterator, Sequence
from datetime import time
from typing import Final

from allusetui.domain import event as ev
from allusetui.domain.account import Latch, Status
from allusetui.domain.calendar import Calendar
from allusetui.domain.input import OperatorActed
from allusetui.domain.moment import at_clock, day_of

AT: Final = time(9, 35)
"""When a reset is pressed: on the session after the one that asked for it, before any window of entries."""
BY: Final = "lab"
_ASKS: Final = frozenset({Latch.LEVEL3.value, Latch.BREAKER.value})
"""A mismatch is none of these: in a trial it would be a defect, and stays to be seen."""


class Person:
    """Presses reset, and nothing else, for each account that asks for it; again a session later where it is refused."""

    def __init__(self, calendar: Calendar) -> None:
        self._calendar = calendar
        self._due: dict[str | None, int] = {}

    def __call__(self, at_ms: int, events: Sequence[ev.Event]) -> Iterator[OperatorActed]:
        """What will be pressed for events of an instant."""
        for account in _asked(events):
            due_ms = at_clock(self._calendar.after(day_of(at_ms)).day, AT)
            if self._due.get(account) != due_ms:
                self._due[account] = due_ms
                yield OperatorActed(due_ms, "reset", account, BY)


def _asked(events: Sequence[ev.Event]) -> Iterator[str | None]:
    """The accounts that wait for a reset; None where all of them do."""
    for event in events:
        match event:
            case ev.LatchSet() if event.latch in _ASKS:
                yield event.account
            case ev.StateChanged(to=Status.EMERGENCY):
                yield None
            case ev.StateRefused(reason="reset"):
                yield None if event.from_ == Status.EMERGENCY else event.account
            case _:
                pass
