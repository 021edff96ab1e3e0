"""How a value of any type of the domain is written as JSON without loss, and read back: a pair of functions a type.

A decimal is text, an object the list of its fields' values in their order, a set a sorted list, a contract one text;
one of several classes is its name and it. A mapping is an object where its keys are texts as written, else the list of
its pairs. `layout` tells all of that for a type, so that two programs know whether they mean the same.
"""

import types
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from functools import cache, lru_cache
from math import isfinite
from typing import Any, Final, Union, get_args, get_origin, get_type_hints

import numpy as np

from allusetui.codec.shape import CodecError
from allusetui.domain.contract import Contract, Option, Right, Stock
from allusetui.domain.frozen import frozen

_REMEMBERED: Final = 4096
_STOCK, _OPTION = "S ", "O "


@frozen
class Exact:
    """`write` a value as JSON, `read` it back; `read` raises CodecError for what `write` can't have made."""

    write: Callable[[Any], Any]
    read: Callable[[Any], Any]
    layout: str
    is_text: bool = False
    """Whether it is written as a text, and so can be the key of an object."""


@cache
def exact(hint: Any) -> Exact:
    """The exact form of a type hint. Raises TypeError for a type that has none."""
    if hint in _PLAIN:
        return _PLAIN[hint]
    if hint == Contract:
        return Exact(_contract_text, _contract, "contract", True)
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType) and types.NoneType in arguments:
        return _optional(exact(Union[tuple(a for a in arguments if a is not types.NoneType)]))  # noqa: UP007 built from a tuple
    if origin in (Union, types.UnionType):
        return _one_of({each.__name__: exact(each) for each in arguments})
    if origin is np.ndarray:
        return _array(get_args(arguments[1])[0])
    if origin in (list, set, frozenset) or (origin is tuple and arguments[1:] == (Ellipsis,)):
        return _many(origin, exact(arguments[0]))
    if origin is tuple:
        return _row(lambda values: values, tuple(exact(a) for a in arguments), _itself, "tuple")
    if origin in (dict, Mapping):
        return _mapping(exact(arguments[0]), exact(arguments[1]))
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        members = {member.value: member for member in hint}
        return Exact(str, lambda value: members[value], f"{hint.__name__}({'|'.join(members)})", True)
    if isinstance(hint, type) and is_dataclass(hint):
        return exact_fields(hint, tuple(field.name for field in fields(hint)))
    raise TypeError(f"{hint} has no exact form")


def exact_fields(cls: type, names: tuple[str, ...]) -> Exact:
    """The exact form of a dataclass of which only the fields named are told; the others take their defaults."""
    hints = get_type_hints(cls)
    parts = tuple(exact(hints[name]) for name in names)

    def values(whole: Any) -> tuple[Any, ...]:
        return tuple([getattr(whole, name) for name in names])

    def made(found: tuple[Any, ...]) -> Any:
        return cls(**dict(zip(names, found, strict=True)))

    return _row(values, parts, made, f"{cls.__name__}:{','.join(names)}")


def _itself(value: Any) -> Any:
    return value


def _of(*wanted: type) -> Callable[[Any], Any]:
    def read(value: Any) -> Any:
        if type(value) not in wanted:
            raise CodecError(f"{value!r} is not of {wanted[0].__name__}")
        return value

    return read


def _decimal(value: Any) -> Decimal:
    try:
        return Decimal(_text(value))
    except InvalidOperation:
        raise CodecError(f"{value!r} is not a decimal") from None


def _float_text(value: float) -> float | str:
    """JSON knows no infinity."""
    return value if isfinite(value) else str(value)


def _contract_text(contract: Contract) -> str:
    return _option_text(contract) if isinstance(contract, Option) else _STOCK + contract.symbol


def _option_text(option: Option) -> str:
    return f"{_OPTION}{option.expiry} {option.strike} {option.right.value} {option.multiplier} {option.symbol}"


@lru_cache(maxsize=_REMEMBERED, typed=True)
def _contract(text: str) -> Contract:
    if _text(text).startswith(_STOCK):
        return Stock(text.removeprefix(_STOCK))
    kind, expiry, strike, right, multiplier, symbol = text.split(" ", 5)
    if kind != _OPTION.strip():
        raise CodecError(f"{text!r} is not a contract")
    return Option(symbol, date.fromisoformat(expiry), Decimal(strike), Right(right), int(multiplier))


def _option(text: str) -> Option:
    found = _contract(text)
    if not isinstance(found, Option):
        raise CodecError(f"{text!r} is not an option")
    return found


def _stock(text: str) -> Stock:
    found = _contract(text)
    if not isinstance(found, Stock):
        raise CodecError(f"{text!r} is not a stock")
    return found


_text, _list, _object = _of(str), _of(list), _of(dict)
_ELEMENTS: Final[Mapping[type, type]] = {np.float64: float, np.int64: int}
_PLAIN: Final[Mapping[Any, Exact]] = {
    str: Exact(_itself, _text, "str", True),
    int: Exact(_itself, _of(int), "int"),
    bool: Exact(_itself, _of(bool), "bool"),
    float: Exact(_float_text, float, "float"),
    Decimal: Exact(str, _decimal, "decimal", True),
    date: Exact(date.isoformat, date.fromisoformat, "date", True),
    Option: Exact(_option_text, _option, "option", True),
    Stock: Exact(_contract_text, _stock, "stock", True),
}


def _optional(inner: Exact) -> Exact:
    return Exact(
        lambda value: None if value is None else inner.write(value),
        lambda value: None if value is None else inner.read(value),
        f"{inner.layout}?",
    )


def _one_of(parts: Mapping[str, Exact]) -> Exact:
    """The name of a class and an object of it."""

    def write(value: Any) -> list[Any]:
        name = type(value).__name__
        return [name, parts[name].write(value)]

    def read(written: Any) -> Any:
        name, value = _list(written)
        return parts[_text(name)].read(value)

    return Exact(write, read, "|".join(f"{name}:{part.layout}" for name, part in parts.items()))


def _array(kind: type) -> Exact:
    """A numpy array of one dimension."""
    inner = exact(_ELEMENTS[kind])
    many = _many(list, inner)
    return Exact(
        lambda values: many.write(values.tolist()), lambda written: np.array(many.read(written), dtype=kind),
        f"array[{inner.layout}]",
    )  # fmt: skip


def _many(kind: type, inner: Exact) -> Exact:
    """A list, a tuple of any length or a set."""
    write_one, read_one, sort = inner.write, inner.read, issubclass(kind, set | frozenset)

    def write(values: Any) -> list[Any]:
        written = [write_one(value) for value in values]
        return sorted(written) if sort else written

    def read(written: Any) -> Any:
        return kind([read_one(value) for value in _list(written)])

    return Exact(write, read, f"{kind.__name__}[{inner.layout}]")


def _row(
    values: Callable[[Any], tuple[Any, ...]], parts: tuple[Exact, ...], made: Callable[[Any], Any], name: str
) -> Exact:
    """A list of as many values as there are parts."""
    writers, readers = [part.write for part in parts], [part.read for part in parts]

    def write(whole: Any) -> list[Any]:
        return [one(value) for one, value in zip(writers, values(whole), strict=True)]

    def read(written: Any) -> Any:
        return made(tuple([one(value) for one, value in zip(readers, _list(written), strict=True)]))

    return Exact(write, read, f"{name}({','.join(part.layout for part in parts)})")


def _mapping(key: Exact, value: Exact) -> Exact:
    layout = f"{{{key.layout}:{value.layout}}}"
    write_key, write_one, read_key, read_one = key.write, value.write, key.read, value.read

    def write(whole: Mapping[Any, Any]) -> dict[str, Any]:
        return {write_key(k): write_one(v) for k, v in whole.items()}

    def write_pairs(whole: Mapping[Any, Any]) -> list[Any]:
        return [[write_key(k), write_one(v)] for k, v in whole.items()]

    def read(written: Any) -> dict[Any, Any]:
        return {read_key(k): read_one(v) for k, v in _object(written).items()}

    def read_pairs(written: Any) -> dict[Any, Any]:
        return {read_key(k): read_one(v) for k, v in _list(written)}

    return Exact(write, read, layout) if key.is_text else Exact(write_pairs, read_pairs, layout)
