"""How the dashboard looks: palettes and geometry, from `themes/`."""

import tomllib
from pathlib import Path
from typing import Any

from textual.theme import Theme

_PACKAGE = Path(__file__).parents[1]


def themes_folder() -> Path:
    """Where the themes are: in the installed package, or beside it in a checkout."""
    inside = _PACKAGE / "themes"
    return inside if inside.is_dir() else _PACKAGE.parent / "themes"


def structure() -> Path:
    """The style sheet that places everything."""
    return themes_folder() / "structure.tcss"


def themes() -> dict[str, Theme]:
    """Every palette by its name."""
    found = (_theme(tomllib.loads(path.read_text("utf-8"))) for path in sorted(themes_folder().glob("*.toml")))
    return {theme.name: theme for theme in found}


def _theme(palette: dict[str, Any]) -> Theme:
    tones = {f"tone-{name}": colour for name, colour in palette["tones"].items()}
    return Theme(name=palette["name"], dark=palette["dark"], variables=tones, **palette["colours"])
