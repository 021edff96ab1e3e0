"""The frames of the TWS protocol: a length and a body of fields, both ways; incremental, strict, without a socket.

Source: `tws-wire.md` section 1.1: `>I` length, then fields that each end in NUL; a client's first frame has no NUL.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from allusetui.domain.text import untrusted

LONGEST_BODY: Final = 16 * 1024 * 1024
"""A longer frame is no message of anybody's."""
GREETING: Final = b"API\0"
"""What a client sends before its first frame."""
UNSET_NUMBER: Final = "1.7976931348623157E308"
UNSET_WHOLE: Final = "2147483647"
NO_MESSAGE: Final = -1
_LENGTH_BYTES: Final = 4
_SHOWN: Final = 40
_SEPARATOR: Final = b"\0"

Value = str | int | float | bool | Decimal | None


class WireError(Exception):
    """What came is no message: which one, which field of it, and what was found.

    `fatal`: the stream can't be read on, since nobody knows where its next message begins.
    """

    def __init__(self, message_id: int, field: str, found: str, wanted: str, fatal: bool = False) -> None:
        self.message_id = message_id
        self.field = field
        self.found = untrusted(found, _SHOWN)
        self.fatal = fatal
        what = "the stream" if message_id == NO_MESSAGE else f"message {message_id}"
        super().__init__(f"{what}: {field}: found '{self.found}', wanted {wanted}")


class Frames:
    """Bytes in, in any pieces; whole bodies out. `greeting` is what has to come before the first frame."""

    def __init__(self, greeting: bytes = b"") -> None:
        self._greeting = greeting
        self._buffer = bytearray()
        self._broken: WireError | None = None

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The bodies that are whole now. Raises a fatal WireError where the stream is none, and ever after."""
        if self._broken is not None:
            raise self._broken
        self._buffer += data
        while (body := self._next()) is not None:
            yield body

    def _next(self) -> bytes | None:
        if self._greeting:
            self._greet()
        if self._greeting or len(self._buffer) < _LENGTH_BYTES:
            return None
        size = int.from_bytes(self._buffer[:_LENGTH_BYTES])
        if size > LONGEST_BODY:
            raise self._break("length", str(size), f"at most {LONGEST_BODY}")
        end = _LENGTH_BYTES + size
        if len(self._buffer) < end:
            return None
        body = bytes(self._buffer[_LENGTH_BYTES:end])
        del self._buffer[:end]
        return body

    def _greet(self) -> None:
        begun = bytes(self._buffer[: len(self._greeting)])
        if not self._greeting.startswith(begun):
            raise self._break("greeting", _shown(begun), "API and a NUL")
        if begun == self._greeting:
            del self._buffer[: len(begun)]
            self._greeting = b""

    def _break(self, field: str, found: str, wanted: str) -> WireError:
        self._buffer.clear()
        self._broken = WireError(NO_MESSAGE, field, found, wanted, fatal=True)
        return self._broken


def split(body: bytes) -> list[str]:
    """The fields of a body. Raises WireError for what is not printable ASCII, or does not end its last field."""
    if not body.endswith(_SEPARATOR):
        raise WireError(NO_MESSAGE, "end", _shown(body[-_SHOWN:]), "a NUL after the last field")
    text = body[:-1].decode("ascii", "surrogateescape")
    if not (text.isascii() and text.replace("\0", "").isprintable()):
        bad = next(field for field in text.split("\0") if not (field.isascii() and field.isprintable()))
        raise WireError(NO_MESSAGE, "text", _shown(bad.encode("ascii", "surrogateescape")), "printable ASCII")
    return text.split("\0")


def frame(values: tuple[Value, ...]) -> bytes:
    """A message as it goes out. Raises ValueError for text that holds a NUL: ours never does."""
    return packed("\0".join(map(written, values)))


def packed(text: str) -> bytes:
    """Fields that are joined already, as a frame; each ends in a NUL, the last too."""
    body = text.encode("ascii", "replace") + _SEPARATOR
    return len(body).to_bytes(_LENGTH_BYTES) + body


def written(value: Value) -> str:
    """One value as a field: flags 1 and 0, what is unset empty, numbers plain."""
    if isinstance(value, str):
        if "\0" in value:
            raise ValueError("a field may hold no NUL")
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, Decimal):
        return format(value, "f")
    return repr(value)


def _shown(part: bytes) -> str:
    return part[:_SHOWN].decode("ascii", "backslashreplace")
