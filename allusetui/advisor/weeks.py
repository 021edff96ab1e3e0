"""12.3: the chances of next week's type, and how such chances have done beside the base rates. Never read by a rule."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from math import sqrt
from typing import Final

import numpy as np

from allusetui.advisor.cuts import Cut, cuts
from allusetui.advisor.logistic import Classes, fit
from allusetui.domain.event import Event
from allusetui.domain.forecast import Band, Chance, Forecast, Score
from allusetui.domain.frozen import frozen
from allusetui.domain.quote import Floats
from allusetui.law.model import WeekType

RIDGE: Final = 30.0
"""As if thirty weeks had been seen in which a fact of one deviation changed nothing."""
FIRST: Final = 25
"""Weeks that have to be known before a chance is scored: half of those before any is shown."""
_EDGES: Final = (0.0, 0.1, 0.25, 0.5, 0.75, 1.0)


@frozen
class _Walk:
    """Chances told week by week, each from the weeks before it: (weeks, types), and what came."""

    overlay: Floats
    base: Floats
    came: Classes


def forecast(records: Iterable[tuple[int, int, Event]], law: WeekType) -> Forecast:
    """Of the week after the last that the journal types; `records` hold at least the events of `cuts.KINDS`."""
    found = cuts(records)
    last, named = found[-1].week if found else "", [cut.final for cut in found]
    counts = tuple((kind, named.count(kind)) for kind in law.order)
    needed = max(law.forecast_weeks, FIRST + 1)  # a law may ask for fewer than a score needs
    if len(found) < needed:
        return Forecast(len(found), needed, last, counts)
    facts = np.array([cut.facts for cut in found])
    came = np.array([law.order.index(kind) for kind in named])
    made = fit(facts[:-1], came[1:], len(law.order), RIDGE)
    told = zip(law.order, made.base.tolist(), made.chances(facts[-1:])[0].tolist(), strict=True)
    chances = tuple(Chance(*each) for each in told)
    score = _scored(_walk(found, facts, came, law.order))
    return Forecast(len(found), needed, last, counts, chances, score)


def _walk(found: Sequence[Cut], facts: Floats, came: Classes, order: Sequence[str]) -> _Walk:
    """For each week the chances as they would have been told at the cut before it, with what was known then."""
    types, start = len(order), None
    overlay, base = list[Floats](), list[Floats]()
    for at in range(FIRST, len(found)):
        known = came[1:at].copy()
        known[-1] = order.index(found[at - 1].type)  # what came late of the week before came after that cut
        made = fit(facts[: at - 1], known, types, RIDGE, start)
        start = made.weights
        overlay.append(made.chances(facts[at - 1 : at])[0])
        base.append(made.base)
    return _Walk(np.array(overlay), np.array(base), came[FIRST:])


def _scored(walk: _Walk) -> Score:
    rows, shown = np.arange(len(walk.came)), np.eye(walk.base.shape[1])[walk.came]
    overlay, base = (-np.log(told[rows, walk.came]) for told in (walk.overlay, walk.base))
    gain = base - overlay
    brier_overlay, brier_base = (float(((told - shown) ** 2).sum(axis=1).mean()) for told in (walk.overlay, walk.base))
    return Score(
        len(rows), float(overlay.mean()), float(base.mean()), brier_overlay, brier_base, float(gain.mean()),
        float(gain.std(ddof=1)) / sqrt(len(rows)), tuple(_bands(walk.overlay, shown)),
    )  # fmt: skip


def _bands(told: Floats, shown: Floats) -> Iterator[Band]:
    """All chances of all types together; a band in which none was told says nothing."""
    for low, high in pairwise(_EDGES):
        within = (told >= low) & ((told < high) | (high == 1.0))
        count = int(within.sum())
        if count:
            yield Band(low, high, count, float(told[within].mean()), float(shown[within].mean()))
