"""A crash between the halves of a roll or in a purchase: nothing is done twice, nothing forgotten (9.5, 17.4)."""

from collections import Counter
from functools import cache
from typing import Any

import pytest

from allusetui.codec.records import to_record
from allusetui.domain.contract import Option
from allusetui.domain.order import Purpose
from allusetui.runtime.world import Crash
from tests.faults.runs import breaches, prepare
from tests.replaying import Replayed
from tests.rules.situations import option, situation

NVDA = "spot = 180.0\niv = 0.45\natr = 6.0\noi = 5000\nvolume = 5000\nstrike_step = 5.0\nearnings = 'unknown'"
SPX = "spot = 5000.0\niv = 0.18"
# Thu 2026-10-01: reinvest day with 3,500 of leap cash, and three calendar months before 2027-01-01 but not 2027-01-15:
# only the puts and calls of 2026-12-18 are rolled.
TEXT = situation(
    "2026-10-01T09:00:00", "2026-10-02T12:00:00", {"NVDA": NVDA, "TSLA": NVDA, "SPX": SPX},
    "[accounts.REV]\nequity = 1000000",
    option("REV", "NVDA", "2026-12-18", 205.0, "C", 10, 12.0, "2025-09-18"),
    option("REV", "SPX", "2026-12-18", 4750.0, "P", 1, 60.0, "2026-03-18"),
    accounts=("REV",), capital=None,
)  # fmt: skip
LEAPS = situation(
    "2026-09-30T12:00:00", "2026-10-02T12:00:00", {"NVDA": NVDA, "TSLA": NVDA},
    "[accounts.REV]\nequity = 1000000\nrealized_quarter = 20000", accounts=("REV",), capital=None,
)  # fmt: skip
ENDS = ("leap.opened", "leap.rolled", "leap.closed")


def run_with(text: str, *crashes: Crash) -> Replayed:
    replayed = prepare(text, crashes=crashes)
    replayed.run.go()
    return replayed


@cache
def undisturbed(text: str) -> Replayed:
    return run_with(text)


@cache
def instants(text: str) -> tuple[int, ...]:
    """Every instant at which the ladder did something, its neighbours, and a quarter of a second into each wait."""
    told = sorted(
        {at for _, at, event in undisturbed(text).journal.read() if event.kind.startswith(("order.", "leap."))}
    )
    return tuple(sorted({at + ahead for at in told for ahead in (-1, 0, 1, 250)}))


def ends(r: Replayed) -> list[dict[str, Any]]:
    rows = [to_record(seq, at, event) for seq, at, event in r.journal.read() if event.kind in ENDS]
    return [{"kind": row["kind"], **row["data"]} for row in rows]


def bought(r: Replayed) -> Counter[Option]:
    account = r.run.runtime.engine.state.accounts["REV"]
    return Counter({option: account.quantity(option) for option in account.longs()})


def test_the_undisturbed_days_do_what_they_are_meant_to() -> None:
    kinds = Counter(row["kind"] for row in ends(undisturbed(TEXT)))
    assert kinds == {"leap.rolled": 2}
    assert Counter(row["kind"] for row in ends(undisturbed(LEAPS))) == {"leap.opened": 2}
    assert len(instants(TEXT)) >= 10 and len(instants(LEAPS)) >= 8


@pytest.mark.clause("9.5", "17.4", "17.1")
@pytest.mark.parametrize("text", [TEXT, LEAPS], ids=["rolls", "leap cash"])
@pytest.mark.parametrize("down_ms", [0, 7_000, 600_000], ids=["at once", "seven seconds", "ten minutes"])
def test_9_5_a_crash_at_any_instant_of_a_roll_or_purchase_buys_nothing_twice_and_forgets_nothing(
    text: str, down_ms: int
) -> None:
    for at_ms in instants(text):
        crashed = run_with(text, Crash(at_ms, at_ms + down_ms))
        assert breaches(crashed) == [], at_ms
        state = crashed.run.runtime.engine.state
        account = state.accounts["REV"]
        assert account.leap_cash >= 0 and not account.leap_sales, at_ms
        assert not any(intent.purpose is Purpose.LEAP for intent in state.intents.values()), at_ms
        assert crashed.of("reconcile.mismatch") == [], at_ms
        assert bought(crashed) == bought(undisturbed(text)), at_ms
        assert [{**row, "price": 0, "candidate_price": 0} for row in ends(crashed)] == [
            {**row, "price": 0, "candidate_price": 0} for row in ends(undisturbed(text))
        ], at_ms
