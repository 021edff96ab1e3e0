"""The keys of the commands as Textual binds them."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from textual.binding import Binding, BindingsMap, BindingType
from textual.keys import _character_to_key

from allusetui.view.commands import AT_ONCE, KEYS

SENDING: Final = ("pause", "pause_all", "kill", "no_entries", "close", "resume", "reset")
"""The commands that reach the engine."""
FULL: Final = (
    "approvals", "orders", "journal", "states", "alerts", "runbook", "ladder", "calendar", "data", "reports",
    "guides",
)  # fmt: skip
"""The commands that give a pane a screen of its own."""


def action(name: str) -> str:
    """What Textual is to run for a command."""
    return f"full('{name}')" if name in FULL else name


def bindings(*names: str) -> list[BindingType]:
    """The default keys of commands; what acts at once does so over everything but a text that is typed."""
    return [Binding(bound(KEYS[name]), action(name), id=name, priority=name in AT_ONCE) for name in names]


def rebound(bound_keys: BindingsMap, keys: Mapping[str, str]) -> BindingsMap:
    """The same bindings with the keys of every command.

    Textual's own keymap would not do: it is applied after letters that are text have been taken out, and brings them
    back.
    """
    found = {(binding.id, binding.action): binding for each in bound_keys.key_to_bindings.values() for binding in each}
    fixed = [binding for each in bound_keys.key_to_bindings.values() for binding in each if binding.id is None]
    own = [replace(binding, key=bound(keys[name])) for (name, _), binding in found.items() if name]
    return BindingsMap([*fixed, *own])


def at_once(keys: Mapping[str, str]) -> dict[str, str]:
    """Which command each of Textual's keys is for, of those that act at once."""
    return {bound(keys[name]): name for name in AT_ONCE}


def bound(key: str) -> str:
    """Textual's name of a key as a person types it."""
    return _character_to_key(key) if len(key) == 1 else key
