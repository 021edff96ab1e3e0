"""Pictures of numbers: whatever the numbers, they fit, and the last one is drawn."""

from itertools import pairwise
from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allusetui.view.charts import chart, dots, gauge, marked
from allusetui.view.fit import width_of_line
from tests.view.snapshots import text_of

numbers = st.lists(st.floats(-1e9, 1e9) | st.sampled_from([nan, inf, -inf]), max_size=400)


def rows_at(picture: tuple[str, ...], column: int) -> list[int]:
    """Which dot rows from the bottom are lit in a column of dots."""
    bits = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
    height = len(picture) * 4
    return [
        height - 1 - row for row in range(height)
        if (ord(picture[row // 4][column // 2].replace(" ", "\u2800")) - 0x2800) & bits[row % 4][column % 2]
    ]  # fmt: skip


@given(numbers, st.integers(0, 60), st.integers(0, 12))
def test_a_line_is_exactly_as_wide_and_high_as_asked(values: list[float], width: int, height: int) -> None:
    picture = dots(values, width, height)
    assert len(picture) == height and all(len(row) == width for row in picture)
    assert all(0x2800 < ord(character) <= 0x28FF or character == " " for row in picture for character in row)


@given(st.lists(st.integers(-1000, 1000).map(float), min_size=1, max_size=400), st.integers(1, 60), st.integers(1, 12))
def test_the_last_value_is_drawn_at_the_right_edge_at_its_height(values: list[float], width: int, height: int) -> None:
    lit = rows_at(dots(values, width, height), width * 2 - 1)
    assert lit
    low, high = min(values), max(values)
    assert (round((values[-1] - low) / (high - low) * (height * 4 - 1)) if high > low else height * 2) in lit


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=400), st.integers(1, 20), st.integers(1, 8))
def test_the_highest_and_the_lowest_are_drawn_however_many_values_there_are(
    values: list[float], width: int, height: int
) -> None:
    picture = dots(values, width, height)
    lit = {row for column in range(width * 2) for row in rows_at(picture, column)}
    if len(values) > width * 2 and max(values) > min(values):
        assert {0, height * 4 - 1} <= lit


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=200), st.integers(1, 40), st.integers(1, 8))
def test_a_line_has_no_holes(values: list[float], width: int, height: int) -> None:
    picture = dots(values, width, height)
    lit = [rows_at(picture, column) for column in range(width * 2)]
    assert all(lit) and all(min(b) - max(a) <= 1 and min(a) - max(b) <= 1 for a, b in pairwise(lit))


@given(st.floats(-1e9, 1e9), st.integers(1, 100), st.integers(1, 40), st.integers(1, 8))
def test_a_constant_line_runs_flat_at_the_middle(value: float, count: int, width: int, height: int) -> None:
    picture = dots([value] * count, width, height)
    lit = {tuple(rows_at(picture, column)) for column in range(width * 2)} - {()}
    assert lit == {(height * 2,)}


def test_one_point_is_one_dot_and_none_is_none() -> None:
    assert [rows_at(dots([7.0], 3, 1), column) for column in range(6)] == [[], [], [], [], [], [2]]
    assert dots([], 3, 2) == dots([nan], 3, 2) == ("   ",) * 2


def test_a_line_rises_and_falls_as_its_values() -> None:
    assert [rows_at(dots([0, 1, 2, 3], 2, 1), column) for column in range(4)] == [[0], [1], [2], [3]]
    assert [rows_at(dots([3, 0], 1, 1), column) for column in range(2)] == [[3], [2, 1, 0]]


@given(st.floats(-10, 10), st.integers(0, 80))
def test_a_gauge_is_as_wide_as_asked_and_grows_with_its_share(share: float, width: int) -> None:
    assert len(gauge(share, width)) == width
    assert gauge(share, width).count("━") <= gauge(share + 0.2, width).count("━")


def test_a_gauge_is_full_at_the_whole_alone_and_empty_for_nothing_alone() -> None:
    assert [gauge(share, 4) for share in (-1.0, 0.0, 0.01, 0.5, 0.99, 1.0, 9.0)] == [
        "╌╌╌╌", "╌╌╌╌", "━╌╌╌", "━━╌╌", "━━━╌", "━━━━", "━━━━",
    ]  # fmt: skip


@given(st.floats(-5, 5), st.integers(0, 40))
def test_a_mark_against_a_band_keeps_its_width_and_always_shows(place: float, width: int) -> None:
    found = marked(place, 0.2, 0.5, width)
    assert len(found) == width and found.count("●") == (width > 0)


@pytest.mark.parametrize(
    ("place", "shown"),
    [(0.2, "··●···│··"), (0.35, "··│·●·│··"), (0.5, "··│···●··"), (0.0, "●·│···│··"), (0.9, "··│···│·●")],
)
def test_a_mark_stands_in_or_out_of_its_band(place: float, shown: str) -> None:
    assert marked(place, 0.2, 0.5, 9) == shown


@given(st.lists(st.floats(-1e6, 1e6), max_size=300), st.integers(24, 100), st.integers(2, 12))
def test_a_chart_fits_and_names_its_last_its_highest_and_its_lowest(
    values: list[float], width: int, height: int
) -> None:
    lines = chart("equity", values, width, height, lambda value: f"{value:,.0f}")
    assert len(lines) <= height and all(width_of_line(line) <= width for line in lines)
    shown = [text_of(line) for line in lines]
    if not values:
        assert shown == ["equity  nothing yet"]
        return
    assert shown[0].endswith(f"{values[-1]:,.0f}") and shown[-1].lstrip().startswith(f"{min(values):,.0f}")
    if height > 2:
        assert shown[1].lstrip().startswith(f"{max(values):,.0f}")
