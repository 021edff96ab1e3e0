"""A test that cannot fail proves nothing: the law is wrong by a little here, and its clause's own test says so.

Each mutation is made in a copy of the project, a number with the hash that the copy then ships, a comparison in the
source of its rule. The named test has to pass as things are and to fail under the mutation.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from allusetui.cli import evidence
from allusetui.law.load import content_hash, law_hash

ROOT = Path(__file__).parents[2]
LAW, LOADER = Path("allusetui/law/v1_3.toml"), Path("allusetui/law/load.py")
SIZING, ORDERS, PIVOT = "test_sizing.py", "test_section_0_orders.py", "test_section_0.py"


@dataclass(frozen=True)
class Mutation:
    """One text of one file for another, and the test of the clause that has to see it."""

    clause: str
    path: Path
    true: str
    false: str
    test: str

    @property
    def node(self) -> str:
        return f"tests/rules/{self.test}"


def number(clause: str, true: str, false: str, test: str) -> Mutation:
    return Mutation(clause, LAW, true, false, test)


def comparison(clause: str, module: str, true: str, false: str, test: str) -> Mutation:
    return Mutation(clause, Path(f"allusetui/rules/{module}.py"), true, false, test)


EQUITY_NEEDED = f"{SIZING}::test_0_3_a_contract_beyond_a_quarter_is_skipped_with_the_equity_that_it_needs"
TOGETHER = f"{SIZING}::test_0_3_stock_and_puts_of_a_symbol_count_together"
WHOLE_EQUITY = f"{SIZING}::test_0_2_never_above_the_whole_equity"
WALK = f"{ORDERS}::test_0_5_a_sale_walks_from_mid_to_5_percent_below_it_and_never_further"
ENOUGH = f"{SIZING}::test_0_2_exactly_95_percent_is_enough"
OWN_DAY = "test_entries.py::test_2_2_before_good_friday_gen_reaches_the_expiry_of_its_own_day"
FLOOR = f"{PIVOT}::test_0_9_rev_pivots_at_85_percent_of_its_mark_with_the_vix_below_30"
LEVEL = "test_protocol.py::test_6_1_a_level_is_reached_at_exactly_its_number_of_atrs"
FALL = "test_protocol.py::test_6_1_a_level_falls_by_two_looks_a_tenth_below_it_to_what_the_larger_reaches"
CHAIN = "test_rolls.py::test_6_10_a_chain_of_rolls_may_cost_half_of_its_first_credit"
TIER = "test_breakers.py::test_6_12_a_tier_trips_above_its_value_and_not_at_it"
INTEREST = "test_entry_liquidity.py::test_8_1_each_failure_of_liquidity_is_its_own_reason[changes0-reasons0]"
PROFIT = "test_covered_calls.py::test_4_2_the_profit_is_taken_when_the_ask_is_at_35_percent_of_the_credit"

NUMBERS = (
    number("0.3", "symbol_cap = 0.25", "symbol_cap = 0.26", TOGETHER),
    number("0.5", "slippage_cap = 0.05", "slippage_cap = 0.06", WALK),
    number("0.9", "drawdown_floor = 0.85", "drawdown_floor = 0.84", f"{FLOOR}[85000-29.99-True]"),
    number("4.2", "profit_decay = 0.65 ", "profit_decay = 0.66 ", PROFIT),
    number("6.3", "level_atr = [1.0, 2.0, 3.0]", "level_atr = [1.0, 2.1, 3.0]", f"{LEVEL}[2-2]"),
    number("6.10", "cost_cap = 0.50", "cost_cap = 0.51", f"{CHAIN}[0-0.6001-False]"),
)
COMPARISONS = (
    comparison("0.2", "sizing", "return total <= room.free", "return total < room.free", WHOLE_EQUITY),
    comparison("0.2", "sizing", "total >= room.aim", "total > room.aim", ENOUGH),
    comparison("0.3", "sizing", "exposure <= symbol_room(symbol", "exposure < symbol_room(symbol", EQUITY_NEEDED),
    comparison("0.9", "pivot", "equity > s.law", "equity >= s.law", f"{FLOOR}[85000-29.99-True]"),
    comparison("2.2", "selection", "if e >= today", "if e > today", OWN_DAY),
    comparison("6.1", "protocol", "breach <= exact(protocol", "breach < exact(protocol", FALL),
    comparison("6.10", "protocol", "cost <= law.roll", "cost < law.roll", f"{CHAIN}[0-0.60-True]"),
    comparison("6.13", "breakers", "vix > level_of", "vix >= level_of", TIER),
    comparison("8.1", "liquidity", "interest < law.", "interest <= law.", INTEREST),
)
MUTATIONS = (*NUMBERS, *COMPARISONS)


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project as it is: package, tests and settings."""
    if evidence.checkout() is None:
        pytest.skip("outside a checkout there are no sources to change")
    root = tmp_path_factory.mktemp("mutated")
    for name in ("allusetui", "tests", "themes"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__snapshots__"))
    shutil.copy2(ROOT / "pyproject.toml", root)
    return root


def judged(root: Path, *nodes: str) -> tuple[int, str]:
    """The tests run on the sources of `root`: exit code and what was said."""
    # Two mutations of a file in one second may be of one size: no bytecode is left that could be taken for the other's.
    shared = os.environ.get("ALLUSETUI_SHARED", str(ROOT.parent / "shared"))
    env = {**os.environ, "PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": "1"}
    # Wide enough to say why beside the name; the plugins that these tests do not need take longer than they do.
    env |= {"ALLUSETUI_SHARED": shared, "COLUMNS": "400", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "pytest_timeout", *nodes]
    ended = subprocess.run(command, cwd=root, env=env, capture_output=True, text=True, timeout=100, check=False)
    return ended.returncode, ended.stdout + ended.stderr


def change(root: Path, path: Path, true: str, false: str) -> None:
    text = (root / path).read_text(encoding="utf-8")
    assert text.count(true) == 1
    (root / path).write_text(text.replace(true, false), encoding="utf-8")


@pytest.fixture
def mutated(copy: Path, mutation: Mutation) -> Iterator[Path]:
    """The copy with the mutation in it, and the law's hash as a change of the law has to set it; undone afterwards."""
    before = {path: (copy / path).read_bytes() for path in (mutation.path, LOADER)}
    change(copy, mutation.path, mutation.true, mutation.false)
    if mutation.path == LAW:
        change(copy, LOADER, law_hash(), content_hash((copy / LAW).read_bytes()))
    yield copy
    for path, content in before.items():
        (copy / path).write_bytes(content)


def test_the_named_tests_pass_as_things_are_and_are_tests_of_their_clauses(copy: Path) -> None:
    known = evidence.gather().tests
    assert known is not None
    for mutation in MUTATIONS:
        assert mutation.node.partition("[")[0] in known[mutation.clause]
    code, said = judged(copy, *dict.fromkeys(mutation.node for mutation in MUTATIONS))
    assert code == 0, said


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda m: f"{m.clause}: {m.false.strip()}")
def test_a_law_that_is_wrong_by_a_little_is_caught_by_the_test_of_its_clause(mutated: Path, mutation: Mutation) -> None:
    code, said = judged(mutated, mutation.node)
    assert code == pytest.ExitCode.TESTS_FAILED, said
    assert re.search(rf"^FAILED {re.escape(mutation.node)}.* - (AssertionError: )?assert", said, re.MULTILINE), said
