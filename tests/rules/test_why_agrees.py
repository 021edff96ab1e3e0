"""What the engine does at a look is what an explanation said just before it: of hedges and LEAPs, sold and bought."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

import pytest

from allusetui.domain.moment import to_ms
from allusetui.rules.explain import Finding, OfAccount, OfPosition
from allusetui.scenario.load import load, parse
from allusetui.scenario.model import Scenario
from tests.replaying import DATA, Replayed, replay
from tests.rules.situations import AAPL, but, fault, operator, option, situation, tape
from tests.rules.whys import HOLDS, WAITS, at_end, why

SCENARIOS = Path(__file__).parents[1] / "scenarios"
Sold = tuple[str, str, float]
"""Account, symbol and strike of what is wanted to be sold."""

RELEASE = ("it is to be sold at its look", "it may be sold", "somebody bids for it", "no order on it works")
PROFIT = ("its profit is enough", "its profit may be taken", "somebody bids for it", "no order on it works")
ROLL = (
    "it is to be rolled at its look", "it may be rolled", "nothing holds the ladder back", "nothing has to end before",
)  # fmt: skip


@cache
def scenario(name: str) -> Scenario:
    return load(SCENARIOS / f"{name}.toml", DATA)


@cache
def whole(name: str) -> Replayed:
    return replay(scenario(name))


def until(told: Scenario, end: datetime) -> Replayed:
    """The scenario as far as an instant."""
    run = replace(told.scenario, end=end)
    return replay(replace(told, scenario=run, expectations=()))


def hold(found: Mapping[str, Finding], facts: Iterable[str]) -> bool:
    return all(fact in found and found[fact].verdict is HOLDS for fact in facts)


def said_to_be_sold(before: Replayed, *ways: tuple[str, ...]) -> set[Sold]:
    found: set[Sold] = set()
    for account in at_end(before).state.accounts.values():
        for held in account.longs():
            told = why(before, OfPosition(account.name, held))
            if any(hold(told, facts) for facts in ways):
                found.add((account.name, held.symbol, float(held.strike)))
    return found


def sold_at(after: Replayed, look: datetime) -> set[Sold]:
    rows = [r for r in after.of("order.intended", side="SELL") if r["ts"].startswith(look.isoformat())]
    contracts = [(r["account"], r["data"]["contract"]) for r in rows]
    return {(account, contract["symbol"], contract["strike"]) for account, contract in contracts}


def at_ten(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T10:00:00")


LOOKS = [
    ("5.6-reverted-after-five-sessions", "2026-01-15", 0),
    ("5.6-reverted-after-five-sessions", "2026-01-16", 1),
    ("5.6-reverted-after-five-sessions", "2026-01-20", 1),
    ("5.6-reverted-only-when-calm", "2026-01-14", 0),
    ("5.6-reverted-only-when-calm", "2026-01-20", 0),
    ("5.6-reverted-only-when-calm", "2026-01-21", 1),
    ("17.5-hedge-put-closed-when-the-drawdown-ends", "2026-01-13", 0),
    ("17.5-hedge-put-closed-when-the-drawdown-ends", "2026-01-14", 1),
    ("5.2-vix-calls-end-a-month-early", "2026-01-16", 0),
    ("5.2-vix-calls-end-a-month-early", "2026-01-20", 1),
    ("17.4-delta-band", "2026-09-15", 2),
    ("17.4-proceeds", "2026-09-18", 2),
    ("17.2-put-rolled", "2026-09-18", 2),
]


@pytest.mark.clause("5.6", "5.2", "17.4", "17.5")
@pytest.mark.parametrize(("name", "day", "count"), LOOKS, ids=[f"{name} {day}" for name, day, _ in LOOKS])
def test_5_6_and_17_4_what_is_sold_at_ten_was_said_to_be_just_before(name: str, day: str, count: int) -> None:
    look = at_ten(day)
    before = until(scenario(name), look - timedelta(minutes=1))
    said = said_to_be_sold(before, RELEASE, ROLL)
    assert len(said) == count
    assert said == sold_at(whole(name), look)


COSTS = {"GEN": 4.96, "COM": 4.97}


@pytest.mark.clause("5.6")
def test_5_6_a_profit_that_is_said_to_be_enough_is_taken_at_the_next_look_of_the_grid() -> None:
    # The calls cost a third of the bid after 10:01, and a cent more. A put at level 1 is looked at each minute.
    calls = [option(name, "VIX", "2026-07-17", 27.0, "C", 2, cost, "2026-01-14") for name, cost in COSTS.items()]
    watched = option("GEN", "AAPL", "2026-01-23", 204.5, "P", -1, 9.0, "2026-01-14")
    symbols = {"VIX": "spot = 18.0\niv = 0.9\ntick = 0.01", "SPX": "spot = 5000.0", "AAPL": but(AAPL, atr=4.0)}
    jump = tape("2026-01-15T10:01:00", VIX=38.0)
    times, look = ("2026-01-15T09:30:00", "2026-01-15T10:05:30"), datetime(2026, 1, 15, 10, 5)
    told = parse(
        situation(*times, symbols, *calls, watched, jump, accounts=("GEN", "COM"), market="rate = 0.04"), "test"
    )  # fmt: skip
    said = said_to_be_sold(until(told, look - timedelta(seconds=1)), PROFIT)
    assert said == {("GEN", "VIX", 27.0)}
    assert said == sold_at(replay(told), look)


NVDA = "spot = 180.0\niv = 0.45\natr = 6.0\noi = 5000\nvolume = 5000\nstrike_step = 5.0\nearnings = 'unknown'"
LEAP = option("REV", "NVDA", "2026-12-18", 205.0, "C", 10, 12.0, "2025-09-18")
AT = "2026-09-18T09:50:00"


@pytest.mark.clause("17.4", "6.12", "9.1")
@pytest.mark.parametrize(
    ("more", "count"),
    [
        (tape(AT, VIX=50.0), 1),
        (tape(AT, VIX=50.01), 0),
        (operator(AT, "pause", "REV"), 0),
        (operator(AT, "no_entries", "REV"), 0),
        (operator(AT, "kill"), 0),
        (fault(AT, "stale", "NVDA", "1h"), 0),
    ],
    ids=["calm", "hedged week", "paused", "no entries", "killed", "stale"],
)
def test_17_4_a_roll_that_is_held_back_at_ten_was_said_to_be(more: str, count: int) -> None:
    told = parse(
        situation("2026-09-18T09:30:00", "2026-09-18T10:00:30", {"NVDA": NVDA}, LEAP, more, accounts=("REV",)), "test"
    )  # fmt: skip
    said = said_to_be_sold(until(told, at_ten("2026-09-18") - timedelta(seconds=1)), ROLL)
    assert len(said) == count
    assert said == sold_at(replay(told), at_ten("2026-09-18"))


ANSWERS = [
    ("5.5-breadth-below-twenty", "2026-01-14", 2),
    ("5.5-breadth-below-twenty", "2026-01-15", 0),
    ("5.5-breadth-below-twenty", "2026-01-16", 0),
    ("5.4-drawdown-exactly-twenty-percent", "2026-01-15", 1),
    ("5.3-vix-five-closes", "2026-01-16", 0),
    ("5.3-vix-five-closes", "2026-01-20", 1),
    ("17.5-hedge-put-closed-when-the-drawdown-ends", "2026-01-13", 1),
]


@pytest.mark.clause("5.3", "5.4", "5.5")
@pytest.mark.parametrize(("name", "day", "count"), ANSWERS, ids=[f"{name} {day}" for name, day, _ in ANSWERS])
def test_5_5_whoever_answers_a_trigger_at_ten_was_said_to_just_before(name: str, day: str, count: int) -> None:
    look = at_ten(day)
    before, said = until(scenario(name), look - timedelta(minutes=1)), set()
    for account in at_end(before).state.accounts:
        found = why(before, OfAccount(account))
        due = found["a trigger's hedge is due"]
        if due.verdict is WAITS and due.figures.get("due_ms") == to_ms(look):
            assert found["a trigger's hedge may be sent"].verdict is HOLDS
            said.add(account)
    assert len(said) == count
    told = [*whole(name).of("hedge.planned"), *whole(name).of("hedge.skipped")]
    assert said == {r["account"] for r in told if r["ts"].startswith(look.isoformat())}


@pytest.mark.clause("17.1")
@pytest.mark.parametrize(("day", "left"), [("2026-10-01", 5), ("2026-10-02", 4), ("2026-10-07", 1), ("2026-10-08", 0)])
def test_17_1_leap_cash_is_tried_on_as_many_sessions_as_were_said_to_be_left(day: str, left: int) -> None:
    name, look = "17.1-five-sessions", at_ten(day)
    before, said = until(scenario(name), look - timedelta(minutes=1)), set()
    for account in at_end(before).state.accounts:
        found = why(before, OfAccount(account), title="ladder")
        if hold(found, ("leap cash is to buy", "nothing holds the ladder back")):
            assert found["leap cash is to buy"].figures["tries left"] == left
            said.add(account)
    planned = whole(name).of("leap.planned")
    assert said == {r["account"] for r in planned if r["ts"].startswith(look.isoformat())}
    assert bool(said) is (left > 0)
