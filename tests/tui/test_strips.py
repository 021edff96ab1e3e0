"""Lines that were drawn: what replaces them frees them, without a collection."""

import gc
from collections.abc import Iterator

import pytest
from rich.segment import Segment

from allusetui.tui.widgets.strips import Drawn


@pytest.fixture(autouse=True)
def _by_hand() -> Iterator[None]:
    gc.collect()
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
    assert gc.collect() == 0
