"""A file that is replaced as a whole: whoever reads it, after a power cut too, finds the new one or the one before."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, TextIO

_AS_USUAL: Final = 0o666


@contextmanager
def whole_file(path: Path, mode: int = _AS_USUAL) -> Iterator[TextIO]:
    """A text to be written; it is at `path`, durable, when the block has ended. Where the block fails nothing changes.

    `mode`: who may read it, as far as the process lets anybody. Raises OSError when the disk refuses.
    """
    part = path.with_name(f".{path.name}.part")
    try:
        part.unlink(missing_ok=True)  # of a process that died; its mode may be another
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with open(handle, "w", encoding="utf-8", newline="\n") as file:
            yield file
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
