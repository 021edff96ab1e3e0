"""What is done to a folder's files, each step told before it is done: by Python, and by SQLite beneath it."""

import builtins
import errno
import io
import os
import sqlite3
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final
from unittest.mock import patch

from tests.torture.sweeps.sqlite_io import SqliteIo

Step = Callable[[str, Path], int]
"""What is about to be done, to which file; 0 lets it happen, else the number of the error that comes instead."""

_WRITING: Final = os.O_WRONLY | os.O_RDWR | os.O_CREAT
_IO_ERRORS: Final = {"write": 778, "fsync": 1034, "truncate": 1546, "unlink": 2570}
"""SQLite's extended codes: https://www.sqlite.org/rescode.html"""
_CALLS: Final = ("open", "fsync", "replace", "unlink", "mkdir")
_RAM: Final = Path("/dev/shm")


def room() -> "TemporaryDirectory[str]":
    """A folder in memory where there is one: what is swept is the order of the steps, not the disk's patience."""
    return TemporaryDirectory(dir=_RAM if _RAM.is_dir() else None)


class Disk:
    """While it is entered `before` hears of every step that changes something in a folder."""

    def __init__(self, folder: Path, before: Step) -> None:
        self._folder = str(folder)
        self._before = before
        self._paths: dict[int, str] = {}
        self._held = ExitStack()
        self._true: dict[str, Any] = {name: getattr(os, name) for name in _CALLS}
        self._true_open = io.open

    def __enter__(self) -> "Disk":
        self._held.enter_context(SqliteIo(self._of_sqlite))
        for name in self._true:
            self._held.enter_context(patch.object(os, name, getattr(self, f"_{name}")))
        for module in (io, builtins):
            self._held.enter_context(patch.object(module, "open", self._opened))
        return self

    def __exit__(self, *failure: object) -> None:
        self._held.close()

    def told(self, what: str, path: object) -> None:
        """Raises the OSError that comes instead."""
        text = os.fspath(path) if isinstance(path, str | os.PathLike) else ""
        if text.startswith(self._folder) and (number := self._before(what, Path(text))):
            raise OSError(number, os.strerror(number), text)

    def _of_sqlite(self, what: str, path: str) -> int:
        try:
            self.told(what, path)
        except OSError as error:
            if what == "open":
                return sqlite3.SQLITE_CANTOPEN
            return sqlite3.SQLITE_FULL if error.errno == errno.ENOSPC else _IO_ERRORS[what]
        return 0

    # In the place of what `os` and `io` do

    def _open(self, path: Any, flags: int, *given: Any, **named: Any) -> int:
        if flags & _WRITING:
            self.told("open", path)
        handle: int = self._true["open"](path, flags, *given, **named)
        self._paths[handle] = os.fspath(path)
        return handle

    def _fsync(self, handle: int) -> None:
        self.told("fsync", self._paths.get(handle))
        self._true["fsync"](handle)

    def _replace(self, source: Any, target: Any, **named: Any) -> None:
        self.told("replace", target)
        self._true["replace"](source, target, **named)

    def _unlink(self, path: Any, **named: Any) -> None:
        if os.path.lexists(path):
            self.told("unlink", path)
        self._true["unlink"](path, **named)

    def _mkdir(self, path: Any, *given: Any, **named: Any) -> None:
        if not os.path.isdir(path):
            self.told("mkdir", path)
        self._true["mkdir"](path, *given, **named)

    def _opened(self, file: Any, mode: str = "r", *given: Any, **named: Any) -> Any:
        path = self._paths.get(file) if isinstance(file, int) else os.fspath(file)
        if not str(path).startswith(self._folder) or mode not in ("w", "wb", "a"):
            return self._true_open(file, mode, *given, **named)
        if not isinstance(file, int):
            self.told("open", path)
        raw = _Written(file, mode[0], self, path)
        self._paths[raw.fileno()] = str(path)
        if mode == "wb":
            return io.BufferedWriter(raw)
        return io.TextIOWrapper(io.BufferedWriter(raw), encoding=named.get("encoding"), newline=named.get("newline"))


class _Written(io.FileIO):
    """A file that tells of every piece that is written to it."""

    def __init__(self, file: Any, mode: str, disk: Disk, path: object) -> None:
        super().__init__(file, mode)
        self._disk, self._path = disk, path

    def write(self, piece: Any) -> int | None:
        self._disk.told("write", self._path)
        return super().write(piece)
