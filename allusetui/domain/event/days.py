"""Which day a fact is of, where it is told only later: an expiry's week, the day of a trade that is corrected."""

from datetime import date

from allusetui.domain.event.base import Event
from allusetui.domain.event.order import OrderFilled
from allusetui.domain.event.position import (
    AssignmentReceived,
    CalledAwayReceived,
    CashBooked,
    ExercisedReceived,
    ExpiredReceived,
)

FACTS = (OrderFilled, CashBooked, AssignmentReceived, CalledAwayReceived, ExercisedReceived, ExpiredReceived)
"""What comes from the broker and moves money or positions."""


def own_day(event: Event, told: date) -> date | None:
    """The day that a fact says it is of, at the latest the one on which it is told; None where it names none."""
    match event:
        case OrderFilled(day=date() as own) | CashBooked(day=date() as own):
            return min(own, told)
        case AssignmentReceived() | CalledAwayReceived() | ExercisedReceived() | ExpiredReceived():
            return min(event.contract.expiry, told)
        case _:
            return None
