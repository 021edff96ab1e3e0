"""What a session's engine and dashboard are started with."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

NAME: Final = "allusetui"
COMPLETING: Final = "_ALLUSETUI_COMPLETE"
"""In the environment while a shell asks what may come next: nothing is started then."""


class Start(NamedTuple):
    """The words of `allusetui run`; the defaults are what `allusetui` alone does."""

    mode: str = "sim"
    session: str = "demo"
    scenario: str | None = None
    headless: bool = False
    speed: str = "60"
    theme: str | None = None
    settings: Path | None = None
    sessions: Path | None = None
    waive_paper_weeks: str | None = None
    """Why a person does without the paper weeks that come before live."""


_NAMES = {f"--{name.replace('_', '-')}": name for name in Start._fields}


def is_option(word: str) -> bool:
    """Whether a word is one of `allusetui run`'s options."""
    return word.partition("=")[0] in _NAMES


def start_of(words: Sequence[str]) -> Start | None:
    """What the words behind `run` ask for; None where that is not plain, and typer has to say what is wrong."""
    given: dict[str, Any] = {}
    rest = iter(words)
    for word in rest:
        if not is_option(word):
            return None
        option, equals, value = word.partition("=")
        name = _NAMES[option]
        if Start.__annotations__[name] is bool:
            if equals:
                return None
            given[name] = True
            continue
        if not equals:
            value = next(rest, "")
        if not value or value.startswith("-"):
            return None
        given[name] = Path(value) if Start.__annotations__[name] == Path | None else value
    return Start(**given)
