"""What is sent makes the terminal show what was painted, whatever was there; and it is short."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from allusetui.tui.driver.canvas import Canvas
from allusetui.tui.driver.cells import Cell, cells
from allusetui.tui.driver.look import PLAIN, Look, change
from tests.tui.pytes import Pyte, Shown

WIDTH, HEIGHT = 24, 5
DARK, CALM, LOUD = "on #101418", "#8d98a5 on #101418", "bold #101418 on #ffb454"
STYLES = (
    "", DARK, CALM, LOUD, "reverse", "underline red", "strike on blue", "bold", "italic green", "blink bold on red",
    "bright_black", "default on default", "color(200)",
)  # fmt: skip
TEXTS = st.text(st.sampled_from("ab  ─█▌漢字é.7"), min_size=1, max_size=12)
SEGMENTS = st.lists(st.tuples(TEXTS, st.sampled_from(STYLES)), min_size=1, max_size=4)
PAINTS = st.lists(
    st.tuples(st.integers(-1, HEIGHT), st.integers(-3, WIDTH + 3), SEGMENTS, st.booleans()), min_size=1, max_size=12
)


def cells_of(*segments: tuple[str, str], system: ColorSystem = ColorSystem.TRUECOLOR) -> list[Cell]:
    return cells([Strip([Segment(text, Style.parse(style)) for text, style in segments])], system)


@settings(max_examples=300)
@given(PAINTS, st.booleans())
def test_after_any_paints_the_terminal_shows_what_a_full_repaint_shows(
    paints: list[tuple[int, int, list[tuple[str, str]], bool]], erases: bool
) -> None:
    canvas, terminal, whole = Canvas(WIDTH, HEIGHT, erases), Pyte(WIDTH, HEIGHT), Pyte(WIDTH, HEIGHT)
    for y, x, segments, sends in paints:
        canvas.paint(y, x, cells_of(*segments))
        if sends:
            terminal.feed(canvas.changes())
    terminal.feed(canvas.changes())
    canvas.forget()
    whole.feed(canvas.changes())
    assert terminal.shown == whole.shown


@settings(max_examples=200)
@given(st.lists(SEGMENTS, min_size=HEIGHT, max_size=HEIGHT))
def test_a_full_repaint_shows_what_textual_would_have_written(lines: list[list[tuple[str, str]]]) -> None:
    canvas, ours, theirs = Canvas(WIDTH, HEIGHT), Pyte(WIDTH, HEIGHT), Pyte(WIDTH, HEIGHT)
    for y, segments in enumerate(lines):
        strip = Strip([Segment(text, Style.parse(style)) for text, style in segments]).crop_extend(0, WIDTH, None)
        canvas.paint(y, 0, cells([strip], ColorSystem.TRUECOLOR))
        theirs.feed(f"\x1b[{y + 1}H")
        for text, style, _ in strip:
            theirs.feed(Strip.render_style(style or Style(), text, ColorSystem.TRUECOLOR))
    ours.feed(canvas.changes())
    assert ours.shown == theirs.shown


def test_a_second_that_passes_is_a_move_and_a_digit() -> None:
    canvas = Canvas(80, 24)
    for y in range(24):
        canvas.paint(y, 0, cells_of((" " * 80, CALM)))
    canvas.paint(0, 0, cells_of(("Mon 02 Mar 09:25:01 ET", CALM)))
    canvas.changes()
    canvas.paint(0, 0, cells_of(("Mon 02 Mar 09:25:02 ET", CALM)))
    assert canvas.changes() == "\x1b[4D2"
    canvas.paint(0, 0, cells_of(("Mon 02 Mar 09:25:03 ET", CALM)))
    assert canvas.changes() == "\x1b[D3"


def test_what_was_painted_and_is_as_it_was_sends_nothing() -> None:
    canvas = Canvas(20, 2)
    canvas.paint(0, 0, cells_of(("abc", CALM)))
    canvas.changes()
    canvas.paint(0, 0, cells_of(("xyz", LOUD)))
    canvas.paint(0, 0, cells_of(("abc", CALM)))
    assert canvas.changes() == ""


def test_a_short_way_over_what_stays_is_written_and_a_long_one_is_jumped() -> None:
    canvas = Canvas(40, 1)
    canvas.paint(0, 0, cells_of(("1.23 4.56               7", "")))
    canvas.changes()
    canvas.paint(0, 0, cells_of(("9.29 4.56               8", "")))
    assert canvas.changes() == "\r9.29\x1b[20C8"


def test_a_line_that_ends_early_is_erased_and_not_written() -> None:
    canvas = Canvas(80, 1)
    canvas.paint(0, 0, cells_of(("x" * 80, CALM)))
    canvas.changes()
    canvas.paint(0, 0, cells_of(("x" * 10 + " " * 70, CALM)))
    assert canvas.changes() == "\x1b[1;11H\x1b[K"


def test_a_row_of_two_colours_by_turns_sets_each_of_them_once() -> None:
    dim, plain = "#8d98a5 on #101418", "#c8ced6 on #101418"
    canvas, terminal = Canvas(80, 1), Pyte(80, 1)
    canvas.paint(0, 0, cells_of(*[(f"{word:<10}", style) for word in ("GEN", "AAPL", "200") for style in (dim, plain)]))
    sent = canvas.changes()
    assert (sent.count("141;152;165"), sent.count("200;206;214")) == (1, 1)
    terminal.feed(sent)
    assert terminal.screen.display[0].split() == ["GEN", "GEN", "AAPL", "AAPL", "200", "200"]


def test_rows_of_two_colours_on_empty_ground_set_each_of_them_once() -> None:
    canvas, terminal = Canvas(WIDTH, HEIGHT), Pyte(WIDTH, HEIGHT)
    rows = [cells_of((f"GEN {y}", "#c8ced6 on #101418"), (" calm 15:00", CALM), (" " * 8, CALM)) for y in range(HEIGHT)]
    for y, row in enumerate(rows):
        canvas.paint(y, 0, row)
    sent = canvas.changes()
    terminal.feed(sent)
    assert sent.count("38;2;200;206;214") == sent.count("38;2;141;152;165") == 1
    assert terminal.shown == _repainted(rows)


def test_a_page_that_is_opened_is_drawn_from_left_to_right() -> None:
    canvas, terminal = Canvas(WIDTH, HEIGHT), Pyte(WIDTH, HEIGHT)
    canvas.paint(0, 0, cells_of(("starting", CALM)))
    terminal.feed(canvas.changes())
    rows = [cells_of((f"GEN {y}", DARK), (f" calm 15:{y} ", CALM), (f"SAFE {y} ", DARK)) for y in range(HEIGHT)]
    for y, row in enumerate(rows):
        canvas.paint(y, 0, row)
    sent = canvas.changes()
    words = [word for y in range(HEIGHT) for word in (f"GEN {y}", f"calm 15:{y}", f"SAFE {y}")]
    assert words == sorted(words, key=sent.index)
    terminal.feed(sent)
    assert terminal.shown == _repainted(rows)


def _repainted(rows: list[list[Cell]]) -> Shown:
    """What a terminal shows that is sent one row at a time."""
    canvas, terminal = Canvas(WIDTH, HEIGHT), Pyte(WIDTH, HEIGHT)
    for y, row in enumerate(rows):
        canvas.paint(y, 0, row)
        terminal.feed(canvas.changes())
    return terminal.shown


def test_a_terminal_of_another_size_is_drawn_anew() -> None:
    canvas = Canvas(10, 2)
    canvas.paint(0, 0, cells_of(("0123456789", "")))
    canvas.changes()
    canvas.resize(4, 3)
    assert canvas.changes() == ""
    canvas.paint(2, 0, cells_of(("x", "")))
    terminal = Pyte(4, 3)
    terminal.feed(canvas.changes())
    assert terminal.screen.display == ["0123", "    ", "x   "]


def test_a_wide_character_that_a_border_halves_is_not_drawn() -> None:
    canvas, terminal = Canvas(3, 1), Pyte(3, 1)
    canvas.paint(0, 0, cells_of(("a漢", "")))
    canvas.paint(0, 2, cells_of(("b", "")))
    terminal.feed(canvas.changes())
    assert terminal.screen.display == ["a b"]


def test_what_has_no_width_joins_what_is_before_it_and_controls_are_left_out() -> None:
    assert [text for text, _ in cells_of(("e\u0301x\x1b[2J\a\r", ""))] == ["e\u0301", "x", "[", "2", "J"]


def test_after_an_emoji_the_cursor_is_placed_and_not_trusted() -> None:
    canvas = Canvas(10, 1)
    canvas.paint(0, 0, cells_of(("a😀b", "")))
    assert canvas.changes().endswith("a😀\x1b[1;4Hb")


def test_a_link_is_opened_and_closed_and_can_not_break_out() -> None:
    style = Style(link="https://example.com/\x1b\\\x07x")
    canvas = Canvas(10, 1)
    canvas.paint(0, 0, cells([Strip([Segment("go", style), Segment("on")])], ColorSystem.TRUECOLOR))
    sent = canvas.changes()
    assert sent.endswith(f"\x1b]8;id={style.link_id};https://example.com/\\x\x1b\\go\x1b]8;;\x1b\\on")


@pytest.mark.parametrize(
    ("system", "colour", "code"),
    [
        (ColorSystem.TRUECOLOR, "#ff0000", "38;2;255;0;0"),
        (ColorSystem.EIGHT_BIT, "#ff0000", "38;5;196"),
        (ColorSystem.STANDARD, "#ff0000", "31"),
        (ColorSystem.TRUECOLOR, "red", "31"),
        (ColorSystem.TRUECOLOR, "default", ""),
    ],
)
def test_colours_are_told_in_what_the_terminal_knows(system: ColorSystem, colour: str, code: str) -> None:
    assert cells_of(("x", colour), system=system)[0][1].fg == code


@pytest.mark.parametrize(
    ("old", "new", "sent"),
    [
        (PLAIN, PLAIN, ""),
        (Look("31"), PLAIN, "\x1b[m"),
        (Look("31", "40"), Look("", "40"), "\x1b[39m"),
        (Look("31", "40"), Look("32", "40"), "\x1b[32m"),
        (Look("31", "40", 0b1), Look("31", "40"), "\x1b[22m"),
        (Look("31", "40", 0b11), Look("31", "40", 0b10), "\x1b[22;2m"),
        (None, Look("31"), "\x1b[0;31m"),
    ],
)
def test_only_what_differs_of_a_look_is_told(old: Look | None, new: Look, sent: str) -> None:
    assert change(old, new) == sent
