"""The tables of a scenario file: which keys there are, which are needed, and what the others are when left out."""

from collections.abc import Mapping
from dataclasses import MISSING, Field, fields
from textwrap import fill
from typing import Any, Final, get_args

from allusetui.domain.table import KEY, Table
from allusetui.guides.width import WIDTH
from allusetui.scenario import model
from allusetui.scenario.script import ACTION_NEEDS, FAULT_MAY, FAULT_NEEDS, WITHOUT_ACCOUNT

_TABLES: Final[Mapping[str, type[Table]]] = {
    each.__name__: each
    for each in (
        model.Run, model.Market, model.SymbolSpec, model.Dividend, model.Breadth, model.AccountSpec, model.Holding,
        model.OptionPosition, model.TapePoint, model.Headline, model.Fault, model.OperatorAct, model.Expectation,
        model.SumTest,
    )
}  # fmt: skip


def keys_of(table: str) -> str:
    """The keys of a table by its class: the needed ones first. Raises KeyError."""
    found = fields(_TABLES[table])  # type: ignore[arg-type]  # every table is a dataclass
    needed = [_key(field) for field in found if not _has_default(field)]
    others = [f"{_key(field)}{_default(field)}" for field in found if _has_default(field)]
    told = [f"Needed: {', '.join(needed)}."] if needed else []
    told += [f"May be left out: {', '.join(others)}."] if others else []
    return fill(" ".join(told), WIDTH, break_long_words=False, break_on_hyphens=False)


def _has_default(field: Field[Any]) -> bool:
    return field.default is not MISSING or field.default_factory is not MISSING


def _key(field: Field[Any]) -> str:
    return f"`{field.metadata.get(KEY, field.name)}`"


def _default(field: Field[Any]) -> str:
    """What stands where a plain value is left out; nothing for what has none, or is a table."""
    return "" if field.default in (MISSING, None, ()) else f" = {field.default}"


def faults() -> str:
    """Every kind of fault with the keys that it takes beside `at` and `for`."""
    return "\n".join(
        _takes(kind, FAULT_NEEDS.get(kind, ()), FAULT_MAY.get(kind, ())) for kind in get_args(model.FaultKind)
    )


def actions() -> str:
    """Every action of the operator with the keys that it takes beside `at`."""
    return "\n".join(
        _takes(
            action, (*(() if action in WITHOUT_ACCOUNT else ("account",)), *ACTION_NEEDS.get(action, ())),
            ("account",) if action == "reset" else (),
        )
        for action in get_args(model.Action)
    )  # fmt: skip


def _takes(name: str, needs: tuple[str, ...], may: tuple[str, ...]) -> str:
    told = [", ".join(needs)] if needs else []
    told += [f"may have {', '.join(may)}"] if may else []
    return f"- `{name}`{': ' if told else ''}{'; '.join(told)}"
