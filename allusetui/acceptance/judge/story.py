"""A journal as anybody reads it: its public lines, nothing of ours but the way a figure is quoted."""

import json
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from allusetui.domain.frozen import frozen

JOURNAL: Final = "journal.ndjson"
_REPORTS: Final = "reports"


@frozen
class Record:
    """A line. `at`: New York time as written, which sorts."""

    seq: int
    at: str
    kind: str
    account: str | None
    data: dict[str, Any]

    @property
    def day(self) -> str:
        return self.at[:10]

    @property
    def clock(self) -> str:
        return self.at[11:19]


@frozen
class Story:
    """What a journal tells, and the files beside it: `reports` by their names, the sha256 of each."""

    name: str
    records: tuple[Record, ...]
    reports: dict[str, str]
    sha256: str

    def of(self, *kinds: str) -> Iterator[Record]:
        return (record for record in self.records if record.kind in kinds)

    def cite(self, *records: Record) -> str:
        """`[paper #12, #17]`, the first few."""
        seqs = sorted(record.seq for record in records)
        numbers = ", ".join(f"#{seq}" for seq in seqs[:_CITED])
        return f"[{self.name} {numbers}{', …' if len(seqs) > _CITED else ''}]" if seqs else "[none]"


@frozen
class Fact:
    """What was seen of a criterion, and whether it is as it should be."""

    ok: bool
    text: str


_CITED: Final = 6


def read(folder: Path) -> Story:
    """The story in a folder, without records where none was written. Raises ValueError where it is damaged, OSError."""
    path = folder / JOURNAL
    return told(folder.name, path.read_bytes() if path.is_file() else b"", folder / _REPORTS)


def told(name: str, data: bytes, reports: Path) -> Story:
    """Of a journal's lines; `reports`: the folder beside it. Raises ValueError where it is damaged, OSError."""
    records = tuple(_record(json.loads(line)) for line in data.splitlines())
    if [record.seq for record in records] != list(range(1, len(records) + 1)):
        raise ValueError(f"{name}: its records are not numbered without a gap")
    found = {each.stem: _digest(each.read_bytes()) for each in sorted(reports.glob("*.txt"))}
    return Story(name, records, found, _digest(data))


def _record(row: dict[str, Any]) -> Record:
    return Record(row["seq"], row["ts"], row["kind"], row["account"], row["data"])


def _digest(data: bytes) -> str:
    return sha256(data).hexdigest()
