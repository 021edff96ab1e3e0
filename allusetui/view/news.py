"""Whether a snapshot tells anything that the one before did not."""

from typing import TYPE_CHECKING, Final

from allusetui.domain.moment import MINUTE_MS, SECOND_MS
from allusetui.rules import explain
from allusetui.view.model import Seen

if TYPE_CHECKING:
    from allusetui.domain.snapshot import Snapshot

SHUT_MS: Final = 10 * SECOND_MS
"""How often panes follow the clock where nothing trades, works or waits for a person: what is told there is hours old.

The header, which beats by itself, goes by the second all the same.
"""


def tells_more(seen: Seen, before: "Snapshot") -> bool:
    """Whether panes may show something else. The market's clock moves in every snapshot: they follow its seconds."""
    new, step_ms = seen.snapshot, SHUT_MS if _rests(seen) else SECOND_MS
    return (
        new.now_ms // step_ms != before.now_ms // step_ms
        or new.tail != before.tail
        or new.volatile != before.volatile
        or new.proofs != before.proofs
        or new.ended != before.ended
    )


def _rests(seen: Seen) -> bool:
    """Whether the exchange is shut for another minute at least, and nothing works or waits for an answer."""
    snapshot = seen.snapshot
    if snapshot.state.intents or snapshot.state.approvals:
        return False
    session = explain.next_session(explain.situation_of(seen.law, seen.calendar, snapshot))
    return session is None or snapshot.now_ms < session.open_ms - MINUTE_MS
