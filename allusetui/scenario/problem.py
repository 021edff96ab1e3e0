"""One line for what is wrong with a scenario: the key as a reader would write it, the fault, and what is allowed."""

import re
from collections.abc import Sequence
from types import UnionType
from typing import Any, Final, Union, get_args, get_origin

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from allusetui.scenario.model import Scenario
from allusetui.scenario.setting import Table
from allusetui.scenario.values import Problem, near_miss, shown

BARE: Final = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)
NOT_A_TABLE: Final = ("model_type", "model_attributes_type", "dict_type")
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


def explain(error: ValidationError) -> str:
    """Gives "key: what is wrong; what is allowed" for the first thing wrong, an unknown key before all else."""
    details = error.errors(include_url=False)
    first = next((detail for detail in details if detail["type"] == "extra_forbidden"), details[0])
    key, text = _key_and_text(first)
    more = f" (and {len(details) - 1} more)" if len(details) > 1 else ""
    return f"{dotted(key)}: {text}{more}"


def _key_and_text(detail: ErrorDetails) -> tuple[Key, str]:
    key = [part for part in detail["loc"] if part != "[key]"]
    kind, value = detail["type"], detail["input"]
    problem = detail.get("ctx", {}).get("error")
    if isinstance(problem, Problem):
        return [*key, *problem.key], str(problem)
    if kind == "extra_forbidden":
        known = _keys(_table_at(key[:-1]))
        return key, f"is not a key here; allowed: {', '.join(known)}{near_miss(str(key[-1]), known)}"
    if kind == "missing":
        return key, f"is missing; needed: {', '.join(_needed(_table_at(key[:-1])))}"
    if kind == "literal_error":
        words = re.findall(r"'([^']*)'", detail["ctx"]["expected"])
        return key, f"{shown(value)} is not known; allowed: {', '.join(words)}{near_miss(str(value), words)}"
    if kind in NOT_A_TABLE:
        return key, f"{shown(value)} is not a table; allowed: {', '.join(_keys(_table_at(key))) or 'a table'}"
    if kind == "tuple_type":
        return key, f"{shown(value)} is not a list of tables; allowed: tables under [[{dotted(key)}]]"
    return key, f"{shown(value)} does not fit; allowed: {detail['msg']}"


def _table_at(key: Key) -> Any:
    kind: Any = Scenario
    for part in key:
        if isinstance(kind, type) and issubclass(kind, Table):
            fields = {field.alias or name: field.annotation for name, field in kind.model_fields.items()}
            kind = fields.get(str(part))
        else:
            kind = get_args(kind)[0 if isinstance(part, int) else -1]
        if get_origin(kind) in (Union, UnionType):
            kind = get_args(kind)[0]
    return kind


def _keys(kind: Any) -> list[str]:
    if not (isinstance(kind, type) and issubclass(kind, Table)):
        return []
    return [field.alias or name for name, field in kind.model_fields.items()]


def _needed(kind: type[Table]) -> list[str]:
    return [field.alias or name for name, field in kind.model_fields.items() if field.is_required()]
