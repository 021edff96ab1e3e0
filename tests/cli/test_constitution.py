"""`allusetui constitution`: the law as a reader sees it, and what holds the engine to it."""

import json
from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from allusetui.cli import evidence
from allusetui.cli.evidence import Evidence
from allusetui.law import load as loading
from allusetui.law.load import law_hash, load
from allusetui.law.model import Clause
from tests.cli.commanded import run

LAW = load()
RULE = LAW.clause("6.10")
PLANNED = replace(RULE, status="planned")
REPORT = LAW.clause("1.5")


@pytest.fixture
def told(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., tuple[int, str, str]]:
    """Runs a command of the group where nobody has laws of his own: exit code, output, complaint."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))

    def asked(*args: str) -> tuple[int, str, str]:
        code, said = run("constitution", *args), capsys.readouterr()
        return code, said.out, said.err

    return asked


@pytest.fixture
def changed(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A shipped file that is no longer what its hash says."""
    monkeypatch.setattr(loading, "shipped", {"v1.3": "0" * 64})
    loading.load.cache_clear()
    yield
    loading.load.cache_clear()


Told = Callable[..., tuple[int, str, str]]


def test_show_lists_every_clause_with_kind_status_and_summary(told: Told) -> None:
    code, out, _ = told("show")
    lines = out.splitlines()
    assert (code, len(lines)) == (0, len(LAW.clauses))
    assert "6.10  rule      enforced  no roll above 50% of original credit; escalate to Level 3" in lines
    listed = json.loads(told("show", "--json")[1])
    assert [row["id"] for row in listed] == [clause.id for clause in LAW.clauses]
    assert set(listed[0]) == {"id", "kind", "status", "summary"}


def test_show_6_10_gives_sentence_reading_numbers_functions_tests_and_scenarios(told: Told) -> None:
    code, out, _ = told("show", "6.10")
    assert code == 0
    assert RULE.sentence in out
    assert RULE.reading in " ".join(out.split())
    assert "  roll.cost_cap = 0.50\n" in out
    assert "  allusetui.rules.protocol.affordable\n" in out
    assert "test_6_10_escalates_when_the_roll_costs_more_than_half_the_credit" in out
    assert "  paused-roll-approved\n" in out


def test_show_as_json_says_the_same(told: Told) -> None:
    facts = json.loads(told("show", "1.1", "--json")[1])
    assert facts["reading"] == LAW.clause("1.1").reading
    assert facts["numbers"]["cadence.windows.gen.opens"] == "09:45:00"
    assert "allusetui.engine.entries.look" in facts["functions"]
    assert "thanksgiving-week" in facts["scenarios"]


@pytest.mark.parametrize(
    ("given", "hint"),
    [
        ("6.1O", "did you mean 6.10, "),
        ("6,10", "did you mean 6.10, "),
        ("s.3", "did you mean S.3, "),
        ("hedge", "`constitution show` lists all"),
        ("\x1b[2J", "`constitution show` lists all"),
    ],
)
def test_a_clause_that_is_not_there_is_one_line_with_its_neighbours(told: Told, given: str, hint: str) -> None:
    code, out, err = told("show", given)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.startswith("allusetui: there is no clause ")
    assert hint in err
    assert err.strip().isprintable()


@pytest.mark.clause("15.1")
def test_15_1_verify_says_which_constitution_is_as_shipped(told: Told) -> None:
    assert told("verify") == (0, f"constitution v1.3 is as shipped: sha256 {law_hash()}\n", "")
    assert json.loads(told("verify", "--json")[1]) == [{"version": "v1.3", "sha256": law_hash(), "as_shipped": True}]


@pytest.mark.clause("15.1")
@pytest.mark.usefixtures("changed")
@pytest.mark.parametrize("command", ["verify", "show", "coverage", "tensions"])
def test_15_1_a_constitution_that_was_changed_is_one_line_and_exit_code_2(told: Told, command: str) -> None:
    for args in ([command], [command, "--json"]):
        code, out, err = told(*args)
        assert (code, out, err.count("\n")) == (2, "", 1)
        assert "v1_3.toml: sha256: the file was changed" in err


def test_every_rule_that_is_said_to_be_enforced_has_a_function_and_a_test(told: Told) -> None:
    code, out, _ = told("coverage")
    assert out.splitlines()[-1] == "Gaps: none."
    assert code == 0


def test_planned_rules_are_listed_as_planned_and_are_gaps_only_with_all(told: Told) -> None:
    planned = {clause.id for clause in LAW.clauses if (clause.kind, clause.status) == ("rule", "planned")}
    code, out, _ = told("coverage", "--all", "--json")
    rows = {row["id"]: row for row in json.loads(out)}
    assert {clause_id for clause_id, row in rows.items() if row["gaps"]} == planned
    assert code == (1 if planned else 0)
    assert list(rows) == [clause.id for clause in LAW.clauses]


@pytest.mark.parametrize(
    ("clause", "functions", "tests", "gaps"),
    [
        (RULE, {"6.10": ["f"]}, {"6.10": ["t"]}, []),
        (RULE, {}, {"6.10": ["t"]}, ["no function"]),
        (RULE, {"6.10": ["f"]}, {}, ["no test"]),
        (RULE, {}, {}, ["no function", "no test"]),
        (RULE, {"6.10": ["f"]}, None, []),
        (PLANNED, {}, {}, []),
        (REPORT, {}, {}, []),
    ],
)
def test_a_gap_is_an_enforced_rule_without_a_function_or_a_test(
    clause: Clause, functions: dict[str, list[str]], tests: dict[str, list[str]] | None, gaps: list[str]
) -> None:
    found = Evidence(functions, tests, {})
    assert found.gaps(clause) == gaps
    assert found.gaps(PLANNED, with_planned=True) == ["planned"]


def test_a_test_of_a_clause_that_asserts_nothing_is_a_gap(tmp_path: Path) -> None:
    (tmp_path / "test_one.py").write_text(
        "def test_a():\n    assert f()\ndef test_b():\n    with pytest.raises(OSError): f()\ndef test_c():\n    f()\n",
        encoding="utf-8",
    )
    found = {name: evidence._asserts(node) for name, node, _ in evidence._tests(tmp_path, tmp_path)}
    assert found == {"test_one.py::test_a": True, "test_one.py::test_b": True, "test_one.py::test_c": False}
    told = Evidence({"6.10": ["f"]}, {"6.10": list(found)}, {}, frozenset({"test_one.py::test_c"}))
    assert told.gaps(RULE) == ["test_one.py::test_c asserts nothing"]


def test_a_gap_is_named_and_is_exit_code_1(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = evidence.gather()
    without = {clause_id: names for clause_id, names in whole.functions.items() if clause_id != "6.10"}
    # By import: the package's own attribute of that name is the group of commands.
    module = import_module("allusetui.cli.constitution")
    monkeypatch.setattr(module, "gather", lambda: Evidence(without, whole.tests, whole.scenarios))
    code, out, _ = told("coverage")
    assert code == 1
    assert "GAP: no function" in next(line for line in out.splitlines() if line.startswith("6.10 "))
    assert out.endswith("Gaps: 6.10.\n")


def test_outside_a_checkout_it_says_that_the_tests_are_not_at_hand(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evidence, "checkout", lambda: None)
    assert "not at hand: tests come with a checkout" in told("show", "6.10")[1]
    assert json.loads(told("show", "6.10", "--json")[1])["tests"] is None
    code, out, _ = told("coverage")
    assert code == 0
    assert out.splitlines()[-1].startswith("Tests are not at hand")


def test_marks_are_found_on_functions_classes_and_whole_files(tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_one.py").write_text(
        'pytestmark = pytest.mark.clause("1.1")\n'
        '@pytest.mark.clause("1.2", "1.3")\ndef test_a(): ...\n'
        '@pytest.mark.clause("1.4")\nclass TestB:\n    @pytest.mark.clause("1.5")\n    async def test_c(self): ...\n'
        '@pytest.mark.clause("1.6")\ndef helper(): ...\n',
        encoding="utf-8",
    )
    a, c = "tests/test_one.py::test_a", "tests/test_one.py::TestB::test_c"
    assert set(evidence._marks(evidence._tests(tmp_path / "tests", tmp_path))) == {
        ("1.1", a), ("1.2", a), ("1.3", a), ("1.1", c), ("1.4", c), ("1.5", c),
    }  # fmt: skip


def test_every_function_that_is_listed_can_be_found_under_its_name() -> None:
    for names in evidence.gather().functions.values():
        for name in names:
            parts = name.split(".")
            found: Any = import_module(".".join(parts[:3]))
            for part in parts[3:]:
                found = getattr(found, part)
            assert callable(found)


def test_tensions_show_that_no_sleeve_rolls_at_level_2_on_an_ordinary_stock(told: Told) -> None:
    rows = {tuple(one["clauses"]): one["figures"] for one in json.loads(told("tensions", "--json")[1])}
    assert {row["verdict"] for row in rows["6.3", "6.10"]} == {"level 3"}
    assert next(row for row in rows["0.2", "0.3"] if row["strike"] == 200)["sleeve equity"] == 80_000
    assert next(row for row in rows["3.1", "0.3"] if row["sleeve"] == "REV")["most"] == 0.5
    assert next(row for row in rows["2.2", "3.2", "4.1"] if row["sleeve"] == "GEN")["step 1"] == 0.4
    assert next(row for row in rows["0.9", "2.5"] if row["sleeve"] == "REV")["30–50"] == "puts to 50%"


def test_tensions_are_told_for_the_stock_that_is_asked_for(told: Told) -> None:
    code, out, _ = told("tensions", "--spot", "600", "--vol", "0.5")
    assert code == 0
    assert out.startswith("One stock at 600, volatility 50% a year, no rate.\n")
    assert "240,000" in out
    assert told("tensions", "--spot", "0")[0] == 2
