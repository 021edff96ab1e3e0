"""Every worked example whose clauses this version enforces holds, and says the same thing twice."""

import os
import re
from hashlib import sha256
from pathlib import Path

import pytest

from allusetui.codec.records import line
from allusetui.law.load import load
from tests.replaying import Replayed, replay_file

SHARED = Path(os.environ.get("ALLUSETUI_SHARED", Path(__file__).parents[3] / "shared")) / "scenarios"
OWN = Path(__file__).parents[1] / "scenarios"
ENFORCED = {clause.id for clause in load().clauses if clause.status == "enforced"}


def clauses_of(path: Path) -> set[str]:
    first = path.read_text(encoding="utf-8").split("\n", 1)[0]
    return set(re.findall(r'"([0-9S]+\.[0-9]+)"', first))


def examples(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*.toml") if clauses_of(path) and clauses_of(path) <= ENFORCED)


def digest(replayed: Replayed) -> str:
    return sha256("\n".join(line(*row) for row in replayed.journal.read()).encode()).hexdigest()


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared example scenarios are not here")
@pytest.mark.parametrize("path", examples(SHARED), ids=lambda p: p.stem)
def test_a_worked_example_holds_and_replays_to_the_same_journal(path: Path) -> None:
    first, second = replay_file(path), replay_file(path)
    assert first.scenario.expectations
    assert [verdict.line for verdict in first.verdicts() if not verdict.ok] == []
    assert digest(first) == digest(second)


@pytest.mark.parametrize("path", examples(OWN), ids=lambda p: p.stem)
def test_an_own_scenario_holds(path: Path) -> None:
    replayed = replay_file(path)
    assert replayed.scenario.expectations
    assert [verdict.line for verdict in replayed.verdicts() if not verdict.ok] == []
