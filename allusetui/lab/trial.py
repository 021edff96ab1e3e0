"""Running one trial, a week at a time, so that it can stop between two weeks and go on."""

from collections.abc import Callable, Iterator
from datetime import date, time, timedelta
from typing import Final

from allusetui.compose.trial import Trial, build_trial
from allusetui.compose.trial_file import TrialFile
from allusetui.domain.moment import at_clock
from allusetui.lab.held import held
from allusetui.lab.job import Job
from allusetui.lab.measure import measure
from allusetui.lab.person import Person
from allusetui.lab.result import Result
from allusetui.law.model import Law
from allusetui.market.history_data import DataError
from allusetui.scenario.setting import FOUNDERS

_KEEP_WEEKS: Final = 52
_SATURDAY: Final = 5
_MIDNIGHT: Final = time(0)


class Stopped(Exception):
    """A trial was asked to stop; its folder has it as it stood."""


def prepare(job: Job) -> Trial:
    """A trial at its first instant. Raises LawError, DataError, and Problem where an account could not begin so."""
    trial = build_trial(job.scenario, job.under, Person)
    _check_served(job.under.law, trial.run.market.symbols)
    return trial


def _check_served(law: Law, symbols: frozenset[str]) -> None:
    """Raises DataError for a sleeve of which the market lists no symbol: all that it could do is rest."""
    for name in FOUNDERS:
        universe = law.sleeves[name.lower()].universe
        if not symbols.intersection(universe):
            raise DataError(
                f"law {law.version}: {name} trades {', '.join(universe)}, and the data has none of them in these days;"
                " allowed: other days, or data with one of them"
            )


def run_through(trial: Trial, clock_s: Callable[[], float]) -> float:
    """Run it to its end at one go; the seconds of the engine's own run."""
    began_s = clock_s()
    trial.go_to(trial.run.end_ms)
    return clock_s() - began_s


def run_in(
    folder: TrialFile,
    trial: Trial,
    clock_s: Callable[[], float],
    progress: Callable[[int], None] = lambda at_ms: None,
    is_stopped: Callable[[], bool] = lambda: False,
) -> float:
    """Run it in a folder, from where it was kept; the seconds of the engine's own run, those before included.

    It is kept once a year, and between the first two weeks after it is asked to stop with no order at work. Raises
    Stopped, TrialError, OSError.
    """
    seconds = 0.0
    if folder.is_halfway:
        seconds = folder.rejoin(trial)
    else:
        folder.begin()
    for week, at_ms in enumerate(_weekends(trial), start=1):
        began_s = clock_s()
        trial.go_to(at_ms)
        seconds += clock_s() - began_s
        progress(at_ms)
        if is_stopped() and not trial.is_over and folder.keep(trial, seconds):
            raise Stopped
        if week % _KEEP_WEEKS == 0:
            folder.keep(trial, seconds)
    folder.finish(trial)
    return seconds


def _weekends(trial: Trial) -> Iterator[int]:
    """The instants between two weeks that lie before it, then its end."""
    run = trial.run
    done_ms = run.runtime.now_ms if trial.begun else run.started.at_ms
    days = [session.day for session in run.calendar.sessions]
    for saturday in _saturdays(days[0], days[-1]):
        at_ms = at_clock(saturday, _MIDNIGHT)
        if done_ms < at_ms < run.end_ms:
            yield at_ms
    yield run.end_ms


def _saturdays(first: date, last: date) -> Iterator[date]:
    day = first + timedelta(days=(_SATURDAY - first.weekday()) % 7)
    while day <= last:
        yield day
        day += timedelta(days=7)


def result_of(job: Job, trial: Trial) -> Result:
    """What the trial came to."""
    run, told = trial.run, job.scenario.scenario
    kept = held(run.market, run.calendar, told.start.date(), told.end.date())
    return measure(job, trial.journal.read(), kept, run.warnings)
