"""Small documents that can be rebuilt from the journal, in a TinyDB whose file is replaced as a whole."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from tinydb import TinyDB
from tinydb.storages import Storage
from tinydb.table import Document

from allusetui.journal.whole_file import whole_file

LONGEST_BYTES: Final = 4 * 1024 * 1024
"""TinyDB reads and writes its file whole at every step; what grows past this is no small document."""

_TABLE: Final = "documents"
_ID: Final = 1

Tables = dict[str, dict[str, Any]]


class DocumentError(Exception):
    """A file that holds no documents, or a document that is too long for one; one line, to show as it is."""


class WholeFileStorage(Storage):
    """TinyDB's storage in one JSON file that is whole at every instant, after a power cut too."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> Tables | None:
        """What was written last; None before the first. Raises DocumentError for a damaged file, OSError."""
        try:
            data = self._path.read_bytes()
        except FileNotFoundError:
            return None
        try:
            found = json.loads(data)
        except (ValueError, RecursionError):
            raise DocumentError("damaged: not JSON") from None
        if not _are_tables(found):
            raise DocumentError("damaged: no tables of documents")
        tables: Tables = found
        return tables

    def write(self, data: Tables) -> None:
        """Replace the file, durable on return. Raises DocumentError for too much, OSError when the disk refuses."""
        text = json.dumps(data, separators=(",", ":"))
        if len(text) > LONGEST_BYTES:
            raise DocumentError(f"{len(text)} bytes are too long for a document; allowed: {LONGEST_BYTES}")
        with whole_file(self._path) as file:
            file.write(text)


class DocumentFile:
    """One document in a file of its own. It can be lost at any time: what it holds must stand in the journal too."""

    def __init__(self, path: Path) -> None:
        self._tables = TinyDB(path, storage=WholeFileStorage)

    def get(self) -> Mapping[str, Any] | None:
        """The document; None where there is none. Raises DocumentError for a damaged one, OSError."""
        found = self._tables.table(_TABLE).get(doc_id=_ID)
        return found if isinstance(found, Document) else None

    def put(self, document: Mapping[str, Any]) -> None:
        """Replace the document, durable on return. Raises DocumentError for too long a one, OSError.

        The file is written without being read: what stands there may be damaged.
        """
        self._tables.storage.write({_TABLE: {str(_ID): dict(document)}})


def _are_tables(found: object) -> bool:
    """Whether every table is an object of documents, and each of these an object."""
    return isinstance(found, dict) and all(
        isinstance(table, dict) and all(i.isdecimal() and isinstance(d, dict) for i, d in table.items())
        for table in found.values()
    )
