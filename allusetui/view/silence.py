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
    s = explain.situation_of(seen.law, seen.calendar, seen.snapshot)
    told_ms = seen.snapshot.link.message_age_ms or 0.0
    if s.open_session is None:
        return None
    opened_ms = float(s.now_ms - s.open_session.open_ms)
    quoted_ms = min((s.age_s(quote) * SECOND_MS for quote in s.volatile.quotes.values()), default=opened_ms)
    silent_ms = max(told_ms, min(quoted_ms, opened_ms))
    return f"SILENCE: no data for {words.age(silent_ms / SECOND_MS)}" if silent_ms >= SILENT_MS else None


def _is_serviced(seen: Seen) -> bool:
    """A person has taken every account out of service: the link may be down."""
    return all(a.status is Status.MAINTENANCE for a in seen.snapshot.state.accounts.values())
