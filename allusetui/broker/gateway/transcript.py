"""Transcripts: every message both ways with its time, as lines of JSON."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

OPENED, HEARD, SAID, CLOSED = "opened", "in", "out", "closed"
_WAYS: Final = (OPENED, HEARD, SAID, CLOSED)
_CODE: Final = re.compile(r"\b(DU|DF|U|F|I)[0-9]{5,8}\b")


class TranscriptError(Exception):
    """A transcript that can't be read: which line, and what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Record:
    """A message of one connection, or its beginning or end; `way` is as the gateway sees it."""

    at_ms: int
    connection: int
    way: str
    fields: tuple[str, ...] = ()

    def line(self) -> str:
        """As one line of a file."""
        row = {"at_ms": self.at_ms, "connection": self.connection, "way": self.way, "fields": self.fields}
        return json.dumps(row, separators=(",", ":"))


class Mask:
    """Hides the codes of accounts: each is another one, the same wherever it stands."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def masked(self, record: Record) -> Record:
        """The record without a real code."""
        return replace(record, fields=tuple(_CODE.sub(self._other, field) for field in record.fields))

    def _other(self, found: re.Match[str]) -> str:
        return self._known.setdefault(found[0], f"{found[1]}{len(self._known) + 1:07}")


def read(lines: Iterable[str]) -> Iterator[Record]:
    """The records of a file's lines. Raises TranscriptError."""
    for number, line in enumerate(lines, start=1):
        try:
            row = json.loads(line)
            at_ms, connection, way, fields = (row[name] for name in ("at_ms", "connection", "way", "fields"))
        except (ValueError, TypeError, KeyError, RecursionError):
            raise TranscriptError(f"line {number}: is no record of a transcript") from None
        if not (_is_whole(at_ms) and _is_whole(connection) and way in _WAYS and _are_fields(fields)):
            raise TranscriptError(f"line {number}: has a time, a connection, a way or a field that no transcript has")
        yield Record(at_ms, connection, way, tuple(fields))


def _is_whole(value: object) -> bool:
    return type(value) is int and 0 <= value < 2**53


def _are_fields(value: Sequence[object]) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) and "\0" not in each for each in value)
