"""Journals of typed weeks from January 2020 on, made by hand."""

from datetime import date, timedelta
from decimal import Decimal

import numpy as np

from allusetui.domain import event as ev
from allusetui.domain.event import Event
from allusetui.domain.moment import at_clock, week_of
from allusetui.law.load import load
from tests.reports.journals import marked, typed

MONDAY = date(2020, 1, 6)
Records = list[tuple[int, int, Event]]


def week(number: int) -> str:
    return week_of(MONDAY + timedelta(weeks=number))


def told(number: int, kind: str, vix: float, *more: Event) -> list[tuple[int, Event]]:
    """A week that ends on Friday: what came in it, its last close, its mark, its type."""
    friday = MONDAY + timedelta(weeks=number, days=4)
    judged = ev.TriggersJudged(
        day=friday, vix=Decimal(str(round(vix, 2))), index=Decimal(5000 + number), high=Decimal(6000), breadth=None,
        breadth_day=None, calm=True, at_level2=(),
    )  # fmt: skip
    at_ms = at_clock(friday, load().cadence.closing.report_cut)
    return [(at_ms, event) for event in (*more, judged, marked("GEN", 1_000_000), typed(week(number), kind))]


def records(rows: list[list[tuple[int, Event]]]) -> Records:
    flat = [row for rows_ in rows for row in rows_]
    return [(seq, at_ms, event) for seq, (at_ms, event) in enumerate(flat, 1)]


def years(count: int, seed: int = 1, known: bool = True) -> Records:
    """Weeks that are Assignment after a VIX above 20, else Calm-Income; `known` False: the VIX tells nothing."""
    dice = np.random.default_rng(seed)
    vix, noise = 20 * np.exp(dice.normal(0, 0.3, count)), dice.normal(0, 0.3, count)
    deciding = vix if known else 20 * np.exp(noise)
    kinds = ["Calm-Income", *("Assignment" if level > 20 else "Calm-Income" for level in deciding[:-1])]
    return records([told(n, kind, level) for n, (kind, level) in enumerate(zip(kinds, vix, strict=True))])


def until(rows: Records, count: int) -> Records:
    """As far as the cut of so many weeks."""
    last = [at for at, (_, _, event) in enumerate(rows) if isinstance(event, ev.WeekTyped)][count - 1]
    return rows[: last + 1]
