"""What a session's folder holds in the end, read as it lies there: a chain that is whole, and plain text."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from allusetui.journal.sqlite import FILE_NAME
from allusetui.torture.checker.invariants.outputs import files_are_plain
from allusetui.torture.checker.invariants.sequence import chain_is_whole
from allusetui.torture.checker.violation import Violation


def of_the_folder(folder: Path, at_ms: int) -> Iterator[Violation]:
    """12 and 16. Whoever wrote there must have closed it."""
    with closing(sqlite3.connect(folder / FILE_NAME)) as journal:
        yield from chain_is_whole(journal.execute("SELECT seq, at_ms, line, hash FROM record ORDER BY seq"))
    files = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    yield from files_are_plain(files, (), at_ms)
