"""Reports on disk: each file is there whole or not at all."""

import os
import re
from hashlib import sha256
from pathlib import Path

from allusetui.reports.page import Page, as_json, markdown, text

NAMES = {"weekly": r"\d{4}-W\d{2}", "monthly": r"\d{4}-\d{2}", "quarterly": r"\d{4}-Q[1-4]"}
_NAMED = re.compile(r"[a-z]+-[\w-]+", re.ASCII)


def write(folder: Path, period: str, name: str, page: Page) -> str:
    """Write `<period>-<name>.txt`, `.md` and `.json` into the folder, made where missing; the text's SHA-256 in hex.

    Raises ValueError for a name that is none of the period's, OSError when the disk refuses.
    """
    if not re.fullmatch(NAMES[period], name, re.ASCII):
        raise ValueError(f"{name!r} is no name of a {period} report; allowed: 2026-W10, 2026-03, 2026-Q1")
    folder.mkdir(parents=True, exist_ok=True)
    plain = text(page)
    for suffix, content in (("txt", plain), ("md", markdown(page)), ("json", as_json(page))):
        _replace(folder / f"{period}-{name}.{suffix}", content)
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
