"""What holds the engine to a clause: functions that enforce it, tests marked with it, scenarios that name it."""

import ast
import os
import re
from collections.abc import Iterable, Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

import allusetui
from allusetui.domain.frozen import frozen
from allusetui.law.model import Clause
from allusetui.rules.situation import CLAUSES
from allusetui.scenario.shipped import shipped_names, shipped_text

_ENFORCING = ("rules", "engine", "compose", "acceptance")
_ID = re.compile(r'"((?:[0-9]+|S)\.[0-9]+)"')
Marked = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
Test = tuple[str, Marked, list[str]]
"""Name, source, and the clauses that its class and file are marked with."""


@frozen
class Evidence:
    """Clause id → names; `tests` is None where no checkout is present, `scenarios` are then the shipped ones.

    `idle`: the tests that assert nothing, and so hold nothing to anything.
    """

    functions: dict[str, list[str]]
    tests: dict[str, list[str]] | None
    scenarios: dict[str, list[str]]
    idle: frozenset[str] = frozenset()

    def gaps(self, clause: Clause, with_planned: bool = False) -> list[str]:
        """What is missing for a rule to be held to: nothing for an enforced one that has a function and a test."""
        if clause.kind != "rule":
            return []
        if clause.status == "planned":
            return ["planned"] if with_planned else []
        found = {"no function": self.functions, "no test": self.tests}
        missing = [what for what, known in found.items() if known is not None and not known.get(clause.id)]
        named = (self.tests or {}).get(clause.id, ())
        return [*missing, *(f"{test} asserts nothing" for test in named if test in self.idle)]


def gather() -> Evidence:
    """All evidence that is at hand."""
    root = checkout()
    if root is None:
        return Evidence(_functions(), None, _by_clause(_claims(root)))
    tests = list(_tests(root / "tests", root))
    idle = frozenset(name for name, node, _ in tests if not _asserts(node))
    return Evidence(_functions(), _by_clause(_marks(tests)), _by_clause(_claims(root)), idle)


def checkout() -> Path | None:
    """The folder of the project that this package lies in; None where it was installed on its own."""
    root = Path(allusetui.__file__).resolve().parents[1]
    return root if (root / "pyproject.toml").is_file() and (root / "tests").is_dir() else None


def _functions() -> dict[str, list[str]]:
    for part in _ENFORCING:
        package = import_module(f"allusetui.{part}")
        for module in walk_packages(package.__path__, f"{package.__name__}."):
            import_module(module.name)  # its decorators fill CLAUSES
    return {clause_id: sorted(set(names)) for clause_id, names in CLAUSES.items()}


def _by_clause(pairs: Iterator[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for clause_id, name in sorted(set(pairs), key=lambda pair: pair[1]):
        found.setdefault(clause_id, []).append(name)
    return found


def _tests(tests: Path, root: Path) -> Iterator[Test]:
    """Every test with its name, read from the source, nothing is run."""
    for path in tests.rglob("test_*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        everywhere = [clause_id for node in tree.body if _is_pytestmark(node) for clause_id in _marked(node)]
        file = path.relative_to(root).as_posix()
        for name, node, inherited in _tests_in(tree.body, everywhere):
            yield f"{file}::{name}", node, inherited


def _marks(tests: Iterable[Test]) -> Iterator[tuple[str, str]]:
    """Clause and test, for each mark."""
    for name, node, inherited in tests:
        for clause_id in [*inherited, *(found for mark in node.decorator_list for found in _marked(mark))]:
            yield clause_id, name


def _asserts(node: Marked) -> bool:
    """Whether anything in a test can fail it by what it finds: an `assert`, or what has to raise."""
    return any(
        isinstance(each, ast.Assert) or (isinstance(each, ast.Attribute) and each.attr in ("raises", "fail"))
        for each in ast.walk(node)
    )


def _tests_in(body: list[ast.stmt], inherited: list[str]) -> Iterator[Test]:
    for node in body:
        if isinstance(node, ast.ClassDef):
            marks = [*inherited, *(clause_id for mark in node.decorator_list for clause_id in _marked(mark))]
            for name, test, of_class in _tests_in(node.body, marks):
                yield f"{node.name}::{name}", test, of_class
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            yield node.name, node, inherited


def _is_pytestmark(node: ast.stmt) -> bool:
    return isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == "pytestmark" for t in node.targets)


def _marked(node: ast.AST) -> list[str]:
    """The clauses of the `pytest.mark.clause(…)` calls in a piece of source."""
    calls = (call for call in ast.walk(node) if isinstance(call, ast.Call))
    marks = (call for call in calls if isinstance(call.func, ast.Attribute) and call.func.attr == "clause")
    return [str(arg.value) for mark in marks for arg in mark.args if isinstance(arg, ast.Constant)]


def _claims(root: Path | None) -> Iterator[tuple[str, str]]:
    """Clause and scenario, for each clause that a scenario's first line names."""
    for name in shipped_names():
        yield from ((clause_id, name) for clause_id in _first_line(shipped_text(name)))
    if root is None:
        return
    shared = Path(os.environ.get("ALLUSETUI_SHARED", root.parent / "shared"))
    for folder in (root / "tests" / "scenarios", shared / "scenarios"):
        for path in folder.glob("*.toml"):
            yield from ((clause_id, path.stem) for clause_id in _first_line(path.read_text(encoding="utf-8")))


def _first_line(text: str) -> list[str]:
    line = text.split("\n", 1)[0]
    return _ID.findall(line) if line.startswith("# clauses:") else []
