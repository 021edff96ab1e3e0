"""`allusetui sweep`: scenarios by seeds, capitals and laws, on the processes of this machine or on a cluster."""

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from allusetui.cli.backtest import capital_in, data_of
from allusetui.cli.progress import count_bar
from allusetui.cli.say import INTERRUPTED, complain, own_laws, plain, sessions_root, tell
from allusetui.cli.stopping import stop_asked
from allusetui.compose.load import load_scenario
from allusetui.compose.trial_file import TrialError
from allusetui.domain.text import untrusted
from allusetui.journal.error import SessionInUse
from allusetui.journal.lock import LOCK_NAME, FolderLock
from allusetui.lab.crews import Cluster, Crew, Interrupted, Processes
from allusetui.lab.job import Job, job_of, variant
from allusetui.lab.span import SpanError, Wanted, span_of
from allusetui.lab.spread import NAMES, page, write
from allusetui.lab.sweep import FILE_NAME, SweepFile, sweep
from allusetui.lab.trial import prepare
from allusetui.lab.work import Done, WorkError
from allusetui.law.load import LawError, Version
from allusetui.market.history_data import DataError
from allusetui.reports.page import as_json, text
from allusetui.scenario.load import ScenarioError
from allusetui.scenario.values import Problem

MOST_TRIALS = 100_000
_FOLDER = "sweeps"
_SEEDS = re.compile(r"(\d{1,9})(?:-(\d{1,9}))?", re.ASCII)


def run_sweep(
    scenarios: Sequence[str], wanted: Wanted, seeds: str | None, capitals: Sequence[str], laws: Sequence[str],
    workers: int | None, cluster: str | None, in_json: bool, out: Path | None, settings: Path | None,
) -> None:  # fmt: skip
    """Do what is not done yet, write what all came to into a folder, and print that."""
    try:
        varied = seeds, capitals, tuple(own_laws(settings).named(name) for name in dict.fromkeys(laws))
        if scenarios and wanted != Wanted("synthetic"):
            told = "a scenario says these itself; allowed: one or the other"
            raise complain(f"--market, --years, --from and --to: {told}")
        jobs = tuple(_of_files(scenarios, *varied) if scenarios else _of_market(wanted, *varied))
        for under in dict.fromkeys(job.under for job in jobs):
            prepare(next(job for job in jobs if job.under == under))
        crew: Crew = Processes(workers or os.cpu_count() or 1) if cluster is None else Cluster(cluster)
        folder = out if out is not None else sessions_root() / _FOLDER / plain(_name(jobs))
        _do(jobs, crew, folder, in_json)
    except (SpanError, LawError, DataError, ScenarioError, Problem, TrialError, SessionInUse, WorkError) as error:
        raise complain(untrusted(str(error), 1_000)) from None


def _of_files(
    scenarios: Sequence[str], seeds: str | None, capitals: Sequence[str], laws: Sequence[Version]
) -> Iterator[Job]:
    """Scenarios of files, or shipped ones; what is not varied stays as they say."""
    data = os.environ.get("ALLUSETUI_DATA")
    for source in scenarios:
        scenario = load_scenario(source, Path(data) if data else None)
        for under in laws:
            for capital in map(capital_in, capitals) if capitals else (None,):
                for seed in seeds_in(seeds) if seeds else (None,):
                    yield variant(scenario, capital, seed, under)


def _of_market(wanted: Wanted, seeds: str | None, capitals: Sequence[str], laws: Sequence[Version]) -> Iterator[Job]:
    data = data_of(wanted.market, os.environ.get("ALLUSETUI_DATA"))
    for under in laws:
        days = span_of(wanted, under.law, data)
        for capital in map(capital_in, capitals or ("4_000_000",)):
            for seed in seeds_in(seeds or "1-10"):
                yield job_of(wanted.market, *days, capital, seed, under, data)


def seeds_in(given: str) -> tuple[int, ...]:
    """`1-1000`, or `1,5,9-12`."""
    found: list[int] = []
    for part in given.split(","):
        told = _SEEDS.fullmatch(part.strip())
        first, last = (int(told[1]), int(told[2] or told[1])) if told else (1, 0)
        if not 0 <= last - first < MOST_TRIALS or len(found) + last - first >= MOST_TRIALS:
            allowed = f"allowed: 1-1000, or 1,5,9, at most {MOST_TRIALS:,}"
            raise complain(f"--seeds {untrusted(given, 40)}: not a list of seeds; {allowed}")
        found += range(first, last + 1)
    return tuple(dict.fromkeys(found))


def _name(jobs: Sequence[Job]) -> str:
    """Of the folder: the first trial without its seed; another sweep of the same goes on in it."""
    return jobs[0].id.rpartition(" seed ")[0]


def _do(jobs: Sequence[Job], crew: Crew, folder: Path, in_json: bool) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _check(folder)
        lock = FolderLock(folder)
        try:
            done = done_of(jobs, crew, SweepFile(folder), folder)
            write(folder, jobs, done)
        finally:
            lock.release()
    except OSError as error:
        allowed = "allowed: --out of a folder that can be written"
        raise complain(f"{error.filename or folder}: {error.strerror or error}; {allowed}") from None
    found = page(jobs, done)
    tell(as_json(found) if in_json else text(found) + f"\n{folder}\n")


def done_of(jobs: Sequence[Job], crew: Crew, file: SweepFile, folder: Path) -> tuple[Done, ...]:
    """What all of them came to, with a bar over them; stopped by hand it says what is kept, and ends."""
    try:
        with stop_asked() as is_stopped, count_bar("trials", len(jobs)) as tick:
            return sweep(jobs, file, crew, tick, is_stopped)
    except (Interrupted, KeyboardInterrupt):
        told = f"{len(file.done)} trials are kept, and the same command goes on"
        raise complain(f"stopped by hand; {told}: {folder}", INTERRUPTED) from None


def _check(folder: Path) -> None:
    """Raises TrialError for a folder with what is no sweep's."""
    own = {FILE_NAME, LOCK_NAME, *NAMES}
    others = sorted(path.name for path in folder.iterdir() if path.name not in own)
    if others:
        raise TrialError(f"{folder}: holds {others[0]}, which is no sweep's; allowed: another --out")
