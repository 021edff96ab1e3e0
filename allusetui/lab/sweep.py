"""Many jobs, each done once: what is done stands in a file, a line a job, and whoever comes again does the rest."""

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, get_type_hints

from allusetui.lab.crews import Crew, Task
from allusetui.lab.job import Job, check_told_apart
from allusetui.lab.result import Figures
from allusetui.lab.work import Done, WorkError, own_program

FILE_NAME: Final = "trials.ndjson"
_EXACT: Final = frozenset(name for name, hint in get_type_hints(Figures).items() if hint is Decimal)


class SweepFile:
    """The jobs that are done. Raises WorkError for a file that can't be gone on with."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE_NAME
        self.done: dict[str, Done] = {}
        text = self._path.read_bytes() if self._path.exists() else b""
        whole = text[: text.rfind(b"\n") + 1]
        for number, row in enumerate(whole.splitlines(), start=1):
            found = self._row(number, row)
            self.done[found.id] = found
        if len(whole) < len(text):  # of a process that died while it wrote
            os.truncate(self._path, len(whole))

    def add(self, done: Done) -> None:
        """Durable on return. Raises OSError."""
        with self._path.open("a", encoding="utf-8", newline="\n") as file:
            file.write(json.dumps(_plain(done), separators=(",", ":")) + "\n")
            file.flush()
            os.fsync(file.fileno())
        self.done[done.id] = done

    def _row(self, number: int, row: bytes) -> Done:
        try:
            found = json.loads(row)
            told = found["figures"].items()
            figures: dict[str, Any] = {name: Decimal(value) if name in _EXACT else value for name, value in told}
            return Done(found["id"], found["identity"], Figures(**figures), float(found["seconds"]))
        except (ValueError, TypeError, LookupError, ArithmeticError):
            raise WorkError(f"{self._path}: line {number} is damaged; allowed: another --out") from None

    def left_of(self, tasks: Sequence[Task]) -> tuple[Task, ...]:
        """The tasks that are not done yet. Raises WorkError where one was done by another version, or of other data."""
        for job, identity in tasks:
            if job.id in self.done and self.done[job.id].identity != identity:
                cure = "allowed: another --out"
                raise WorkError(f"{self._path}: {job.id} was done by another version, or of another scenario; {cure}")
        return tuple(task for task in tasks if task[0].id not in self.done)


def _plain(done: Done) -> Mapping[str, Any]:
    figures = {name: _written(value) for name, value in asdict(done.figures).items()}
    return {"id": done.id, "identity": done.identity, "seconds": round(done.seconds, 3), "figures": figures}


def _written(value: object) -> object:
    """A decimal as text, which loses nothing."""
    return str(value) if isinstance(value, Decimal) else value


def tasks_of(jobs: Sequence[Job]) -> tuple[Task, ...]:
    """The jobs with their identities under this program. Raises ScenarioError for two of one id."""
    check_told_apart(tuple(jobs))
    return tuple((job, job.identity(own_program())) for job in jobs)


def sweep(
    jobs: Sequence[Job], file: SweepFile, crew: Crew, tick: Callable[[int], None] = lambda done: None,
    is_stopped: Callable[[], bool] = lambda: False,
) -> tuple[Done, ...]:  # fmt: skip
    """What the jobs came to, in their own order, whoever has done them and when.

    Raises WorkError, Interrupted and OSError: what is done by then is kept.
    """
    tasks = tasks_of(jobs)
    left = file.left_of(tasks)
    ready = len(tasks) - len(left)
    tick(ready)

    def heard(done: Done) -> None:
        nonlocal ready
        file.add(done)
        ready += 1
        tick(ready)

    if left:
        crew(left, heard, is_stopped)
    return tuple(_in_order(tasks, file.done))


def _in_order(tasks: Sequence[Task], done: Mapping[str, Done]) -> Iterator[Done]:
    for job, _ in tasks:
        yield done[job.id]
