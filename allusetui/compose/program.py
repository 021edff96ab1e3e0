"""Which program this is, as far as its state goes."""

from hashlib import sha256
from pathlib import Path

import allusetui

ROOMS = ("codec", "domain", "engine")


def code_digest() -> str:
    """The sha256 of the code that folds a journal and keeps what comes of it.

    What another program has kept may be something else than what this one would fold.
    """
    package = Path(allusetui.__file__).parent
    files = sorted(path for room in ROOMS for path in (package / room).rglob("*.py"))
    digest = sha256()
    for path in files:
        digest.update(str(path.relative_to(package)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()
