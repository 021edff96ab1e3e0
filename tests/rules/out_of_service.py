"""What tests of an account out of service read off a run."""

from allusetui.domain.account import Account
from tests.replaying import Replayed
from tests.rules.situations import AAPL, but, clock, option

DAY, FRIDAY = "2026-03-05", "2026-03-06"
QUIET = but(AAPL, atr=4.0)
PUT = option("GEN", "AAPL", FRIDAY, 199.5, "P", -5, 1.1, DAY)
MORNING = (f"{DAY}T11:20:00", f"{DAY}T11:50:00")


def moves(replayed: Replayed, name: str = "GEN") -> list[tuple[str, str, str, str]]:
    rows = replayed.of("state.changed", account=name)
    return [(clock(r), r["data"]["from"], r["data"]["to"], r["data"]["reason"]) for r in rows]


def refused(replayed: Replayed) -> list[tuple[str, str, str, str]]:
    rows = replayed.of("state.refused")
    return [(clock(r), r["data"]["from"], r["data"]["to"], r["data"]["reason"]) for r in rows]


def sent(replayed: Replayed, after: str = "") -> list[str]:
    kinds = ("order.sent", "order.replaced")
    return [clock(r) for r in replayed.records if r["kind"] in kinds and clock(r) >= after]


def gen(replayed: Replayed) -> Account:
    return replayed.run.runtime.engine.state.accounts["GEN"]
