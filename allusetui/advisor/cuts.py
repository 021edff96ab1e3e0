"""12.3: what a journal tells of each week up to its cut, as numbers. Nothing of it was known later than the cut."""

from collections.abc import Iterable
from dataclasses import field
from datetime import date, timedelta
from math import log, nan, sqrt
from typing import Final

from allusetui.domain import event as ev
from allusetui.domain.event import Event
from allusetui.domain.frozen import mutable
from allusetui.domain.moment import day_of

KINDS: Final = frozenset(
    each.kind for each in (ev.WeekTyped, ev.TriggersJudged, ev.AccountMarked, ev.LevelChanged, ev.EntrySkipped)
)
"""The events that it is made from."""
FLAGS: Final = ("Preservation", "Hedged", "Assignment", "Roll", "Earnings-Filter")
FACTS: Final = (
    *FLAGS, "level", "in stock", "sold options", "earnings skips", "vix", "vix week", "index week", "index vol",
    "drawdown", "report season",
)  # fmt: skip
_WEEK, _MONTH = 5, 21
_SEASON: Final = range(10, 45)
"""Days of a quarter on which the large companies report."""


@mutable
class Cut:
    """A typed week: its type and all that applied as first told, `facts` as `FACTS` names them, NaN for the unknown.

    `final` is the type after what came late.
    """

    week: str
    type: str
    facts: tuple[float, ...]
    final: str


@mutable
class _Known:
    """What has come since the last cut, and the closes so far."""

    level: int = 0
    skips: int = 0
    marks: dict[str, ev.AccountMarked] = field(default_factory=dict)
    vix: list[float] = field(default_factory=list)
    index: list[float] = field(default_factory=list)
    high: float = nan


def cuts(records: Iterable[tuple[int, int, Event]]) -> list[Cut]:
    """The user's typed weeks in order. A week that is told again keeps its facts, and its type as it was first told."""
    known, found = _Known(), list[Cut]()
    for _, at_ms, event in records:
        match event:
            case ev.WeekTyped(account=None):
                if found and found[-1].week == event.week:
                    found[-1].final = event.type
                else:
                    found.append(Cut(event.week, event.type, _facts(known, event, day_of(at_ms)), event.type))
                    known.level = known.skips = 0
            case ev.LevelChanged():
                known.level = max(known.level, event.to)
            case ev.EntrySkipped(reason="earnings"):
                known.skips += 1
            case ev.AccountMarked():
                known.marks[event.account or ""] = event
            case ev.TriggersJudged():
                _close(known, event)
    return found


def _close(known: _Known, judged: ev.TriggersJudged) -> None:
    if judged.vix is not None:
        known.vix.append(float(judged.vix))
    if judged.index is not None:
        known.index.append(float(judged.index))
        known.high = float(judged.high) if judged.high is not None else nan


def _facts(known: _Known, typed: ev.WeekTyped, day: date) -> tuple[float, ...]:
    marks = known.marks.values()
    equity = float(sum(mark.equity for mark in marks)) or nan
    stock, sold = (float(sum(part)) for part in zip(*((m.stock, m.short_options) for m in marks), strict=True))
    vix, index = known.vix, known.index
    return (
        *(float(flag in typed.all) for flag in FLAGS),
        float(known.level), stock / equity, -sold / equity, float(known.skips),
        log(vix[-1]) if vix else nan, _change(vix), _change(index), _deviation(index),
        1 - index[-1] / known.high if index else nan, _season(day),
    )  # fmt: skip


def _change(closes: list[float]) -> float:
    """Over a week of sessions, in logs."""
    return log(closes[-1] / closes[-1 - _WEEK]) if len(closes) > _WEEK else nan


def _deviation(closes: list[float]) -> float:
    """The log of the daily deviation over a month of sessions."""
    if len(closes) <= _MONTH:
        return nan
    moved = [log(b / a) for a, b in zip(closes[-1 - _MONTH :], closes[-_MONTH:], strict=False)]
    squares = sum(each * each for each in moved)
    return log(sqrt(squares / _MONTH)) if squares else nan


def _season(day: date) -> float:
    """Whether the next week's middle lies where the large companies report."""
    middle = day + timedelta(days=_WEEK)
    first = date(middle.year, (middle.month - 1) // 3 * 3 + 1, 1)
    return float((middle - first).days in _SEASON)
