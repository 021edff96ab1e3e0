"""What a run that was begun again is compared by with one that went on: all that it decided."""

from collections.abc import Iterable
from typing import Any

from allusetui.codec.records import to_record
from allusetui.domain.event import Event

_RESTARTED = frozenset({"session.started", "resume.step", "state.changed", "order.unknown", "order.resolved"})
"""What a restart adds: its own steps, the way of the states through SAFE, and what is asked about orders."""


def decisions(rows: Iterable[tuple[int, int, Event]], after_ms: int = 0) -> list[dict[str, Any]]:
    """The records from an instant on, without what a restart adds and the numbers that it shifts."""
    records = (to_record(0, at_ms, event) for _, at_ms, event in rows if at_ms >= after_ms)
    return [record for record in records if record["kind"] not in _RESTARTED]
