"""`allusetui constitution propose | simulate | approve`: how the law changes, and only so (§15)."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from getpass import getuser
from pathlib import Path
from time import time_ns

from allusetui.cli.backtest import capital_in, data_of
from allusetui.cli.say import FAILED, complain, own_laws, tell, typed
from allusetui.cli.sweep import done_of
from allusetui.compose.program import program_digest
from allusetui.domain.moment import iso
from allusetui.domain.text import untrusted
from allusetui.journal.error import SessionInUse
from allusetui.journal.lock import FolderLock
from allusetui.lab import evidence
from allusetui.lab.amended import Past, Plan, outcome
from allusetui.lab.amendment import Amendment, amendment
from allusetui.lab.approval import approve as bring_into_force
from allusetui.lab.approval import examined
from allusetui.lab.crews import Processes
from allusetui.lab.proposals import NAME_CHARS, find, put
from allusetui.lab.span import SpanError, Wanted, span_of
from allusetui.lab.sweep import SweepFile
from allusetui.lab.trial import prepare
from allusetui.lab.work import WorkError
from allusetui.law.load import LawError
from allusetui.market.history_data import DataError
from allusetui.reports.page import as_json, text
from allusetui.scenario.load import ScenarioError
from allusetui.scenario.values import Problem

_TRIALS = "trials"
_LARGEST = 1_000_000


def propose(file: Path, settings: Path | None, in_json: bool) -> None:
    """Check a proposal against the law in force, and keep it as the law that it would make."""
    with _plainly():
        laws = own_laws(settings)
        made = amendment(laws.in_force(), _bytes_of(file), str(file))
        assert laws.folder is not None
        folder = put(laws.folder, made)
    if in_json:
        told = {"version": made.law.name, "sha256": made.law.hash, "reason": made.reason, "folder": str(folder)}
        _print_json({**told, "changes": [asdict(change) for change in made.changes]})
        return
    _print_proposal(made)
    print(f"\nNothing has changed yet. Next: allusetui constitution simulate {folder.name}")


def simulate(
    start: str, paths: int, weeks: int, past: Wanted | None, capital: str, workers: int | None,
    settings: Path | None, in_json: bool,
) -> None:  # fmt: skip
    """Run what is not run yet of a proposal against the law in force, and say what came of it."""
    with _plainly():
        laws = own_laws(settings)
        folder, made = find(laws, start)
        plan = Plan(laws.in_force(), made.law, paths, weeks, capital_in(capital), _past(past, made))
        jobs = tuple(plan.jobs())
        for job in jobs[:2]:
            prepare(job)  # what can't be run is said before anything is
        program = program_digest()
        place = folder / f"{_TRIALS}-{program[:NAME_CHARS]}"
        place.mkdir(exist_ok=True)
        lock = FolderLock(place)
        try:
            done = done_of(jobs, Processes(workers or os.cpu_count() or 1), SweepFile(place), place)
        finally:
            lock.release()
        page = evidence.page(made, outcome(plan, done), program, time_ns() // 1_000_000)
        evidence.write(folder, page)
    tell(as_json(page) if in_json else text(page) + f"\n{folder}\n")


def approve(start: str, settings: Path | None) -> None:
    """Let a person who has seen the evidence type the hash of the law that is to come into force."""
    with _plainly():
        laws = own_laws(settings)
        now_ms = time_ns() // 1_000_000
        wanted = examined(laws, start, now_ms)
        folder, made, found = wanted.folder, wanted.made, wanted.found
        _print_proposal(made)
        print(
            f"\n{found.verdict}\nSeen {iso(found.at_ms)}, {found.paths:,} paired paths; {folder / evidence.PAGE_FILE}"
        )
        if not sys.stdin.isatty():
            raise complain("approve: no terminal; a person types the hash of what comes into force, no script")
        if typed(f"\nType the first {NAME_CHARS} characters of its sha256 to bring it into force: ") != folder.name:
            raise complain("that is not its sha256; nothing has changed", FAILED)
        bring_into_force(laws, wanted, getuser(), now_ms)
    print(f"constitution {made.law.name} is in force: sha256 {made.law.hash}")
    print("A new session begins under it. One that runs goes on under its own until it is resumed at a week's start.")


def _past(wanted: Wanted | None, made: Amendment) -> Past | None:
    """The days of history, where there is data and somebody wants them."""
    if wanted is None or (data := data_of("history", os.environ.get("ALLUSETUI_DATA"))) is None:
        return None
    return Past(*span_of(wanted, made.law.law, data), data)


def _bytes_of(file: Path) -> bytes:
    with file.open("rb") as opened:
        data = opened.read(_LARGEST + 1)
    if len(data) > _LARGEST:
        raise LawError(str(file), "(file)", "is no proposal, it is too large", f"{_LARGEST:,} bytes")
    return data


@contextmanager
def _plainly() -> Iterator[None]:
    """What is wrong is one line, and exit code 2."""
    try:
        yield
    except (LawError, DataError, SpanError, ScenarioError, Problem, WorkError, SessionInUse) as error:
        raise complain(str(error)) from None
    except OSError as error:
        allowed = "allowed: a file that can be read, a folder that can be written"
        raise complain(f"{error.filename or 'disk'}: {error.strerror or error}; {allowed}") from None


def _print_proposal(made: Amendment) -> None:
    print(f"constitution {made.law.name}, sha256 {made.law.hash}, made from {made.base[:NAME_CHARS]}")
    print(f"  {made.reason}")
    for change in made.changes:
        print(f"  {untrusted(f'{change.key}: {change.was} becomes {change.now}')}")


def _print_json(value: object) -> None:
    tell(json.dumps(value, ensure_ascii=False, indent=2) + "\n")
