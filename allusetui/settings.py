"""The settings of the dashboard: a TOML file of a person's own → frozen values, and a line for each that can't be used.

Nothing of it concerns the engine: an entry that is wrong is told and its default stays, so that a slip of the pen never
stands between a person and the keys that stop something. Its table `[broker]` does, and is read by `linking` instead.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from allusetui.domain.frozen import frozen
from allusetui.domain.text import untrusted
from allusetui.view.commands import ALLOWED, COMMANDS, KEYS, is_key, renamed

FILE_NAME: Final = "settings.toml"
PALETTES: Final = "palettes"
"""The folder beside the file that holds palettes of one's own."""
_KINDS: Final = {str: "a valid string", bool: "a valid boolean", dict: "a table", float: "a valid number"}
_OF_LLM: Final = {"model": str, "base_url": str, "key_env": str, "timeout_s": float, "headlines": bool}
_LONGEST_S: Final = 120


@frozen
class Notify:
    """How a person who looks elsewhere is called: the bell, and the terminal's own notification (OSC 9)."""

    bell: bool = True
    terminal: bool = True


@frozen
class Llm:
    """A language model that words answers, where one is named; its key stands in an environment variable alone."""

    model: str = ""
    base_url: str = "https://api.openai.com/v1"
    key_env: str = "ALLUSETUI_LLM_KEY"
    timeout_s: float = 20.0
    headlines: bool = False
    """Whether it reads headlines, too; each is sent to it."""


@frozen
class Settings:
    """`keys`: the key of each command as a person types it."""

    theme: str = "dark"
    notify: Notify = Notify()
    keys: Mapping[str, str] = field(default_factory=lambda: KEYS)
    llm: Llm = Llm()


@frozen
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


def _read(table: Mapping[str, Any], file: Path) -> Loaded:
    # By hand: the first paint waits for the settings, and pydantic would double what it waits.
    top, wrong = _good(table, {"theme": str, "notify": dict, "keys": dict, "llm": dict, "broker": dict}, "", file)
    top.pop("broker", None)
    notify, wrong_of_notify = _good(top.pop("notify", {}), {"bell": bool, "terminal": bool}, "notify.", file)
    llm, wrong_of_llm = _model(top.pop("llm", {}), file)
    wishes = top.pop("keys", {})
    wishes, wrong_of_keys = _good(wishes, dict.fromkeys(wishes, str), "keys.", file)
    keys, refused = _keys(wishes, file)
    settings = Settings(**top, notify=Notify(**notify), keys=MappingProxyType(keys), llm=llm)
    return Loaded(settings, (*wrong, *wrong_of_notify, *wrong_of_keys, *refused, *wrong_of_llm))


def _model(table: Mapping[str, Any], file: Path) -> tuple[Llm, list[str]]:
    """The language model that is named, and what of its table can't be used."""
    good, wrong = _good(table, _OF_LLM, "llm.", file)
    if not 0 < good.get("timeout_s", 1) <= _LONGEST_S:
        cure = f"allowed: above 0 up to {_LONGEST_S}; the default stays"
        wrong.append(_line(file, "llm.timeout_s", f"{good.pop('timeout_s')!r}", cure))
    return Llm(**good), wrong


def _good(
    table: Mapping[str, Any], kinds: Mapping[str, type], place: str, file: Path
) -> tuple[dict[str, Any], list[str]]:
    """The entries of a table that are of their kind, and a line for each other one."""
    good, complaints = {}, []
    for name, value in table.items():
        if name not in kinds:
            complaints.append(_line(file, f"{place}{name}", "unknown", f"there are {', '.join(kinds)}"))
        elif type(value) is not kinds[name] and (type(value), kinds[name]) != (int, float):
            cure = f"allowed: {_KINDS[kinds[name]]}; the default stays"
            complaints.append(_line(file, f"{place}{name}", f"{value!r}", cure))
        else:
            good[name] = value
    return good, complaints


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
    keys = (f"{f'# {c.name} = {_quoted(c.key)}':<{width}}  # {c.words}" for c in COMMANDS)
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
            "# headlines = false # whether it reads headlines, too: each is sent to it, and may raise an alert",
            "",
            "# [broker]          # the account at Interactive Brokers; allusetui link writes this table",
            '# host = "127.0.0.1"',
            "# port = 4002       # paper: 4002 of a Gateway, 7497 of TWS; live: 4001, 7496",
            "# client_id = 7     # of the engine; each program that connects has one of its own",
            '# mode = "paper"    # or live',
            "# live = false      # true besides: orders with real money, never written but by your own hand",
            '# account = "DU1234567"    # all sleeves in one; or a table [broker.accounts] with GEN, REV and COM',
            "",
            f"# [keys]            # {ALLOWED}",
            *keys,
            "",
        )
    )


def _quoted(key: str) -> str:
    return f'"{key}"'
