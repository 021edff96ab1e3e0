"""Which program this is, as far as its state goes, or what it decides."""

from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

import allusetui

ROOMS = ("codec", "domain", "engine")
DECIDES = (
    *ROOMS, "advisor", "broker", "compose", "lab", "law", "ledger", "market", "pricing", "reports", "rules", "runtime",
    "scenario",
)  # fmt: skip
"""Every room that a trial's result depends on."""
_RECKONS = ("numpy", "scipy", "exchange_calendars")


def program_digest() -> str:
    """The sha256 of all that a trial's result depends on, the libraries that it reckons with by their versions."""
    # Imported here: a session asks for the code alone, and its start does not wait for this.
    from importlib.metadata import version

    libraries = "\n".join(f"{name} {version(name)}" for name in _RECKONS)
    return sha256(f"{code_digest(DECIDES)}\n{libraries}".encode()).hexdigest()


def code_digest(rooms: Iterable[str] = ROOMS) -> str:
    """The sha256 of the code that folds a journal and keeps what comes of it, or of the rooms that are named.

    What another program has kept may be something else than what this one would fold.
    """
    package = Path(allusetui.__file__).parent
    files = sorted(path for room in rooms for path in (package / room).rglob("*.py"))
    digest = sha256()
    for path in files:
        digest.update(str(path.relative_to(package)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()
