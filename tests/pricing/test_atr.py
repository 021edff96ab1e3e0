"""Wilder's ATR by hand arithmetic (6.9)."""

import pytest

from allusetui.pricing.atr import true_range, wilder_atr

pytestmark = pytest.mark.clause("6.9")

HIGHS = [102.0, 104.0, 103.0, 106.0, 105.0, 109.0, 108.0, 104.0]
LOWS = [98.0, 101.0, 99.0, 102.0, 103.0, 107.0, 104.0, 100.0]
CLOSES = [100.0, 103.0, 100.0, 105.0, 104.0, 108.0, 105.0, 101.0]


@pytest.mark.parametrize(
    ("high", "low", "previous_close", "expected"), [(104, 101, 102, 3), (109, 107, 104, 5), (104, 100, 105, 5)]
)
def test_true_range_reaches_to_the_previous_close(
    high: float, low: float, previous_close: float, expected: float
) -> None:
    assert true_range(high, low, previous_close) == expected


def test_6_9_the_seed_is_the_mean_of_the_first_five_true_ranges() -> None:
    # True ranges of bars 2 to 6: 4, 4, 6, 2, 5.
    assert wilder_atr(HIGHS[:6], LOWS[:6], CLOSES[:6]) == pytest.approx(21 / 5)


def test_6_9_each_later_true_range_counts_a_fifth() -> None:
    # Bar 7: 4; 4.2 + (4 - 4.2)/5 = 4.16. Bar 8: 5; 4.16 + (5 - 4.16)/5 = 4.328.
    assert wilder_atr(HIGHS[:7], LOWS[:7], CLOSES[:7]) == pytest.approx(4.16)
    assert wilder_atr(HIGHS, LOWS, CLOSES) == pytest.approx(4.328)


def test_6_9_five_bars_are_not_enough_for_five_true_ranges() -> None:
    assert wilder_atr(HIGHS[:5], LOWS[:5], CLOSES[:5]) is None
    assert wilder_atr([], [], []) is None


def test_another_period() -> None:
    # Seed (4 + 4)/2 = 4, then 6: 5, then 2: 3.5.
    assert wilder_atr(HIGHS[:5], LOWS[:5], CLOSES[:5], period=2) == pytest.approx(3.5)


def test_columns_of_different_length_are_an_error() -> None:
    with pytest.raises(ValueError, match="shorter"):
        wilder_atr(HIGHS, LOWS[1:], CLOSES)
