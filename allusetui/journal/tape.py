"""The tape of a session: what its engine was told, in a folder beside the journal, a file a day.

It is the journal's check, never its condition: it is written aside, a second's worth at a time, and never waited for.
Where it can't be written it ends, and the engine goes on.
"""

import os
import threading
from collections import deque
from collections.abc import Callable, Iterator
from datetime import date
from errno import ENOSPC
from pathlib import Path
from typing import Final

from allusetui.codec.shape import CodecError
from allusetui.codec.tape import Heard, TapeReader, TapeWriter
from allusetui.domain.input import Input
from allusetui.domain.moment import day_of
from allusetui.journal.error import JournalError

FOLDER_NAME: Final = "tape"
LEAST_FREE: Final = 256 << 20
"""Bytes that it leaves on the disk: what the journal needs for years is not taken by its check."""
_CURE: Final = "allowed: the tape as the session wrote it"
_SUFFIX: Final = ".ndjson"
_EVERY_S: Final = 1.0
_MANY: Final = 256
_ROOM: Final = 4_096
"""Inputs that wait to be written: a quarter of an hour's, of a market that moves."""
_PATIENCE_S: Final = 5.0
_BLOCK: Final = 1 << 16
_OWNER_ONLY: Final = 0o700


def free_bytes(folder: Path) -> int:
    """What a person's files may still take of the disk."""
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize


class Tape:
    """Implements `ports.Tape` in a session's folder; `seq` gives the newest record of its journal. To be closed."""

    def __init__(self, session: Path, seq: Callable[[], int], free: Callable[[Path], int] = free_bytes) -> None:
        self.trouble = ""
        self._folder = session / FOLDER_NAME
        self._seq, self._free = seq, free
        self._told: deque[tuple[int, Input]] = deque()
        self._woken = threading.Event()
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="tape", daemon=True)

    def record(self, item: Input) -> None:
        """The engine is about to be told. Only noted here."""
        if self.trouble:
            return
        if len(self._told) >= _ROOM:
            self.trouble = "the disk does not keep up"
            return
        if self._thread.ident is None:
            self._thread.start()
        self._told.append((self._seq(), item))
        if len(self._told) >= _MANY:
            self._woken.set()

    def close(self) -> None:
        """What was noted is written, unless the disk takes long about it."""
        self._closing = True
        self._woken.set()
        if self._thread.ident is not None:
            self._thread.join(_PATIENCE_S)

    def _run(self) -> None:
        reel = _Reel(self._folder)
        try:
            while self._told or not self._closing:
                self._woken.wait(_EVERY_S)
                self._woken.clear()
                reel.write(self._told, self._free)
        except OSError as error:
            self.trouble = error.strerror or type(error).__name__
        except Exception as error:  # whatever becomes of a tape, its engine goes on
            self.trouble = type(error).__name__
        finally:
            reel.close()


class _Reel:
    """The file of the day that is written now."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._writer = TapeWriter()
        self._day = date.min
        self._file: int | None = None

    def write(self, told: deque[tuple[int, Input]], free: Callable[[Path], int]) -> None:
        """Take what was told and write it. Raises OSError where the disk refuses, or has too little left."""
        lines: list[str] = []
        while told:
            seq, item = told.popleft()
            day = max(day_of(item.at_ms), self._day)
            if day != self._day:
                self._flush(lines, free)
                self._turn_to(day)
                lines = [self._writer.begin()]
            lines.append(self._writer.line(seq, item))
        self._flush(lines, free)

    def close(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _turn_to(self, day: date) -> None:
        self.close()
        self._folder.mkdir(_OWNER_ONLY, exist_ok=True)
        self._day, path = day, self._folder / f"{day}{_SUFFIX}"
        self._file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        end = _end_of_lines(self._file)
        if end is not None:
            os.ftruncate(self._file, end)

    def _flush(self, lines: list[str], free: Callable[[Path], int]) -> None:
        if self._file is None or not lines:
            return
        left = free(self._folder)
        if left < LEAST_FREE:
            raise OSError(ENOSPC, f"only {left >> 20} MB are left on the disk")
        data = memoryview("".join(f"{line}\n" for line in lines).encode())
        while data:
            data = data[os.write(self._file, data) :]


def _end_of_lines(file: int) -> int | None:
    """Where to cut a file that a process died over: behind its last whole line. None where there is nothing to cut."""
    size = at = os.fstat(file).st_size
    while at:
        begin = max(at - _BLOCK, 0)
        found = begin + os.pread(file, at - begin, begin).rfind(b"\n") + 1
        if found > begin:
            return None if found == size else found
        at = begin
    return 0 if size else None


def read_tape(session: Path) -> Iterator[Heard]:
    """Every input on the tape of a session's folder, in order; a last line that was not finished is left out.

    Raises JournalError, naming file and line, for one that is damaged or of another format, and where there is no tape;
    OSError where it can't be read.
    """
    folder, reader = session / FOLDER_NAME, TapeReader()
    paths = sorted(folder.glob(f"*{_SUFFIX}"))
    if not paths:
        raise JournalError(f"{folder}: there is no tape; allowed: a session of paper or live that was run")
    for path in paths:
        with path.open("rb") as file:
            for number, line in enumerate(file, 1):
                if not line.endswith(b"\n"):
                    break
                try:
                    heard = reader.read(line[:-1].decode("ascii"))
                except (CodecError, UnicodeDecodeError) as error:
                    why = str(error) if isinstance(error, CodecError) else "is damaged"
                    raise JournalError(f"{path}: line {number} {why}; {_CURE}") from None
                if heard is not None:
                    yield heard
