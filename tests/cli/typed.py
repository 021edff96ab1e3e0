"""Commands as they stand in a text for people: taken out of it, and read as the program would read them."""

import re
import shlex
from functools import cache
from itertools import dropwhile, takewhile
from typing import Any

from typer.main import get_command

from allusetui.cli.commands import app
from allusetui.cli.start import is_option

_BLOCK = re.compile(r"^```(\w+)([^\n]*)\n(.*?)^```", re.DOTALL | re.MULTILINE)
_INLINE = re.compile(r"`(allusetui\s[^`]+)`")
_BEFORE = re.compile(r"[A-Z_]+=.*|\*")
"""What stands before a command: a variable of its environment, or the times of a crontab."""
_AFTER = ("|", "||", "&&", ">", "<")
_CARRIERS = {"sh", "cron"}


def blocks(text: str, language: str, kind: str = "") -> list[str]:
    """What is fenced as ```language kind."""
    return [body for found, of, body in _BLOCK.findall(text) if (found, of.strip()) == (language, kind)]


def commands_of(text: str) -> list[str]:
    """Every command of ours that a text shows or names, each on one line."""
    shown = (body for language, _, body in _BLOCK.findall(text) if language in _CARRIERS)
    lines = (line for body in shown for line in body.splitlines())
    named = (" ".join(found.split()) for found in _INLINE.findall(_BLOCK.sub("", text)))
    return [line for line in (*lines, *named) if _is_ours(line)]


def read(line: str) -> tuple[str, dict[str, Any]]:
    """The command that a line calls, and its parameters. Raises UsageError for what the program does not know."""
    words = [word for word in words_of(line)[1:] if word != "--help"]
    command = _program()
    context = command.make_context("allusetui", ["run", *words] if words and is_option(words[0]) else words)
    names = []
    while rest := [*context._protected_args, *context.args]:
        name, command, rest = command.resolve_command(context, rest)
        context = command.make_context(name, rest, parent=context)
        names.append(name)
    return " ".join(names), context.params


@cache
def _program() -> Any:
    return get_command(app)


def words_of(line: str) -> list[str]:
    """The program and its words, without what stands before it, and what is done with its output."""
    begun = dropwhile(_BEFORE.fullmatch, shlex.split(line, comments=True))
    return list(takewhile(lambda word: word not in _AFTER, begun))


def _is_ours(line: str) -> bool:
    return [word.rpartition("/")[2] for word in words_of(line)[:1]] == ["allusetui"]
