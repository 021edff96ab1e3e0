"""Palettes and geometry: found, complete, and readable."""

from pathlib import Path

import pytest
from textual._ansi_theme import ALABASTER, MONOKAI
from textual.color import Color
from textual.theme import Theme

from allusetui.tui.look import drawn, structure, themes, themes_folder
from allusetui.tui.widgets.pane import Pane
from allusetui.view.model import Tone
from tests.tui.consoles import afternoon
from tests.tui.desk import watching

THEMES, COMPLAINTS = themes()
ANSI = ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")
# What a dichromat sees of a colour: Viénot, Brettel and Mollon (1999), on linear RGB.
BLIND = {
    "protan": ((0.11238, 0.88762, 0.0), (0.11238, 0.88762, 0.0), (0.00401, -0.00401, 1.0)),
    "deutan": ((0.29275, 0.70725, 0.0), (0.29275, 0.70725, 0.0), (-0.02234, 0.02234, 1.0)),
}


def linear(colour: Color) -> list[float]:
    return [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in colour.normalized]


def contrast(one: Color, other: Color) -> float:
    """As WCAG 2 has it: 1 to 21, and 4.5 is what text needs."""

    def luminance(colour: Color) -> float:
        red, green, blue = linear(colour)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def tones_of(theme: Theme) -> dict[str, Color]:
    return {k.removeprefix("tone-"): Color.parse(v) for k, v in theme.variables.items() if k.startswith("tone-")}


def test_the_style_sheet_and_every_palette_are_found() -> None:
    assert structure().is_file()
    assert THEMES.keys() == {"dark", "light", "contrast", "safe", "ansi"}
    assert COMPLAINTS == ()


@pytest.mark.parametrize("name", sorted(THEMES.keys() - {"ansi"}))
def test_every_tone_has_a_colour_that_can_be_read(name: str) -> None:
    theme = THEMES[name]
    tones, needed = tones_of(theme), 7.0 if name == "contrast" else 4.5
    assert theme.background is not None and theme.panel is not None and theme.accent is not None
    for back in (Color.parse(theme.background), Color.parse(theme.panel), tones["cursor-back"]):
        for tone in Tone:
            behind = tones["loud-back"] if tone is Tone.LOUD else back
            assert contrast(tones[tone], behind) >= needed, (tone, back)
        assert contrast(Color.parse(theme.accent), back) >= needed


@pytest.mark.parametrize("terminal", [MONOKAI, ALABASTER])
def test_the_sixteen_colours_can_be_read_on_a_dark_and_on_a_light_terminal(terminal: object) -> None:
    theme = THEMES["ansi"]
    named = {key.removeprefix("tone-"): value for key, value in theme.variables.items() if key.startswith("tone-")}

    def shown(name: str, default: str) -> Color:
        if name == "ansi_default":
            return Color(*getattr(terminal, default))
        bright = 8 if "bright_" in name else 0
        return Color(*terminal.ansi_colors[bright + ANSI.index(name.rpartition("_")[2])])  # type: ignore[attr-defined]

    for tone in Tone:
        behind = named["loud-back"] if tone is Tone.LOUD else theme.background
        assert behind is not None
        assert contrast(shown(named[tone], "foreground_color"), shown(behind, "background_color")) >= 4.5, tone


def test_the_palette_of_the_terminal_s_own_colours_names_no_other() -> None:
    theme = THEMES["ansi"]
    allowed = {"ansi_default", *(f"ansi_{b}{name}" for b in ("", "bright_") for name in ANSI)}
    tones = {value for key, value in theme.variables.items() if key.startswith("tone-")}
    assert {theme.background, theme.panel, theme.accent, theme.foreground, *tones} <= allowed
    assert theme.ansi and drawn(theme, "dim").dim


@pytest.mark.parametrize("kind", sorted(BLIND))
def test_tones_are_told_apart_by_the_colour_blind(kind: str) -> None:
    def nearest(name: str) -> float:
        seen = []
        for tone in ("good", "warn", "bad", "plain"):
            rgb = linear(tones_of(THEMES[name])[tone])
            mixed = [max(sum(w * c for w, c in zip(row, rgb, strict=True)), 0.0) for row in BLIND[kind]]
            seen.append([c ** (1 / 2.4) for c in mixed])
        return min(
            sum((a - b) ** 2 for a, b in zip(one, other, strict=True)) ** 0.5
            for place, one in enumerate(seen)
            for other in seen[:place]
        )

    assert nearest("safe") >= 0.2
    assert nearest("safe") > nearest("dark")


@pytest.mark.parametrize("name", sorted(THEMES))
def test_every_look_of_a_pane_is_drawn_in_a_colour_of_the_palette(name: str) -> None:
    for look in (*(tone.value for tone in Tone), "head", "key", "title", "focus"):
        assert drawn(THEMES[name], look).color is not None, look
    assert drawn(THEMES[name], "cursor").bgcolor is not None
    assert drawn(THEMES[name], "loud").bgcolor != drawn(THEMES[name], "loud").color


@pytest.mark.parametrize(
    ("was", "written", "told"),
    [
        ('name = "light"', 'name = "own"\nshiny = 1', "shiny: unknown; allowed: name, dark, ansi, colours, tones"),
        ('dim = "#59616a"', 'dimm = "#59616a"', "tones.dim: missing"),
        ('plain = "#24292f"', 'plain = "#24292f"\nzebra = "#000000"', "tones.zebra: unknown; allowed: bad, "),
        ('plain = "#24292f"', "plain = 7", "tones.plain: 7 is no colour; allowed: #rrggbb"),
        ('plain = "#24292f"', 'plain = "blackish"', "tones.plain: 'blackish' is no colour; allowed: #rrggbb"),
        ("dark = false", 'dark = "no"', "dark: 'no'; allowed: a bool"),
        ("dark = false", "", "dark: missing"),
        ("[tones]", "[tones", "Expected ']'"),
    ],
)
def test_a_palette_of_ones_own_that_is_wrong_is_told_in_a_line_and_left_out(
    tmp_path: Path, was: str, written: str, told: str
) -> None:
    text = (themes_folder() / "light.toml").read_text("utf-8")
    assert was in text
    (tmp_path / "own.toml").write_text(text.replace(was, written), encoding="utf-8")
    found, (line,) = themes(tmp_path)
    assert found == THEMES
    assert line.startswith(f"own.toml: {told}") and "\n" not in line


def test_a_palette_of_ones_own_is_found(tmp_path: Path) -> None:
    text = (themes_folder() / "light.toml").read_text("utf-8").replace('name = "light"', 'name = "paper"')
    (tmp_path / "paper.toml").write_text(text, encoding="utf-8")
    found, complaints = themes(tmp_path)
    assert complaints == () and found.keys() - THEMES.keys() == {"paper"}


@pytest.mark.asyncio
async def test_a_screen_that_stands_ready_follows_the_palette() -> None:
    async with watching(afternoon()) as desk:
        grounds = []
        for _ in range(2):
            await desk.press("question_mark")
            body = desk.app.screen.query_one("#body", Pane)
            style = next(iter(body.render_line(0))).style
            assert style is not None and body.styles.background == Color.parse(desk.app.current_theme.panel or "")
            grounds.append(style.bgcolor)
            await desk.press("escape", "t")
        assert grounds[0] != grounds[1]
