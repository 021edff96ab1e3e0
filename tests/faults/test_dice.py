"""Random scenarios, each held to every invariant and to its books. `--seeds 300` throws as many."""

import pytest

from allusetui.torture.dice import scene
from tests.faults.runs import breaches, prepare
from tests.ledger.auditor import Auditor


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "seed" in metafunc.fixturenames:
        metafunc.parametrize("seed", range(metafunc.config.getoption("--seeds")))


@pytest.mark.clause("0.2", "0.3", "0.6", "9.1", "9.5", "10.1", "10.3")
def test_whatever_is_thrown_every_invariant_holds_and_the_books_tie_after_every_session(seed: int) -> None:
    replayed = prepare(scene(seed))
    audit = Auditor(replayed)
    audit.watch()
    replayed.run.go()
    assert breaches(replayed) == []
    assert audit.breaches() == []


def test_the_same_seed_throws_the_same_scenario_and_another_one_another() -> None:
    assert scene(7) == scene(7) != scene(8)
