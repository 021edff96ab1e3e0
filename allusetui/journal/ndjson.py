"""An exported journal read by choice: every line's head is looked at once, whole lines only where they are wanted."""

import os
from bisect import bisect_right
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from allusetui.codec.records import KINDS, CodecError, decode
from allusetui.domain.event import Event
from allusetui.domain.moment import from_iso
from allusetui.journal.error import JournalError
from allusetui.journal.memory import is_of

CURE: Final = "allowed: a journal.ndjson as a session or a replay wrote it"
_CHUNK: Final = 2 << 20
_LONGEST_LINE: Final = 1 << 20
_ZERO: Final = ord("0")

_SEQ, _TS, _KIND = b'{"seq":', b',"ts":"', b'","kind":"'
_TS_WIDTH: Final = len("2026-03-05T10:30:05.000-05:00")
_MARK: Final = 16  # bytes from a kind's first on, which tell the kinds apart
_NAMES: Final = sorted(KINDS)

Lines = NDArray[np.int64]


class NdjsonArchive:
    """Implements `ports.Archive` over a file of one JSON object a line.

    Raises JournalError, naming file and line, for a file that is not a whole journal; OSError where it can't be read.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        # Read piece by piece, not through a map: a page that was mapped counts as memory of ours.
        self._file = os.open(path, os.O_RDONLY)
        try:
            self._starts, self._kinds = _indexed(path, self._file)
        except BaseException:
            os.close(self._file)
            raise

    @property
    def last_seq(self) -> int:
        """The last line's; 0 where there is none."""
        return self._kinds.size

    def seq_at(self, at_ms: int) -> int:
        """The last record at or before the instant; 0 where there is none."""
        return bisect_right(range(1, self.last_seq + 1), at_ms, key=self._at_ms)

    def select(
        self,
        kinds: Collection[str] | None = None,
        after: int = 0,
        until: int | None = None,
        account: str | None = None,
        clause: str | None = None,
        backwards: bool = False,
        holding: Collection[str] = (),
    ) -> Iterator[tuple[int, int, Event]]:
        """As `ports.Archive`. Raises JournalError at the first line that is damaged or tells what is not known."""
        after = max(after, 0)
        within = self._kinds[after:until]
        wanted = range(within.size) if kinds is None else np.flatnonzero(np.isin(within, _codes(kinds))).tolist()
        named = [f',"account":"{account}",'.encode()] if account is not None else []
        named += [f'"{clause}"'.encode()] if clause is not None else []
        held = [each.encode() for each in holding]
        for place in reversed(wanted) if backwards else wanted:
            seq = after + place + 1
            text = self._line(seq)
            if all(each in text for each in named) and (not held or any(each in text for each in held)):
                found = self._decoded(seq, text)
                if is_of(found[2], account, clause):
                    yield found

    def close(self) -> None:
        os.close(self._file)

    def _line(self, seq: int) -> bytes:
        begin, end = self._starts[seq - 1], self._starts[seq] - 1
        return os.pread(self._file, end - begin, begin)

    def _at_ms(self, seq: int) -> int:
        first = len(_SEQ) + len(str(seq)) + len(_TS)
        try:
            return from_iso(self._line(seq)[first : first + _TS_WIDTH].decode())
        except ValueError:
            raise _bad(self._path, seq, "its time can't be read") from None

    def _decoded(self, seq: int, text: bytes) -> tuple[int, int, Event]:
        try:
            return decode(text.decode())
        except (CodecError, UnicodeDecodeError) as error:
            raise _bad(self._path, seq, str(error)) from None


def _mark(kind: str) -> NDArray[np.uint64]:
    return np.frombuffer(f'{kind}","account":'.encode()[:_MARK], np.uint64)


def _folded(marks: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """One number a mark; what two numbers are folded into by an odd factor is theirs alone, as good as surely."""
    folded: NDArray[np.uint64] = marks[..., 0] ^ (marks[..., 1] * np.uint64(0x9E3779B97F4A7C15))
    return folded


_FOLDED: Final = _folded(np.array([_mark(kind) for kind in _NAMES]))
_ORDER: Final = np.argsort(_FOLDED)
_SORTED: Final = _FOLDED[_ORDER]


def _codes(kinds: Collection[str]) -> list[int]:
    return [place for place, name in enumerate(_NAMES) if name in kinds]


def _indexed(path: Path, file: int) -> tuple[Lines, NDArray[np.uint8]]:
    """Where each line begins, the end after them, and each line's kind as its place among the names."""
    starts: list[Lines] = []
    kinds: list[NDArray[np.uint8]] = []
    at = count = 0
    rest = b""
    while read := os.read(file, _CHUNK):
        text = rest + read
        ends = np.flatnonzero(np.frombuffer(text, np.uint8) == ord("\n"))
        if not ends.size and len(text) > _LONGEST_LINE:
            raise _bad(path, count + 1, f"is longer than {_LONGEST_LINE} bytes")
        begins = np.concatenate(([0], ends + 1))
        kinds.append(_kinds_of(path, text, begins[:-1], count))
        starts.append(at + begins[:-1])
        at, count, rest = at + int(begins[-1]), count + ends.size, text[begins[-1] :]
    if rest:
        raise _bad(path, count + 1, "is cut off")
    return np.concatenate((*starts, [at])).astype(np.int64), np.concatenate((*kinds, [])).astype(np.uint8)


def _kinds_of(path: Path, text: bytes, begins: Lines, before: int) -> NDArray[np.uint8]:
    """The kinds of the lines that begin there, the first of which follows line `before`; each head is as it must be.

    The lines are taken by the width of their number, which is where the rest of the head begins.
    """
    kinds = np.empty(begins.size, np.uint8)
    last = before + begins.size
    for digits in range(len(str(before + 1)), len(str(last)) + 1):
        first = max(10 ** (digits - 1), before + 1) - before - 1
        of_width = slice(first, min(10**digits - 1, last) - before)
        numbers = np.arange(before + first + 1, before + of_width.stop + 1)
        known, kinds[of_width] = _looked_at(_heads(text, begins[of_width], digits), numbers, digits)
        if not known.all():
            place = first + int(np.argmin(known))
            raise _named(path, before + place + 1, text[begins[place] :].split(b"\n", 1)[0])
    return kinds


def _heads(text: bytes, begins: Lines, digits: int) -> NDArray[np.uint8]:
    """The first bytes of each line up to its kind's mark, a row a line."""
    width = len(_SEQ) + digits + len(_TS) + _TS_WIDTH + len(_KIND) + _MARK
    padded = np.frombuffer(text + bytes(width), np.uint8)
    heads: NDArray[np.uint8] = np.lib.stride_tricks.sliding_window_view(padded, width)[begins]
    return heads


def _looked_at(heads: NDArray[np.uint8], numbers: Lines, digits: int) -> tuple[NDArray[np.bool_], NDArray[np.intp]]:
    """Whether each head is a record's of that number, and its kind's place among the names."""
    number, clock = len(_SEQ), len(_SEQ) + digits
    kind = clock + len(_TS) + _TS_WIDTH
    powers = 10 ** np.arange(digits - 1, -1, -1)
    known = (heads[:, number:clock].astype(np.int64) - _ZERO) @ powers == numbers
    for at, said in ((0, _SEQ), (clock, _TS), (kind, _KIND)):
        known &= (heads[:, at : at + len(said)] == np.frombuffer(said, np.uint8)).all(axis=1)
    folded = _folded(np.ascontiguousarray(heads[:, -_MARK:]).view(np.uint64))
    places = np.minimum(np.searchsorted(_SORTED, folded), _SORTED.size - 1)
    return known & (_SORTED[places] == folded), _ORDER[places]


def _named(path: Path, number: int, text: bytes) -> JournalError:
    """What is wrong with a line whose head is not as it must be."""
    try:
        seq, _, _ = decode(text.decode())
    except (CodecError, UnicodeDecodeError) as error:
        return _bad(path, number, str(error))
    return _bad(path, number, "its keys stand in another order" if seq == number else f"holds seq {seq}")


def _bad(path: Path, number: int, what: str) -> JournalError:
    return JournalError(f"{path}: line {number}: {what}; {CURE}")
