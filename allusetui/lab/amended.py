"""What an amendment would do: current law against proposed, on the same paths, and on days that were."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from allusetui.domain.frozen import frozen
from allusetui.lab.job import Job, job_of
from allusetui.lab.paired import Compared, compare
from allusetui.lab.result import Figures
from allusetui.lab.span import FIRST
from allusetui.lab.work import Done
from allusetui.law.load import Version


@frozen
class Past:
    """Days of a data folder, both ends included."""

    first: date
    last: date
    data: Path


@frozen
class Plan:
    """What is simulated; `past` is None where there is no data."""

    current: Version
    proposed: Version
    paths: int
    weeks: int
    capital: Decimal
    past: Past | None

    def jobs(self) -> Iterator[Job]:
        """Those of the past, then the paths; the two of a pair follow each other, and differ in their law alone."""
        laws = (self.current, self.proposed)
        if self.past is not None:
            for law in laws:
                yield job_of("history", self.past.first, self.past.last, self.capital, 1, law, self.past.data)
        last = FIRST + timedelta(days=7 * self.weeks - 1)
        for seed in range(1, self.paths + 1):
            for law in laws:
                yield job_of("synthetic", FIRST, last, self.capital, seed, law)


@frozen
class Outcome:
    """What came of a plan. `past`: the figures of the past under the current law, and under the proposed."""

    plan: Plan
    rows: tuple[Compared, ...]
    past: tuple[Figures, Figures] | None


def outcome(plan: Plan, done: Sequence[Done]) -> Outcome:
    """Of all of a plan's jobs, in their order."""
    figures = [each.figures for each in done]
    past = (figures[0], figures[1]) if plan.past is not None else None
    paired = figures[2:] if past is not None else figures
    return Outcome(plan, compare(paired[::2], paired[1::2]), past)


def verdict(rows: Sequence[Compared]) -> str:
    """What the evidence says for a proposal and against it; whether that is worth it is not said."""
    speaking = {what: [row.words.lower() for row in rows if row.speaks == what] for what in ("for", "against", "open")}
    found = [f"{what} it: {', '.join(names)}" for what, names in speaking.items() if names and what != "open"]
    if speaking["open"]:
        found.append(f"not told apart: {', '.join(speaking['open'])}")
    return f"{_SUMMED[bool(speaking['for']), bool(speaking['against'])]}: {'; '.join(found)}."


_SUMMED = {
    (True, True): "The evidence is divided",
    (True, False): "The evidence speaks for the proposal",
    (False, True): "The evidence advises against the proposal",
    (False, False): "The evidence does not tell the two laws apart",
}
