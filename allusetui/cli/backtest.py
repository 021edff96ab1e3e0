"""`allusetui backtest`: the engine that trades, over years of a market; stopped by hand it goes on where it stood."""

import os
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from time import process_time

from allusetui.cli.progress import progress_bar
from allusetui.cli.say import INTERRUPTED, complain, own_laws, plain, sessions_root, tell
from allusetui.cli.stopping import stop_asked
from allusetui.compose.program import program_digest
from allusetui.compose.trial_file import TrialError, TrialFile
from allusetui.compose.warm import warm_up
from allusetui.domain.text import untrusted
from allusetui.journal.error import SessionInUse
from allusetui.journal.lock import FolderLock
from allusetui.lab.files import NAMES, write
from allusetui.lab.job import Job, job_of
from allusetui.lab.page import page
from allusetui.lab.span import SpanError, Wanted, span_of
from allusetui.lab.trial import Stopped, prepare, result_of, run_in
from allusetui.law.load import LawError
from allusetui.market.history_data import DataError
from allusetui.reports.page import as_json, text
from allusetui.scenario.load import ScenarioError
from allusetui.scenario.values import Problem

_FOLDER = "backtests"


def backtest(
    market: str, years: int | None, first: str | None, last: str | None, law: str, capital: str, seed: int,
    in_json: bool, out: Path | None, settings: Path | None,
) -> None:  # fmt: skip
    """Run it, write what it came to into a folder, and print that."""
    wanted = Wanted(market, years, day_in("--from", first), day_in("--to", last))
    data = os.environ.get("ALLUSETUI_DATA")
    try:
        folder = data_of(market, data)
        under = own_laws(settings).named(law)
        days = span_of(wanted, under.law, folder)
        job = job_of(market, *days, capital_in(capital), seed, under, folder)
        _run(job, out if out is not None else sessions_root() / _FOLDER / plain(job.id), in_json)
    except (SpanError, LawError, DataError, ScenarioError, Problem, TrialError, SessionInUse) as error:
        raise complain(untrusted(str(error), 1_000)) from None


def data_of(market: str, data: str | None) -> Path | None:
    """The data folder of a market that reads one."""
    if market != "history" or not data:
        return None
    return Path(data).resolve()


def _run(job: Job, folder: Path, in_json: bool) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        kept = TrialFile(folder, job.identity(program_digest()))
        kept.check(NAMES)
        lock = FolderLock(folder)
        try:
            trial = prepare(job)
            warm_up()  # no Ctrl-C is to fall into an import, which may swallow it
            with stop_asked() as is_stopped, progress_bar(job.scenario) as tick:
                seconds = run_in(kept, trial, process_time, tick, is_stopped)
            result = result_of(job, trial)
            write(folder, result, seconds)
        finally:
            lock.release()
    except Stopped:
        told = "stopped by hand; what is done is kept, and the same command goes on"
        raise complain(f"{told}: {folder}", INTERRUPTED) from None
    except KeyboardInterrupt:
        raise complain(f"ended by hand; {folder} has what was last kept", INTERRUPTED) from None
    except OSError as error:
        allowed = "allowed: --out of a folder that can be written"
        raise complain(f"{error.filename or folder}: {error.strerror or error}; {allowed}") from None
    found = page(result, seconds)
    tell(as_json(found) if in_json else text(found) + f"\n{folder}\n")


def day_in(option: str, given: str | None) -> date | None:
    """A day that was typed."""
    if given is None:
        return None
    try:
        return date.fromisoformat(given)
    except ValueError:
        raise complain(f"{option} {untrusted(given, 40)}: not a day; allowed: 2020-03-02") from None


def capital_in(given: str) -> Decimal:
    """Dollars that were typed."""
    try:
        found = Decimal(given.replace("_", "").replace(",", ""))
    except InvalidOperation:
        found = Decimal("NaN")
    if not found.is_finite() or found <= 0:
        raise complain(f"--capital {untrusted(given, 40)}: not an amount; allowed: dollars above 0, such as 4_000_000")
    return found
