"""Judging a journal by a scenario's expectations: records in, one verdict an expectation out."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from allusetui.domain.frozen import frozen
from allusetui.domain.text import untrusted
from allusetui.scenario.match import Record, fits, is_number, local_time, lookup, passes
from allusetui.scenario.model import Expectation

SHOWN: Final = 3
LONGEST_LINE: Final = 1_000
COUNTED: Final = {"count": "exactly", "min": "at least", "max": "at most"}


@frozen
class Verdict:
    """Whether an expectation held, and the line that says so."""

    ok: bool
    line: str


def judge(expectations: Iterable[Expectation], records: Iterable[Record]) -> list[Verdict]:
    """Gives one verdict for each expectation, in order, over journal records as parsed from their JSON lines."""
    by_kind: dict[str, list[Record]] = {}
    for record in records:
        by_kind.setdefault(str(record.get("kind")), []).append(record)
    return [_verdict(number, one, by_kind) for number, one in enumerate(expectations, 1)]


def _verdict(number: int, expected: Expectation, by_kind: Mapping[str, Sequence[Record]]) -> Verdict:
    pool = [record for kind in dict.fromkeys(expected.kind) for record in by_kind.get(kind, ())]
    like = [record for record in pool if _fits_but_for_clauses(record, expected)]
    found = [record for record in like if set(expected.clauses) <= set(record.get("clauses") or ())]
    total = sum_over(found, expected.sum.key) if expected.sum else Decimal(0)
    ok = _counted(len(found), expected) and (expected.sum is None or passes(total, expected.sum.tests))
    line = f"expect[{number}] {_name(expected)}: expected {_wanted(expected)}, {_seen(found, total, expected)}"
    if ok:
        return Verdict(True, "ok     " + untrusted(line, LONGEST_LINE))
    note = f" ({expected.note})" if expected.note else ""
    return Verdict(False, "FAILED " + untrusted(line + note + _nearly(pool, like, found), LONGEST_LINE))


def sum_over(records: Iterable[Record], key: str) -> Decimal:
    """Gives the sum of a key over records; where it is missing or no number it adds nothing."""
    found = (lookup(record, key) for record in records)
    return sum((Decimal(str(value)) for value in found if is_number(value)), Decimal(0))


def _fits_but_for_clauses(record: Record, expected: Expectation) -> bool:
    if expected.between is not None:
        first, last = expected.between
        if not first <= local_time(str(record["ts"])) <= last:
            return False
    return fits(record, expected.where) and (
        not expected.any_of or any(fits(record, choice) for choice in expected.any_of)
    )


def _counted(seen: int, expected: Expectation) -> bool:
    holds = {"count": int.__eq__, "min": int.__ge__, "max": int.__le__}
    return all(holds[name](seen, bound) for name, bound in expected.bounds.items())


def _name(expected: Expectation) -> str:
    where = " ".join(f"{key}={_plain(value)}" for key, value in expected.where.items())
    between = f" {expected.between[0].isoformat()}…{expected.between[1].isoformat()}" if expected.between else ""
    clauses = f" §{','.join(expected.clauses)}" if expected.clauses else ""
    return f"{'|'.join(expected.kind)}{' ' + where if where else ''}{between}{clauses}"


def _plain(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + " ".join(f"{key} {_plain(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + " ".join(_plain(inner) for inner in value) + "]"
    return str(value)


def _wanted(expected: Expectation) -> str:
    wanted = [f"{COUNTED[name]} {bound}" for name, bound in expected.bounds.items()]
    if expected.sum is not None:
        tests = " ".join(f"{test} {bound}" for test, bound in expected.sum.tests.items())
        wanted.append(f"sum of {expected.sum.key} {tests}")
    return " and ".join(wanted)


def _seen(found: Sequence[Record], total: Decimal, expected: Expectation) -> str:
    text = f"seen {len(found)}"
    if expected.sum is not None:
        text += f", sum {total}"
    return text + _examples(found)


def _examples(records: Sequence[Record]) -> str:
    shown = [f"#{record.get('seq')} {_clock(record)} {_values(record)}" for record in records[:SHOWN]]
    return f": {'; '.join(shown)}{' …' if len(records) > SHOWN else ''}" if shown else ""


def _clock(record: Record) -> str:
    return str(record.get("ts"))[5:19].replace("T", " ")


def _values(record: Record) -> str:
    data = record.get("data") or {}
    plain = [f"{key}={value}" for key, value in data.items() if isinstance(value, str | int | float | Decimal)]
    return " ".join([str(record.get("account") or "system"), *plain[:5]])


def _nearly(pool: Sequence[Record], like: Sequence[Record], found: Sequence[Record]) -> str:
    if len(like) > len(found):
        lacking = next(record for record in like if record not in found)
        clauses = ",".join(lacking.get("clauses") or ()) or "none"
        return f"; {len(like) - len(found)} more but for the clauses (#{lacking.get('seq')} has {clauses})"
    return f"; of these kinds {len(pool)} in all{_examples(pool)}" if pool and not found else ""
