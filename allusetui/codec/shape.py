"""How the values of one type are written as JSON values and read back: a pair of functions a type, built once.

Numbers have at most four decimals and fifteen digits, so that every JSON reader holds them exactly.
"""

import types
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cache, lru_cache
from typing import Any, Final, Union, get_args, get_origin, get_type_hints

from allusetui.domain.contract import Contract, Option, Stock
from allusetui.domain.frozen import frozen

Json = None | bool | int | float | Decimal | str | list["Json"] | dict[str, "Json"]

_FOURTH: Final = Decimal("0.0001")
_TOO_LARGE: Final = Decimal(10**11)
_TOO_LARGE_FLOAT: Final = float(_TOO_LARGE)
_REMEMBERED: Final = 4096


class CodecError(ValueError):
    """A value that the journal format can't hold, or a record that isn't one of ours."""


@frozen
class Shape:
    """`write` a value as JSON, `read` it back; both raise CodecError for a value of another type."""

    write: Callable[[Any], Json]
    read: Callable[[Any], Any]


@frozen
class FieldShape:
    """One field of a dataclass: `key` is its name in the journal."""

    name: str
    key: str
    shape: Shape
    optional: bool


def write_fields(owner: str, value: object, shapes: tuple[FieldShape, ...]) -> dict[str, Json]:
    """The fields of `value` by key, in order. Raises CodecError naming `owner` and the key."""
    data: dict[str, Json] = {}
    for field in shapes:
        try:
            data[field.key] = field.shape.write(getattr(value, field.name))
        except CodecError as error:
            raise CodecError(f"{owner}.{field.key}: {error}") from None
    return data


def read_fields(owner: str, data: Mapping[str, Any], shapes: tuple[FieldShape, ...]) -> dict[str, Any]:
    """The fields that `write_fields` wrote, by name; a key that is left out takes its default, where it has one."""
    values: dict[str, Any] = {}
    for field in shapes:
        if field.key in data:
            try:
                values[field.name] = field.shape.read(data[field.key])
            except CodecError as error:
                raise CodecError(f"{owner}.{field.key}: {error}") from None
        elif not field.optional:
            raise CodecError(f"{owner}: key {field.key} is missing")
    return values


def field_shapes(cls: type, without: frozenset[str] = frozenset()) -> tuple[FieldShape, ...]:
    """The shapes of a dataclass's fields, in their order, but for the fields named in `without`."""
    hints = get_type_hints(cls)
    return tuple(
        FieldShape(
            name=field.name,
            key=field.name.removesuffix("_"),
            shape=shape_of(hints[field.name]),
            optional=field.default is not MISSING or field.default_factory is not MISSING,
        )
        for field in fields(cls)
        if field.name not in without
    )


@cache
def shape_of(hint: Any) -> Shape:
    """The shape of a type hint. Raises TypeError for a type that the journal format does not know."""
    if hint in _PLAIN:
        return _PLAIN[hint]
    if hint is Option:
        return _option()
    if hint == Contract:
        return _contract()
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType) and types.NoneType in arguments:
        return _optional(shape_of(Union[tuple(a for a in arguments if a is not types.NoneType)]))  # noqa: UP007 built from a tuple
    if origin is tuple and len(arguments) == 2 and arguments[1] is Ellipsis:
        return _list(shape_of(arguments[0]))
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return Shape(_text, _member_of(hint))
    if isinstance(hint, type) and is_dataclass(hint):
        return _object(hint)
    raise TypeError(f"the journal has no shape for {hint}")


def figure(value: object) -> Json:
    """A figure of any plain type, as JSON."""
    if isinstance(value, Decimal):
        return _decimal(value)
    if isinstance(value, float):
        return _float(value)
    if value is None or isinstance(value, bool):
        return value
    return _integer(value) if isinstance(value, int) else _text(value)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise CodecError(f"{value!r} is not a text")
    return str(value)


def _integer(value: object) -> int:
    if type(value) is not int:
        raise CodecError(f"{value!r} is not a whole number")
    return value


def _flag(value: object) -> bool:
    if type(value) is not bool:
        raise CodecError(f"{value!r} is not true or false")
    return value


def _decimal(value: object) -> float:
    if not isinstance(value, Decimal):
        raise CodecError(f"{value!r} is not a decimal")
    if not value.is_finite() or not -_TOO_LARGE < value < _TOO_LARGE:
        raise CodecError(f"{value} is not a number that the journal can hold")
    if value.quantize(_FOURTH) != value:
        raise CodecError(f"{value} has more than 4 decimals")
    return float(value) + 0.0  # which turns −0 into 0


def _float(value: object) -> float:
    if not isinstance(value, float):
        raise CodecError(f"{value!r} is not a float")
    if not -_TOO_LARGE_FLOAT < value < _TOO_LARGE_FLOAT:
        raise CodecError(f"{value} is not a number that the journal can hold")
    if round(value, 4) != value:
        raise CodecError(f"{value} has more than 4 decimals")
    return float(value) + 0.0


def _day(value: object) -> str:
    if type(value) is not date:
        raise CodecError(f"{value!r} is not a day")
    return value.isoformat()


def _read_decimal(value: object) -> Decimal:
    if isinstance(value, Decimal):
        return value
    if type(value) is int:
        return Decimal(value)
    if isinstance(value, float):
        return Decimal(repr(value))
    raise CodecError(f"{value!r} is not a number")


def _read_float(value: object) -> float:
    return float(_read_decimal(value))


def _read_day(value: object) -> date:
    try:
        return date.fromisoformat(_text(value))
    except ValueError:
        raise CodecError(f"{value!r} is not a day") from None


_PLAIN: Final[Mapping[Any, Shape]] = {
    str: Shape(_text, _text),
    int: Shape(_integer, _integer),
    bool: Shape(_flag, _flag),
    Decimal: Shape(_decimal, _read_decimal),
    float: Shape(_float, _read_float),
    date: Shape(_day, _read_day),
}


def _member_of(cls: type[StrEnum]) -> Callable[[object], StrEnum]:
    members = {member.value: member for member in cls}

    def read(value: object) -> StrEnum:
        member = members.get(_text(value))
        if member is None:
            raise CodecError(f"{value!r} is none of {', '.join(members)}")
        return member

    return read


def _optional(inner: Shape) -> Shape:
    def write(value: object) -> Json:
        return None if value is None else inner.write(value)

    def read(value: object) -> Any:
        return None if value is None else inner.read(value)

    return Shape(write, read)


def _list(inner: Shape) -> Shape:
    def write(value: tuple[object, ...]) -> Json:
        return [inner.write(item) for item in value]

    def read(value: object) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise CodecError(f"{value!r} is not a list")
        return tuple(inner.read(item) for item in value)

    return Shape(write, read)


def _object(cls: type) -> Shape:
    shapes = field_shapes(cls)
    known = {field.key for field in shapes}

    def write(value: object) -> Json:
        if type(value) is not cls:
            raise CodecError(f"{value!r} is not of {cls.__name__}")
        return write_fields(cls.__name__, value, shapes)

    def read(value: object) -> Any:
        if not isinstance(value, dict):
            raise CodecError(f"{value!r} is not an object")
        for key in value.keys() - known:
            raise CodecError(f"{cls.__name__}: unknown key {key}")
        return cls(**read_fields(cls.__name__, value, shapes))

    return Shape(write, read)


def _option() -> Shape:
    """An option's shape that remembers: a run names few contracts, each of them often."""
    plain = _object(Option)
    shapes = field_shapes(Option)
    keys = tuple(field.key for field in shapes)
    known = set(keys)

    @lru_cache(maxsize=_REMEMBERED)
    def written(option: Option) -> dict[str, Json]:
        return write_fields("Option", option, shapes)

    @lru_cache(maxsize=_REMEMBERED, typed=True)
    def made(*values: Any) -> Any:
        return plain.read(dict(zip(keys, values, strict=True)))

    def write(value: object) -> Json:
        return dict(written(value)) if type(value) is Option else plain.write(value)

    def read(value: object) -> Any:
        if not isinstance(value, dict) or value.keys() != known:
            return plain.read(value)
        try:
            return made(*[value[key] for key in keys])
        except TypeError:  # a list or an object where a plain value stands
            return plain.read(value)

    return Shape(write, read)


def _contract() -> Shape:
    """A contract is an option where it has an expiry, a stock otherwise."""
    stock, option = _object(Stock), shape_of(Option)

    def write(value: object) -> Json:
        return (option if isinstance(value, Option) else stock).write(value)

    def read(value: object) -> Contract:
        found: Contract = (option if isinstance(value, dict) and "expiry" in value else stock).read(value)
        return found

    return Shape(write, read)
