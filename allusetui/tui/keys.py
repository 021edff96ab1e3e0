"""The keys of the commands as Textual binds them."""

from collections.abc import Mapping
from typing import Final

from textual.binding import Binding, BindingType
from textual.keys import _character_to_key

from allusetui.view.commands import AT_ONCE, KEYS

SENDING: Final = ("pause", "pause_all", "kill", "no_entries", "close", "resume", "reset")
"""The commands that reach the engine."""
FULL: Final = ("approvals", "orders", "journal", "states", "alerts", "runbook")
"""The commands that give a pane a screen of its own."""


def action(name: str) -> str:
    """What Textual is to run for a command."""
    return f"full('{name}')" if name in FULL else name


def bindings(*names: str) -> list[BindingType]:
    """The default keys of commands; what acts at once does so over everything but a text that is typed."""
    return [Binding(bound(KEYS[name]), action(name), id=name, priority=name in AT_ONCE) for name in names]


def keymap(keys: Mapping[str, str]) -> dict[str, str]:
    """The keys of every command for Textual."""
    return {name: bound(key) for name, key in keys.items()}


def bound(key: str) -> str:
    """Textual's name of a key as a person types it."""
    return _character_to_key(key) if len(key) == 1 else key
