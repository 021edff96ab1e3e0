"""`allusetui torture`: seeded disasters on virtual time, and what came of them."""

import os
import sys
from functools import partial
from itertools import count
from time import monotonic
from typing import Final

from allusetui.cli.progress import bar
from allusetui.cli.say import FAILED, INTERRUPTED, complain
from allusetui.cli.torture_told import HOUR_S, as_json, last_line, lines, table
from allusetui.torture.crowd import Sum, outcome_of, outcomes
from allusetui.torture.plan import Plan, draw
from allusetui.torture.run import Outcome, run
from allusetui.torture.shrink import shrunk

SEEDS: Final = 100
_MOST_VIOLATIONS: Final = 5
_MINUTE_S: Final = 60
_KIND: Final = 12
"""So much of a finding says which invariant it is: what else it says changes with what is left out."""


def torture(seeds: int | None, seed: int | None, minutes: float | None, keep: str | None, form: str) -> None:
    """Run them, tell what was tried and what broke; exit 1 where anything did. `form`: text, json or table."""
    if keep is not None and seed is None:
        raise complain("--keep: of which run? allowed: with --seed")
    if keep is not None and form != "text":
        raise complain(f"--keep and --{form}: a run of chosen faults is told in a line; allowed: one of both")
    if keep is not None:
        _one(_kept(draw(seed or 0), keep))
        return
    first = seed or 0
    if seeds is None and minutes is None:
        seeds = 1 if seed is not None else SEEDS
    found, ended = _all(first, seeds, minutes)
    if form == "json":
        print(as_json(found))
    else:
        print(table(found) if form == "table" else "\n".join(lines(found)))
        for outcome in found.failed:
            _tell_failed(outcome, shrinks=ended)
        print(last_line(found))
    if not ended:
        raise complain("stopped by hand; what was tried until then is told above", INTERRUPTED)
    if found.failed:
        raise SystemExit(FAILED)


def _all(first: int, seeds: int | None, minutes: float | None) -> tuple[Sum, bool]:
    """What came of the seeds, and whether it is all that was asked for."""
    found, begun_s = Sum(), monotonic()
    numbers = count(first) if seeds is None else iter(range(first, first + seeds))

    def goes_on() -> bool:
        return minutes is None or monotonic() - begun_s < minutes * _MINUTE_S

    workers = min(os.cpu_count() or 1, seeds or sys.maxsize)
    coming = map(outcome_of, numbers) if seeds == 1 else outcomes(numbers, workers, goes_on)
    try:
        with bar("seeds", seeds) as tick:
            for outcome in coming:
                found.add(outcome)
                tick(found.seeds, f"{found.seeds} seeds, {found.violations} violations")
    except KeyboardInterrupt:
        return found, False
    return found, True


def _tell_failed(outcome: Outcome, shrinks: bool) -> None:
    print(f"Seed {outcome.seed}:")
    for line in outcome.violations[:_MOST_VIOLATIONS]:
        print(f"  {line}")
    if not shrinks:
        return
    fewest = shrunk(draw(outcome.seed), partial(_breaks_as, outcome.violations[0][:_KIND]))
    _tell_plan(fewest)


def _breaks_as(kind: str, plan: Plan) -> bool:
    try:
        return any(line.startswith(kind) for line in run(plan).violations)
    except Exception:
        return kind.startswith("the run")


def _tell_plan(plan: Plan) -> None:
    """The fewest faults that still break it, and how it is done again."""
    print("  The fewest faults that break it:" if plan.faults else "  It breaks without any fault.")
    for fault in plan.faults:
        print(f"    {fault.number}: {fault.site} after {fault.at_ms / 1_000:g} s")
    numbers = ",".join(str(fault.number) for fault in plan.faults) or "none"
    print(f"  Again: allusetui torture --seed {plan.seed} --keep {numbers}")


def _kept(plan: Plan, keep: str) -> Plan:
    if keep == "none":
        return plan.only(())
    try:
        numbers = {int(each) for each in keep.split(",")}
    except ValueError:
        raise complain(f"--keep {keep}: not a list of faults; allowed: numbers as 3,7, or none") from None
    unknown = numbers - {fault.number for fault in plan.faults}
    if unknown:
        has = f"seed {plan.seed} has {len(plan.faults)} faults, counted from 0"
        raise complain(f"--keep {keep}: {has}; {min(unknown)} is none of them")
    return plan.only(numbers)


def _one(plan: Plan) -> None:
    """A run with just these faults."""
    outcome = run(plan)
    for line in outcome.violations:
        print(line)
    hours = outcome.seconds / HOUR_S
    print(f"1 seed, {hours:.1f} simulated hours, {len(outcome.violations)} violations, journal {outcome.digest}")
    if outcome.violations:
        raise SystemExit(FAILED)
