"""The journal as NDJSON, for tools outside."""

import os
from contextlib import suppress
from pathlib import Path

from allusetui.codec.records import line
from allusetui.ports import Journal


def export(journal: Journal, path: Path) -> None:
    """Write every event to `path`, one JSON object a line; `path` is the whole file or what it was before.

    Raises OSError when the disk refuses.
    """
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("w", encoding="utf-8", newline="\n") as file:
            for seq, at_ms, event in journal.read():
                file.write(line(seq, at_ms, event) + "\n")
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except BaseException:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
