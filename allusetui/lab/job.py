"""What a trial tries: a scenario under a law."""

import json
from dataclasses import asdict, replace
from datetime import date, datetime, time
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

from allusetui.domain.frozen import frozen
from allusetui.domain.table import Misfits, read
from allusetui.domain.text import untrusted
from allusetui.law.load import Version
from allusetui.scenario.load import ScenarioError
from allusetui.scenario.model import Scenario
from allusetui.scenario.problem import explain

_BEGINS, _ENDS = time(9), time(17)


@frozen
class Job:
    """A scenario, and the law that it is under: one that is in force, or one that somebody proposes."""

    scenario: Scenario
    under: Version

    @property
    def id(self) -> str:
        """What tells it from the others of a sweep: `synthetic 2026-03-02 2036-03-01 4000000 v1.3 seed 7`."""
        told = self.scenario.scenario
        capital = "own" if told.capital is None else f"{told.capital.normalize():f}"
        return f"{told.name} {told.start.date()} {told.end.date()} {capital} {self.under.name} seed {told.seed}"

    def identity(self, program: str) -> str:
        """A digest of all that a result depends on. `program`: the digest of the code that decides."""
        told = json.dumps(asdict(self.scenario), default=str, sort_keys=True)
        return sha256("\n".join((told, self.under.name, self.under.hash, program)).encode()).hexdigest()


def job_of(
    kind: str, first: date, last: date, capital: Decimal, seed: int, under: Version, data: Path | None = None
) -> Job:
    """A market's days from `first` to `last`, both included, with nothing but cash at their beginning.

    Raises ScenarioError for what no scenario may have.
    """
    run = {"name": kind, "start": datetime.combine(first, _BEGINS), "end": datetime.combine(last, _ENDS)}
    market = {"kind": kind} if data is None else {"kind": kind, "data": data}
    tables = {"scenario": {**run, "capital": capital, "seed": seed}, "market": market}
    try:
        return Job(read(Scenario, tables), under)
    except Misfits as misfits:
        raise ScenarioError(kind, explain(misfits)) from None


def variant(scenario: Scenario, capital: Decimal | None, seed: int | None, under: Version) -> Job:
    """A scenario with another capital, another seed, or both; None leaves its own."""
    run = scenario.scenario
    run = replace(run, capital=run.capital if capital is None else capital, seed=run.seed if seed is None else seed)
    return Job(replace(scenario, scenario=run), under)


def check_told_apart(jobs: tuple[Job, ...]) -> None:
    """Raises ScenarioError where two jobs could not be told apart by their ids."""
    seen: set[str] = set()
    for job in jobs:
        if job.id in seen:
            raise ScenarioError(untrusted(job.scenario.scenario.name), f"two trials are {job.id}; allowed: each once")
        seen.add(job.id)
