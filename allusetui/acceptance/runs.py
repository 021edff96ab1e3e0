"""What an acceptance runs, each part in a process of its own: its folder then holds journal, ledger and reports."""

import shutil
import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import Final

from allusetui.acceptance.plan import Part, Plan, fork, weeks
from allusetui.acceptance.weeks import live_through
from allusetui.compose.sessions import JOURNAL_FILE, LEDGER_FILE, REPORTS_FOLDER, replay
from allusetui.domain.text import untrusted
from allusetui.law.load import Version

_KEPT: Final = (JOURNAL_FILE, LEDGER_FILE, REPORTS_FOLDER)
_WORK: Final = "work"
_LONGEST: Final = 500


def steps(plan: Plan) -> int:
    """How often `run_all` calls its `day` for all of them."""
    return 2 * len(plan.spans) + 1


def run_part(part: Part, plan: Plan, ruling: Version, folder: Path, day: Callable[[], None]) -> None:
    """Run one under a law into `folder`, from nothing; `day`: called as time goes by. Raises what it broke off with."""
    shutil.rmtree(folder, ignore_errors=True)
    work = folder / _WORK
    work.mkdir(parents=True)
    match part:
        case Part.FORK:
            replay(fork(), work, _unwatched, ruling)
            session = work
            day()
        case Part.PAPER:
            session = live_through(weeks(), replace(plan, deaths=()), ruling, work, day)
        case Part.KILLED:
            session = live_through(weeks(), plan, ruling, work, day)
    for name in _KEPT:
        shutil.move(session / name, folder / name)
    shutil.rmtree(work)


def run_all(
    parts: Iterable[Part], plan: Plan, ruling: Version, folder: Path, day: Callable[[], None]
) -> dict[Part, str]:
    """Run each part under a law into its folder below `folder`; of those that broke off, what with.

    Raises OSError where the disk refuses, KeyboardInterrupt when somebody has enough: nothing runs on.
    """
    lines = dict[Connection, Part]()
    processes = list[SpawnProcess]()
    try:
        with _deaf():
            for part in parts:
                line, process = _begun(part, plan, ruling, folder / part)
                lines[line] = part
                processes.append(process)
        return _heard(lines, day)
    finally:
        for process in processes:
            process.terminate()
            process.join()


@contextmanager
def _deaf() -> Iterator[None]:
    """A key that stops the command is for it, and for none of the processes that begin meanwhile."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _begun(part: Part, plan: Plan, ruling: Version, folder: Path) -> tuple[Connection, SpawnProcess]:
    context = get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_tell, args=(part, plan, ruling, folder, theirs), daemon=True)
    process.start()
    theirs.close()
    return ours, process


def _heard(lines: dict[Connection, Part], day: Callable[[], None]) -> dict[Part, str]:
    """What the parts say until each has said its last."""
    broken = dict[Part, str]()
    while lines:
        for line in wait(list(lines)):
            assert isinstance(line, Connection)
            try:
                said = line.recv()
            except EOFError:
                broken[lines.pop(line)] = "its process was ended"
                continue
            if isinstance(said, OSError):
                raise said
            if said is None:
                day()
            else:
                part = lines.pop(line)
                if said:
                    broken[part] = said
    return broken


def _tell(part: Part, plan: Plan, ruling: Version, folder: Path, line: Connection) -> None:
    """In a process: None for each day that has gone by, in the end what it broke off with, empty for nothing."""
    try:
        run_part(part, plan, ruling, folder, partial(line.send, None))
        line.send("")
    except Exception as error:  # whatever it breaks off with is a finding, but where a file can't be written
        refused = isinstance(error, OSError) and error.filename is not None
        line.send(error if refused else untrusted(f"{type(error).__name__}: {error}", _LONGEST))


def _unwatched(at_ms: int) -> None:
    """It is over in seconds."""
