"""13.2: when what the closes and headlines show is out of the ordinary enough to be told."""

from collections.abc import Iterator, Sequence
from datetime import date
from math import inf, isfinite
from typing import Final

import numpy as np

from allusetui.advisor.anomalies import LEAST, moves, together, turbulence
from allusetui.domain.advice import Anomalies, Anomaly, Closes, HeadlineQuestion, MarketQuestion
from allusetui.domain.money import to_figure
from allusetui.domain.quote import Floats
from allusetui.ports import HeadlineReader

# Limits that 2014 to 2020 passed rarely but on bad days: tests/bench/anomalies.py counts how often.
SYMBOL_LIMIT: Final = 6.0
"""Of one symbol's move. A report moves a share by four or five of its deviations, which nobody has to be told."""
WHOLE_LIMIT: Final = 3.25
TURBULENCE_LIMIT: Final = 2.5
TOGETHER_LIMIT: Final = 2.5
HEADLINE_LIMIT: Final = -3.0


def market(question: MarketQuestion) -> Anomalies | None:
    """What the last session's closes show; None where that is nothing."""
    found = tuple(_found(question.series))
    return Anomalies(found) if found else None


def headline(question: HeadlineQuestion, reader: HeadlineReader) -> Anomalies | None:
    """A headline that reads badly; None for another, and where the reader can't say."""
    score = reader.score(question.symbol, question.text)
    if score is None or not isfinite(score) or score > HEADLINE_LIMIT:
        return None
    return Anomalies((_anomaly("headline", question.symbol, score, HEADLINE_LIMIT, score, HEADLINE_LIMIT),))


def _found(told: Sequence[Closes]) -> Iterator[Anomaly]:
    # Where a close is not a number, neither is their sum.
    series = [one for one in told if min(one.closes) > 0 and sum(one.closes) < inf]
    known, whole = aligned(series)
    for one in series:
        if one.symbol not in known:
            yield from _moved((one.symbol,), np.diff(np.log(np.array([one.closes]).T), axis=0))
    if len(known) > 1:
        yield from _moved((*known, ""), np.column_stack((whole, whole.mean(axis=1))))
        yield from _turned(whole)


def _moved(symbols: Sequence[str], returns: Floats) -> Iterator[Anomaly]:
    """Of symbols, and of all together under an empty name, as if as much money were in each."""
    for symbol, score, last in zip(symbols, moves(returns), returns[-1], strict=True):
        limit = SYMBOL_LIMIT if symbol else WHOLE_LIMIT
        if abs(score) >= limit:
            now = float(np.expm1(last))
            yield _anomaly("volatility", symbol, float(score), limit, now, now / float(score))


def _turned(whole: Floats) -> Iterator[Anomaly]:
    """What lasts is told on the first of its sessions alone."""
    turbulent = turbulence(whole)
    if turbulent is not None and turbulent >= TURBULENCE_LIMIT and not _was(turbulence(whole[:-1]), TURBULENCE_LIMIT):
        yield _anomaly("turbulence", "", turbulent, TURBULENCE_LIMIT, turbulent, TURBULENCE_LIMIT)
    shift = together(whole)
    if shift is not None and shift.z >= TOGETHER_LIMIT:
        before = together(whole[:-1])
        if not _was(before.z if before is not None else None, TOGETHER_LIMIT):
            yield _anomaly("correlation", "", shift.z, TOGETHER_LIMIT, shift.now, shift.usual)


def _was(score: float | None, limit: float) -> bool:
    return score is not None and score >= limit


def aligned(series: Sequence[Closes]) -> tuple[tuple[str, ...], Floats]:
    """The symbols that are known for long enough on the same sessions, and their daily log returns.

    (sessions, symbols), as many sessions as all of them have in common without a gap up to the last. No symbol where
    fewer than two are known so.
    """
    longest = max(series, key=lambda one: len(one.days), default=Closes("", (), ()))
    rows = {one.symbol: _common(one.days, longest.days) for one in series}
    known = [one for one in series if rows[one.symbol] > LEAST + 1]
    if len(known) < 2:
        return (), np.empty((0, 0))
    count = min(rows[one.symbol] for one in known)
    returns = np.diff(np.log(np.array([one.closes[-count:] for one in known]).T), axis=0)
    return tuple(one.symbol for one in known), returns


def _common(days: Sequence[date], others: Sequence[date]) -> int:
    """How many of the last days are the same."""
    if days == others:
        return len(days)
    pairs = zip(reversed(days), reversed(others), strict=False)
    return next((count for count, (day, other) in enumerate(pairs) if day != other), min(len(days), len(others)))


def _anomaly(kind: str, symbol: str, score: float, limit: float, now: float, usual: float) -> Anomaly:
    return Anomaly(kind, symbol, to_figure(score), limit, to_figure(now), to_figure(usual))
