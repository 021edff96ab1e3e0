"""The night's count on disk: how far it has come, and the last breadth that was counted; a bad file is counted anew."""

import json
from collections.abc import Mapping
from dataclasses import field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from allusetui.broker.ibkr.bar_files import digest, replace_file
from allusetui.domain.frozen import frozen
from allusetui.domain.quote import Breadth

FILE_NAME: Final = "breadth.json"
FORMAT: Final = 1


@frozen
class Count:
    """Which stocks closed above their average on `day`, None where nobody knows; `breadth`: of the last whole count."""

    day: date
    above: Mapping[str, bool | None] = field(default_factory=dict)
    breadth: Breadth | None = None


class CountFile:
    """One file. `complaints`: a line each time that it could not be used or written, and why."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE_NAME
        self.complaints: list[str] = []

    def read(self) -> Count | None:
        """What was counted; None where nothing was, or nothing that can be used."""
        try:
            return _count(json.loads(self._path.read_bytes()))
        except FileNotFoundError:
            return None
        except OSError as error:
            self.complaints.append(f"{self._path}: can't be read ({error.strerror}); breadth is counted anew")
        except (ValueError, TypeError, KeyError, ArithmeticError, RecursionError):
            self.complaints.append(f"{self._path}: is damaged, or no count; breadth is counted anew")
        return None

    def write(self, count: Count) -> None:
        """Replace the file; where the disk refuses what was there stays, and it is told."""
        found = count.breadth
        counted = {
            "day": count.day.isoformat(), "above": dict(count.above),
            "breadth": None if found is None else [found.day.isoformat(), str(found.value)],
        }  # fmt: skip
        try:
            replace_file(self._path, {"format": FORMAT, "sha256": digest(counted), "counted": counted})
        except OSError as error:
            complaint = f"{self._path}: can't be written ({error.strerror})"
            self.complaints += [] if complaint in self.complaints else [complaint]


def _count(table: dict[str, Any]) -> Count:
    """Raises ValueError, TypeError, KeyError or ArithmeticError for what is none."""
    counted, found = table["counted"], table["counted"]["breadth"]
    if (table["format"], table["sha256"]) != (FORMAT, digest(counted)):
        raise ValueError(FILE_NAME)
    breadth = None if found is None else Breadth(date.fromisoformat(found[0]), Decimal(found[1]))
    return Count(date.fromisoformat(counted["day"]), dict(counted["above"]), breadth)
