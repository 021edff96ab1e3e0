"""Palettes and geometry: found, complete, and readable."""

import pytest
from textual.color import Color

from allusetui.tui.look import structure, themes
from allusetui.tui.widgets.pane import Pane
from allusetui.view.model import Tone


def contrast(one: Color, other: Color) -> float:
    """As WCAG 2 has it: 1 to 21, and 4.5 is what text needs."""

    def luminance(colour: Color) -> float:
        parts = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in colour.normalized]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_the_style_sheet_and_both_palettes_are_found() -> None:
    assert structure().is_file()
    assert {"dark", "light"} <= themes().keys()


@pytest.mark.parametrize("name", sorted(themes()))
def test_every_tone_has_a_colour_that_can_be_read(name: str) -> None:
    theme = themes()[name]
    tones = {key.removeprefix("tone-"): Color.parse(value) for key, value in theme.variables.items()}
    assert theme.background is not None
    back = Color.parse(theme.background)
    for tone in Tone:
        behind = tones["loud-back"] if tone is Tone.LOUD else back
        assert contrast(tones[tone], behind) >= 4.5, tone


def test_every_look_of_a_pane_is_in_the_style_sheet() -> None:
    sheet = structure().read_text("utf-8")
    assert [look for look in Pane.COMPONENT_CLASSES if f".{look} " not in sheet] == []
