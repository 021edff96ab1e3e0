"""A trial in a folder: its journal's lines so far, and how it stood when they were told."""

import json
import os
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Final

from allusetui.broker.simulated.plain import PlainError, from_plain, to_plain
from allusetui.broker.simulated.standing import Standing
from allusetui.codec.exact import exact
from allusetui.codec.records import decode, line
from allusetui.codec.shape import CodecError
from allusetui.codec.state import is_at_rest, state_data, state_of, volatile_data, volatile_of
from allusetui.compose.trial import Trial
from allusetui.domain.event import Event
from allusetui.domain.input import OperatorActed
from allusetui.domain.text import untrusted
from allusetui.journal.lock import LOCK_NAME
from allusetui.journal.whole_file import whole_file
from allusetui.runtime.stored import Halfway

JOURNAL_FILE: Final = "journal.ndjson"
STAND_FILE: Final = "halfway.json"
FORMAT: Final = 1
_KEYS: Final = exact(tuple[OperatorActed, ...])


class TrialError(Exception):
    """A folder that a trial can't go on in; one line, to show as it is."""


class TrialFile:
    """The folder of a trial. `identity`: of what is tried, under which law, by which program."""

    def __init__(self, folder: Path, identity: str) -> None:
        self._folder = folder
        self._identity = identity
        self._written = 0

    @property
    def is_halfway(self) -> bool:
        """Whether a trial was left there unfinished."""
        return (self._folder / STAND_FILE).exists()

    def check(self, results: Sequence[str]) -> None:
        """Raises TrialError where the folder holds what is neither a trial's nor one of the files of its results."""
        own = {JOURNAL_FILE, STAND_FILE, LOCK_NAME, *results}
        others = sorted(path.name for path in self._folder.iterdir() if path.name not in own)
        if others:
            text = f"{self._folder}: holds {others[0]}, which is no trial's; allowed: another --out"
            raise TrialError(untrusted(text))

    def begin(self) -> None:
        """A new trial's empty journal. Raises OSError."""
        (self._folder / JOURNAL_FILE).write_bytes(b"")

    def keep(self, trial: Trial, seconds: float) -> bool:
        """Keep the trial as it stands, `seconds` of work behind it; False while an order or a question is at work.

        Raises OSError: what was kept before is still there.
        """
        stands = trial.run.runtime.halfway()
        if stands.state.intents or not is_at_rest(stands.volatile):
            return False
        self.append(trial)
        kept = {
            "format": FORMAT, "identity": self._identity, "records": self._written, "seconds": seconds,
            "at_ms": stands.at_ms, "keys": _KEYS.write(stands.keys), "state": state_data(stands.state),
            "volatile": volatile_data(stands.volatile), "exchange": to_plain(trial.run.exchange.standing()),
        }  # fmt: skip
        with whole_file(self._folder / STAND_FILE) as file:
            json.dump(kept, file, separators=(",", ":"))
        return True

    def append(self, trial: Trial) -> None:
        """The lines that the journal has and the file has not, durable on return. Raises OSError."""
        with (self._folder / JOURNAL_FILE).open("a", encoding="utf-8", newline="\n") as file:
            for row in trial.journal.read(self._written):
                file.write(line(*row) + "\n")
            file.flush()
            os.fsync(file.fileno())
        self._written = trial.journal.last_seq

    def finish(self, trial: Trial) -> None:
        """Its whole journal is there, and nothing is left to go on with. Raises OSError."""
        self.append(trial)
        (self._folder / STAND_FILE).unlink(missing_ok=True)

    def rejoin(self, trial: Trial) -> float:
        """Bring a fresh trial to where the kept one stood; the seconds that lie behind it.

        Raises TrialError for a folder of another trial or program, or a damaged one, and OSError.
        """
        path = self._folder / STAND_FILE
        try:
            kept = json.loads(path.read_bytes())
            if kept["format"] != FORMAT or kept["identity"] != self._identity:
                raise TrialError(f"{path}: is of another trial, or of another version; allowed: another --out")
            self._take_up(trial, kept)
            return float(kept["seconds"])
        except (ValueError, TypeError, LookupError, CodecError, PlainError) as error:
            raise TrialError(f"{path}: is damaged ({type(error).__name__}); allowed: another --out") from None

    def _take_up(self, trial: Trial, kept: dict[str, Any]) -> None:
        state, volatile = state_of(kept["state"]), volatile_of(kept["volatile"])
        standing: Standing = from_plain(Standing, kept["exchange"])
        stands = Halfway(state, volatile, int(kept["at_ms"]), _KEYS.read(kept["keys"]))
        trial.journal.fill(self._lines(int(kept["records"])))
        trial.run.exchange.restore(standing)
        trial.run.runtime.rejoin(stands)
        trial.begun, self._written = True, trial.journal.last_seq

    def _lines(self, count: int) -> Iterator[tuple[int, int, Event]]:
        """The first lines of the journal's file, which ends with them from now on."""
        path, found = self._folder / JOURNAL_FILE, 0
        with path.open("r+b") as file:
            for text in islice(file, count):
                found += 1
                yield decode(text.decode())
            if found < count:
                raise ValueError(f"{found} lines of {count}")
            file.seek(0)
            for _ in range(count):
                file.readline()
            file.truncate()
