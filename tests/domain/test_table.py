"""A table of a file becomes a frozen value, or everything that does not fit is told at once."""

from dataclasses import FrozenInstanceError, field
from typing import Annotated, Generic, Literal, TypeVar

import pytest

from allusetui.domain.frozen import frozen
from allusetui.domain.table import KEY, By, First, Long, Misfits, Table, Why, read

T = TypeVar("T")


def whole(value: object) -> int:
    if type(value) is not int:
        raise ValueError("a whole number")
    return value


Whole = Annotated[int, By(whole)]


@frozen(kw_only=True)
class Pair(Table, Generic[T]):
    low: T
    high: T

    def check(self) -> None:
        if self.low == self.high:
            raise ValueError("both are the same")


@frozen(kw_only=True)
class Named(Pair[Whole]):
    name: Literal["a", "b"] | None = None


@frozen(kw_only=True)
class All(Table):
    pair: Pair[Annotated[str, By(str)]]
    named: dict[Annotated[str, By(str)], Named] = field(default_factory=dict)
    counts: Annotated[tuple[Whole, ...], Long(1, 2)] = (1,)
    doubled: Annotated[Whole, First(lambda value: 2 * value)] = 0
    span_ms: Whole | None = field(default=None, metadata={KEY: "span"})


PAIR = {"low": "1", "high": "2"}


def misfits(table: object) -> list[tuple[str, Why]]:
    """Where and in what way a table does not fit, the first to be told before the others."""
    with pytest.raises(Misfits) as caught:
        read(All, table)
    assert caught.value.first in caught.value.found
    told = sorted(caught.value.found, key=lambda misfit: misfit is not caught.value.first)
    return [(".".join(map(str, misfit.key)), misfit.why) for misfit in told]


def test_every_field_is_read_by_its_hint_and_what_is_left_out_has_its_default() -> None:
    table = {"pair": PAIR, "named": {"x": {"low": 1, "high": 2, "name": "b"}}, "doubled": 4, "span": 7}
    found = read(All, table)
    assert found == All(pair=Pair(low="1", high="2"), named={"x": Named(low=1, high=2, name="b")}, doubled=8, span_ms=7)
    assert (found.counts, read(All, {"pair": PAIR}).named) == ((1,), {})
    with pytest.raises(FrozenInstanceError):
        found.doubled = 9  # type: ignore[misc]


def test_a_default_is_no_value_that_two_tables_share() -> None:
    assert read(All, {"pair": PAIR}).named is not read(All, {"pair": PAIR}).named


@pytest.mark.parametrize(
    ("table", "found"),
    [
        (3, [("", Why.NO_TABLE)]),
        ({"pair": 3}, [("pair", Why.NO_TABLE)]),
        ({}, [("pair", Why.MISSING)]),
        ({"pair": PAIR, "named": [1]}, [("named", Why.NO_TABLE)]),
        ({"pair": PAIR, "counts": 1}, [("counts", Why.NO_LIST)]),
        ({"pair": PAIR, "counts": []}, [("counts", Why.LENGTH)]),
        ({"pair": PAIR, "counts": [1, 2, 3]}, [("counts", Why.LENGTH)]),
        ({"pair": PAIR, "counts": [1, True]}, [("counts.1", Why.VALUE)]),
        ({"pair": PAIR, "named": {"x": {"low": 1, "high": 1}}}, [("named.x", Why.CHECK)]),
        ({"pair": PAIR, "named": {"x": {"low": 1, "high": 2, "name": "c"}}}, [("named.x.name", Why.NO_WORD)]),
        ({"pair": PAIR, "span_ms": 3}, [("span_ms", Why.UNKNOWN)]),
        ({"pair": {**PAIR, "mid": 1}, "span": "3"}, [("pair.mid", Why.UNKNOWN), ("span", Why.VALUE)]),
        ({"par": PAIR}, [("par", Why.UNKNOWN), ("pair", Why.MISSING)]),
    ],
)
def test_all_that_does_not_fit_is_found_and_an_unknown_key_told_first(
    table: object, found: list[tuple[str, Why]]
) -> None:
    assert misfits(table) == found


def test_what_may_stand_there_is_told_by_the_keys_of_the_file() -> None:
    with pytest.raises(Misfits) as caught:
        read(All, {"pair": PAIR, "sapn": 1})
    assert caught.value.first.allowed == ("pair", "named", "counts", "doubled", "span")


def test_a_hint_that_no_table_can_hold_is_refused() -> None:
    @frozen
    class Bare(Table):
        count: int

    with pytest.raises(TypeError, match="no table can hold"):
        read(Bare, {"count": 1})
