"""`allusetui torture`: seeded disasters on virtual time, and what came of them."""

import os
import sys
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import count
from time import monotonic
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from allusetui.cli.say import FAILED, INTERRUPTED, WIDTH, complain
from allusetui.compose.program import code_digest
from allusetui.torture.crowd import Sum, outcome_of, outcomes
from allusetui.torture.plan import Plan, draw
from allusetui.torture.run import Outcome, run
from allusetui.torture.shrink import shrunk
from allusetui.torture.sites.table import SITES
from allusetui.torture.tally import OF_ORDERS, OF_STATES, missing

SEEDS: Final = 100
_SHOWN: Final = 12
_MOST_VIOLATIONS: Final = 5
_MINUTE_S: Final = 60
_HOUR_S: Final = 3_600
_KIND: Final = 12
"""So much of a finding says which invariant it is: what else it says changes with what is left out."""


def torture(seeds: int | None, seed: int | None, minutes: float | None, keep: str | None) -> None:
    """Run them, tell what was tried and what broke; exit 1 where anything did."""
    if keep is not None and seed is None:
        raise complain("--keep: of which run? allowed: with --seed")
    if keep is not None:
        _one(_kept(draw(seed or 0), keep))
        return
    first = seed or 0
    if seeds is None and minutes is None:
        seeds = 1 if seed is not None else SEEDS
    found, ended = _all(first, seeds, minutes)
    _tell(found)
    for outcome in found.failed:
        _tell_failed(outcome, shrinks=ended)
    print(f"{found.seeds} seeds, {found.seconds / _HOUR_S:.1f} simulated hours, {found.violations} violations")
    if not ended:
        print("allusetui: stopped by hand; what was tried until then is told above", file=sys.stderr)
        raise SystemExit(INTERRUPTED)
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
        with _progress(seeds) as tick:
            for outcome in coming:
                found.add(outcome)
                tick(found)
    except KeyboardInterrupt:
        return found, False
    return found, True


@contextmanager
def _progress(seeds: int | None) -> Iterator[Callable[[Sum], None]]:
    """A line on a terminal; nothing where the output goes elsewhere."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda found: None
        return
    with Progress(TextColumn("{task.description}"), BarColumn(), console=console, transient=True) as bar:
        task = bar.add_task("seeds", total=seeds)
        yield lambda found: bar.update(
            task, completed=found.seeds, description=f"{found.seeds} seeds, {found.violations} violations"
        )


def _tell(found: Sum) -> None:
    """What was tried."""
    print(f"Program {code_digest()[:_SHOWN]}. What went wrong on purpose, how often, and its rows of the fault table:")
    for name, site in SITES.items():
        rows = ", ".join(map(str, site.rows))
        print(f"  {found.fired[name]:7d}  {name:34s}{rows}".rstrip())
    for what, taken, every in (
        ("an account's state (§9)", found.states, OF_STATES),
        ("an order's life", found.orders, OF_ORDERS),
    ):
        never = missing(taken, every)
        text = f"Changes of {what}: {len(every) - len(never)} of {len(every)}"
        print(textwrap.fill(text + (f"; never: {', '.join(never)}" if never else "") + ".", WIDTH))


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
    hours = outcome.seconds / _HOUR_S
    print(f"1 seed, {hours:.1f} simulated hours, {len(outcome.violations)} violations, journal {outcome.digest}")
    if outcome.violations:
        raise SystemExit(FAILED)
