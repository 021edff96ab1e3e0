"""Whole snapshots ↔ exact bytes: what a screen in another process is given.

A JSON array: the format, then the snapshot. Nothing of it outlives the program that wrote it: the format names the
layout of every type in it, and any other format is refused.
"""

import json
from collections.abc import Mapping
from dataclasses import fields
from functools import lru_cache
from hashlib import sha256
from typing import Any, Final, get_type_hints

from allusetui.codec import records
from allusetui.codec.exact import Exact, exact, exact_fields
from allusetui.codec.shape import CodecError
from allusetui.domain import event as events
from allusetui.domain.console import Key
from allusetui.domain.event import Event
from allusetui.domain.snapshot import Mark, Snapshot, Told
from allusetui.domain.volatile import Volatile

_TOLD_OF_VOLATILE: Final = ("quotes", "option_quotes", "rate", "walks", "told_invalid", "reports", "payouts")
_REMEMBERED: Final = 4096
_TEXT: Final = exact(str)
_JSON: Final = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))


class _Lines:
    """The journal's lines of events: a tail shows nearly the same ones each time."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[Event, str]] = {}

    def of(self, told: Told) -> str:
        found = self._known.get(told.seq)
        if found is None or found[0] is not told.event:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            found = told.event, records.line(told.seq, told.at_ms, told.event)
            self._known[told.seq] = found
        return found[1]


_LINES: Final = _Lines()
_MARKS: Final = exact(tuple[Mark, ...])
_TEXTS: Final = exact(dict[str, str])


class _Histories:
    """The accounts' marks as texts: they change once a session, and a snapshot is written five times a second."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[tuple[Mark, ...], str]] = {}

    def of(self, marks: Mapping[str, tuple[Mark, ...]]) -> dict[str, str]:
        for account, history in marks.items():
            found = self._known.get(account)
            if found is None or found[0] is not history:
                self._known[account] = history, _JSON.encode(_MARKS.write(history))
        return {account: self._known[account][1] for account in marks}


_HISTORIES: Final = _Histories()


@lru_cache(maxsize=_REMEMBERED, typed=True)
def _told(line: str) -> Told:
    return Told(*records.decode(_TEXT.read(line)))


@lru_cache(maxsize=_REMEMBERED, typed=True)
def _history(text: str) -> tuple[Mark, ...]:
    found: tuple[Mark, ...] = _MARKS.read(json.loads(text))
    return found


def _events_layout() -> str:
    classes = (getattr(events, name) for name in events.__all__)
    kinds = (cls for cls in classes if isinstance(cls, type) and issubclass(cls, Event))
    return ",".join(f"{cls.kind}:{get_type_hints(cls)}" for cls in kinds)


_TOLD: Final = Exact(
    lambda tail: [_LINES.of(told) for told in tail], lambda lines: tuple([_told(line) for line in lines]),
    _events_layout(),
)  # fmt: skip


_HISTORY: Final = Exact(
    lambda marks: _TEXTS.write(_HISTORIES.of(marks)),
    lambda texts: {account: _history(text) for account, text in _TEXTS.read(texts).items()},
    f"{_TEXTS.layout} of {_MARKS.layout}",
)


def _parts() -> dict[str, Exact]:
    told = dict.fromkeys(("tail", "alerts", "moves", "reports"), _TOLD)
    own = {"volatile": exact_fields(Volatile, _TOLD_OF_VOLATILE), "marks": _HISTORY, **told}
    hints = get_type_hints(Snapshot)
    return {field.name: own.get(field.name) or exact(hints[field.name]) for field in fields(Snapshot)}


_PARTS: Final = _parts()
_KEY: Final = {name: exact(hint) for name, hint in get_type_hints(Key).items()}
_LAYOUT: Final = repr([(name, part.layout) for name, part in _PARTS.items()])
FORMAT: Final = f"1-{sha256(_LAYOUT.encode()).hexdigest()[:12]}"
"""Two programs that name the same understand each other's snapshots."""
_WRONG: Final = (ValueError, TypeError, LookupError, ArithmeticError)


def encode(snapshot: Snapshot) -> bytes:
    """The snapshot on one line, UTF-8, without a line end. Raises CodecError for an event that no journal can hold."""
    written = [part.write(getattr(snapshot, name)) for name, part in _PARTS.items()]
    return _JSON.encode([FORMAT, written]).encode()


def decode(data: bytes) -> Snapshot:
    """The snapshot that `encode` wrote. Raises CodecError for other bytes, and naming the format for another format."""
    try:
        form, *rest = json.loads(data)
    except (ValueError, TypeError, RecursionError) as error:
        raise CodecError(f"not a snapshot: {error}") from None
    if form != FORMAT:
        raise CodecError(f"a snapshot of the format {form!r}; this program reads {FORMAT}")
    try:
        [written] = rest
        values = {name: part.read(value) for (name, part), value in zip(_PARTS.items(), written, strict=True)}
    except _WRONG as error:
        raise CodecError(f"not a snapshot: {error}") from None
    return Snapshot(**values)


def key_data(key: Key) -> dict[str, Any]:
    """A key as a JSON object, by field name. It has no format: a newer program can still stop an older engine."""
    return {name: part.write(getattr(key, name)) for name, part in _KEY.items()}


def key_of(data: Mapping[str, Any]) -> Key:
    """The key that `key_data` wrote, or a person; what is left out takes its default. Raises CodecError."""
    try:
        return Key(**{name: part.read(data[name]) for name, part in _KEY.items() if name in data})
    except _WRONG as error:
        raise CodecError(f"not a key: {error!r}") from None
