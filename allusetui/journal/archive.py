"""A journal opened to be read by choice, whatever it is kept in."""

from pathlib import Path
from typing import Final

from allusetui.journal.ndjson import NdjsonArchive
from allusetui.journal.reading import SqliteArchive
from allusetui.journal.sqlite import FILE_NAME

_SQLITE: Final = b"SQLite format 3\0"


def open_archive(path: Path) -> SqliteArchive | NdjsonArchive:
    """The journal of a session's folder, or of a file: a session's own or an exported one. To be closed.

    Raises JournalError where it is damaged, OSError where it can't be read.
    """
    if path.is_dir():
        return SqliteArchive(path / FILE_NAME)
    with path.open("rb") as file:
        is_database = file.read(len(_SQLITE)) == _SQLITE
    return SqliteArchive(path) if is_database else NdjsonArchive(path)
