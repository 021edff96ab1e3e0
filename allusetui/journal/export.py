"""The journal as NDJSON, for tools outside."""

from pathlib import Path

from allusetui.codec.records import line
from allusetui.journal.whole_file import whole_file
from allusetui.ports import Journal


def export(journal: Journal, path: Path) -> None:
    """Write every event to `path`, one JSON object a line; `path` is the whole file or what it was before.

    Raises OSError when the disk refuses.
    """
    with whole_file(path) as file:
        for seq, at_ms, event in journal.read():
            file.write(line(seq, at_ms, event) + "\n")
