"""A patch of the law and its reason → the next version, as the very bytes that would come into force (15.2)."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from allusetui.domain.frozen import frozen
from allusetui.domain.text import untrusted
from allusetui.lab.toml_text import rewritten, worded
from allusetui.law.load import LawError, Version, law_of, table_of

LONGEST_REASON: Final = 300
_OWN: Final = frozenset({"version", "changelog", "clauses"})
"""What an approval writes, and what the constitution says in its own words: no proposal changes these."""
_READ: Final = "a number that a rule reads"
FIXED: Final = {
    "atr.fixed_at": _READ,
    "cadence.early_close_at": _READ,
    "covered_call.earnings_excess_by": _READ,
    "ladder.put_months": "hedging.put_months",
    "ladder.put_otm": "hedging.put_moneyness",
    "ladder.rolls_per_session": _READ,
    "liquidity.adv_sessions": _READ,
    "monitoring.grid_from": _READ,
    "tax.index_symbols": _READ,
    "walk.absence_answers": _READ,
    "walk.order_id_chars": _READ,
    "walk.session_id_chars": _READ,
}
"""What the law states and no rule asks it for, with what may be changed instead: nobody approves what does nothing."""
_NUMBERED: Final = re.compile(r"v(\d+)\.(\d+)", re.ASCII)

Key = tuple[str, ...]


@frozen
class Change:
    """A value of the law, as it is and as it is proposed; both as the law's file writes them."""

    key: str
    was: str
    now: str


@frozen
class Amendment:
    """What is proposed. `base`: the sha256 of the law that it was made from."""

    base: str
    reason: str
    changes: tuple[Change, ...]
    law: Version


def amendment(base: Version, data: bytes, file: str) -> Amendment:
    """The amendment that a proposal's file makes of a law: `reason`, and the table `changes` of keys and new values.

    Raises LawError in the name of the file, for the first thing that is wrong with it.
    """
    told = table_of(data, file)
    reason, wanted = _parts(told, file)
    before = table_of(base.data, base.name)
    table = _merged(before, wanted, (), file)
    changed = tuple(_changed(before, table, ()))
    if not changed:
        raise LawError(file, "changes", "change nothing", "a key of the law with another value")
    _check_read(changed, file)
    name = _next(base.name)
    table |= {"version": name, "changelog": [f"{name}: {reason}", *before["changelog"]]}
    law_of(table, file)
    keys = (("version",), ("changelog",), *changed)
    text = rewritten(base.data.decode("utf-8"), keys, table)
    if table_of(text.encode(), file) != table:
        raise LawError(file, "changes", "can't be written into the law's file", "other values")
    changes = tuple(Change(".".join(key), worded(_at(before, key)), worded(_at(table, key))) for key in changed)
    return Amendment(base.hash, reason, changes, Version(name, text.encode()))


def _parts(told: Mapping[str, Any], file: str) -> tuple[str, dict[str, Any]]:
    for key in told:
        if key not in ("reason", "changes"):
            raise LawError(file, key, "unknown key", "reason, changes")
    reason, wanted = told.get("reason"), told.get("changes")
    if not isinstance(reason, str) or not reason.strip() or len(reason) > LONGEST_REASON:
        raise LawError(file, "reason", "is no reason", f"a sentence of at most {LONGEST_REASON} characters")
    if not isinstance(wanted, dict) or not wanted:
        raise LawError(file, "changes", "are none", "a table of the law's keys with their new values")
    return untrusted(" ".join(reason.split()), LONGEST_REASON), wanted


def _merged(before: Mapping[str, Any], wanted: Mapping[str, Any], place: Key, file: str) -> dict[str, Any]:
    """The table with the values that are wanted; LawError for a key that it does not have, or that is not to change."""
    found = dict(before)
    for name, value in wanted.items():
        key, dotted = (*place, name), ".".join((*place, name))
        if name not in before:
            raise LawError(file, dotted, "unknown key", ", ".join(sorted(set(before) - _OWN)))
        if name in _OWN:
            raise LawError(file, dotted, "is not for a proposal to change", "the law's numbers")
        both = isinstance(before[name], dict) and isinstance(value, dict)
        found[name] = _merged(before[name], value, key, file) if both else value
    return found


def _changed(before: Mapping[str, Any], after: Mapping[str, Any], place: Key) -> Iterator[Key]:
    for name, value in after.items():
        key = (*place, name)
        if isinstance(value, dict) and isinstance(before[name], dict):
            yield from _changed(before[name], value, key)
        elif value != before[name]:
            yield key


def _check_read(changed: tuple[Key, ...], file: str) -> None:
    for key in changed:
        instead = FIXED.get(".".join(key[:2]))
        if instead is not None:
            wrong = "is what the program does, whatever the law says: a change would change nothing"
            raise LawError(file, ".".join(key), wrong, instead)


def _at(table: Mapping[str, Any], key: Key) -> object:
    value: Any = table
    for name in key:
        value = value[name]
    return value


def _next(version: str) -> str:
    found = _NUMBERED.fullmatch(version)
    if found is None:
        raise LawError("law", "version", f"{version!r} has no next one", "a name such as v1.3")
    return f"v{found[1]}.{int(found[2]) + 1}"
