"""Reading a scenario: a file or a shipped name in, a checked Scenario or one line of what is wrong out."""

import tomllib
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from allusetui.domain.table import Misfits, read
from allusetui.domain.text import untrusted
from allusetui.scenario.model import Scenario
from allusetui.scenario.problem import dotted, explain
from allusetui.scenario.shipped import shipped_names, shipped_text
from allusetui.scenario.values import Problem, near_miss

LONGEST_LINE = 1_000
LARGEST_BYTES = 16_000_000


class ScenarioError(Exception):
    """A scenario that can't be used; its text is one line: file, key, what is wrong, what is allowed."""

    def __init__(self, source: str, text: str) -> None:
        super().__init__(untrusted(f"{source}: {text}", LONGEST_LINE))


def refusal(source: str, problem: Problem) -> ScenarioError:
    """The one line for a problem that was found after the reading; its key leads from the file's top."""
    return ScenarioError(source, f"{dotted(problem.key)}: {problem}")


def load(path: Path | str, data_dir: Path | None = None) -> Scenario:
    """Gives the scenario of a file, or the shipped one of that name if there is no such file.

    `data_dir` stands for a history market's `data` where the file leaves it out; a relative `data` is relative to the
    file. Raises ScenarioError for everything that is wrong with the file or its directory.
    """
    scenario = parse(text_of(path), str(path))
    return _with_data(scenario, str(path), Path(path).parent, data_dir)


def text_of(path: Path | str) -> str:
    """The text of a scenario's file, or of the shipped one of that name. Raises ScenarioError."""
    file = Path(path)
    is_shipped = str(path) in shipped_names() and not _is_file(file)
    return shipped_text(str(path)) if is_shipped else _read(file)


def parse(text: str, source: str) -> Scenario:
    """Gives the scenario that a TOML text says, `data` as written; raises ScenarioError that names `source`."""
    try:
        return read(Scenario, _tables(text, source))
    except Misfits as misfits:
        raise ScenarioError(source, explain(misfits)) from None


def _tables(text: str, source: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text, parse_float=Decimal)
    except (ValueError, ArithmeticError) as error:
        raise ScenarioError(source, f"is not TOML: {error or 'a number is out of range'}") from None
    except RecursionError:
        raise ScenarioError(source, "is nested too deeply; allowed: tables as in the documented format") from None


def _is_file(file: Path) -> bool:
    try:
        return file.is_file()
    except (OSError, ValueError):
        return False


def _read(file: Path) -> str:
    try:
        if file.is_dir():
            raise ScenarioError(str(file), "is a directory; allowed: a TOML file")
        with file.open("rb") as stream:
            content = stream.read(LARGEST_BYTES + 1)
    except FileNotFoundError:
        names = shipped_names()
        allowed = f"allowed: a TOML file or a shipped scenario ({', '.join(names)}){near_miss(file.name, names)}"
        raise ScenarioError(str(file), f"no such file; {allowed}") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ScenarioError(str(file), f"can't be read: {reason}; allowed: a readable TOML file") from None
    if len(content) > LARGEST_BYTES:
        raise ScenarioError(str(file), f"is too long; allowed: at most {LARGEST_BYTES} bytes")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ScenarioError(str(file), f"is not UTF-8 at byte {error.start}; allowed: UTF-8 text") from None


def _with_data(scenario: Scenario, source: str, folder: Path, data_dir: Path | None) -> Scenario:
    market = scenario.market
    data = market.data
    if data is not None:
        data = (folder / data).resolve()
    elif market.kind == "history":
        if data_dir is None:
            cure = 'allowed: data = "DIR" here, or $ALLUSETUI_DATA'
            raise ScenarioError(source, f"market.data: is missing and a history market reads it; {cure}")
        data = data_dir.resolve()
    if data is not None and not data.is_dir():
        raise ScenarioError(source, f"market.data: {data} is not a directory; allowed: a data directory")
    return replace(scenario, market=replace(market, data=data))
