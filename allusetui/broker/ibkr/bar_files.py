"""Daily bars on disk: one file a symbol, replaced whole, checked when it is read; a bad one is asked for anew."""

import json
import re
from collections.abc import Mapping
from datetime import date
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from allusetui.broker.ibkr.bars import Kept, is_sound
from allusetui.broker.whole_file import replace_whole
from allusetui.domain.quote import Bar

FORMAT: Final = 1
_NAME: Final = re.compile(r"[A-Z0-9.]{1,12}", re.ASCII)


class BarFiles:
    """The files of a folder. `complaints`: a line for each file that could not be used, and why."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.complaints: list[str] = []

    def read(self, symbol: str) -> Kept | None:
        """What is kept of a symbol; None where nothing is, or nothing that can be used."""
        path = self._path(symbol)
        try:
            return _kept(json.loads(path.read_bytes()), symbol)
        except FileNotFoundError:
            return None
        except OSError as error:
            self.complaints.append(f"{path}: can't be read ({error.strerror}); the bars are asked for anew")
        except (ValueError, TypeError, KeyError, RecursionError):
            self.complaints.append(f"{path}: is damaged, or no file of bars; they are asked for anew")
        return None

    def write(self, kept: Kept) -> None:
        """Replace the file, durable on return; where the disk refuses what was there stays, and it is told."""
        path = self._path(kept.symbol)
        rows = [[bar.day.isoformat(), bar.high, bar.low, bar.close] for bar in kept.bars]
        table = {
            "format": FORMAT, "symbol": kept.symbol, "source": kept.source, "at_ms": kept.at_ms,
            "sha256": digest(rows), "bars": rows,
        }  # fmt: skip
        try:
            replace_file(path, table)
        except OSError as error:
            self.complaints.append(
                f"{path}: can't be written ({error.strerror}); its bars are asked for anew next time"
            )

    def _path(self, symbol: str) -> Path:
        if not _NAME.fullmatch(symbol):
            raise ValueError(f"{symbol!r} is no symbol")
        return self._folder / f"{symbol}.json"


def _kept(table: dict[str, Any], symbol: str) -> Kept:
    """Raises ValueError, TypeError or KeyError for what is none."""
    rows = table["bars"]
    if (table["format"], table["symbol"], table["sha256"]) != (FORMAT, symbol, digest(rows)):
        raise ValueError(symbol)
    bars = tuple(Bar(date.fromisoformat(day), float(high), float(low), float(close)) for day, high, low, close in rows)
    if not all(map(is_sound, bars)) or any(one.day >= two.day for one, two in pairwise(bars)):
        raise ValueError(symbol)
    return Kept(symbol, str(table["source"]), int(table["at_ms"]), bars)


def replace_file(path: Path, table: Mapping[str, object]) -> None:
    """Write a table as a whole file, durable on return. Raises OSError; what was there stays then."""
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_whole(path, json.dumps(table))


def digest(rows: object) -> str:
    """By which a damaged file is known."""
    return sha256(json.dumps(rows, separators=(",", ":")).encode()).hexdigest()
