"""A file that is replaced as a whole: whoever reads it, after a power cut too, finds the new one or the one before."""

import os
from pathlib import Path


def replace_whole(path: Path, text: str) -> None:
    """Put the text in the file's place, durable on return. Raises OSError where the disk refuses; it stays then."""
    beside = path.with_name(f"{path.name}.new")
    with beside.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(beside, path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
