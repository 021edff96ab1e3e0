"""What calls a person who looks elsewhere: each critical alert, each latch, each prompt and each silence once."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from allusetui.domain.text import untrusted
from allusetui.tui.prefs import Prefs
from allusetui.view.model import Seen

if TYPE_CHECKING:
    from allusetui.domain.account import Latch
    from allusetui.domain.snapshot import Snapshot

BELL = "\a"


class Bells:
    """Rings by `tell`, which sends a sequence to the terminal. What stood there before the first look does not ring."""

    def __init__(self, tell: Callable[[str], None], prefs: Prefs) -> None:
        self._tell = tell
        self._prefs = prefs
        self._rung: int | None = None
        self._asked: frozenset[str] = frozenset()
        self._held: frozenset[tuple[str, Latch]] | None = None
        self._lost_ms: float | None = None
        self.silence: str | None = None
        """What nothing has been heard of for a minute."""

    def ring(self, words: str) -> None:
        """The bell, and a notification of the terminal's own (OSC 9)."""
        if self._prefs.bell:
            self._tell(BELL)
        if self._prefs.notify:
            self._tell(f"\x1b]9;ALL-USE {untrusted(words)}{BELL}")

    def look(self, snapshot: "Snapshot") -> None:
        """Ring for the critical alerts that have come since the last look, and for every prompt once."""
        from allusetui.tui.shown import AlertRaised, named

        before, self._rung = self._rung, snapshot.alerts[-1].seq if snapshot.alerts else 0
        new = (told.event for told in snapshot.alerts if before is not None and told.seq > before)
        for event in new:
            if isinstance(event, AlertRaised) and event.severity == "critical":
                self.ring(event.text)
        self._hold(snapshot)
        approvals = snapshot.state.approvals
        for prompt_id, approval in approvals.items():
            if prompt_id not in self._asked:
                self.ring(f"asks: {named(approval)}")
        self._asked = frozenset(approvals)

    def _hold(self, snapshot: "Snapshot") -> None:
        """Ring for an account that the engine has latched: nothing opens there until a person has looked."""
        from allusetui.tui.shown import Latch

        before = self._held
        accounts = snapshot.state.accounts.values()
        self._held = frozenset((a.name, latch) for a in accounts for latch in a.latches if latch is not Latch.PAUSED)
        for name, latch in sorted(self._held - before if before is not None else ()):
            self.ring(f"{name} latched: {latch.value}")

    def listen(self, seen: Seen, now_ms: float) -> None:
        """Ring where a silence begins: of the engine, of the broker's link, of the market. `now_ms`: wall clock."""
        from allusetui.tui.shown import silence

        if seen.snapshot.link.up:
            self._lost_ms = None
        elif self._lost_ms is None:
            self._lost_ms = now_ms
        lost_ms = 0.0 if self._lost_ms is None else now_ms - self._lost_ms
        before, self.silence = self.silence, silence(seen, now_ms - seen.snapshot.beat_ms, lost_ms)
        if before is None and self.silence is not None:
            self.ring(self.silence)
