"""A journal opened to be read by choice, whatever it is kept in."""

from pathlib import Path
from typing import Final

from allusetui.journal.error import JournalError
from allusetui.journal.ndjson import NdjsonArchive
from allusetui.journal.reading import SqliteArchive
from allusetui.journal.sqlite import FILE_NAME

_SQLITE: Final = b"SQLite format 3\0"


def open_archive(path: Path) -> SqliteArchive | NdjsonArchive:
    """The journal of a session's folder, or of a file: a session's own or an exported one. To be closed.

    Raises JournalError where it is damaged or its session has no record yet, OSError where it can't be read.
    """
    if path.is_dir():
        return _of_session(path)
    with path.open("rb") as file:
        is_database = file.read(len(_SQLITE)) == _SQLITE
    return SqliteArchive(path) if is_database else NdjsonArchive(path)


def _of_session(folder: Path) -> SqliteArchive:
    """A session's file is made with its first record."""
    try:
        return SqliteArchive(folder / FILE_NAME)
    except FileNotFoundError:
        raise JournalError(f"{folder}: holds no record yet; allowed: a session that was run") from None
