"""Silence is an alert: a loss of the engine, of the broker's link or of its data that nobody has explained."""

from typing import Final

from allusetui.domain.account import Status
from allusetui.domain.moment import SECOND_MS
from allusetui.rules import explain
from allusetui.view import words
from allusetui.view.model import Seen

SILENT_MS: Final = 60_000.0


def silence(seen: Seen, heard_ms: float, lost_ms: float) -> str | None:
    """What has been silent for 60 s, the worst first; None while all is heard of, or is known to be at an end.

    `heard_ms`: age of the newest snapshot; `lost_ms`: how long the link is down. Both in wall time.
    """
    if seen.snapshot.ended:
        return None
    if heard_ms >= SILENT_MS:
        return f"SILENCE: no heartbeat of the engine for {words.age(heard_ms / SECOND_MS)}"
    if lost_ms >= SILENT_MS and not _is_serviced(seen):
        return f"SILENCE: the broker's link is down for {words.age(lost_ms / SECOND_MS)}"
    # The engine's own quotes may be older: it asks for them where it has to decide, and a calm account waits.
    told_ms = seen.snapshot.link.message_age_ms or 0.0
    is_open = explain.situation_of(seen.law, seen.calendar, seen.snapshot).open_session is not None
    return f"SILENCE: no data for {words.age(told_ms / SECOND_MS)}" if is_open and told_ms >= SILENT_MS else None


def _is_serviced(seen: Seen) -> bool:
    """A person has taken every account out of service: the link may be down."""
    return all(a.status is Status.MAINTENANCE for a in seen.snapshot.state.accounts.values())
