"""What is kept of a failure that nobody foresaw: its kind and its way through the code, and no value of anybody's."""

import os
import platform
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from traceback import extract_tb
from typing import Final

from allusetui import __version__

CRASH_LOG: Final = "crash.log"
"""In the session's folder: an engine that broke."""
SCREEN_LOG: Final = "screen.log"
"""The same of a dashboard that died."""
_OURS: Final = "allusetui."
_MOST: Final = 8  # failures that led to one another


def is_foreseen(failure: BaseException) -> bool:
    """Whether the program raises it to say what is wrong: an error of its own, or the disk's."""
    return isinstance(failure, OSError) or type(failure).__module__.startswith(_OURS)


def keep(failure: BaseException, folder: Path, name: str = CRASH_LOG) -> Path | None:
    """Add a report to a log of the session; None where that can't be written."""
    path = folder / name
    with suppress(OSError):
        with path.open("a", encoding="utf-8") as file:
            file.write(report(failure))
        return path
    return None


def report(failure: BaseException) -> str:
    """When, what runs, and each failure that led to this one, the first one first."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    runs = f"allusetui {__version__}, constitution {_law()}, Python {platform.python_version()}, {sys.platform}"
    steps = "".join(_where_it_failed(each) for each in reversed([*_chain(failure)]))
    return f"{now} {runs}\n{steps}\n"


def _where_it_failed(failure: BaseException) -> str:
    """The kind of a failure and its way through the code; no value that it was about, account numbers least of all."""
    steps = extract_tb(failure.__traceback__)
    told = (f"  {_place(step.filename)}:{step.lineno} in {step.name}\n" for step in steps)
    return f"{type(failure).__name__}\n{''.join(told)}"


def _chain(failure: BaseException) -> Iterator[BaseException]:
    """The failure, and what led to it, as a traceback would tell it."""
    at: BaseException | None = failure
    for _ in range(_MOST):
        if at is None:
            return
        yield at
        at = at.__cause__ or (None if at.__suppress_context__ else at.__context__)


def _place(file: str) -> str:
    """A file by its place below what Python imports from: whose machine it is stays out of the report."""
    roots = (root for root in sorted(sys.path, key=len, reverse=True) if root and file.startswith(root + os.sep))
    return os.path.relpath(file, next(roots, os.path.dirname(file)))


def _law() -> str:
    # Imported here: a failure may come before the law could be read.
    try:
        from allusetui.law.load import law_hash, load

        return f"{load().version} {law_hash()}"
    except Exception as error:  # whatever it is, the report is about something else
        return f"not read ({type(error).__name__})"
