"""The laws that a person has approved: a folder of versions, each made from the one before, the first from a shipped.

Its register says which they are, with the hash of each; a file that is not what was approved is refused, as a shipped
one is (15.1). What is there is only read here.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import asdict
from functools import cached_property
from pathlib import Path
from typing import Final

from allusetui.domain.frozen import frozen
from allusetui.law.load import LawError, Version, file_name, shipped, version

REGISTER: Final = "approved.json"
SHIPPED: Final = "v1.3"
_NAME: Final = re.compile(r"v\d+\.\d+", re.ASCII)


@frozen
class Approved:
    """A line of the register. `base`, `evidence`: the sha256 of the law it came from, and of what was seen of it."""

    version: str
    sha256: str
    base: str
    reason: str
    evidence: str
    by: str
    at: str


class OwnLaws:
    """Which laws there are, and which is in force; None for a folder: the shipped ones alone."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder

    @cached_property
    def register(self) -> tuple[Approved, ...]:
        """What was approved, the oldest first. Raises LawError where the register is damaged or not a chain."""
        if self.folder is None or not (path := self.folder / REGISTER).exists():
            return ()
        try:
            rows = tuple(_row(told) for told in json.loads(path.read_bytes()))
        except (OSError, ValueError, TypeError) as error:
            wrong = f"is damaged ({type(error).__name__})"
            raise LawError(str(path), "(file)", wrong, "the file as approve wrote it") from None
        before = shipped[SHIPPED]
        for row in rows:
            if row.base != before:
                raise LawError(str(path), row.version, "does not follow the version before it", "the file as written")
            before = row.sha256
        return rows

    def in_force(self) -> Version:
        """The newest of all. Raises LawError where it is not what was approved."""
        return self._read(self.register[-1]) if self.register else version(SHIPPED)

    def named(self, name: str) -> Version:
        """A version by its name. Raises LawError for one that there is not."""
        for row in self.register:
            if row.version == name:
                return self._read(row)
        if name not in shipped:
            known = ", ".join((*shipped, *(row.version for row in self.register)))
            raise LawError("law", "version", f"there is no {name!r}", known)
        return version(name)

    def of_hash(self, sha256: str) -> Version | None:
        """A version by its hash; None for one that is not at hand."""
        for name, found in self._hashes():
            if found == sha256:
                return self.named(name)
        return None

    def _hashes(self) -> Iterator[tuple[str, str]]:
        yield from shipped.items()
        yield from ((row.version, row.sha256) for row in self.register)

    def _read(self, row: Approved) -> Version:
        assert self.folder is not None
        path = self.folder / file_name(row.version)
        try:
            data = path.read_bytes()
        except OSError as error:
            raise LawError(str(path), "(file)", f"cannot be read ({error.strerror})", "the file as approved") from None
        found = Version(row.version, data)
        if found.hash != row.sha256:
            raise LawError(str(path), "sha256", f"the file was changed, it is {found.hash}", row.sha256)
        return found


def _row(told: dict[str, object]) -> Approved:
    row = Approved(**told)  # type: ignore[arg-type] # what they are is looked at next
    if not all(isinstance(value, str) for value in asdict(row).values()) or not _NAME.fullmatch(row.version):
        raise ValueError
    return row


class SoleLaw(OwnLaws):
    """One law that is in force, whatever else there is; the shipped ones are at hand beside it."""

    def __init__(self, ruling: Version) -> None:
        super().__init__(None)
        self._ruling = ruling

    def in_force(self) -> Version:
        return self._ruling

    def named(self, name: str) -> Version:
        return self._ruling if name == self._ruling.name else super().named(name)

    def of_hash(self, sha256: str) -> Version | None:
        return self._ruling if sha256 == self._ruling.hash else super().of_hash(sha256)


SHIPPED_ALONE: Final = OwnLaws(None)


def register_text(rows: tuple[Approved, ...]) -> str:
    """The register as its file has it."""
    return json.dumps([asdict(row) for row in rows], indent=2, ensure_ascii=False) + "\n"
