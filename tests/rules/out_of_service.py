"""What tests of an account out of service read off a run."""

from allusetui.domain.account import Account
from tests.replaying import Replayed
from tests.rules.situations import clock


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
