"""A session's journal read by choice while its engine may be writing it: nothing is locked, changed or left behind."""

import os
import sqlite3
from bisect import bisect_right
from collections.abc import Collection, Iterator
from contextlib import closing
from pathlib import Path

from allusetui.domain.event import Event
from allusetui.journal.error import CURE_OF_DAMAGE, JournalError
from allusetui.journal.memory import is_of
from allusetui.journal.sqlite import (
    FORMAT,
    GENESIS,
    chained,
    event_of,
    format_of,
    reading_address,
    refuse,
    unfit,
    unreadable,
)

_SELECT = """
    SELECT record.seq, record.at_ms, record.line, record.hash, before.hash
    FROM record LEFT JOIN record AS before ON before.seq = record.seq - 1
    WHERE record.seq > ? AND record.seq <= ? AND instr(record.line, ?) AND instr(record.line, ?) {kinds}
    ORDER BY record.seq {order}
"""


class SqliteArchive:
    """Implements `ports.Archive` over a journal's file. To be used in the thread that opened it.

    Raises JournalError where the record is damaged or of another format, OSError where there is none.
    """

    def __init__(self, path: Path) -> None:
        os.stat(path)  # which SQLite would not name
        self._path = path
        self._is_written = path.with_name(f"{path.name}-wal").exists()
        self._stamp = _stamp(path)
        try:
            self._connection = sqlite3.connect(reading_address(path), uri=True, isolation_level=None)
        except sqlite3.Error as error:
            refuse(error, path)
        try:
            self._last = self._check()
        except sqlite3.Error as error:
            self._connection.close()
            refuse(error, path)
        except BaseException:
            self._connection.close()
            raise

    @property
    def last_seq(self) -> int:
        """The newest record's when it was opened; 0 where there was none."""
        return self._last

    def seq_at(self, at_ms: int) -> int:
        """The last record at or before the instant; 0 where there is none."""
        return bisect_right(range(1, self._last + 1), at_ms, key=self._at_ms)

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
        """As `ports.Archive`. Raises JournalError at the first row that is damaged or tells what is not known."""
        if not self._last:
            return  # there may be no table yet
        end = self._last if until is None else min(until, self._last)
        chosen = "" if kinds is None else f"AND record.kind IN ({', '.join('?' * len(kinds))})"
        named = "" if account is None else f',"account":"{account}",'
        cited = "" if clause is None else f'"{clause}"'
        holds = f"AND ({' OR '.join(['instr(record.line, ?)'] * len(holding))})" if holding else ""
        wanted = _SELECT.format(kinds=f"{chosen} {holds}", order="DESC" if backwards else "")
        given = (after, end, named, cited, *(kinds or ()), *holding)
        try:
            with closing(self._connection.execute(wanted, given)) as rows:
                for row in rows:
                    seq, at_ms, event = self._proven(*row)
                    self._check_unchanged()
                    if is_of(event, account, clause):
                        yield seq, at_ms, event
        except sqlite3.Error as error:
            self._check_unchanged()
            refuse(error, self._path)
        self._check_unchanged()

    def close(self) -> None:
        self._connection.close()

    def _check(self) -> int:
        """The newest record's seq, of a journal that this version reads."""
        found = format_of(self._connection)
        if found == 0:
            return 0  # its first start has not come to the table yet
        if found != FORMAT:
            raise unreadable(self._path, found)
        newest: int = self._connection.execute("SELECT coalesce(max(seq), 0) FROM record").fetchone()[0]
        return newest

    def _at_ms(self, seq: int) -> int:
        try:
            row = self._connection.execute("SELECT at_ms FROM record WHERE seq = ?", (seq,)).fetchone()
        except sqlite3.Error as error:
            refuse(error, self._path)
        if row is None:
            raise JournalError(f"{self._path}: record {seq} is missing; {CURE_OF_DAMAGE}")
        return int(row[0])

    def _proven(self, seq: int, at_ms: int, text: object, stored: str, before: str | None) -> tuple[int, int, Event]:
        """A row's event, once its hash has been found to follow from the row before it."""
        if before is None and seq > 1:
            raise JournalError(f"{self._path}: record {seq - 1} is missing; {CURE_OF_DAMAGE}")
        if not isinstance(text, str) or stored != chained(before or GENESIS, text):
            self._check_unchanged()
            raise JournalError(unfit(self._path, seq))
        return event_of(self._path, seq, at_ms, text)

    def _check_unchanged(self) -> None:
        """A file that nobody wrote is read without any lock; where an engine has begun to, the reading is void."""
        if not self._is_written and _stamp(self._path) != self._stamp:
            raise JournalError(f"{self._path}: an engine began to write it while it was read; allowed: once more")


def _stamp(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_mtime_ns, found.st_size
