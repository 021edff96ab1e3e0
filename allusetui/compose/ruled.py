"""The laws that a journal was decided under, each part by its own: what reads a journal later goes by these."""

from pathlib import Path
from typing import Final

from allusetui.domain.event import Event, SessionStarted
from allusetui.domain.text import untrusted
from allusetui.journal.error import JournalError
from allusetui.law.load import Version
from allusetui.law.model import Law
from allusetui.law.own import OwnLaws
from allusetui.ports import Archive
from allusetui.rules.situation import clause

_SHOWN: Final = 12  # characters of a law's hash
_LONGEST: Final = 1_000
CURE: Final = "allowed: --settings FILE, beside which the law lies"


class Ruled:
    """An archive and what it was decided under; `path` names it where a law of it is not at hand."""

    def __init__(self, archive: Archive, path: Path, laws: OwnLaws) -> None:
        self.archive = archive
        self._path, self._laws = path, laws

    @clause("15.1")
    def at(self, seq: int | None = None) -> Law:
        """The law that the record was decided under, the last one where none is named.

        A journal that names no law is read by the one in force. Raises JournalError for a law that is not at hand,
        LawError for one that is not what was approved.
        """
        told = next(self.archive.select([SessionStarted.kind], until=seq, backwards=True), None)
        return self._laws.in_force().law if told is None else self.named_by(told).law

    def every(self) -> tuple[Law, ...]:
        """Each law that it names, the first one first. Raises as `at`."""
        found = dict.fromkeys(map(self.named_by, tuple(self.archive.select([SessionStarted.kind]))))
        return tuple(version.law for version in found) or (self._laws.in_force().law,)

    def named_by(self, record: tuple[int, int, Event]) -> Version:
        """The law that a session began under, or went on under. Raises as `at`."""
        seq, _, event = record
        assert isinstance(event, SessionStarted)
        found = self._laws.of_hash(event.constitution_hash)
        if found is None:
            named = f"{event.constitution} {event.constitution_hash[:_SHOWN]}"
            wrong = f"was decided under constitution {named}, which is not on this machine"
            raise JournalError(untrusted(f"{self._path}: record {seq}: {wrong}; {CURE}", _LONGEST))
        return found
