"""What the holes of the guides are filled with, by name. Nothing of it is written down twice."""

from collections.abc import Callable, Iterable, Mapping
from textwrap import fill
from typing import Final

from allusetui.domain.account import Latch, Status
from allusetui.domain.link import PORTS, Mode
from allusetui.guides import journal_facts, law_facts, scenario_facts
from allusetui.guides.width import WIDTH
from allusetui.scenario.shipped import shipped_names
from allusetui.settings import default_text
from allusetui.view.commands import COMMANDS, KEYS
from allusetui.view.words import release


def _keys(_: str) -> str:
    """Every command of the dashboard with its default key."""
    wide = max(len(command.key) for command in COMMANDS)
    return "\n".join(f"{command.key:<{wide}}  {command.words}" for command in COMMANDS)


def _ports(mode: str) -> str:
    return ", ".join(f"{port} {what}" for port, what in PORTS[Mode(mode)].items())


def _names(members: Iterable[str]) -> str:
    return fill(", ".join(f"`{member}`" for member in members), WIDTH)


def _latches() -> str:
    """Every latch with how it is left."""
    keys = {name: f"`{key}`" for name, key in KEYS.items()}
    return "\n".join(f"- `{latch.value}`: {release(latch, keys)}" for latch in Latch)


FACTS: Final[Mapping[str, Callable[[str], str]]] = {
    "law": law_facts.number,
    "percent": law_facts.percent,
    "constitution": lambda _: law_facts.name(),
    "clauses": law_facts.clauses,
    "numbers": lambda _: law_facts.numbers(),
    "events": journal_facts.events,
    "keys_of": scenario_facts.keys_of,
    "faults": lambda _: scenario_facts.faults(),
    "actions": lambda _: scenario_facts.actions(),
    "shipped": lambda _: ", ".join(f"`{name}`" for name in shipped_names()),
    "keys": _keys,
    "settings": lambda _: default_text().rstrip("\n"),
    "ports": _ports,
    "states": lambda _: _names(Status),
    "latches": lambda _: _latches(),
}
"""By name; each is given what stands behind its name in the hole. Raises KeyError for what is not known."""
