"""A table of a TOML file read as a frozen value: each field by its type hint, and all that does not fit told at once.

Done by hand, since it is in the way of every start: a fifth of the time to a usable screen went into building a
library's models of the law and of the scenario.

A hint is a `Table`, a list (`tuple[X, ...]`), a dict, words (`Literal`), any of these or None, or `Annotated` with one
of the marks `By`, `First` and `Long`.
"""

from collections.abc import Callable, Sequence
from dataclasses import MISSING, fields
from enum import Enum, auto
from functools import cache
from types import NoneType, UnionType
from typing import (
    Annotated,
    Any,
    Final,
    Literal,
    NamedTuple,
    TypeVar,
    Union,
    cast,
    get_args,
    get_origin,
    get_type_hints,
)

Key = tuple[str | int, ...]
"""The way from the file's top to a value; members of a list are numbered from 0."""
Read = Callable[[object, Key, "list[Misfit]"], Any]

KEY: Final = "key"
"""In a field's metadata: what the file calls it, where that is not its name."""


class Table:
    """What a table is read as: frozen, and a key that it does not list is refused."""

    __slots__ = ()

    def check(self) -> None:
        """Raises ValueError where its fields do not agree."""


T = TypeVar("T", bound=Table)


class By(NamedTuple):
    """Marks a value that a function reads; it raises ValueError for what does not fit."""

    read: Callable[[Any], Any]


class First(NamedTuple):
    """Marks a value that a function changes before it is read by the hint."""

    change: Callable[[Any], Any]


class Long(NamedTuple):
    """Marks a list that has so many members."""

    least: int
    most: int | None = None


class Why(Enum):
    """In what way something does not fit."""

    UNKNOWN = auto()
    MISSING = auto()
    NO_TABLE = auto()
    NO_LIST = auto()
    LENGTH = auto()
    NO_WORD = auto()
    VALUE = auto()
    CHECK = auto()


class Misfit(NamedTuple):
    """One thing that does not fit. `allowed`: the keys that may stand there, those that must, or the words."""

    why: Why
    key: Key
    value: object
    allowed: Sequence[str] = ()
    error: ValueError | None = None
    """What the reader or the check said."""


class Misfits(ValueError):
    """All that does not fit, in the order of the fields."""

    def __init__(self, found: Sequence[Misfit]) -> None:
        super().__init__(f"{len(found)} things do not fit")
        self.found = tuple(found)

    @property
    def first(self) -> Misfit:
        """An unknown key before all else: a misspelt one is missing too, and its own name helps more."""
        return min(self.found, key=lambda misfit: misfit.why is not Why.UNKNOWN)


class _Field(NamedTuple):
    name: str
    read: Read
    default: Callable[[], object] | None


def read(kind: type[T], table: object) -> T:
    """The value that a table says; raises Misfits."""
    found: list[Misfit] = []
    value = _reader(cast(Any, kind))(table, (), found)
    if found:
        raise Misfits(found)
    return cast(T, value)


@cache
def _reader(hint: Any) -> Read:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        *inner, mark = arguments  # the last one is the outermost
        return _marked(Annotated[tuple(inner)] if inner[1:] else inner[0], mark)
    if origin in (Union, UnionType):  # a file has no None: it leaves out
        (of,) = (each for each in arguments if each is not NoneType)
        return _reader(of)
    if origin is Literal:
        return _word(arguments)
    if origin is tuple:
        return _list(_reader(arguments[0]))
    if origin is dict:
        return _dict(*map(_reader, arguments))
    if issubclass(origin or hint, Table):
        return _table(hint)
    raise TypeError(f"no table can hold {hint}")


def _marked(hint: Any, mark: By | First | Long) -> Read:
    if isinstance(mark, By):
        return _by(mark.read)
    return _first(mark.change, _reader(hint)) if isinstance(mark, First) else _long(mark, _reader(hint))


def _by(read: Callable[[Any], Any]) -> Read:
    def reads(value: object, at: Key, found: list[Misfit]) -> Any:
        try:
            return read(value)
        except ValueError as error:
            found.append(Misfit(Why.VALUE, at, value, error=error))

    return reads


def _first(change: Callable[[Any], Any], then: Read) -> Read:
    def reads(value: object, at: Key, found: list[Misfit]) -> Any:
        try:
            changed = change(value)
        except ValueError as error:
            found.append(Misfit(Why.VALUE, at, value, error=error))
        else:
            return then(changed, at, found)

    return reads


def _long(length: Long, then: Read) -> Read:
    def reads(value: object, at: Key, found: list[Misfit]) -> Any:
        made = then(value, at, found)
        if isinstance(made, tuple) and not length.least <= len(made) <= (length.most or len(made)):
            found.append(Misfit(Why.LENGTH, at, value, tuple(str(bound) for bound in length if bound is not None)))
        return made

    return reads


def _word(words: tuple[str, ...]) -> Read:
    def reads(value: object, at: Key, found: list[Misfit]) -> Any:
        if value not in words:
            found.append(Misfit(Why.NO_WORD, at, value, words))
        return value

    return reads


def _list(each: Read) -> Read:
    def reads(value: object, at: Key, found: list[Misfit]) -> Any:
        if isinstance(value, list | tuple):
            return tuple(each(member, (*at, place), found) for place, member in enumerate(value))
        found.append(Misfit(Why.NO_LIST, at, value))

    return reads


def _dict(name: Read, each: Read) -> Read:
    def reads(value: object, at: Key, found: list[Misfit]) -> Any:
        if isinstance(value, dict):
            return {name(key, (*at, key), found): each(member, (*at, key), found) for key, member in value.items()}
        found.append(Misfit(Why.NO_TABLE, at, value))

    return reads


def _table(kind: Any) -> Read:
    cls: type[Table] = get_origin(kind) or kind
    known = _fields(kind)
    needed = tuple(key for key, field in known.items() if field.default is None)

    def reads(value: object, at: Key, found: list[Misfit]) -> Any:
        if not isinstance(value, dict):
            found.append(Misfit(Why.NO_TABLE, at, value, tuple(known)))
            return None
        before = len(found)
        members: dict[str, object] = {}
        for key, field in known.items():
            if key in value:
                members[field.name] = field.read(value[key], (*at, key), found)
            elif field.default is not None:
                members[field.name] = field.default()
            else:
                found.append(Misfit(Why.MISSING, (*at, key), value, needed))
        found += [Misfit(Why.UNKNOWN, (*at, key), value[key], tuple(known)) for key in value if key not in known]
        return _made(cls, members, at, found) if len(found) == before else None

    return reads


def _made(cls: type[Table], members: dict[str, object], at: Key, found: list[Misfit]) -> Table:
    # Not by its `__init__`, which would be compiled for this one call.
    made = object.__new__(cls)
    for name, member in members.items():
        object.__setattr__(made, name, member)
    try:
        made.check()
    except ValueError as error:
        found.append(Misfit(Why.CHECK, at, made, error=error))
    return made


def _fields(kind: Any) -> dict[str, _Field]:
    """The fields of a table by their keys in the file, in their order."""
    cls = get_origin(kind) or kind
    hints, bound = get_type_hints(cls, include_extras=True), _bound(kind)
    found = {}
    for each in fields(cls):
        hint = hints[each.name]
        default = _giving(each.default) if each.default_factory is MISSING else each.default_factory
        is_needed = each.default is each.default_factory is MISSING
        key = each.metadata.get(KEY, each.name)
        found[key] = _Field(each.name, _reader(bound.get(hint, hint)), None if is_needed else default)
    return found


def _giving(value: object) -> Callable[[], object]:
    return lambda: value


def _bound(kind: Any) -> dict[Any, Any]:
    """What a generic table, or the one that a table is made from, is a table of."""
    given: dict[Any, Any] = {}
    for each in (kind, *getattr(kind, "__orig_bases__", ())):
        given.update(zip(getattr(get_origin(each), "__parameters__", ()), get_args(each), strict=False))
    return given
