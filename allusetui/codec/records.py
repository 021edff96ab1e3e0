"""Events ↔ the lines of the public journal.

A figure of no fixed type comes back as text, whole number, truth or Decimal; everything else as the type it had.
"""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final, NoReturn

from allusetui.codec.shape import (
    CodecError,
    FieldShape,
    Json,
    field_shapes,
    figure,
    read_fields,
    shape_of,
    write_fields,
)
from allusetui.domain import event as events
from allusetui.domain.event import Event
from allusetui.domain.frozen import frozen
from allusetui.domain.moment import from_iso, iso

__all__ = ["KINDS", "CodecError", "decode", "keys_of", "line", "summary_of", "to_data", "to_record"]

_ENVELOPE: Final = dict.fromkeys(("seq", "ts", "kind", "account", "clauses", "data"))
_FIGURES: Final = "figures"
_ACCOUNT: Final = shape_of(str | None)
_CLAUSES: Final = shape_of(tuple[str, ...])


@frozen
class _Kind:
    """One kind of event: its class and the shapes of what stands in `data`."""

    cls: type[Event]
    fields: tuple[FieldShape, ...]
    keys: frozenset[str]
    has_figures: bool


def _classes() -> dict[str, type[Event]]:
    found: dict[str, type[Event]] = {}
    for cls in vars(events).values():
        if isinstance(cls, type) and issubclass(cls, Event) and cls is not Event:
            if cls.kind in found:
                raise TypeError(f"{cls.__name__} has the kind of {found[cls.kind].__name__}: {cls.kind}")
            found[cls.kind] = cls
    return found


_CLASSES: Final = _classes()
KINDS: Final = frozenset(_CLASSES)
"""Every kind of event that a journal may hold."""


class _Kinds(dict[str, _Kind]):
    """Kinds by name, each worked out where it is first met: most are not in a session's first seconds."""

    def __missing__(self, name: str) -> _Kind:
        cls = _CLASSES[name]
        shapes = field_shapes(cls, without=frozenset({"account", "clauses", _FIGURES}))
        keys = frozenset(field.key for field in shapes)
        self[name] = kind = _Kind(cls, shapes, keys, _FIGURES in cls.__dataclass_fields__)
        return kind


_KINDS: Final = _Kinds()


def _unknown_number(text: str) -> NoReturn:
    raise CodecError(f"{text} is not a number")


_ENCODER: Final = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))
_DECODER: Final = json.JSONDecoder(parse_float=Decimal, parse_constant=_unknown_number)


def to_data(event: Event) -> dict[str, Json]:
    """The `data` object of an event, plain JSON values. Raises CodecError, naming the key, for what it can't hold."""
    if _CLASSES.get(event.kind) is not type(event):
        raise CodecError(f"{type(event).__name__} is not a kind of event")
    kind = _KINDS[event.kind]
    data = write_fields(event.kind, event, kind.fields)
    if kind.has_figures:
        _add_figures(event.kind, data, getattr(event, _FIGURES))
    return data


def to_record(seq: int, at_ms: int, event: Event) -> dict[str, Json]:
    """The whole public object of an event, its keys in the journal's order."""
    return {
        "seq": seq,
        "ts": iso(at_ms),
        "kind": event.kind,
        "account": event.account,
        "clauses": list(event.clauses),
        "data": to_data(event),
    }


def keys_of(kind: str) -> tuple[str, ...]:
    """The keys of a kind's `data`, in their order; last `…` where figures of any name follow. Raises KeyError."""
    found = _KINDS[kind]
    return (*(field.key for field in found.fields), *(("…",) if found.has_figures else ()))


def summary_of(kind: str) -> str:
    """What a kind means, in a sentence or two. Raises KeyError."""
    return " ".join((_CLASSES[kind].__doc__ or "").partition("\n\n")[0].split())


def line(seq: int, at_ms: int, event: Event) -> str:
    """The journal's line of an event, without its line end. Raises CodecError as `to_data` does."""
    return _ENCODER.encode(to_record(seq, at_ms, event))


def decode(record: str | Mapping[str, Any]) -> tuple[int, int, Event]:
    """(seq, at_ms, event) of a journal line or its parsed object. Raises CodecError, naming the key, for any other."""
    found = _parsed(record) if isinstance(record, str) else record
    if found.keys() != _ENVELOPE.keys():
        wrong = sorted(found.keys() ^ _ENVELOPE.keys())
        raise CodecError(f"a record has the keys {', '.join(_ENVELOPE)}; missing or unknown: {', '.join(wrong)}")
    kind = _KINDS[found["kind"]] if isinstance(found["kind"], str) and found["kind"] in KINDS else None
    if kind is None:
        raise CodecError(f"unknown kind {found['kind']!r}")
    return _whole(found["seq"]), _instant(found["ts"]), _event(kind, found)


def _parsed(text: str) -> dict[str, Any]:
    try:
        found = _DECODER.decode(text)
    except (json.JSONDecodeError, RecursionError) as error:
        raise CodecError(f"not a JSON object: {error}") from None
    if not isinstance(found, dict):
        raise CodecError("not a JSON object")
    return found


def _event(kind: _Kind, record: Mapping[str, Any]) -> Event:
    name, data = kind.cls.kind, record["data"]
    if not isinstance(data, dict):
        raise CodecError(f"{name}: data is not an object")
    values = read_fields(name, data, kind.fields)
    unknown = [key for key in data if key not in kind.keys]
    if kind.has_figures:
        values[_FIGURES] = {key: _read_figure(name, key, data[key]) for key in unknown}
    elif unknown:
        raise CodecError(f"{name}: unknown key {unknown[0]}")
    return kind.cls(account=_ACCOUNT.read(record["account"]), clauses=_CLAUSES.read(record["clauses"]), **values)


def _add_figures(kind: str, data: dict[str, Json], figures: Mapping[str, object]) -> None:
    for key, value in figures.items():
        if key in data:
            raise CodecError(f"{kind}.{key}: a figure has the name of a field")
        try:
            data[key] = figure(value)
        except CodecError as error:
            raise CodecError(f"{kind}.{key}: {error}") from None


def _read_figure(kind: str, key: str, value: object) -> Decimal | int | str | None:
    if isinstance(value, float):
        return Decimal(repr(value))
    if value is None or isinstance(value, Decimal | int | str):
        return value
    raise CodecError(f"{kind}.{key}: {value!r} is not a figure")


def _whole(seq: object) -> int:
    if type(seq) is not int or seq < 1:
        raise CodecError(f"seq {seq!r} is not a number from 1")
    return seq


def _instant(text: object) -> int:
    try:
        return from_iso(text)  # type: ignore[arg-type]  # another type raises as it should
    except (TypeError, ValueError):
        raise CodecError(f"ts {text!r} is not a time") from None
