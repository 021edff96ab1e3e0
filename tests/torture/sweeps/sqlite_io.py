"""SQLite's own reads and writes of a file, each told before it is done: the system's VFS with its methods wrapped.

Only where the interpreter and this process share one SQLite library, as on most Linux systems.
"""

import ctypes as c
import sqlite3
from collections.abc import Callable
from ctypes.util import find_library
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

Told = Callable[[str, str], int]
"""What is about to be done, to which file; 0 lets it happen, else SQLite's code of what goes wrong."""

_NAME: Final = b"told"
_METHODS: Final = 19
"""Of the third version: its number, then 18 functions."""

# A file's name is passed on as the address that it is: SQLite keeps it, and reads on past its end.
_Open = c.CFUNCTYPE(c.c_int, c.c_void_p, c.c_void_p, c.c_void_p, c.c_int, c.c_void_p)
_Delete = c.CFUNCTYPE(c.c_int, c.c_void_p, c.c_void_p, c.c_int)
_Write = c.CFUNCTYPE(c.c_int, c.c_void_p, c.c_void_p, c.c_int, c.c_int64)
_Truncate = c.CFUNCTYPE(c.c_int, c.c_void_p, c.c_int64)
_Sync = c.CFUNCTYPE(c.c_int, c.c_void_p, c.c_int)
_CHANGING: Final = ((3, _Write, "write"), (4, _Truncate, "truncate"), (5, _Sync, "fsync"))
"""The place among the methods of each that changes a file."""


class _Vfs(c.Structure):
    """`sqlite3_vfs` as https://www.sqlite.org/c3ref/vfs.html lays it out."""

    _fields_ = (
        ("version", c.c_int), ("file_size", c.c_int), ("longest_path", c.c_int), ("next", c.c_void_p),
        ("name", c.c_char_p), ("data", c.c_void_p), ("open", c.c_void_p), ("delete", c.c_void_p),
        ("others", c.c_void_p * 14),
    )  # fmt: skip


class SqliteIo:
    """While it is entered every connection that is opened tells `told` of what it does to its files."""

    def __init__(self, told: Told) -> None:
        self._told = told
        self._files: dict[int, str] = {}
        self._kept: list[object] = []
        self._wrapped: dict[int, Any] = {}

    def __enter__(self) -> "SqliteIo":
        self._library = c.CDLL(find_library("sqlite3"))
        self._library.sqlite3_vfs_find.restype = c.POINTER(_Vfs)
        self._usual = self._library.sqlite3_vfs_find(None)
        self._vfs = _Vfs.from_buffer_copy(self._usual.contents)
        self._vfs.name = _NAME
        self._vfs.open, self._vfs.delete = self._open(), self._delete()
        self._library.sqlite3_vfs_register(c.byref(self._vfs), 1)
        return self

    def __exit__(self, *failure: object) -> None:
        self._library.sqlite3_vfs_register(self._usual, 1)
        self._library.sqlite3_vfs_unregister(c.byref(self._vfs))

    def _open(self) -> int:
        true = _Open(self._usual.contents.open)

        def opened(vfs: int, name: int | None, file: int, flags: int, out: int | None) -> int:
            path = c.string_at(name).decode() if name else ""
            code = self._told("open", path) or true(vfs, name, file, flags, out)
            if not code:
                self._files[file] = path
                self._wrap(file)
            return code

        return self._pointer(_Open(opened))

    def _delete(self) -> int:
        true = _Delete(self._usual.contents.delete)

        def deleted(vfs: int, name: int, sync: int) -> int:
            return self._told("unlink", c.string_at(name).decode()) or true(vfs, name, sync)

        return self._pointer(_Delete(deleted))

    def _wrap(self, file: int) -> None:
        """The file's methods, with those that change it told of."""
        methods = c.c_void_p.from_address(file)
        assert methods.value is not None
        usual = methods.value
        if usual not in self._wrapped:
            wrapped = (c.c_void_p * _METHODS).from_buffer_copy((c.c_void_p * _METHODS).from_address(usual))
            for place, kind, what in _CHANGING:
                wrapped[place] = self._method(kind(wrapped[place]), kind, what)
            self._wrapped[usual] = wrapped
        methods.value = c.addressof(self._wrapped[usual])

    def _method(self, true: Any, kind: Any, what: str) -> int:
        def call(file: int, *given: int) -> int:
            return self._told(what, self._files[file]) or true(file, *given)

        return self._pointer(kind(call))

    def _pointer(self, function: Any) -> int:
        """Its address; it lives as long as this does."""
        self._kept.append(function)
        found = c.cast(function, c.c_void_p).value
        assert found is not None
        return found


def shared_library() -> bool:
    """Whether the interpreter's SQLite is the one that can be wrapped."""
    if find_library("sqlite3") is None:
        return False
    heard: list[str] = []

    def told(what: str, path: str) -> int:
        heard.append(what)
        return 0

    with TemporaryDirectory() as folder, SqliteIo(told):
        sqlite3.connect(Path(folder) / "any").execute("PRAGMA user_version = 1").connection.close()
    return bool(heard)
