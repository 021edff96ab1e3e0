"""What was tried by `allusetui torture` and what came of it: for people, as JSON, as the table of the README."""

import json
import textwrap
from collections.abc import Iterator
from typing import Final

from allusetui.cli.say import WIDTH
from allusetui.compose.program import code_digest
from allusetui.torture.crowd import Sum
from allusetui.torture.groups import GROUPS, Group
from allusetui.torture.sites.table import SITES
from allusetui.torture.tally import OF_ORDERS, OF_STATES, PASSED_OVER, Change, missing

HOUR_S: Final = 3_600
OFTEN: Final = 10
HEAD: Final = "| fault | what happens | tried | violations |\n|---|---|--:|--:|"
_SHOWN: Final = 12
_WHY: Final = "an analysis ends in its own batch"
_CHANGES: Final = (("an account's state (§9)", "states", OF_STATES), ("an order's life", "orders", OF_ORDERS))


def last_line(found: Sum) -> str:
    return f"{found.seeds} seeds, {found.seconds / HOUR_S:.1f} simulated hours, {found.violations} violations"


def seldom(found: Sum) -> list[str]:
    """The sites that fired less than ten times."""
    return [name for name in SITES if found.fired[name] < OFTEN]


def lines(found: Sum) -> Iterator[str]:
    """What was tried, for people."""
    yield f"Program {code_digest()[:_SHOWN]}. What went wrong on purpose, how often, and its rows of the fault table:"
    for name, site in SITES.items():
        yield f"  {found.fired[name]:7d}  {name:34s}{', '.join(map(str, site.rows))}".rstrip()
    few = [f"{name} ({found.fired[name]})" for name in seldom(found)]
    told = f"Sites: {len(SITES)}, of which {len(SITES) - len(few)} fired ten times or more"
    yield _wrapped(told + (f"; less often: {', '.join(few)}" if few else "") + ".")
    for what, name, every in _CHANGES:
        taken: dict[Change, int] = getattr(found, name)
        never = missing(taken, every - {PASSED_OVER})
        parts = [f"Changes of {what}: {len(every & taken.keys())} of {len(every)}"]
        parts += [f"never: {', '.join(never)}"] if never else []
        parts += [f"{' → '.join(PASSED_OVER)} can't come: {_WHY}"] if PASSED_OVER in every else []
        yield _wrapped("; ".join(parts) + ".")


def _wrapped(text: str) -> str:
    return textwrap.fill(text, WIDTH)


def as_json(found: Sum) -> str:
    """One value."""
    told = {
        "program": code_digest(),
        "seeds": found.seeds,
        "simulated_hours": round(found.seconds / HOUR_S, 1),
        "sites": {name: found.fired[name] for name in SITES},
        "fired_less_than_ten_times": seldom(found),
        "violations": found.violations,
        "failed": {str(outcome.seed): list(outcome.violations) for outcome in found.failed},
    }
    for _, name, every in _CHANGES:
        taken: dict[Change, int] = getattr(found, name)
        told[name] = {" → ".join(change): taken.get(change, 0) for change in sorted(every)}
    return json.dumps(told, ensure_ascii=False, indent=2)


def table(found: Sum) -> str:
    """For the README: faults as a reader takes them in."""
    return "\n".join([HEAD, *(_row(group, found) for group in GROUPS)])


def _row(group: Group, found: Sum) -> str:
    names = {site.name for site in group.sites()}
    tried = sum(found.fired[name] for name in names)
    broken = sum(len(each.violations) for each in found.failed if names & each.fired.keys())
    return f"| {group.fault} | {group.answer} | {tried:,} | {broken} |"
