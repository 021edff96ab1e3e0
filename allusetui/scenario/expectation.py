"""`[[expect]]`: what the journal must show, checked for form when the file is read and judged by expect.py."""

from dataclasses import field, fields
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Final

from allusetui.domain.frozen import frozen
from allusetui.domain.table import KEY, By, Table
from allusetui.scenario import values
from allusetui.scenario.values import Problem

TESTS: Final = ("eq", "ne", "ge", "gt", "le", "lt", "in", "not_in", "near", "tol", "null")
ORDERED: Final = ("ge", "gt", "le", "lt")
NEEDED: Final = {
    "in": (list | tuple, "a list"),
    "not_in": (list | tuple, "a list"),
    "null": (bool, "true or false"),
    "near": (int | float | Decimal, "a number"),
    "tol": (int | float | Decimal, "a number"),
}


def _test_problem(test: str, wanted: object) -> str | None:
    if test not in TESTS:
        return f"is not a test; allowed: {', '.join(TESTS)}{values.near_miss(test, TESTS)}"
    if test in ORDERED and isinstance(wanted, dict | list | bool):
        return f"{values.shown(wanted)} has no order; allowed: a number, a text or a time"
    if test in NEEDED and (not isinstance(wanted, NEEDED[test][0]) or (test != "null" and isinstance(wanted, bool))):
        return f"{values.shown(wanted)} does not fit this test; allowed: {NEEDED[test][1]}"
    return None


def check_tests(tests: dict[str, object], *key: str | int) -> None:
    """Raises Problem for a table of tests that is empty, has an unknown test, or a value that its test can't use."""
    if not tests:
        raise Problem(f"the table is empty; allowed: {', '.join(TESTS)}", *key)
    for test, wanted in tests.items():
        problem = _test_problem(test, wanted)
        if problem is not None:
            raise Problem(problem, *key, test)
    if "tol" in tests and "near" not in tests:
        raise Problem('is a tolerance for nothing; allowed: beside "near"', *key, "tol")


def where_table(table: object, *key: str | int) -> dict[str, object]:
    """Gives a `where` table whose tests are well formed; `any` in it is a list of such tables."""
    if not isinstance(table, dict):
        raise Problem(f"{values.shown(table)} is not a table; allowed: {{ key = value }}", *key)
    for name, wanted in table.items():
        if name == "any":
            where_tables(wanted, *key, name)
        elif isinstance(wanted, dict):
            check_tests(wanted, *key, name)
    return table


def where_tables(tables: object, *key: str | int) -> tuple[dict[str, object], ...]:
    """Gives a list of at least one `where` table."""
    if not isinstance(tables, list | tuple) or not tables:
        raise Problem(f"{values.shown(tables)} offers no choice; allowed: a list of tables", *key)
    return tuple(where_table(table, *key, index) for index, table in enumerate(tables))


def _between(value: object) -> tuple[datetime, datetime]:
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise Problem(f"{values.shown(value)} is not a pair; allowed: [first time, last time]")
    first, last = values.local_time(value[0]), values.local_time(value[1])
    if last < first:
        raise Problem(f"{values.shown(last)} is before {values.shown(first)}; allowed: the earlier time first")
    return first, last


@frozen(kw_only=True)
class SumTest(Table):
    """`sum`: the tests that the sum of `key`, over the events that fit, must pass."""

    key: values.Text
    eq: values.Money | None = None
    ne: values.Money | None = None
    ge: values.Money | None = None
    gt: values.Money | None = None
    le: values.Money | None = None
    lt: values.Money | None = None
    near: values.Money | None = None
    tol: values.Amount | None = None

    def check(self) -> None:
        check_tests(self.tests)

    @property
    def tests(self) -> dict[str, object]:
        """The tests by name."""
        told = {each.name: getattr(self, each.name) for each in fields(self) if each.name != "key"}
        return {name: wanted for name, wanted in told.items() if wanted is not None}


@frozen(kw_only=True)
class Expectation(Table):
    """`[[expect]]`: how many events of these kinds, at these times, with these values and clauses there must be.

    Without `count`, `min` and `max`: at least one.
    """

    kind: values.OneOrMoreTexts
    where: Annotated[dict[str, object], By(where_table)] = field(default_factory=dict)
    any_of: Annotated[tuple[dict[str, object], ...], By(where_tables)] = field(default=(), metadata={KEY: "any"})
    between: Annotated[tuple[datetime, datetime] | None, By(_between)] = None
    count: values.Count | None = None
    min: values.Count | None = None
    max: values.Count | None = None
    clauses: values.Texts = ()
    sum: SumTest | None = None
    note: values.Text | None = None

    def check(self) -> None:
        least, most = self.min or 0, self.max
        if most is not None and least > most:
            raise Problem(f"{least} is more than max {most}; allowed: at most max", "min")
        if self.count is not None and (self.count < least or (most is not None and self.count > most)):
            raise Problem(f"{self.count} is not within min and max; allowed: one of the three kinds of bound", "count")

    @property
    def bounds(self) -> dict[str, int]:
        """The bounds on how many events fit, by name: `count`, `min`, `max`."""
        named = {"count": self.count, "min": self.min, "max": self.max}
        return {name: bound for name, bound in named.items() if bound is not None} or {"min": 1}
