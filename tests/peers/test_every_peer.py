"""Every trouble of other systems' users that concerns us is proven by a test or a scenario that names it."""

import ast
from collections.abc import Iterator
from functools import cache
from itertools import chain
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
PROVEN = (2, *range(8, 24), *range(26, 38))


def marked(path: Path) -> Iterator[int]:
    """The numbers of `pytest.mark.peer(…)` on the tests of a file."""
    text = path.read_text("utf-8")
    if "mark.peer(" not in text:
        return
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            for mark in node.decorator_list:
                if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.peer":
                    yield from (int(ast.literal_eval(each)) for each in mark.args)


@cache
def named() -> frozenset[int]:
    """Those of every test, and of every scenario `peer-NN-…`, each of which is replayed."""
    tests = chain.from_iterable(map(marked, TESTS.rglob("test_*.py")))
    scenarios = (int(path.stem.split("-")[1]) for path in (TESTS / "scenarios").glob("peer-*.toml"))
    return frozenset(chain(tests, scenarios))


@pytest.mark.parametrize("number", PROVEN)
def test_each_has_a_test_that_names_it(number: int) -> None:
    assert number in named()
