"""The settings of the dashboard: a TOML file of a person's own → frozen values, and a line for each that can't be used.

Nothing of it concerns the engine: an entry that is wrong is told and its default stays, so that a slip of the pen never
stands between a person and the keys that stop something.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from allusetui.domain.text import untrusted
from allusetui.view.commands import ALLOWED, COMMANDS, KEYS, is_key, renamed

FILE_NAME: Final = "settings.toml"
PALETTES: Final = "palettes"
"""The folder beside the file that holds palettes of one's own."""


_TABLES: Final = ("model_type", "dict_type", "mapping_type")


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Notify(_Table):
    """How a person who looks elsewhere is called: the bell, and the terminal's own notification (OSC 9)."""

    bell: bool = True
    terminal: bool = True


class Llm(_Table):
    """A language model that words answers, where one is named; its key stands in an environment variable alone."""

    model: str = ""
    base_url: str = "https://api.openai.com/v1"
    key_env: str = "ALLUSETUI_LLM_KEY"
    timeout_s: float = Field(default=20.0, gt=0, le=120)


class Settings(_Table):
    """`keys`: the key of each command as a person types it."""

    theme: str = "dark"
    notify: Notify = Notify()
    keys: Mapping[str, str] = Field(default_factory=dict)
    llm: Llm = Llm()


_TABLE_OF: Final[Mapping[str, type[_Table]]] = {"notify": Notify, "llm": Llm}


@dataclass(frozen=True, slots=True)
class Loaded:
    """Settings, with a key for every command, and what of their file can't be used: a line each."""

    settings: Settings
    complaints: tuple[str, ...] = ()


def load(file: Path) -> Loaded:
    """The settings in a file; the defaults where there is none."""
    try:
        return _read(tomllib.loads(file.read_text(encoding="utf-8")), file)
    except FileNotFoundError:
        return _read({}, file)
    except OSError as error:
        wrong = f"can't be read ({error.strerror})"
    except (ValueError, RecursionError) as error:  # not UTF-8, not TOML, [[[[…
        wrong = f"is not TOML in UTF-8 ({error})"
    return replace(_read({}, file), complaints=(_line(file, "(file)", wrong, "all defaults stay"),))


def _read(table: dict[str, Any], file: Path) -> Loaded:
    complaints: list[str] = []
    while True:
        try:
            wishes = Settings.model_validate(table)
            break
        except ValidationError as error:
            for wrong in error.errors():
                complaints.append(_complaint(wrong, file))
                _drop(table, wrong["loc"])
    keys, refused = _keys(wishes.keys, file)
    settings = wishes.model_copy(update={"keys": MappingProxyType(keys)})
    return Loaded(settings, (*complaints, *refused))


def _complaint(wrong: ErrorDetails, file: Path) -> str:
    key = ".".join(map(str, wrong["loc"]))
    if wrong["type"] == "extra_forbidden":
        table = _TABLE_OF.get(str(wrong["loc"][0]), Settings) if len(wrong["loc"]) > 1 else Settings
        return _line(file, key, "unknown", f"there are {', '.join(table.model_fields)}")
    wanted = "a table" if wrong["type"] in _TABLES else wrong["msg"].lower().removeprefix("input should be ")
    return _line(file, key, f"{wrong['input']!r}", f"allowed: {wanted}; the default stays")


def _drop(table: dict[str, Any], place: tuple[int | str, ...]) -> None:
    """Take the entry out of the table, so that its default stays."""
    for key in place[:-1]:
        inner = table.get(str(key))
        if not isinstance(inner, dict):
            break
        table, place = inner, place[1:]
    table.pop(str(place[0]), None)


def _keys(wishes: Mapping[str, str], file: Path) -> tuple[dict[str, str], list[str]]:
    """The key of every command, and what of the wishes can't be met."""
    complaints, good = [], {}
    for name, key in wishes.items():
        if name not in KEYS:
            complaints.append(_line(file, f"keys.{name}", "unknown command", f"there are {', '.join(KEYS)}"))
        elif not is_key(key) and key != KEYS[name]:
            complaints.append(_line(file, f"keys.{name}", f"{key!r} can't be its key", f"{ALLOWED}; {_stays(name)}"))
        else:
            good[name] = key
    keys, clashes = renamed(good)
    for name, other in clashes.items():
        complaints.append(
            _line(file, f"keys.{name}", f"{good[name]!r} is the key of {other}", f"take another; {_stays(name)}")
        )
    return keys, complaints


def _stays(name: str) -> str:
    return f"{KEYS[name]} stays"


def _line(file: Path, key: str, wrong: str, cure: str) -> str:
    return untrusted(f"{file}: {key}: {wrong}; {cure}", longest=1000)


def default_text() -> str:
    """A file that says everything there is to set, commented out."""
    width = max(len(f'# {name} = "{key}"') for name, key in KEYS.items())
    keys = (f'{f"# {c.name} = {_quoted(c.key)}":<{width}}  # {c.words}' for c in COMMANDS)
    return "\n".join(
        (
            "# Settings of the ALL-USE dashboard. What is left out, or wrong, has its default.",
            '# theme = "dark"    # dark, light, contrast, safe (colour-blind), ansi (the terminal\'s own sixteen)',
            f"#                   # or one of your own: a palette file in the folder {PALETTES} beside this file",
            "",
            "# [notify]          # how critical alerts and approval prompts call you",
            "# bell = true",
            "# terminal = true   # the terminal's own notification (OSC 9)",
            "",
            "# [llm]             # a language model that words answers; each figure of it is looked for in the ledger",
            '# model = ""        # none: the ledger answers by itself',
            f'# base_url = "{Llm().base_url}"',
            f'# key_env = "{Llm().key_env}"    # the environment variable that holds the key; no key stands here',
            f"# timeout_s = {Llm().timeout_s}",
            "",
            f"# [keys]            # {ALLOWED}",
            *keys,
            "",
        )
    )


def _quoted(key: str) -> str:
    return f'"{key}"'
