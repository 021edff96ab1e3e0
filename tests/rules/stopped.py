"""A Wednesday with three puts and a Thursday with an entry, for what a person stops in them."""

from typing import Any

from tests.replaying import Replayed, replay_text
from tests.rules.situations import AAPL, but, fault, operator, option, situation, tape, told

# Three 200 puts of next week, sold at 20.00 so that every roll is cheap enough; ATR 4: 191 is a breach of 2.25 (roll),
# 187 of 3.25 (stop). The grid of level 0 looks at 10:05, 10:10 …
HELD = option("GEN", "AAPL", "2026-03-13", 200.0, "P", -3, 20.0, "2026-03-03")
WILD = but(AAPL, atr=4.0)
PAUSE = operator("2026-03-04T10:02:00", "pause", "GEN")
TO_ROLL = tape("2026-03-04T10:04:00", AAPL=191.0)
TO_STOP = tape("2026-03-04T10:04:00", AAPL=187.0)
SENDS = ("order.intended", "order.sent", "order.replaced", "order.filled")
THE_PUT = '\nsymbol = "AAPL"\nexpiry = 2026-03-13\nstrike = 200.0\nright = "P"'


def wednesday(*more: str, end: str = "2026-03-04T10:30:00", accounts: tuple[str, ...] = ("GEN",)) -> Replayed:
    return replay_text(situation("2026-03-04T10:00:00", end, {"AAPL": WILD}, HELD, *more, accounts=accounts))


def thursday(*more: str, end: str = "2026-03-05T10:30:00") -> Replayed:
    """GEN plans four 199.5 puts at 09:45, of which nothing fills before 10:00."""
    quiet = fault("2026-03-05T09:40:00", "no_fill", "AAPL", "20m")
    return replay_text(situation("2026-03-05T09:44:00", end, {"AAPL": AAPL}, quiet, *more, capital=798_000))


def at(clock: str, action: str, account: str | None = "GEN", day: int = 4) -> str:
    return operator(f"2026-03-{day:02}T{clock}", action, account)


def prompts(replayed: Replayed) -> list[tuple[str, str]]:
    """When what was asked for and how it was decided."""
    rows = [r for r in replayed.records if r["kind"].startswith("approval.")]
    return [(told(r), r["data"].get("decision") or r["data"]["purpose"]) for r in rows]


def sends(replayed: Replayed, since: str = "00") -> list[dict[str, Any]]:
    return [r for r in replayed.records if r["kind"] in SENDS and told(r) >= since]
