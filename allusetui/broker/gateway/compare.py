"""A transcript replayed against a gateway, and what the two said compared message by message."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from itertools import zip_longest
from typing import Final, TypeVar

from allusetui.broker.gateway.frames import GREETING, UNSET_NUMBER, UNSET_WHOLE, packed
from allusetui.broker.gateway.gateway import Gateway
from allusetui.broker.gateway.transcript import CLOSED, OPENED, SAID, Record
from allusetui.domain.text import untrusted

_KIND_AT: Final = {"1": 3, "2": 3, "21": 2, "45": 3, "46": 3, "4": 3}
"""Where a tick's type, or an error's code, stands: each is a message of its own kind."""
_SHOWN: Final = 120
Kind = tuple[str, ...]
_K = TypeVar("_K")


def replayed(records: Sequence[Record], gateway: Gateway, shift_ms: int) -> list[Record]:
    """What a gateway says to the clients of a transcript, their messages `shift_ms` later than they were."""
    answers: list[Record] = []
    gateway.tap = lambda at_ms, key, way, fields: (
        answers.append(Record(at_ms - shift_ms, key, SAID, tuple(fields))) if way == SAID else None
    )
    greeted: set[int] = set()
    now_ms = records[0].at_ms + shift_ms if records else 0
    for record in (each for each in records if each.way != SAID):
        now_ms = _up_to(gateway, now_ms, record.at_ms + shift_ms)
        if record.way == OPENED:
            gateway.connected(record.connection, now_ms)
        elif record.way == CLOSED:
            gateway.lost(record.connection, now_ms)
        else:
            gateway.received(record.connection, _bytes(record, record.connection not in greeted), now_ms)
            greeted.add(record.connection)
        gateway.drain()
    if records:
        gateway.advance(_up_to(gateway, now_ms, records[-1].at_ms + shift_ms))
    return answers


def differences(there: Sequence[Record], here: Sequence[Record]) -> Iterator[str]:
    """One line for each message that is not the same: what was recorded, and what is said here."""
    recorded, said = _by_kind(there), _by_kind(here)
    for key in _keys(recorded, said):
        for number, (one, other) in enumerate(zip_longest(recorded.get(key, []), said.get(key, [])), start=1):
            if one != other:
                which = f"connection {key[0]}, message {_named(key[1])}, {number}."
                yield f"{which}: there {_told(one)}, here {_told(other)}"


def unlike(there: Sequence[Record], here: Sequence[Record]) -> Iterator[str]:
    """One line for each kind of message that is made otherwise: its fields' number, or what they hold.

    For a transcript of another market: what is quoted differs, what a message looks like must not.
    """
    recorded, said = _shapes(there), _shapes(here)
    for kind in _keys(recorded, said):
        if kind not in said or kind not in recorded:
            yield f"message {_named(kind)}: only {'there' if kind in recorded else 'here'}"
            continue
        theirs, ours = recorded[kind], said[kind]
        if not theirs.keys() & ours.keys():
            yield f"message {_named(kind)}: {_counts(theirs)} fields there, {_counts(ours)} here"
        for count in sorted(theirs.keys() & ours.keys()):
            for place, (one, other) in enumerate(zip(theirs[count], ours[count], strict=True)):
                if not one & other:
                    yield f"message {_named(kind)}: field {place}: there {_words(one)}, here {_words(other)}"


def _up_to(gateway: Gateway, now_ms: int, at_ms: int) -> int:
    """Lets happen what is due before an instant, each at its own."""
    while (due_ms := gateway.next_ms(now_ms)) is not None and due_ms < at_ms:
        gateway.advance(due_ms)
        gateway.drain()
        now_ms = due_ms
    return max(now_ms, at_ms)


def _bytes(record: Record, first: bool) -> bytes:
    """A client's message; its first is the greeting, which ends in no NUL."""
    if not first:
        return packed("\0".join(record.fields))
    body = "".join(record.fields).encode("ascii", "replace")
    return GREETING + len(body).to_bytes(4) + body


def _kind(fields: tuple[str, ...]) -> Kind:
    place = _KIND_AT.get(fields[0]) if fields else None
    return (fields[0], fields[place]) if place is not None and place < len(fields) else fields[:1]


def _by_kind(records: Sequence[Record]) -> dict[tuple[int, Kind], list[tuple[str, ...]]]:
    found: dict[tuple[int, Kind], list[tuple[str, ...]]] = defaultdict(list)
    for record in records:
        if record.way == SAID:
            found[record.connection, _kind(record.fields)].append(record.fields)
    return found


def _shapes(records: Sequence[Record]) -> dict[Kind, dict[int, list[set[str]]]]:
    """By kind and number of fields: what stands in each place."""
    found: dict[Kind, dict[int, list[set[str]]]] = defaultdict(dict)
    for record in records:
        if record.way == SAID:
            places = found[_kind(record.fields)].setdefault(len(record.fields), [set() for _ in record.fields])
            for place, field in zip(places, record.fields, strict=True):
                place.add(_word(field))
    return found


def _word(field: str) -> str:
    if field in ("", UNSET_NUMBER, UNSET_WHOLE):
        return "nothing"
    try:
        Decimal(field)
    except InvalidOperation:
        return "text"
    return "a number"


def _keys(one: Mapping[_K, object], other: Mapping[_K, object]) -> list[_K]:
    return list(dict.fromkeys((*one, *other)))


def _named(kind: Kind) -> str:
    return untrusted(" ".join(kind), _SHOWN) or "without fields"


def _told(fields: tuple[str, ...] | None) -> str:
    return "nothing" if fields is None else untrusted("|".join(fields), _SHOWN)


def _counts(shapes: dict[int, list[set[str]]]) -> str:
    return " or ".join(str(count) for count in sorted(shapes))


def _words(held: set[str]) -> str:
    return " or ".join(sorted(held))
