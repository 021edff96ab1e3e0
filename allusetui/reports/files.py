"""Reports on disk: each file is there whole or not at all."""

import os
import re
from hashlib import sha256
from pathlib import Path

from allusetui.reports.render import as_json, markdown, text
from allusetui.reports.weekly import WeeklyTable

_WEEK = re.compile(r"\d{4}-W\d{2}")
_NAMED = re.compile(r"[a-z]+-[\w-]+", re.ASCII)


def write(folder: Path, table: WeeklyTable) -> str:
    """Write `weekly-<week>.txt`, `.md` and `.json` into the folder, made where missing; the text's SHA-256 in hex.

    Raises ValueError for a week that is not written `2026-W10`, OSError when the disk refuses.
    """
    if not _WEEK.fullmatch(table.week):
        raise ValueError(f"{table.week!r} is not a week; allowed: 2026-W10")
    folder.mkdir(parents=True, exist_ok=True)
    plain = text(table)
    for suffix, content in (("txt", plain), ("md", markdown(table)), ("json", as_json(table))):
        _replace(folder / f"weekly-{table.week}.{suffix}", content)
    _sync_folder(folder)
    return sha256(plain.encode()).hexdigest()


def read(folder: Path, period: str, name: str) -> str | None:
    """The text of a report in the folder; None where it can't be read, or its name is none of ours."""
    if not _NAMED.fullmatch(f"{period}-{name}"):
        return None
    try:
        return (folder / f"{period}-{name}.txt").read_text("utf-8")
    except (OSError, ValueError):
        return None


def _replace(path: Path, content: str) -> None:
    unfinished = path.with_name(path.name + ".part")
    with unfinished.open("wb") as file:
        file.write(content.encode())
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
