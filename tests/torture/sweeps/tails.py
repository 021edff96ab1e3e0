"""A journal that is torn at a byte, or in which a bit has flipped: a whole beginning of it is opened, or nothing."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Final

from allusetui.domain.event import AlertRaised, Event
from allusetui.journal.archive import open_archive
from allusetui.journal.error import JournalError
from allusetui.journal.export import export
from allusetui.journal.sqlite import FILE_NAME, SqliteJournal

Row = tuple[int, int, Event]
_LOG: Final = f"{FILE_NAME}-wal"
_BATCHES: Final = 6
_LAST: Final = 3


class Torn:
    """A killed session's folder with a few batches in SQLite's log, one whole in its file, and the journal exported."""

    def __init__(self, folder: Path) -> None:
        self.killed, self.closed, self.exported = folder / "killed", folder / "closed", folder / "journal.ndjson"
        self.ends: list[tuple[int, int]] = []
        """Of each batch: the log's length once it was stored, and its last record's number."""
        journal = SqliteJournal(folder / "live")
        for number in range(_BATCHES):
            texts = (f"batch {number}, record {each}" for each in range(1 + number % 3))
            journal.append(number, [AlertRaised(severity="info", text=text) for text in texts])
            self.ends.append(((folder / "live" / _LOG).stat().st_size, journal.seq))
        self.rows: Sequence[Row] = tuple(journal.read())
        export(journal, self.exported)
        shutil.copytree(folder / "live", self.killed)
        journal.close()
        shutil.copytree(folder / "live", self.closed)
        self._log, self._file = (self.killed / _LOG).read_bytes(), (self.closed / FILE_NAME).read_bytes()

    def cut_logs(self, every: int) -> Iterator[str]:
        """The log ends at each byte of its last batches: what was whole by then is there, and no more."""
        for length in range(self.ends[-1 - _LAST][0], len(self._log) + 1, every):
            (self.killed / _LOG).write_bytes(self._log[:length])
            due = max(seq for size, seq in self.ends if size <= length)
            if (found := _opened(self.killed)) != self.rows[:due]:
                yield f"cut at {length}: {_told(found)}, due are {due} records"

    def flipped_logs(self, every: int) -> Iterator[str]:
        """A bit flips somewhere in the log: the last batch may be taken for torn, anything else is refused."""
        before_last, whole = self.ends[-2]
        for at in range(0, len(self._log), every):
            (self.killed / _LOG).write_bytes(_flipped(self._log, at))
            found = _opened(self.killed)
            if found is not None and (at < before_last or found not in (self.rows[:whole], self.rows)):
                yield f"flipped at {at} of the log: {_told(found)}"

    def flipped_files(self, every: int) -> Iterator[str]:
        """A bit flips somewhere in the file: it is refused, or nothing that was recorded has changed."""
        for at in range(0, len(self._file), every):
            (self.closed / FILE_NAME).write_bytes(_flipped(self._file, at))
            found = _opened(self.closed)
            if found is not None and found != self.rows:
                yield f"flipped at {at} of the file: {_told(found)}"

    def cut_exports(self, every: int) -> Iterator[str]:
        """An exported journal ends at each byte of its last lines: whole lines are read, a torn one is refused."""
        text = self.exported.read_bytes()
        lines = text.splitlines(keepends=True)
        for length in range(len(b"".join(lines[:-_LAST])), len(text) + 1, every):
            self.exported.write_bytes(text[:length])
            found = _archived(self.exported)
            if found != (self.rows[: text[:length].count(b"\n")] if text[:length].endswith(b"\n") else None):
                yield f"export cut at {length}: {_told(found)}"


def _opened(folder: Path) -> Sequence[Row] | None:
    """What the journal of a folder tells; None where it is refused. Nothing of it is changed."""
    try:
        with closing(SqliteJournal(folder)) as journal:
            return tuple(journal.read())
    except JournalError:
        return None


def _archived(path: Path) -> Sequence[Row] | None:
    try:
        with closing(open_archive(path)) as archive:
            return tuple(archive.select())
    except JournalError:
        return None


def _flipped(content: bytes, at: int) -> bytes:
    return content[:at] + bytes([content[at] ^ 1 << at % 8]) + content[at + 1 :]


def _told(found: Sequence[Row] | None) -> str:
    return "refused" if found is None else f"{len(found)} records"
