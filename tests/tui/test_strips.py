"""Lines that were drawn: what replaces them frees them, without a collection."""

import gc
from collections.abc import Iterator

import pytest
from rich.segment import Segment
from textual.strip import Strip

from allusetui.tui.widgets.strips import Drawn


def left_behind(words: set[str]) -> list[Strip]:
    """Lines of these words that nobody holds and a collection alone would free, whatever else it finds."""
    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        gc.collect()
        return [each for each in gc.garbage if isinstance(each, Strip) and each.text in words]
    finally:
        gc.set_debug(0)
        gc.garbage.clear()


@pytest.fixture(autouse=True)
def _by_hand() -> Iterator[None]:
    gc.disable()
    yield
    gc.enable()


@pytest.mark.parametrize(
    ("cuts", "pieces"),
    [
        ([8], ["GEN SAFE"]),
        ([8, 12], ["GEN SAFE"]),
        ([3, 8], ["GEN", " SAFE"]),
        ([3, 5, 8], ["GEN", " S", "AFE"]),
    ],
)
def test_a_line_that_was_cut_is_no_garbage(cuts: list[int], pieces: list[str]) -> None:
    drawn = Drawn([Segment("GEN"), Segment(" SAFE")])
    assert [piece.text for piece in drawn.divide(cuts)] == pieces
    del drawn
    assert left_behind({"GEN SAFE", *pieces}) == []
