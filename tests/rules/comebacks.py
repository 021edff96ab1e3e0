"""GEN's put of a Thursday, the crash of 11:25 to 11:26 and the evening, and what the journal tells of a comeback."""

from typing import Any

from allusetui.domain.account import Latch
from tests.replaying import Replayed
from tests.rules.situations import AAPL, but, fault, option

DAY, FRIDAY = "2026-03-05", "2026-03-06"
QUIET = but(AAPL, atr=4.0)
PUT = option("GEN", "AAPL", FRIDAY, 199.5, "P", -5, 1.1, DAY)
SPAN = (f"{DAY}T11:20:00", f"{DAY}T11:50:00")
EVENING = (f"{DAY}T16:50:00", f"{DAY}T17:10:00")
"""Over the daily audit."""
CRASH = fault(f"{DAY}T11:25:00", "crash", span="1m")
STEPS = ["snapshot", "broker", "reconcile", "schedule", "risk", "active"]
OF_PUT: dict[str, Any] = {"expiry": FRIDAY, "strike": 199.5, "right": '"P"'}


def steps(replayed: Replayed, account: str) -> list[str]:
    return [r["data"]["step"] for r in replayed.of("resume.step", account=account)]


def latches(replayed: Replayed) -> dict[str, set[Latch]]:
    return {name: account.latches for name, account in replayed.run.runtime.engine.state.accounts.items()}


def differing(replayed: Replayed) -> list[tuple[Any, ...]]:
    rows = replayed.of("reconcile.mismatch")
    return [(r["account"], r["data"]["what"], r["data"]["ours"], r["data"]["broker"]) for r in rows]
