"""`allusetui torture`: one run, what is told of many, and how it says no."""

import json
import re
from collections import Counter

import pytest

from allusetui.cli import torture as command
from allusetui.torture.crowd import Sum
from allusetui.torture.groups import GROUPS
from allusetui.torture.plan import draw
from allusetui.torture.run import Outcome
from allusetui.torture.sites.table import SITES
from tests.cli.commanded import run

LAST = re.compile(r"1 seeds, 0\.\d simulated hours, 0 violations")


def test_one_seed_is_run_and_told_with_every_site_and_what_it_went_through(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("torture", "--seed", "8") == 0
    *lines, last = capsys.readouterr().out.splitlines()
    assert LAST.fullmatch(last)
    assert any(re.fullmatch(r" +\d+  kill -9 +1, 2, 3, 4", line) for line in lines)
    assert any(line.startswith("Changes of an order's life: ") for line in lines)
    assert any(line.startswith(f"Sites: {len(SITES)}, of which ") for line in lines)


def some() -> Sum:
    """Two seeds, of which one broke something."""
    found, fired = Sum(), Counter({"kill -9": 3, "kill -9 at a message": 8, "cut": 1})
    found.add(Outcome(0, 7_200.0, fired, Counter({("SAFE", "SCANNING"): 2}), Counter(), (), ""))
    found.add(Outcome(1, 1_800.0, Counter({"cut": 9}), Counter(), Counter(), ("invariant 1, x", "invariant 2, x"), ""))
    return found


def told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *args: str) -> str:
    monkeypatch.setattr(command, "_all", lambda *asked: (some(), False))
    assert run("torture", "--seeds", "2", *args) == 130
    return capsys.readouterr().out


def test_the_sites_and_changes_that_were_seldom_or_never_come_to_are_named(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    text = " ".join(told(monkeypatch, capsys).split())
    few = text.partition("Sites: ")[2].partition("Changes")[0]
    assert "of which 1 fired ten times or more" in few and "kill -9 at a message (8)" in few and "cut (" not in few
    assert "Changes of an account's state (§9): 1 of 34; never: ANALYZING → MONITORING" in text
    assert "ANALYZING → EMERGENCY can't come: an analysis ends in its own batch" in text
    assert "Changes of an order's life: 0 of 15; never: cancelling → cancelled" in text


def test_as_json_it_is_one_value_with_all_that_was_tried(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    value = json.loads(told(monkeypatch, capsys, "--json"))
    assert (value["seeds"], value["simulated_hours"], value["violations"]) == (2, 2.5, 2)
    assert value["sites"].keys() == SITES.keys() and value["sites"]["cut"] == 10
    assert "cut" not in value["fired_less_than_ten_times"] and "kill -9" in value["fired_less_than_ten_times"]
    assert len(value["states"]) == 34 and value["states"]["SAFE → SCANNING"] == 2 and len(value["orders"]) == 15
    assert value["failed"] == {"1": ["invariant 1, x", "invariant 2, x"]}


def test_as_a_table_it_has_a_row_for_each_group_of_faults(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [line for line in told(monkeypatch, capsys, "--table").splitlines() if line.startswith("| ")]
    assert len(rows) == 1 + len(GROUPS)
    assert rows[1].startswith("| kill -9") and rows[1].endswith("| 11 | 0 |")
    assert next(row for row in rows if "half open" in row).endswith("| 10 | 2 |")


def test_a_run_without_its_faults_breaks_nothing_and_names_its_journal(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("torture", "--seed", "8", "--keep", "none") == 0
    assert re.fullmatch(r"1 seed, 0\.\d simulated hours, 0 violations, journal [0-9a-f]{64}\n", capsys.readouterr().out)


def test_what_broke_is_told_with_the_command_that_breaks_it_again(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The finding is made up: it is there as long as the plan has its last fault."""
    plan = draw(8)
    last = plan.faults[-1]

    def broken(each: object) -> Outcome:
        found = ("invariant 14, x",) if last in getattr(each, "faults", plan.faults) else ()
        return Outcome(8, 3_600.0, Counter({last.site: 1}), Counter(), Counter(), found, "0" * 64)

    monkeypatch.setattr(command, "outcome_of", lambda seed: broken(plan))
    monkeypatch.setattr(command, "run", broken)
    assert run("torture", "--seed", "8") == 1
    told = capsys.readouterr().out
    assert "Seed 8:\n  invariant 14, x\n  The fewest faults that break it:\n" in told
    assert f"    {last.number}: {last.site} after {last.at_ms / 1_000:g} s\n" in told
    assert f"  Again: allusetui torture --seed 8 --keep {last.number}\n" in told
    assert told.endswith("1 seeds, 1.0 simulated hours, 1 violations\n")


def test_stopped_by_hand_it_tells_what_it_has(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = Sum()
    found.add(Outcome(0, 7_200.0, Counter(), Counter(), Counter(), (), ""))
    monkeypatch.setattr(command, "_all", lambda *asked: (found, False))
    assert run("torture", "--seeds", "9") == 130
    told = capsys.readouterr()
    assert told.out.endswith("1 seeds, 2.0 simulated hours, 0 violations\n")
    assert told.err == "allusetui: stopped by hand; what was tried until then is told above\n"


@pytest.mark.parametrize(
    ("args", "line"),
    [
        (("--json", "--table"), "--json and --table: one of both"),
        (
            ("--seed", "8", "--keep", "1", "--json"),
            "--keep and --json: a run of chosen faults is told in a line; allowed: one of both",
        ),
        (("--keep", "1"), "--keep: of which run? allowed: with --seed"),
        (("--seed", "8", "--keep", "a"), "--keep a: not a list of faults; allowed: numbers as 3,7, or none"),
        (("--seed", "8", "--keep", "999"), "--keep 999: seed 8 has {} faults, counted from 0; 999 is none of them"),
    ],
)
def test_a_run_that_can_not_be_meant_is_refused_in_a_line(
    args: tuple[str, ...], line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("torture", *args) == 2
    assert capsys.readouterr().err == f"allusetui: {line.format(len(draw(8).faults))}\n"
