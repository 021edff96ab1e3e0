"""A TOML file's text with other values: every line that does not change stays as somebody wrote it, comments too."""

import json
import tomllib
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import time
from typing import Any

Key = tuple[str, ...]


def rewritten(text: str, keys: Collection[Key], table: Mapping[str, Any]) -> str:
    """The text, where each statement that holds one of the keys says what the table says.

    Tables are `[a.b]`, keys bare; a table in a line is rewritten whole. Lists of tables stay as they are.
    """
    found: list[str] = []
    place: Key = ()
    for statement in _statements(text.splitlines()):
        head = statement[0]
        if head.startswith("["):
            place = tuple(head[1 : head.index("]")].split(".")) if not head.startswith("[[") else ("[[",)
        name = head.partition("=")[0].strip()
        key = (*place, name)
        if head[:1].isalpha() and any(key == each[: len(key)] for each in keys):
            value: Any = table
            for part in key:
                value = value[part]
            found += (
                _listed(name, value) if len(statement) > 1 else [f"{name} = {worded(value)}{_comment(statement[0])}"]
            )
        else:
            found += statement
    return "\n".join(found) + "\n"


def worded(value: object) -> str:
    """A value as TOML."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return json.dumps(value, ensure_ascii=False)
        case time():
            return value.isoformat()
        case list():
            return f"[{', '.join(map(worded, value))}]"
        case dict():
            return f"{{ {', '.join(f'{name} = {worded(each)}' for name, each in value.items())} }}"
        case _:
            return str(value)


def _statements(lines: Sequence[str]) -> Iterator[list[str]]:
    """Each line, or as many as one value takes."""
    waiting: list[str] = []
    for line in lines:
        waiting.append(line)
        if not waiting[0][:1].isalpha() or _parses("\n".join(waiting)):
            yield waiting
            waiting = []
    assert not waiting


def _listed(name: str, values: Sequence[object]) -> list[str]:
    """A list with a line an entry, as it was."""
    return [f"{name} = [", *(f"    {worded(value)}," for value in values), "]"]


def _comment(line: str) -> str:
    """What stands behind the value, with the blanks before it."""
    for at, letter in enumerate(line):
        if letter == "#" and _parses(line[:at]):
            return line[len(line[:at].rstrip()) :]
    return ""


def _parses(text: str) -> bool:
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return False
    return True
