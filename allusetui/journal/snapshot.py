"""The state as it stood at one record, kept so that a start need not fold the whole journal. It is never the truth."""

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, astuple
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from allusetui.codec.shape import CodecError
from allusetui.domain.frozen import frozen
from allusetui.domain.state import State
from allusetui.journal.error import JournalError
from allusetui.journal.sqlite import SqliteJournal

FILE_NAME: Final = "snapshot.json"
FORMAT: Final = 1

_KEYS: Final = ("format", "session", "law", "code", "seq", "hash", "state")
_SHA256: Final = "sha256"
_CURE: Final = "allowed: that journal as it was, or no snapshot.json, to go on from the record it ends at"


class SnapshotRefused(Exception):
    """A snapshot that nothing may be decided on; one line, to show as it is."""


class SnapshotAhead(JournalError):
    """A snapshot of records that its own journal has lost: it was kept after they were durable."""


@frozen
class Maker:
    """What a snapshot is good for: a session, under a law, and the very code that folds its journal."""

    session: str
    law: str
    code: str


class SnapshotFile:
    """The snapshot in a session's folder, of the journal beside it."""

    def __init__(self, folder: Path, journal: SqliteJournal, maker: Maker) -> None:
        self._path = folder / FILE_NAME
        self._journal = journal
        self._maker = maker

    def keep(self, state: State) -> None:
        """Keep the state, which is the fold of the whole journal as it is now.

        Where it can't be kept the one before stays, and is as good: the next start folds more, and says how much.
        """
        # Imported here and below: a new session has nothing to load, and its start does not wait for these.
        from allusetui.codec.state import state_data
        from allusetui.journal.documents import DocumentError, DocumentFile

        seq = self._journal.seq
        kept = FORMAT, *astuple(self._maker), seq, self._journal.hash_at(seq), state_data(state)
        whole = dict(zip(_KEYS, kept, strict=True))
        with suppress(OSError, DocumentError):
            DocumentFile(self._path).put({**whole, _SHA256: _digest(whole)})

    def load(self) -> tuple[State, int] | None:
        """The state that was kept last and the seq that it stood at; None where none was.

        Raises SnapshotRefused for one that is damaged, of another format, session, law, program or journal,
        SnapshotAhead for one that is newer than the journal.
        """
        from allusetui.codec.state import state_of
        from allusetui.journal.documents import DocumentError, DocumentFile

        try:
            found = DocumentFile(self._path).get()
        except DocumentError as error:
            raise SnapshotRefused(str(error)) from None
        except OSError as error:
            raise SnapshotRefused(f"can't be read: {error.strerror}") from None
        if found is None:
            return None
        self._check(found)
        try:
            return state_of(found["state"]), found["seq"]
        except CodecError as error:
            raise SnapshotRefused(f"damaged: {error}") from None

    def _check(self, found: Mapping[str, Any]) -> None:
        if found.get("format") != FORMAT:
            raise SnapshotRefused(f"of format {found.get('format')}, this version reads format {FORMAT}")
        content = {key: value for key, value in found.items() if key != _SHA256}
        if found.get(_SHA256) != _digest(content):
            raise SnapshotRefused("damaged: its hash does not fit")
        if tuple(content) != _KEYS:
            raise SnapshotRefused(f"damaged: it has the keys {', '.join(content)}")
        for what, ours in asdict(self._maker).items():
            if found[what] != ours:
                raise SnapshotRefused(f"of another {what}")
        if found["seq"] > self._journal.seq:
            lost = f"is of record {found['seq']}, and the journal beside it ends at {self._journal.seq}"
            raise SnapshotAhead(f"{self._path}: {lost}: its newest records are lost; {_CURE}")
        if found["hash"] != self._journal.hash_at(found["seq"]):
            raise SnapshotRefused(f"of another journal: record {found['seq']} differs")


def _digest(document: Mapping[str, Any]) -> str:
    return sha256(json.dumps(document, separators=(",", ":")).encode()).hexdigest()
