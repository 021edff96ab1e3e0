"""The journal on disk: SQLite in WAL mode, one transaction a batch, each row's hash bound to the one before it."""

import errno
import os
import sqlite3
from collections.abc import Generator, Iterator, Sequence
from contextlib import ExitStack, closing, suppress
from hashlib import sha256
from pathlib import Path
from typing import Final, NoReturn

from allusetui.codec.records import decode, line
from allusetui.codec.shape import CodecError
from allusetui.domain.event import Event
from allusetui.journal.error import CURE, CURE_OF_DAMAGE, JournalError
from allusetui.journal.lock import FolderLock
from allusetui.journal.wal import tail_is_whole

FILE_NAME: Final = "journal.sqlite"
FORMAT: Final = 2

GENESIS: Final = ""
_FROM_KIND: Final = """substr(line, instr(line, '"kind":"') + 8)"""
_TABLE: Final = f"""
    CREATE TABLE record (
        seq INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, line TEXT NOT NULL, hash TEXT NOT NULL,
        kind TEXT GENERATED ALWAYS AS (substr({_FROM_KIND}, 1, instr({_FROM_KIND}, '"') - 1)) VIRTUAL
    )
"""
_INDEX: Final = "CREATE INDEX by_kind ON record (kind)"
_ERRNO: Final = {
    sqlite3.SQLITE_FULL: errno.ENOSPC,
    sqlite3.SQLITE_READONLY: errno.EROFS,
    sqlite3.SQLITE_PERM: errno.EACCES,
    sqlite3.SQLITE_CANTOPEN: errno.EACCES,
}
_NO_CODE: Final = 0  # text that is not UTF-8: the error is Python's, not SQLite's
_DAMAGED: Final = (sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, _NO_CODE)


class SqliteJournal:
    """The journal of a session folder. To be used in the thread that opened it.

    It is only read before the first `append`, which makes it where there is none: whoever refuses what he finds has
    changed nothing. Raises SessionInUse where another process holds the folder, JournalError where the record is
    damaged, OSError where the disk refuses.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / FILE_NAME
        with ExitStack() as held:
            held.callback(FolderLock(folder).release)
            if not tail_is_whole(self._path.with_name(f"{FILE_NAME}-wal")):
                raise JournalError(f"{self._path}: records at its end are damaged; {CURE_OF_DAMAGE}")
            self._connection = _looked_into(self._path)
            self._is_written = False
            held.callback(self._shut)
            self._seq, self._hash = self._verify()
            self._held = held.pop_all()

    def append(self, at_ms: int, events: Sequence[Event]) -> None:
        """Store one batch, all of it or nothing, durable on return.

        Raises OSError when the disk refuses, ValueError for an event that the format can't hold.
        """
        if not events:
            return
        head, rows = self._hash, []
        for seq, event in enumerate(events, start=self._seq + 1):
            text = line(seq, at_ms, event)
            head = chained(head, text)
            rows.append((seq, at_ms, text, head))
        connection = self._opened()
        try:
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany("INSERT INTO record (seq, at_ms, line, hash) VALUES (?, ?, ?, ?)", rows)
            connection.execute("COMMIT")
        except sqlite3.Error as error:
            with suppress(sqlite3.Error):  # a full disk has rolled back by itself
                connection.execute("ROLLBACK")
            raise _as_os_error(error, self._path) from error
        self._seq, self._hash = rows[-1][0], head

    def read(self, after: int = 0) -> Iterator[tuple[int, int, Event]]:
        """Every event after a seq as (seq, at_ms, event), in order.

        Raises JournalError at the first row that is damaged, or tells what this version does not know.
        """
        with closing(self._rows(after)) as rows:
            for seq, at_ms, text, _ in rows:
                yield event_of(self._path, seq, at_ms, text)

    def last(self, count: int, kind: str | None = None) -> Sequence[tuple[int, int, Event]]:
        """The newest events of a kind, or of all, in order. Raises JournalError as `read` does."""
        if self._connection is None:
            return []
        chosen, values = ("", (count,)) if kind is None else ("WHERE kind = ?", (kind, count))
        newest = f"SELECT seq, at_ms, line FROM record {chosen} ORDER BY seq DESC LIMIT ?"
        try:
            rows = self._connection.execute(newest, values).fetchall()
        except sqlite3.Error as error:
            refuse(error, self._path)
        return [event_of(self._path, *row) for row in reversed(rows)]

    @property
    def seq(self) -> int:
        """The newest record's; 0 before the first."""
        return self._seq

    def hash_at(self, seq: int) -> str | None:
        """What the hash chain has come to with a record; None where there is no such record."""
        if seq == self._seq:
            return self._hash
        if self._connection is None:
            return None
        try:
            row = self._connection.execute("SELECT hash FROM record WHERE seq = ?", (seq,)).fetchone()
        except sqlite3.Error as error:
            refuse(error, self._path)
        return row[0] if row else None

    def close(self) -> None:
        """Give the folder back. Nothing is lost without it."""
        self._held.close()

    def _opened(self) -> sqlite3.Connection:
        """The connection that is written to, in the place of the one that was only read."""
        if self._connection is not None and self._is_written:
            return self._connection
        connection = _open(self._path)
        self._shut()
        self._connection, self._is_written = connection, True
        return connection

    def _shut(self) -> None:
        if self._connection is not None:
            self._connection.close()

    def _verify(self) -> tuple[int, str]:
        seq, head = 0, GENESIS
        for row in self._rows():
            seq, head = row[0], row[3]
        return seq, head

    def _rows(self, after: int = 0) -> Generator[tuple[int, int, str, str], None, None]:
        """The rows after a seq in order, each proven to follow the one before it."""
        if self._connection is None:
            return
        head = (self.hash_at(after) if after else None) or GENESIS
        wanted = "SELECT seq, at_ms, line, hash FROM record WHERE seq > ? ORDER BY seq"
        try:
            # Closed at once where a reader stops early: an open cursor keeps the journal's side files in the folder.
            with closing(self._connection.execute(wanted, (after,))) as rows:
                for expected, (seq, at_ms, text, stored) in enumerate(rows, start=after + 1):
                    if seq != expected:
                        raise JournalError(f"{self._path}: record {expected} is missing; {CURE_OF_DAMAGE}")
                    head = chained(head, text) if isinstance(text, str) else GENESIS
                    if stored != head:
                        raise JournalError(unfit(self._path, seq))
                    yield seq, at_ms, text, head
        except sqlite3.Error as error:
            refuse(error, self._path)


def unfit(path: Path, seq: int) -> str:
    """What is said of a record that is not the one that was written."""
    return f"{path}: record {seq} is damaged: its hash does not fit; {CURE_OF_DAMAGE}"


def reading_address(path: Path) -> str:
    """Where SQLite reads a journal and changes nothing.

    A file with a log beside it is read through the log; to open one without it as such would make a log.
    """
    has_log = path.with_name(f"{path.name}-wal").exists()
    return f"{path.resolve().as_uri()}?mode=ro{'' if has_log else '&immutable=1'}"


def _looked_into(path: Path) -> sqlite3.Connection | None:
    """A connection that only reads; None where no record can be there: no file, or one of which no table was made."""
    if not path.exists() or path.with_name(f"{path.name}-journal").exists():
        return None
    connection = None
    try:
        connection = sqlite3.connect(reading_address(path), uri=True, isolation_level=None)
        found = format_of(connection)
    except sqlite3.Error as error:
        if connection is not None:
            connection.close()
        refuse(error, path)
    if found == FORMAT:
        return connection
    connection.close()
    if found != 0:
        raise unreadable(path, found)
    return None


def _open(path: Path) -> sqlite3.Connection:
    """A connection set to survive a power cut, its table made where there is none.

    Raises OSError where the disk refuses.
    """
    try:
        connection = sqlite3.connect(path, isolation_level=None)
    except sqlite3.Error as error:
        raise _as_os_error(error, path) from error
    try:
        found = format_of(connection)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        if found == 0:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute(_TABLE)
            connection.execute(_INDEX)
            connection.execute(f"PRAGMA user_version={FORMAT}")
            connection.execute("COMMIT")
    except sqlite3.Error as error:
        connection.close()
        raise _as_os_error(error, path) from error
    return connection


def format_of(connection: sqlite3.Connection) -> int:
    """The format that a journal says it has; 0 where none was written yet."""
    found: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return found


def unreadable(path: Path, found: int) -> JournalError:
    """A journal of another format."""
    return JournalError(f"{path}: is of format {found}; this version reads format {FORMAT}; {CURE}")


def event_of(path: Path, seq: int, at_ms: int, text: str) -> tuple[int, int, Event]:
    """(seq, at_ms, event) of a row. Raises JournalError for one that this version does not know, or of another row."""
    try:
        found_seq, found_ms, event = decode(text)
    except CodecError as error:
        raise JournalError(f"{path}: record {seq}: {error}; {CURE}") from None
    if (found_seq, found_ms) != (seq, at_ms):
        raise JournalError(f"{path}: record {seq} is stored under another seq or time than it says; {CURE_OF_DAMAGE}")
    return seq, at_ms, event


def chained(previous: str, text: str) -> str:
    """The hash of a row whose text follows the hash of the one before it."""
    return sha256((previous + text).encode()).hexdigest()


def refuse(error: sqlite3.Error, path: Path) -> NoReturn:
    """What SQLite can't make sense of is damage, everything else is the disk's refusal."""
    if _primary_code(error) in _DAMAGED or not isinstance(error, sqlite3.OperationalError):
        raise JournalError(f"{path}: {error}; {CURE_OF_DAMAGE}") from None
    raise _as_os_error(error, path) from error


def _as_os_error(error: sqlite3.Error, path: Path) -> OSError:
    number = _ERRNO.get(_primary_code(error), errno.EIO)
    return OSError(number, f"{os.strerror(number)} ({error})", str(path))


def _primary_code(error: sqlite3.Error) -> int:
    """SQLite's result code without its extension in the upper bits."""
    return getattr(error, "sqlite_errorcode", _NO_CODE) & 0xFF
