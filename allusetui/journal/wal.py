"""Tells a torn tail of SQLite's write-ahead log from damage before its end.

SQLite drops everything from the first frame whose checksum fails, and says nothing. After a power cut that is right:
the frames are those of a transaction that never was. But each commit is synced before the next begins, so where another
transaction follows the bad frame, durable records are being lost.

Layout: https://www.sqlite.org/fileformat2.html#walformat
"""

import struct
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Final, NamedTuple

_HEADER: Final = struct.Struct(">8I")
_FRAME: Final = struct.Struct(">6I")
_LITTLE_MAGIC: Final = 0x377F0682
_BIG_MAGIC: Final = 0x377F0683
_WORD: Final = 0xFFFFFFFF
_CHECKED: Final = 8  # bytes of a frame's header that its checksum covers

Checksum = tuple[int, int]


class _Frame(NamedTuple):
    commits: bool
    checksum: Checksum
    covered: bytes


def tail_is_whole(path: Path) -> bool:
    """Whether the log at `path` is sound but for, at most, its last transaction. No log is sound."""
    log = path.read_bytes() if path.exists() else b""
    if len(log) <= _HEADER.size:
        return True
    magic, _, page_size, _, salt_1, salt_2, *stored = _HEADER.unpack_from(log)
    order = {_LITTLE_MAGIC: "<", _BIG_MAGIC: ">"}.get(magic)
    if order is None or page_size < 512:
        return False
    running = _checksum(order, log[: _HEADER.size - 8], (0, 0))
    if running != tuple(stored):
        return False
    frames = _frames(log, page_size, (salt_1, salt_2))
    for frame in frames:
        running = _checksum(order, frame.covered, running)
        if running != frame.checksum:
            return _is_last_transaction(chain([frame], frames))
    return True


def _is_last_transaction(frames: Iterator[_Frame]) -> bool:
    for frame in frames:
        if frame.commits:
            return next(frames, None) is None
    return True


def _frames(log: bytes, page_size: int, salts: tuple[int, int]) -> Iterator[_Frame]:
    """The frames written since the log was last begun anew: older ones carry other salts."""
    for start in range(_HEADER.size, len(log) - _FRAME.size - page_size + 1, _FRAME.size + page_size):
        _, size_after_commit, salt_1, salt_2, *checksum = _FRAME.unpack_from(log, start)
        if (salt_1, salt_2) == salts:
            page = start + _FRAME.size
            covered = log[start : start + _CHECKED] + log[page : page + page_size]
            yield _Frame(size_after_commit != 0, (checksum[0], checksum[1]), covered)


def _checksum(order: str, data: bytes, seed: Checksum) -> Checksum:
    first, second = seed
    words = iter(struct.unpack(f"{order}{len(data) // 4}I", data))
    for even, odd in zip(words, words, strict=True):
        first = (first + even + second) & _WORD
        second = (second + odd + first) & _WORD
    return first, second
