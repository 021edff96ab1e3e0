"""Lines as they are laid: in their columns, in their width."""

import pytest
from rich.cells import cell_len

from allusetui.tui.frame import keys_line
from allusetui.tui.layout import Runs, changed, lay, merged, title, wrapped
from allusetui.view.commands import LABELS
from allusetui.view.model import Cell, Column, Line, Row, Table, Tone


def text(line: Line) -> str:
    return "".join(cell.text for cell in line)


def test_numbers_stand_right_and_what_is_too_long_is_cut_with_a_sign() -> None:
    table = Table((Column("name", 6), Column("n", 4, right=True)), (Row("a", (Cell("abcdefgh"), Cell("12"))),))
    body = lay(table)
    assert "".join(piece for piece, _ in body.head[0]) == "name      n"
    assert "".join(piece for piece, _ in body.rows[0][1]) == "abcde…   12"


def test_a_table_without_rows_says_so() -> None:
    assert lay(Table((Column("name", 6),), (), "no orders")).rows == (("", (("no orders", "dim"),)),)


@pytest.mark.parametrize("width", [12, 20, 40, 80])
def test_a_title_is_as_wide_as_its_pane(width: int) -> None:
    assert cell_len(title("at risk", "1–3 of 9", width, True)[0][0]) == width


def test_a_line_is_broken_at_spaces_and_keeps_its_tones() -> None:
    line = (Cell("one two "), Cell("three four five", Tone.WARN))
    lines = wrapped(line, 10)
    assert [text(piece).rstrip() for piece in lines] == ["one two", "three four", "five"]
    assert lines[2][0].tone is Tone.WARN


@pytest.mark.parametrize("width", [30, 40, 60, 80, 160])
@pytest.mark.parametrize("account", [None, "GEN", "A1.MINI-12"])
def test_the_keys_are_at_most_seven_and_never_cut(width: int, account: str | None) -> None:
    line = keys_line(account, width, LABELS)
    keys = [cell for cell in line if cell.tone is Tone.PLAIN and cell.text.strip()]
    assert 1 <= len(keys) <= 7
    assert len(text(line)) <= width
    assert "^x kill" in text(line)


def test_at_80_columns_all_seven_keys_are_named() -> None:
    assert text(keys_line("A1.MINI-12", 80, LABELS)) == (
        " p pause A1.MINI-12  P all  r resume  ^x kill all  ↵ why  ? help  q leave"
    )


def test_neighbours_of_one_look_are_one_run() -> None:
    assert merged([("a", "dim"), ("b", "dim"), ("c", "bad")]) == (("ab", "dim"), ("c", "bad"))


@pytest.mark.parametrize(
    ("before", "after", "span"),
    [
        ((("spot 171.90", "plain"),), (("spot 171.95", "plain"),), (10, 11)),
        ((("level 1", "plain"),), (("level ", "plain"), ("1", "warn")), (6, 7)),
        ((("漢a", "plain"),), (("漢b", "plain"),), (2, 3)),
        ((("long text", "plain"),), (("long", "plain"),), (5, 9)),
        ((("same", "plain"),), (("same", "plain"),), (0, 0)),
    ],
)
def test_only_what_is_not_as_it_was_is_sent_again(before: Runs, after: Runs, span: tuple[int, int]) -> None:
    assert changed(before, after, 20) == span


@pytest.mark.parametrize("hostile", ["a\x1b[2Jb", "a\u202eb", "a\x9b31mb", "a\nb", "a\x07b", "a\u200fb"])
def test_what_a_terminal_would_obey_is_never_drawn(hostile: str) -> None:
    cell = Cell(hostile)
    table = Table((Column("x", 12),), (Row("k", (cell,)),))
    ((_, row),) = lay(table).rows
    ((_, line),) = lay(((cell,),)).rows
    assert all(text.isprintable() for text, _ in (*row, *line)) and row[0][0][0] == "a"
