"""What a person has chosen of the dashboard."""

from collections.abc import Mapping
from dataclasses import field
from pathlib import Path

from allusetui.domain.frozen import frozen
from allusetui.view.commands import KEYS


@frozen
class Prefs:
    """`keys`: by command; `palettes`: a folder of palettes of one's own; `pictures`: where the screen's go.

    `complaints`: what of the settings can't be used, a line each. `greeting`: what a new session begins with telling.
    `shell`: what names the session behind a command that is typed in a shell.
    """

    theme: str = "dark"
    keys: Mapping[str, str] = field(default_factory=lambda: KEYS)
    bell: bool = True
    notify: bool = True
    palettes: Path | None = None
    pictures: Path | None = None
    complaints: tuple[str, ...] = ()
    greeting: str = ""
    shell: str = ""
