"""A journal's records, each fill and settlement counted once."""

from collections.abc import Iterable, Iterator

from allusetui.domain import event as ev

Records = Iterable[tuple[int, int, ev.Event]]
"""(seq, at_ms, event), in the journal's order."""


def once(records: Records) -> Iterator[tuple[int, int, ev.Event]]:
    """The records without the fills and settlements that were told before: each counts once (0.6)."""
    seen: set[str] = set()
    for record in records:
        identity = _identity(record[2])
        if identity is None or identity not in seen:
            yield record
        if identity is not None:
            seen.add(identity)


def _identity(event: ev.Event) -> str | None:
    match event:
        case ev.OrderFilled():
            return event.exec_id
        case (
            ev.AssignmentReceived()
            | ev.CalledAwayReceived()
            | ev.ExercisedReceived()
            | ev.ExpiredReceived()
            | ev.CashBooked()
            | ev.PositionAdjusted()
        ):
            return event.settlement
        case _:
            return None
