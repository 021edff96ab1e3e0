"""Records of the exchange as plain JSON values and back, exact: decimals and days as texts, records by their name."""

import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from functools import cache
from typing import Any, Final, Union, get_args, get_origin, get_type_hints

Json = None | bool | int | str | list["Json"] | dict[str, "Json"]

_NAME: Final = "is"


class PlainError(ValueError):
    """A value that is not what its type asks for."""


def to_plain(value: object) -> Json:
    """The value as JSON can hold it."""
    if isinstance(value, StrEnum):
        return value.value
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, Decimal | date):
        return str(value)
    if isinstance(value, tuple):
        return [to_plain(item) for item in value]
    cls: Any = type(value)
    return {_NAME: cls.__name__, **{name: to_plain(getattr(value, name)) for name in _names(cls)}}


def from_plain(hint: Any, plain: object) -> Any:
    """The value of the type that `to_plain` wrote so. Raises PlainError for anything else."""
    if get_origin(hint) in (Union, types.UnionType):
        return _one_of(get_args(hint), plain)
    if get_origin(hint) is tuple:
        return _row(get_args(hint), plain)
    if is_dataclass(hint):
        return _record(hint, plain)
    if hint in (Decimal, date) or issubclass(hint, StrEnum):
        return _text(hint, plain)
    if type(plain) is not hint:
        raise PlainError(f"{plain!r} is not of {hint.__name__}")
    return plain


def _one_of(hints: tuple[Any, ...], plain: object) -> Any:
    if plain is None and types.NoneType in hints:
        return None
    left = [hint for hint in hints if hint is not types.NoneType]
    if isinstance(plain, dict):
        left = [hint for hint in left if hint.__name__ == plain.get(_NAME)]
    if len(left) != 1:
        raise PlainError(f"{plain!r} is none of {', '.join(hint.__name__ for hint in hints)}")
    return from_plain(left[0], plain)


def _row(hints: tuple[Any, ...], plain: object) -> tuple[Any, ...]:
    if not isinstance(plain, list):
        raise PlainError(f"{plain!r} is not a list")
    if hints[-1] is Ellipsis:
        return tuple(from_plain(hints[0], item) for item in plain)
    if len(plain) != len(hints):
        raise PlainError(f"{plain!r} has {len(plain)} items, not {len(hints)}")
    return tuple(from_plain(hint, item) for hint, item in zip(hints, plain, strict=True))


def _record(cls: Any, plain: object) -> Any:
    hints = _hints(cls)
    if not isinstance(plain, dict) or plain.keys() != {_NAME, *hints} or plain[_NAME] != cls.__name__:
        raise PlainError(f"{plain!r} is not of {cls.__name__}")
    return cls(**{name: from_plain(hint, plain[name]) for name, hint in hints.items()})


def _text(cls: Any, plain: object) -> Any:
    if not isinstance(plain, str):
        raise PlainError(f"{plain!r} is not a text")
    try:
        return date.fromisoformat(plain) if cls is date else cls(plain)
    except (ValueError, InvalidOperation):
        raise PlainError(f"{plain!r} is not of {cls.__name__}") from None


@cache
def _names(cls: Any) -> tuple[str, ...]:
    return tuple(field.name for field in fields(cls))


@cache
def _hints(cls: Any) -> Mapping[str, Any]:
    hints = get_type_hints(cls)
    return {name: hints[name] for name in _names(cls)}
