"""`allusetui torture`: one run, what is told of many, and how it says no."""

import re
from collections import Counter

import pytest

from allusetui.cli import torture as command
from allusetui.torture.crowd import Sum
from allusetui.torture.plan import draw
from allusetui.torture.run import Outcome
from tests.cli.commanded import run

LAST = re.compile(r"1 seeds, 0\.\d simulated hours, 0 violations")


def test_one_seed_is_run_and_told_with_every_site_and_what_it_went_through(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("torture", "--seed", "8") == 0
    *lines, last = capsys.readouterr().out.splitlines()
    assert LAST.fullmatch(last)
    assert any(re.fullmatch(r" +\d+  kill -9 +1, 2, 3, 4", line) for line in lines)
    assert any(line.startswith("Changes of an order's life: ") for line in lines)


def test_a_run_without_its_faults_breaks_nothing_and_names_its_journal(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("torture", "--seed", "8", "--keep", "none") == 0
    assert re.fullmatch(
        r"1 seed, 0\.\d simulated hours, 0 violations, journal [0-9a-f]{64}\n", capsys.readouterr().out
    )


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
