"""§2: which expiry of a chain an order takes, by a band of days, and which strike, by a band of deltas."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache

import numpy as np

from allusetui.domain.calendar import Calendar
from allusetui.domain.contract import Right
from allusetui.domain.event import Figure
from allusetui.domain.frozen import frozen
from allusetui.domain.money import to_price
from allusetui.domain.quote import Bools, Floats, Slice
from allusetui.law.model import Band
from allusetui.pricing.implied_vol import model_deltas
from allusetui.rules.cadence import calendar_days
from allusetui.rules.situation import Refusal

_EPSILON = 1e-9


@frozen
class StrikeRule:
    """Where a strike may lie: inside `band` nearest `aim`; `outside` below it; not under `floor`."""

    band: Band[float]
    aim: float
    outside: float
    floor: Decimal | None = None
    higher_on_tie: bool = False


def choose_expiry(
    expiries: Sequence[date], today: date, band: Band[int], calendar: Calendar, outside: int, longest: bool = False
) -> tuple[date, str | None] | None:
    """The expiry of a DTE band and, where it lies outside, the deviation; None when none is near enough."""
    return _chosen_expiry(tuple(expiries), today, band, calendar, outside, longest)


@lru_cache(maxsize=256)
def _chosen_expiry(
    expiries: tuple[date, ...], today: date, band: Band[int], calendar: Calendar, outside: int, longest: bool
) -> tuple[date, str | None] | None:
    ahead = [e for e in expiries if e >= today]

    def in_band(expiry: date) -> bool:
        return calendar_days(today, expiry) in band or calendar.count(today, expiry) in band

    inside = [e for e in ahead if in_band(e)]
    week_end = calendar.week(today)[-1].day
    if inside:
        if longest:
            return max(inside), None
        if week_end in inside:
            return week_end, None
        return min(inside, key=lambda e: (abs(calendar_days(today, e) - band.middle), -e.toordinal())), None

    def distance(expiry: date) -> int:
        days = calendar_days(today, expiry)
        return max(band.low - days, days - band.high)

    near = [e for e in ahead if distance(e) <= outside]
    if not near:
        return None
    chosen = min(near, key=lambda e: (distance(e), -e.toordinal()))
    return chosen, f"dte {calendar_days(today, chosen)} outside {band.low}-{band.high}"


def choose_strike(row: Slice, deltas: Floats, rule: StrikeRule) -> tuple[int, str | None] | None:
    """The index of the strike whose own delta fits the rule, and the deviation; None when none does."""
    inside = strikes_inside(row, deltas, rule)
    if inside:
        return inside[0], None
    low, high = rule.band.low, rule.band.high
    below = np.flatnonzero(_offered(row, rule) & (deltas < low) & (deltas >= low - rule.outside - _EPSILON))
    if rule.outside <= 0 or not len(below):
        return None
    index = int(below[np.argmax(deltas[below])])
    return index, f"delta {deltas[index]:.4f} outside {low:.2f}-{high:.2f}"


def strikes_inside(row: Slice, deltas: Floats, rule: StrikeRule) -> list[int]:
    """The indices of the strikes in the rule's band, the one nearest its aim first, ties to the lower delta."""
    low, high = rule.band.low - _EPSILON, rule.band.high + _EPSILON
    inside = np.flatnonzero(_offered(row, rule) & (deltas >= low) & (deltas <= high)).tolist()

    def rank(index: int) -> tuple[float, float]:
        tie = -float(row.strikes[index]) if rule.higher_on_tie else float(deltas[index])
        return round(abs(float(deltas[index]) - rule.aim), 9), tie

    return sorted(inside, key=rank)


def _offered(row: Slice, rule: StrikeRule) -> Bools:
    """Which strikes are not under the rule's floor and offered at all."""
    offered: Bools = row.asks > 0
    if rule.floor is not None:
        offered &= np.array([strike >= rule.floor for strike in row.strikes], dtype=bool)
    return offered


@lru_cache(maxsize=64)  # at an instant several sleeves look at the same
def slice_deltas(row: Slice, spot: float, at_ms: int, rate: float) -> Floats:
    """Absolute deltas of a slice by the implied vol of each mid (§2 strike)."""
    strikes = np.array([float(k) for k in row.strikes])
    deltas = model_deltas((row.bids + row.asks) / 2, spot, strikes, row.years(at_ms), rate, row.right is Right.CALL)
    deltas.flags.writeable = False
    return deltas


def no_strike(row: Slice, deltas: Floats, rule: StrikeRule, clauses: tuple[str, ...]) -> Refusal:
    """The refusal with the best delta that the strikes had to offer."""
    allowed = [i for i, k in enumerate(row.strikes) if (rule.floor is None or k >= rule.floor) and deltas[i] >= 0]
    best = min((float(deltas[i]) for i in allowed), key=lambda d: abs(d - rule.aim), default=None)
    figures: dict[str, Figure] = {"delta": None if best is None else to_price(best)}
    if rule.floor is not None:
        figures["basis"] = to_price(rule.floor)
    return Refusal("no_strike", clauses, figures)
