"""Every worked example whose clauses this version enforces holds, and says the same thing twice."""

import re
from hashlib import sha256
from pathlib import Path

import pytest

from allusetui.codec.records import line
from allusetui.law.load import load
from allusetui.scenario.load import load as load_scenario
from tests.ledger.auditor import audited
from tests.replaying import DATA, SHARED, Replayed, replay_file

EXAMPLES = SHARED / "scenarios"
OWN = Path(__file__).parents[1] / "scenarios"
ENFORCED = {clause.id for clause in load().clauses if clause.status == "enforced"}
RULES = [clause.id for clause in load().clauses if clause.kind == "rule" and clause.id in ENFORCED]


def clauses_of(path: Path) -> set[str]:
    first = path.read_text(encoding="utf-8").split("\n", 1)[0]
    return set(re.findall(r'"([0-9S]+\.[0-9]+)"', first))


def examples(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*.toml") if clauses_of(path) and clauses_of(path) <= ENFORCED)


def digest(replayed: Replayed) -> str:
    return sha256("\n".join(line(*row) for row in replayed.journal.read()).encode()).hexdigest()


@pytest.mark.skipif(not EXAMPLES.is_dir(), reason="the shared example scenarios are not here")
@pytest.mark.parametrize("path", examples(EXAMPLES), ids=lambda p: p.stem)
def test_a_worked_example_holds_and_replays_to_the_same_journal(path: Path) -> None:
    first, second = replay_file(path), replay_file(path)
    assert first.scenario.expectations
    assert [verdict.line for verdict in first.verdicts() if not verdict.ok] == []
    assert digest(first) == digest(second)


@pytest.mark.parametrize("rule", RULES)
def test_an_enforced_rule_has_a_scenario_of_its_boundary_named_for_it(rule: str) -> None:
    pairs = sorted(OWN.glob(f"{rule}-*.toml"))
    assert pairs
    for path in pairs:
        assert rule in clauses_of(path)
        assert path in examples(OWN)  # so it is replayed below


def marks(path: Path) -> list[pytest.MarkDecorator]:
    """Its clauses and, of a scenario `peer-NN-…`, the trouble of other systems' users that it is about."""
    peer = re.match(r"peer-(\d+)-", path.stem)
    of_peers = [pytest.mark.peer(int(peer[1]))] if peer else []
    return [pytest.mark.clause(*sorted(clauses_of(path))), *of_peers]


@pytest.mark.clause("10.1", "10.3")
@pytest.mark.parametrize("path", [pytest.param(p, id=p.stem, marks=marks(p)) for p in examples(OWN)])
def test_an_own_scenario_holds_and_its_books_tie_after_every_session(path: Path) -> None:
    if 'kind = "history"' in path.read_text(encoding="utf-8") and not DATA.is_dir():
        pytest.skip("the market data is not here")
    audit = audited(load_scenario(path, DATA))
    assert audit.replayed.scenario.scenario.name == path.stem
    assert audit.replayed.scenario.expectations
    assert [verdict.line for verdict in audit.replayed.verdicts() if not verdict.ok] == []
    assert audit.breaches() == []
    assert audit.sessions == audit.closes
