"""Daily bars that are kept: what is missing of them, what new ones may be added, and when all are to be asked for anew.

Pure. The broker's history is adjusted for splits backwards, so bars of before and after one do not fit together: a few
known days are always asked for again, and where they differ nothing that was kept is used.
"""

from collections.abc import Sequence
from dataclasses import replace
from math import isfinite
from typing import Final

from allusetui.domain.calendar import Calendar
from allusetui.domain.frozen import frozen
from allusetui.domain.moment import day_of
from allusetui.domain.quote import Bar

KEPT: Final = 300
"""Sessions: the year of closes that 5.4 looks at, and some."""
OVERLAP: Final = 5
"""Known sessions that are asked for again, to see that nothing has been adjusted."""
_SAME: Final = 0.002
"""Of a price: a late correction of a close is smaller, the smallest split is not."""


@frozen
class Kept:
    """The bars of one symbol: who gave them and when the last of them came."""

    symbol: str
    source: str
    at_ms: int
    bars: tuple[Bar, ...] = ()


def missing(kept: Kept, calendar: Calendar, at_ms: int) -> int:
    """How many sessions before the instant's day are to be asked for, known ones included; 0 where none is missing."""
    last = calendar.before(day_of(at_ms)).day
    if not kept.bars:
        return KEPT
    newest = kept.bars[-1].day
    if newest >= last:
        return 0
    return min(calendar.count(newest, last) - 1 + OVERLAP, KEPT)


def added(kept: Kept, came: Sequence[Bar], calendar: Calendar, at_ms: int) -> Kept | None:
    """The bars with those that came; None where these do not fit what is kept, so that all have to be asked for."""
    whole = unbroken(came, calendar, at_ms)
    known = {bar.day: bar for bar in kept.bars}
    again = [bar for bar in whole if bar.day in known]
    if known and (not again or any(not _is_same(known[bar.day], bar) for bar in again)):
        return None
    joined = unbroken((*kept.bars, *(bar for bar in whole if bar.day not in known)), calendar, at_ms)
    return replace(kept, at_ms=at_ms, bars=joined[-KEPT:])


def unbroken(bars: Sequence[Bar], calendar: Calendar, at_ms: int) -> tuple[Bar, ...]:
    """The newest bars of closed sessions, ascending, as far back as no session between them lacks a sound one."""
    today = day_of(at_ms)
    sound = {bar.day: bar for bar in bars if bar.day < today and is_sound(bar)}
    found: list[Bar] = []
    for day in sorted(sound, reverse=True):
        if calendar.on(day) is None:
            continue  # the broker has bars of days that are no sessions of the exchange
        if found and calendar.after(day).day != found[-1].day:
            break
        found.append(sound[day])
    return tuple(reversed(found))


def is_sound(bar: Bar) -> bool:
    """Whether a bar can be one."""
    return all(map(isfinite, (bar.high, bar.low, bar.close))) and 0 < bar.low <= bar.close <= bar.high


def _is_same(one: Bar, other: Bar) -> bool:
    pairs = ((one.high, other.high), (one.low, other.low), (one.close, other.close))
    return all(abs(before - after) <= _SAME * before for before, after in pairs)
