"""Known bugs, put into the program, are told of by the checker; without them the same seeds tell nothing."""

import pytest

from allusetui.engine import orders
from tests.torture.planted.catching import caught, known, of_the_sound
from tests.torture.planted.planting import Edit, RottenError, function_of, planted
from tests.torture.planted.plants import PLANTS

LEAN = (
    "two openings for one intent", "replaced before the cancel is confirmed", "commission doubled",
    "the wire before the journal", "symbol cap ignored", "sizes that nothing bounds",
    "error 10349 ends an order", "a cancel asked for is a cancel done", "a version left out", "no way back to work",
    "a walk past its cap", "a resume without reconciling", "a record that no seed tells twice",
    "a headline that stops entries", "headlines as they come",
)  # fmt: skip
"""Caught in the first minute of one seed, or by a scenario alone; `--all-plants` tries the others too."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "plant" in metafunc.fixturenames:
        metafunc.parametrize("plant", PLANTS if metafunc.config.getoption("all_plants") else LEAN)


def test_a_known_bug_is_told_of_and_the_sound_program_tells_nothing(plant: str) -> None:
    """Where a seed's run has come to be another one: `python -m tests.torture.planted --write NAME`."""
    seed = known()[plant]
    assert caught(PLANTS[plant], seed) is not None
    assert of_the_sound(PLANTS[plant].judge, seed) == ()


@pytest.mark.parametrize("name", PLANTS)
def test_every_bug_still_fits_the_program_and_is_taken_out_of_it_again(name: str) -> None:
    functions = [function_of(edit) for edit in PLANTS[name].edits]
    before = [function.__code__ for function in functions]
    with planted(PLANTS[name].edits):
        assert all(function.__code__ != code for function, code in zip(functions, before, strict=True))
    assert [function.__code__ for function in functions] == before


def test_what_is_planted_is_what_runs_until_it_is_taken_out() -> None:
    edit = Edit("allusetui.engine.orders", "_pod", "intent.account, intent.contract.symbol", '"planted", "here"')
    with planted((edit,)):
        assert orders._pod(None) == ("planted", "here")  # type: ignore[arg-type]
    with pytest.raises(AttributeError):
        orders._pod(None)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("function", "old"), [("work", "no such words"), ("work", "intent"), ("STEP", "step"), ("nothing", "step")]
)
def test_a_bug_that_fits_no_more_is_told(function: str, old: str) -> None:
    with pytest.raises(RottenError, match=function), planted((Edit("allusetui.engine.orders", function, old, ""),)):
        pass


def test_every_invariant_is_broken_by_some_bug_and_every_bug_has_its_seed() -> None:
    assert {plant.breaks for plant in PLANTS.values()} == set(range(1, 17))
    assert known().keys() == PLANTS.keys()
