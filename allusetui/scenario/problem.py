"""One line for what is wrong with a scenario: the key as a reader would write it, the fault, and what is allowed."""

import re
from collections.abc import Sequence
from typing import Final

from allusetui.domain.table import Misfit, Misfits, Why
from allusetui.scenario.values import Problem, near_miss, shown

BARE: Final = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)
Key = Sequence[str | int]


def dotted(key: Key) -> str:
    """Gives `fault[2].kind` for ("fault", 1, "kind"): tables of a list are counted from 1."""
    written = ""
    for part in key:
        if isinstance(part, int):
            written += f"[{part + 1}]"
        else:
            written += ("." if written else "") + (part if BARE.fullmatch(part) else f'"{part}"')
    return written


def explain(misfits: Misfits) -> str:
    """Gives "key: what is wrong; what is allowed" for the first thing wrong, an unknown key before all else."""
    first, others = misfits.first, len(misfits.found) - 1
    more = f" (and {others} more)" if others else ""
    key = (*first.key, *first.error.key) if isinstance(first.error, Problem) else first.key
    return f"{dotted(key)}: {_said(first)}{more}"


def _said(misfit: Misfit) -> str:
    value, allowed = misfit.value, ", ".join(misfit.allowed)
    match misfit.why:
        case Why.UNKNOWN:
            return f"is not a key here; allowed: {allowed}{near_miss(str(misfit.key[-1]), misfit.allowed)}"
        case Why.MISSING:
            return f"is missing; needed: {allowed}"
        case Why.NO_WORD:
            return f"{shown(value)} is not known; allowed: {allowed}{near_miss(str(value), misfit.allowed)}"
        case Why.NO_TABLE:
            return f"{shown(value)} is not a table; allowed: {allowed or 'a table'}"
        case Why.NO_LIST:
            return f"{shown(value)} is not a list of tables; allowed: tables under [[{dotted(misfit.key)}]]"
        case _:
            return str(misfit.error)
