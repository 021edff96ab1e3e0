"""Values: dataclasses with slots, frozen or not, made without compiling each of their methods anew.

The standard decorator compiles six methods a class, which for the hundreds of classes of a start takes a quarter of
a second. Of these only `__init__` differs from class to class in more than its names: it is compiled where a class is
first used, and the others are shared here.
"""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, FrozenInstanceError, dataclass, field, fields
from inspect import Signature, signature
from operator import attrgetter
from typing import Any, TypeVar, dataclass_transform, overload

T = TypeVar("T")


@overload
def frozen(cls: type[T]) -> type[T]: ...
@overload
def frozen(*, kw_only: bool = False, eq: bool = True) -> Callable[[type[T]], type[T]]: ...
@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def frozen(cls: type[Any] | None = None, *, kw_only: bool = False, eq: bool = True) -> Any:
    """A class decorator that gives what `@dataclass(frozen=True, slots=True)` gives, sooner.

    `fields`, `replace`, `asdict`, patterns, copies and pickles work as with any dataclass. What the class itself
    defines of `__eq__`, `__hash__` and `__repr__` stays. A class may inherit from another frozen one, and from no
    other dataclass. Without `eq` a value is equal to itself alone.
    """
    methods = {**_SHARED, **_FROZEN, **(_COMPARED if eq else {})}
    return (lambda plain: _made(plain, kw_only, methods)) if cls is None else _made(cls, kw_only, methods)


@overload
def mutable(cls: type[T]) -> type[T]: ...
@overload
def mutable(*, eq: bool = True) -> Callable[[type[T]], type[T]]: ...
@dataclass_transform(field_specifiers=(field,))
def mutable(cls: type[Any] | None = None, *, eq: bool = True) -> Any:
    """The same of `@dataclass(slots=True)`: what is compared by its values has no hash.

    A field that `__init__` leaves out is set by `__post_init__`.
    """
    methods = {**_SHARED, **({**_COMPARED, "__hash__": None} if eq else {})}
    return (lambda plain: _made(plain, False, methods)) if cls is None else _made(cls, False, methods)


def _made(cls: type[Any], kw_only: bool, methods: Mapping[str, Any]) -> Any:
    cls.__doc__ = cls.__doc__ or cls.__name__  # where there is none, the standard decorator would work out a signature
    made: Any = dataclass(init=False, repr=False, eq=False, slots=True, kw_only=kw_only)(cls)
    made.__init__ = _compiled_when_used(made)
    made._names = names = tuple(each.name for each in fields(made))
    # A tuple is compared by identity first, and only of two and more does this give one.
    made._values = attrgetter(*names) if len(names) > 1 else attrgetter(*names, "__class__")
    for name, method in methods.items():
        if made.__dict__.get(name) is None:
            setattr(made, name, method)
    return made


def _compiled_when_used(made: Any) -> Any:
    def __init__(self: Any, *values: Any, **named: Any) -> None:
        made.__init__ = _init(made)
        made.__init__(self, *values, **named)

    return __init__


class _Told:
    """What a class is made of, for whoever looks before it was used."""

    def __get__(self, value: object, cls: Any) -> Signature:
        of_init = signature(_init(cls))
        return of_init.replace(parameters=list(of_init.parameters.values())[1:])


def _init(made: Any) -> Any:
    """Sets every field; of what is frozen by the slot itself: a frozen dataclass's own takes four times as long."""
    scope: dict[str, Any] = {"_MISSING": MISSING}
    is_frozen = made.__setattr__ is _refuse_to_set
    words, lines = ["self"], []
    found: tuple[Field[Any], ...] = fields(made)
    # What has to be named when it is given comes last.
    for each in sorted((each for each in found if each.init), key=lambda each: bool(each.kw_only)):
        default, value = f"_default_{each.name}", each.name
        if each.kw_only and "*" not in words:
            words.append("*")
        if each.default is not MISSING:
            scope[default] = each.default
            words.append(f"{each.name}={default}")
        elif each.default_factory is not MISSING:
            scope[default] = each.default_factory
            words.append(f"{each.name}=_MISSING")
            value = f"{default}() if {each.name} is _MISSING else {each.name}"
        else:
            words.append(each.name)
        if is_frozen:
            scope[f"_set_{each.name}"] = getattr(made, each.name).__set__
        lines.append(f"    _set_{each.name}(self, {value})" if is_frozen else f"    self.{each.name} = {value}")
    if hasattr(made, "__post_init__"):
        lines.append("    self.__post_init__()")
    exec(f"def __init__({', '.join(words)}):\n" + ("\n".join(lines) or "    pass"), scope)
    init = scope["__init__"]
    init.__qualname__ = f"{made.__qualname__}.__init__"
    return init


def _eq(self: Any, other: Any) -> Any:
    if other.__class__ is not self.__class__:
        return NotImplemented
    values = self._values
    return values(self) == values(other)


def _hash(self: Any) -> int:
    return hash(self._values(self))


def _repr(self: Any) -> str:
    return f"{type(self).__qualname__}({', '.join(f'{name}={getattr(self, name)!r}' for name in self._names)})"


def _refuse_to_set(self: Any, name: str, value: object) -> None:
    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_to_delete(self: Any, name: str) -> None:
    raise FrozenInstanceError(f"cannot delete field {name!r}")


def _state(self: Any) -> list[Any]:
    return [getattr(self, name) for name in self._names]


def _set_state(self: Any, state: list[Any]) -> None:
    for name, value in zip(self._names, state, strict=True):
        object.__setattr__(self, name, value)


_SHARED = {"__repr__": _repr, "__signature__": _Told()}
_COMPARED = {"__eq__": _eq, "__hash__": _hash}
_FROZEN = {
    "__setattr__": _refuse_to_set, "__delattr__": _refuse_to_delete, "__getstate__": _state, "__setstate__": _set_state,
}  # fmt: skip
