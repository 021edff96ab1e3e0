"""16: no secret and no control byte in anything that is written or shown."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Final
from unicodedata import category

from allusetui.codec.records import CodecError, line
from allusetui.law.model import Law
from allusetui.torture.checker.books import Books, Row
from allusetui.torture.checker.violation import Violation

_KEPT: Final = frozenset("\n")
_BIDI: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")
_ESCAPED: Final = re.compile(r"(?<!\\)(?:\\\\)*\\(?:u00[01789]|[bfnrt])")
"""A control byte as JSON writes it."""
_DATABASE: Final = b"SQLite format 3\0"
_SHOWN: Final = 20


def record_is_plain(books: Books, row: Row, law: Law) -> Iterator[Violation]:
    """16. No control byte in a record."""
    seq, at_ms, event = row
    try:
        text = line(seq, at_ms, event)
    except CodecError as error:
        yield Violation(16, at_ms, seq, f"{event.kind} can't be written: {error}")
        return
    escaped = _ESCAPED.search(text)
    wrong = f"{escaped[0]!r}" if escaped else _wrong(text)
    if wrong:
        yield Violation(16, at_ms, seq, f"{event.kind} holds {wrong}")


def files_are_plain(files: Mapping[str, bytes], secrets: Collection[str], at_ms: int) -> Iterator[Violation]:
    """16. No secret in any file, no control byte in one that is text: of UTF-8, and no database."""
    for name, content in sorted(files.items()):
        for number, secret in enumerate(secrets, start=1):
            if secret.encode() in content:
                yield Violation(16, at_ms, None, f"{name} holds secret {number}")
        text = _text(content)
        wrong = "" if text is None else _wrong(text.replace("\r\n", "\n"))
        if wrong:
            yield Violation(16, at_ms, None, f"{name} holds {wrong}")


def frames_are_plain(frames: Iterable[str], secrets: Collection[str], at_ms: int) -> Iterator[Violation]:
    """16. The same of what was shown: one text a frame, its rows by line."""
    for number, frame in enumerate(frames, start=1):
        if any(secret in frame for secret in secrets):
            yield Violation(16, at_ms, None, f"frame {number} shows a secret")
        wrong = _wrong(frame)
        if wrong:
            yield Violation(16, at_ms, None, f"frame {number} shows {wrong}")


def _text(content: bytes) -> str | None:
    """What a file says; None for one that is no text."""
    if content.startswith(_DATABASE):
        return None
    try:
        return content.decode()
    except UnicodeDecodeError:
        return None


def _wrong(text: str) -> str:
    """The first control sign or sign that turns the direction of text, by its code and what stands before it."""
    for place, sign in enumerate(text):
        if sign not in _KEPT and (category(sign) == "Cc" or sign in _BIDI):
            return f"U+{ord(sign):04X} after {text[max(place - _SHOWN, 0) : place]!r}"
    return ""
