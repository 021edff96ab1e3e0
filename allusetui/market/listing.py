"""Which options a scripted symbol lists: expiries by pattern, strikes by step."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from math import ceil, floor, sqrt
from typing import Final

import numpy as np

from allusetui.domain.calendar import Calendar, months_later, third_friday
from allusetui.domain.quote import Floats

NEAR_DAYS: Final = 42
FAR_MONTHS: Final = 24
WEEKDAYS: Final = {"friday": (4,), "mon-wed-fri": (0, 2, 4), "daily": (0, 1, 2, 3, 4)}
_LEAST_WIDTH: Final = 0.25
_DEVIATIONS: Final = 6.0


@lru_cache(maxsize=16)
def expiries(pattern: str, day: date, calendar: Calendar) -> tuple[date, ...]:
    """The expiries listed on `day`, ascending, its own included: six weeks by pattern, then third Fridays to 24 months.

    A day without a session expires on the session before. Nothing past the calendar's last session is listed.
    """
    last = calendar.sessions[-1].day
    wanted = [*_near(pattern, day), *_far(day)]
    held = {calendar.up_to(each).day for each in wanted if each <= last}
    return tuple(sorted(each for each in held if each >= day))


def _near(pattern: str, day: date) -> Iterator[date]:
    for ahead in range(NEAR_DAYS + 1):
        each = day + timedelta(days=ahead)
        if each.weekday() in WEEKDAYS[pattern]:
            yield each


def _far(day: date) -> Iterator[date]:
    horizon = months_later(day, FAR_MONTHS)
    for months in range(FAR_MONTHS + 1):
        years, month = divmod(day.month - 1 + months, 12)
        friday = third_friday(day.year + years, month + 1)
        if day <= friday <= horizon:
            yield friday


def strike_range(spot: float, iv: float, years: float, step: Decimal) -> tuple[int, int]:
    """The lowest and highest listed strike in steps: at least a quarter of the spot and six deviations either side."""
    width = max(_LEAST_WIDTH, _DEVIATIONS * iv * sqrt(max(years, 0.0)))
    size = float(step)
    return max(1, ceil(spot * (1 - width) / size)), max(1, floor(spot * (1 + width) / size))


@lru_cache(maxsize=256)
def strikes(lowest: int, highest: int, step: Decimal) -> tuple[tuple[Decimal, ...], Floats]:
    """The strikes from `lowest` to `highest` steps, both included, as Decimals and as numbers."""
    exact = tuple(count * step for count in range(lowest, highest + 1))
    numbers = np.array([float(strike) for strike in exact], dtype=np.float64)
    numbers.flags.writeable = False
    return exact, numbers
