"""A Wednesday on which GEN holds three puts, and what may befall it."""

from typing import Any

from tests.replaying import Replayed, replay_text
from tests.rules.situations import AAPL, but, operator, option, situation, tape

WED = "2026-03-04"
HELD = option("GEN", "AAPL", "2026-03-13", 200.0, "P", -3, 20.0, "2026-03-03")
TO_ROLL = tape(f"{WED}T10:04:00", AAPL=191.0)
TO_STOP = tape(f"{WED}T10:04:00", AAPL=187.0)


def wednesday(*more: str, end: str = "10:30:00", **head: Any) -> Replayed:
    """From 10:00 on; GEN holds three puts at 200; ATR 4: level 2 at 192, level 3 at 188. `head` as in `situation`."""
    return replay_text(situation(f"{WED}T10:00:00", f"{WED}T{end}", {"AAPL": but(AAPL, atr=4.0)}, HELD, *more, **head))


def key(clock: str, action: str, account: str | None = "GEN") -> str:
    """A key of the operator on that day."""
    return operator(f"{WED}T{clock}", action, account)
