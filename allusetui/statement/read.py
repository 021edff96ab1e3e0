"""A statement's file, whichever of the two forms it has; read as far as a statement goes, and no further."""

from pathlib import Path
from typing import Final

from allusetui.ledger.statement import Statement
from allusetui.statement.activity import activity
from allusetui.statement.flex import flex
from allusetui.statement.values import StatementError

LARGEST: Final = 64 << 20
"""Bytes: a year of a busy account has a tenth of it."""
_MARKS: Final = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


def read(path: Path, wanted: str | None) -> Statement:
    """The statement in a file, of the broker account that is wanted, or of its only one.

    Raises StatementError for a file that can't be used, OSError where it can't be read.
    """
    with path.open("rb") as file:
        data = file.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise StatementError(f"is larger than {LARGEST >> 20} MB; allowed: the statement of a shorter period")
    if not data.strip():
        raise StatementError("is empty; allowed: a Flex query's XML or an activity statement's CSV")
    start = data
    for mark in _MARKS:
        start = start.removeprefix(mark)
    # The second byte, where each character has two.
    found = flex(data, wanted) if b"<" in start.lstrip()[:2] else activity(_text(data), wanted)
    if found.first > found.last:
        raise StatementError(
            f"ends on {found.last.isoformat()}, before it begins; allowed: the file as it was delivered"
        )
    return found


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise StatementError("is neither XML nor UTF-8 text; allowed: the file as it was delivered") from None
