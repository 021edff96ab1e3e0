"""One job in whatever process does it: the same figures everywhere, or a refusal that can be sent back."""

from functools import cache
from time import process_time
from typing import Final

from allusetui.compose.program import program_digest
from allusetui.domain.frozen import frozen
from allusetui.lab.job import Job
from allusetui.lab.result import Figures
from allusetui.lab.trial import prepare, result_of, run_through
from allusetui.law.load import LawError
from allusetui.market.history_data import DataError
from allusetui.scenario.load import ScenarioError
from allusetui.scenario.values import Problem

CURE: Final = "allowed: the same allusetui, numpy and scipy everywhere"


class WorkError(Exception):
    """A job that could not be done, or not here; one line, to show as it is."""


@frozen
class Done:
    """What a job came to. `identity` tells of what exactly; `seconds`: of the engine's own run, wherever that was."""

    id: str
    identity: str
    figures: Figures
    seconds: float


@cache
def own_program() -> str:
    """The digest of the program in this process."""
    return program_digest()


def work(job: Job, identity: str, program: str) -> Done:
    """Do a job. Raises WorkError where this process has another program than the one that asks, or it can't be run."""
    if own_program() != program:
        raise WorkError(f"a worker is of another version: {own_program()[:12]}, not {program[:12]}; {CURE}")
    try:
        trial = prepare(job)
    except (LawError, DataError, ScenarioError, Problem) as error:
        raise WorkError(f"{job.id}: {error}") from None
    seconds = run_through(trial, process_time)
    return Done(job.id, identity, result_of(job, trial).figures, seconds)
