"""Average true range after Wilder, from daily bars."""

from collections.abc import Sequence


def true_range(high: float, low: float, previous_close: float) -> float:
    """The session's range, widened to the previous close, in the unit of the prices. Source: Wilder (1978), ch. 3."""
    # A backtest takes thousands of them a day: max and min would cost three times as much.
    top = previous_close if previous_close > high else high
    return top - (previous_close if previous_close < low else low)


def wilder_atr(highs: Sequence[float], lows: Sequence[float], closes: Sequence[float], period: int = 5) -> float | None:
    """Wilder's ATR after the last bar, in the unit of the prices, or None with fewer than `period` + 1 bars.

    `highs`, `lows` and `closes` run from the oldest bar to the newest and are equally long (ValueError otherwise). The
    first true range is the second bar's; the seed is the mean of the first `period` of them, then each new one counts
    1/`period`.

    Source: clause 6.9; Wilder, New Concepts in Technical Trading Systems (1978), ch. 3.
    """
    if not len(highs) == len(lows) == len(closes):
        raise ValueError("highs, lows and closes: one is shorter than another")
    ranges = list(map(true_range, highs[1:], lows[1:], closes))
    if len(ranges) < period:
        return None
    atr = sum(ranges[:period]) / period
    for latest in ranges[period:]:
        atr += (latest - atr) / period
    return atr
