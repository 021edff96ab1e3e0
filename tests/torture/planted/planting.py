"""Bugs put into the running program on purpose, and taken out again: each a change of the text of one function or more.

A change that no longer fits its function raises, so that no plant rots: it is mended, or its bug is planted elsewhere.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import reduce
from importlib import import_module
from inspect import getsource
from textwrap import dedent, indent
from types import CodeType, FunctionType
from typing import Any

from allusetui.domain.frozen import frozen


class RottenError(Exception):
    """The program's text is no longer the one that a bug was planted in."""


@frozen
class Edit:
    """`old` becomes `new` in the text of `function`, named within its module as `Class.method` or by itself.

    `old` stands there once, at the indentation of a function of its own.
    """

    module: str
    function: str
    old: str
    new: str


@contextmanager
def planted(edits: tuple[Edit, ...]) -> Iterator[None]:
    """The program with the bug in it, in this process: whoever holds a function has the changed one."""
    with ExitStack() as undone:
        for edit in edits:
            function = function_of(edit)
            undone.callback(setattr, function, "__code__", function.__code__)
            function.__code__ = _changed(edit, function)
        yield


def function_of(edit: Edit) -> FunctionType:
    """What an edit is planted in; RottenError where there is no such function."""
    found = reduce(_within, edit.function.split("."), import_module(edit.module))
    if not isinstance(found, FunctionType):
        raise RottenError(f"{edit.module}.{edit.function} is no function")
    return found


def _within(owner: Any, name: str) -> Any:
    """A member of a module or class; of a property what reads it."""
    found = vars(owner).get(name)
    return found.fget if isinstance(found, property) else found


def _changed(edit: Edit, function: FunctionType) -> CodeType:
    text = dedent(getsource(function))
    if text.count(edit.old) != 1:
        raise RottenError(f"{edit.module}.{edit.function} has {text.count(edit.old)} times: {edit.old}")
    # Within another one, it may use what it has from around it, as `super()` has its class.
    around = "".join(f"    {name} = None\n" for name in function.__code__.co_freevars)
    inner = indent(text.replace(edit.old, edit.new), "    ")
    outer = _within_code(compile(f"def around():\n{around}{inner}", edit.module, "exec"), "around")
    return _within_code(outer, function.__code__.co_name)


def _within_code(code: CodeType, name: str) -> CodeType:
    return next(each for each in code.co_consts if isinstance(each, CodeType) and each.co_name == name)
