"""Whether one journal record fits a `where` table. Numbers compare to 1e-6, times by New York's clock."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from allusetui.domain.moment import NEW_YORK

Record = Mapping[str, Any]

NEAR_ENOUGH: Final = 1e-6
MISSING: Final = object()
Number = int | float | Decimal


def lookup(record: Record, name: str) -> Any:
    """Gives the value of a name, or MISSING.

    A name is looked up in the envelope, then in data, then in data.contract; after a dot it digs on, into a list by
    index. A key that has dots in its own name wins.
    """
    data = record.get("data")
    contract = data.get("contract") if isinstance(data, Mapping) else None
    places = [place for place in (record, data, contract) if isinstance(place, Mapping)]
    for key in (name, name.partition(".")[0]):
        for place in places:
            if key in place:
                return place[key] if key == name else _dug(place[key], name.partition(".")[2])
    return MISSING


def _dug(value: Any, path: str) -> Any:
    for part in path.split("."):
        if isinstance(value, Mapping) and part in value:
            value = value[part]
        elif isinstance(value, Sequence) and not isinstance(value, str) and part.isdecimal() and int(part) < len(value):
            value = value[int(part)]
        else:
            return MISSING
    return value


def local_time(text: str) -> datetime:
    """Gives New York's wall clock for a journal time; raises ValueError for a text that is no time."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo is None else moment.astimezone(NEW_YORK).replace(tzinfo=None)


def is_number(value: object) -> bool:
    """Whether a value is a number; true and false are not."""
    return isinstance(value, Number) and not isinstance(value, bool)


def _comparable(seen: Any, wanted: Any) -> tuple[Any, Any] | None:
    """Both values in one kind that has an order, or None where they have none."""
    if is_number(seen) and is_number(wanted):
        gap = float(seen) - float(wanted)
        return (0.0 if abs(gap) <= NEAR_ENOUGH else gap), 0.0
    if isinstance(seen, str) and isinstance(wanted, str):
        return seen, wanted
    if isinstance(seen, str) and isinstance(wanted, date):
        try:
            moment = local_time(seen)
        except ValueError:
            return None
        return (moment, wanted) if isinstance(wanted, datetime) else (moment.date(), wanted)
    return None


def equal(seen: Any, wanted: Any) -> bool:
    """Whether two values are the same: numbers to 1e-6, a TOML date as its text, lists member by member."""
    pair = _comparable(seen, wanted)
    if pair is not None:
        return bool(pair[0] == pair[1])
    if isinstance(seen, list | tuple) and isinstance(wanted, list | tuple):
        return len(seen) == len(wanted) and all(map(equal, seen, wanted))
    return type(seen) is type(wanted) and bool(seen == wanted)


def _ordered(decide: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def test(seen: Any, wanted: Any) -> bool:
        pair = _comparable(seen, wanted)
        return pair is not None and decide(*pair)

    return test


# A key that is not there is null: it equals nothing, so `ne` and `not_in` hold for it and every other test fails.
TESTS: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "eq": equal,
    "ne": lambda seen, wanted: not equal(seen, wanted),
    "ge": _ordered(lambda seen, wanted: seen >= wanted),
    "gt": _ordered(lambda seen, wanted: seen > wanted),
    "le": _ordered(lambda seen, wanted: seen <= wanted),
    "lt": _ordered(lambda seen, wanted: seen < wanted),
    "in": lambda seen, wanted: any(equal(seen, one) for one in wanted),
    "not_in": lambda seen, wanted: not any(equal(seen, one) for one in wanted),
    "null": lambda seen, wanted: (seen is MISSING or seen is None) == wanted,
}


def passes(seen: Any, tests: Mapping[str, Any]) -> bool:
    """Whether a value passes every test of a table; `near` allows `tol` either side."""
    if "near" in tests and not _near(seen, tests["near"], tests.get("tol", 0)):
        return False
    return all(TESTS[test](seen, wanted) for test, wanted in tests.items() if test in TESTS)


def _near(seen: Any, wanted: Any, tolerance: Any) -> bool:
    return is_number(seen) and abs(float(seen) - float(wanted)) <= float(tolerance) + NEAR_ENOUGH


def fits(record: Record, where: Mapping[str, Any]) -> bool:
    """Whether a record has every value of a `where` table, and one table of its `any`, where it has one."""
    return all(
        any(fits(record, choice) for choice in wanted) if name == "any" else _holds(lookup(record, name), wanted)
        for name, wanted in where.items()
    )


def _holds(seen: Any, wanted: Any) -> bool:
    return passes(seen, wanted) if isinstance(wanted, Mapping) else equal(seen, wanted)
