"""How the dashboard looks: palettes and geometry, from `themes/`, and palettes of one's own."""

import tomllib
from pathlib import Path
from typing import Any

from rich.color import Color as RichColor
from rich.style import Style
from textual.color import Color, ColorParseError
from textual.theme import Theme

from allusetui.domain.text import untrusted
from allusetui.view.model import Tone

_PACKAGE = Path(__file__).parents[1]
_COLOURS = frozenset(
    {"background", "surface", "panel", "foreground", "primary", "accent", "success", "warning", "error"}
)
_TONES = frozenset({*(tone.value for tone in Tone), "loud-back", "cursor-back"})
_PARTS = {"head": "dim", "title": "dim", "key": "accent", "focus": "accent"}
"""A pane's own looks, by the tone that they have."""
_BOLD = frozenset({"bad", "loud", "key", "focus"})
_BARS = frozenset({"title", "focus"})
"""Looks that stand on a ground of their own across the pane."""
_TOP = {"name": str, "dark": bool, "ansi": bool, "colours": dict, "tones": dict}


def themes_folder() -> Path:
    """Where the themes are: in the installed package, or beside it in a checkout."""
    inside = _PACKAGE / "themes"
    return inside if inside.is_dir() else _PACKAGE.parent / "themes"


def structure() -> Path:
    """The style sheet that places everything."""
    return themes_folder() / "structure.tcss"


def themes(own: Path | None = None) -> tuple[dict[str, Theme], tuple[str, ...]]:
    """Every palette by its name, those of the folder `own` last; and a line for each that can't be used."""
    found: dict[str, Theme] = {}
    complaints: list[str] = []
    for folder in (themes_folder(), *([own] if own is not None else [])):
        for path in sorted(folder.glob("*.toml")):
            try:
                theme = _theme(tomllib.loads(path.read_text("utf-8")))
            except (OSError, ValueError) as error:
                complaints.append(untrusted(f"{path.name}: {error}; this palette is left out"))
            else:
                found[theme.name] = theme
    return found, tuple(complaints)


def drawn(theme: Theme, look: str) -> Style:
    """How a tone, or a part of a pane, is drawn over the pane's own colours.

    Not by the style sheet: Textual would apply every one of these anew for every pane of every box that opens.
    """
    tone, bold = _PARTS.get(look, look), look in _BOLD
    colour = theme.accent if tone == "accent" else theme.variables.get(f"tone-{tone}")
    back = theme.panel if look in _BARS else theme.variables.get(f"tone-{tone}-back")
    # The sixteen colours have no grey that every terminal can show: there the look itself is fainter.
    dim = theme.ansi and tone == "dim"
    return Style(color=_rich(colour), bgcolor=_rich(back), bold=bold or None, dim=dim or None)


def _rich(colour: str | None) -> RichColor | None:
    return Color.parse(colour).rich_color if colour is not None else None


def _theme(palette: dict[str, Any]) -> Theme:
    """A palette's theme. Raises ValueError, naming the key and what is allowed."""
    for key, value in palette.items():
        if key not in _TOP:
            raise ValueError(f"{key}: unknown; allowed: {', '.join(_TOP)}")
        if not isinstance(value, _TOP[key]):
            raise ValueError(f"{key}: {value!r}; allowed: a {_TOP[key].__name__}")
    for key in _TOP.keys() - palette.keys() - {"ansi"}:
        raise ValueError(f"{key}: missing")
    _check("colours", palette["colours"], _COLOURS)
    _check("tones", palette["tones"], _TONES)
    ansi = palette.get("ansi", False)
    tones = {f"tone-{name}": colour for name, colour in palette["tones"].items()}
    # Textual's own sheet wants these.
    own = {f"ansi-{ground}": palette["colours"][ground] for ground in ("background", "foreground")}
    return Theme(
        name=palette["name"], dark=palette["dark"], ansi=ansi, variables={**tones, **own},
        **palette["colours"],
    )  # fmt: skip


def _check(table: str, colours: dict[str, Any], wanted: frozenset[str]) -> None:
    for key in sorted(colours.keys() ^ wanted):
        wrong = f"unknown; allowed: {', '.join(sorted(wanted))}" if key in colours else "missing"
        raise ValueError(f"{table}.{key}: {wrong}")
    for key, value in colours.items():
        try:
            Color.parse(value)
        except (ColorParseError, TypeError, AttributeError):
            raise ValueError(f"{table}.{key}: {value!r} is no colour; allowed: #rrggbb") from None
