"""Seeds of the whole program: the same each time, caught when something breaks, and shrunk to what is needed for it."""

import os
import re
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from allusetui.torture.plan import Fault, Plan, draw
from allusetui.torture.run import run
from allusetui.torture.shrink import shrunk
from allusetui.torture.sites.site import Awaited, Done, Scripted
from allusetui.torture.sites.table import SITES
from tests.torture.plans import FILLS, alone, in_the_morning

FOLDER = Path(__file__).parents[2]
SEED, QUICK = 9, 1


def told(hash_seed: str) -> "subprocess.Popen[str]":
    """A process of its own that runs a seed twice and prints what came of it."""
    told = "[print(each.digest, each.violations, sum(each.fired.values())) for each in found]"
    code = f"from allusetui.torture.crowd import outcome_of; found = [outcome_of({QUICK}) for _ in range(2)]; {told}"
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(FOLDER)}
    return subprocess.Popen([sys.executable, "-c", code], env=environment, stdout=subprocess.PIPE, text=True)


def test_the_same_seed_gives_the_same_journal_each_time_and_whatever_the_hash_seed() -> None:
    lines = [line for process in (told("1"), told("2")) for line in process.communicate()[0].splitlines()]
    assert len(lines) == 4 and len(set(lines)) == 1
    assert re.fullmatch(r"[0-9a-f]{64} \(\) [1-9][0-9]*", lines[0])


def test_a_plan_is_its_seeds_and_without_some_faults_the_others_stay() -> None:
    plan = draw(SEED)
    assert plan == draw(SEED) != draw(SEED + 1)
    some = plan.only({0, 2})
    assert [fault.number for fault in some.faults] == [0, 2]
    assert replace(some, faults=plan.faults) == plan


def test_every_site_names_itself_and_does_or_tells_something() -> None:
    assert all(name == site.name and isinstance(site, Awaited | Done | Scripted) for name, site in SITES.items())
    rows = {row for site in SITES.values() for row in site.rows}
    assert rows >= {*range(1, 5), 6, 8, *range(9, 22), 23, 24, 25, 26, 28, 29, 32, 33, 34}


def test_what_breaks_is_shrunk_to_the_faults_that_it_needs() -> None:
    plan = draw(SEED)
    numbers = [fault.number for fault in plan.faults]
    needed = {numbers[1], numbers[-1]}
    tried: list[Plan] = []

    def breaks(each: Plan) -> bool:
        tried.append(each)
        return needed <= {fault.number for fault in each.faults}

    assert {fault.number for fault in shrunk(plan, breaks).faults} == needed
    assert len(tried) < len(numbers) ** 2
    assert shrunk(plan, lambda each: True).faults == ()


ALONE = (
    "kill -9 before a journal write", "mute fills", "1100 and back, untold", "disk full", "clock ahead", "clock behind",
    "a second program", "adviser", "split", "symbol changed",
)  # fmt: skip


@pytest.mark.parametrize("name", ALONE)
def test_a_fault_alone_at_an_order_breaks_nothing(name: str) -> None:
    outcome = run(alone(name, at_ms=FILLS))
    assert outcome.fired[name] == 1 and outcome.violations == ()
    assert outcome.orders["new", "sent"] > 0


@pytest.mark.clause("0.6")
@pytest.mark.parametrize(
    ("name", "salt", "change"),
    [
        ("refused, and told late", 2, ("unknown", "rejected")),
        ("refused, and told late", 1, ("unknown", "cancelled")),
        ("stopped at an order, and a key", 2, ("cancelling", "rejected")),
        ("order ended by the broker", 1, ("sent", "cancelled")),
    ],
)
def test_0_6_what_seldom_happens_to_an_order_comes_at_its_very_instant(
    name: str, salt: int, change: tuple[str, str]
) -> None:
    outcome = run(alone(name, at_ms=FILLS - 600, salt=salt))
    assert outcome.fired[name] == 1 and outcome.violations == ()
    assert outcome.orders[change] == 1


@pytest.mark.parametrize(("before", "doubled"), [("notice", 1), ("no permanent id", 0)])
def test_an_order_is_doubled_where_its_two_permanent_ids_can_be_told_apart(before: str, doubled: int) -> None:
    plan = alone("order doubled", at_ms=FILLS)
    outcome = run(replace(plan, faults=(Fault(1, before, FILLS - 2_000, 1), *plan.faults)))
    assert outcome.fired == Counter({before: 1, "order doubled": doubled}) and outcome.violations == ()


@pytest.mark.clause("9.1")
@pytest.mark.parametrize(("salt", "after"), [(1, "SAFE"), (2, "EMERGENCY")])
def test_9_1_what_was_begun_by_the_key_for_maintenance_is_ended_by_one_or_halted(salt: int, after: str) -> None:
    outcome = run(alone("key maintenance", at_ms=FILLS, salt=salt))
    assert outcome.violations == ()
    assert outcome.states["SAFE", "MAINTENANCE"] == outcome.states["MAINTENANCE", after] == 1


@pytest.mark.clause("0.6", "10.3")
def test_0_6_a_fill_of_the_day_before_that_is_corrected_without_a_word_on_its_fee_keeps_the_fee_that_is_booked() -> (
    None
):
    outcome = run(in_the_morning({"mute fees": 2.0, "execution corrected": 5.0}))
    assert outcome.fired == {"mute fees": 1, "execution corrected": 1}
    assert outcome.orders["sent", "filled"] == 1 and outcome.violations == ()


@pytest.mark.clause("9.5")
def test_9_5_a_split_that_the_book_shows_after_the_mornings_look_is_found_at_the_bell() -> None:
    outcome = run(in_the_morning({"split": 30.0}, spot=200.0))
    assert outcome.fired == {"split": 1} and outcome.violations == ()
