"""13.3, 17.6: which terms of the law's bands suit a ladder, and the evidence for it.

A dollar is put into the ladder as the account's LEAPs stand: each symbol by its value, at its own implied volatility
and spread. Every candidate buys its rungs and rolls them on the same paths as the terms of now, until the longest rung
would have run its whole life: decay, spreads and commissions are all paid by then.

A candidate scores the mean growth, in logs, of reinvested money of which the law gives the ladder its part while the
rest lies still, for each dollar of the ladder. Logs weigh what is lost in a bad world against what is gained in a good
one. It is proposed only if it scores more for certain: the difference, path by path, has a normal interval at 95 %
above zero after Bonferroni's correction for all candidates. Where earlier promises missed, it is wider by as much.
"""

from math import log, sqrt
from typing import Final

import numpy as np

from allusetui.advisor.rungs import QUARTER, Costs, Ways, grow
from allusetui.advisor.world import EXCESS, paths, seed_of
from allusetui.domain.advice import Evidence, HeldLeap, LadderAdvice, LadderQuestion, LadderTerms, Outcome, Outlook
from allusetui.domain.frozen import frozen
from allusetui.domain.money import to_figure
from allusetui.domain.quote import Floats
from allusetui.law.model import Ladder, Law
from allusetui.pricing.normal import quantiles

PATHS: Final = 2_048
"""Of a ladder on one symbol; several symbols share the work."""
_FEWEST: Final = 384
_AIMS: Final = 5
_SURE: Final = 0.05
_LEAST: Final = 1e-4  # the last decimal that is told
_P95: Final = 1.6448536269514722  # the standard normal's 95th percentile


@frozen
class Symbol:
    """What of the ladder is on one symbol: its part of the dollar, and how it is priced and traded."""

    weight: float
    vol: float
    costs: Costs


@frozen
class Ladders:
    """Every candidate's dollar: `worth` (quarters told, candidates, paths), `costs` (candidates), its mean cost."""

    worth: Floats
    costs: Floats

    def outlook(self, index: int, quarter: int = -1) -> Outlook:
        """What a candidate's dollar becomes by a quarter's end."""
        ends = self.worth[quarter, index]
        p5, p50, p95 = (to_figure(float(each)) for each in np.percentile(ends, (5, 50, 95)))
        return Outlook(to_figure(float(ends.mean())), p5, p50, p95)

    def scores(self, part: float) -> Floats:
        """(candidates, paths): the growth of money of which `part` is in the ladder, a dollar of the ladder."""
        scored: Floats = np.log1p(part * (self.worth[-1] - 1)) / part
        return scored


class LadderAdviser:
    """Implements `ports.Advisor` for ladders. Knows the law, and what it is asked with, and nothing else."""

    def __init__(self, law: Law, count: int = PATHS) -> None:
        """`count`: paths of a ladder on one symbol, an even number."""
        self._law = law.ladder
        self._part = float(law.reinvest.leaps_share)
        self._count = count

    def answer(self, question: LadderQuestion) -> LadderAdvice | None:
        """The best terms with their evidence; those of now where no other is better for certain."""
        symbols = _symbols(question)
        if not symbols:
            return None
        terms = candidates(question.now, self._law)
        seed = seed_of(question.seed, question.account, question.quarter)
        count = max(self._count // len(symbols) // 2 * 2, min(_FEWEST, self._count))
        last = self._law.call_months.high // QUARTER
        ladders = simulated(symbols, terms, question.rate, seed, count, self._law, last)
        scores = ladders.scores(self._part)
        best = int(np.argmax(scores.mean(axis=1)))
        proposed = simulated(symbols, (terms[best],), question.rate, seed, count, self._law)
        evidence = weighed(ladders, proposed, best, terms, scores, seed, question.past)
        return LadderAdvice(evidence.best if evidence.low > 0 else question.now, evidence)


def candidates(now: LadderTerms, law: Ladder) -> tuple[LadderTerms, ...]:
    """The terms of now, then one of each set of terms in the law's bands that buys other rungs."""
    low, high = law.call_delta.low, law.call_delta.high
    aims = dict.fromkeys((now.delta_aim, *(to_figure(float(each)) for each in np.linspace(low, high, _AIMS))))
    first, last = law.call_months.low, law.call_months.high
    months = sorted(range(first, last + 1), key=lambda each: (abs(each - now.months_aim), each))
    widest = (last - first) // max(law.rungs_min - 1, 1)
    found = {(now.delta_aim, rungs(now, law)): now}
    for spacing in sorted(range(1, widest + 1), key=lambda each: abs(each - now.spacing)):
        for aim in aims:
            for month in months:
                terms = LadderTerms(aim, month, spacing)
                found.setdefault((aim, rungs(terms, law)), terms)
    return tuple(found.values())


def rungs(terms: LadderTerms, law: Ladder) -> tuple[int, ...]:
    """The months that an empty ladder fills first: nearest the aim, apart by the spacing (17.1, 17.3)."""
    chosen: list[int] = []
    months = range(law.call_months.low, law.call_months.high + 1)
    for month in sorted(months, key=lambda each: (abs(each - terms.months_aim), each)):
        if len(chosen) < law.rungs_min and all(abs(month - each) >= terms.spacing for each in chosen):
            chosen.append(month)
    return tuple(sorted(chosen))


def _symbols(question: LadderQuestion) -> tuple[Symbol, ...]:
    """The ladder by symbol, volatility and spread by value."""
    by_symbol: dict[str, list[HeldLeap]] = {}
    for leap in question.leaps:
        by_symbol.setdefault(leap.option.symbol, []).append(leap)
    whole = sum(_value(leap) for leap in question.leaps)
    found = []
    for leaps in by_symbol.values():
        value = sum(_value(leap) for leap in leaps)
        vol = sum(leap.vol * _value(leap) for leap in leaps) / value
        spread = sum(leap.spread * _value(leap) for leap in leaps) / value
        found.append(Symbol(value / whole, vol, Costs(spread, question.commission, leaps[0].spot)))
    return tuple(found)


def _value(leap: HeldLeap) -> float:
    return leap.quantity * leap.mid


def simulated(
    symbols: tuple[Symbol, ...], terms: tuple[LadderTerms, ...], rate: float, seed: int, count: int, law: Ladder,
    first_quarter: int = 1,
) -> Ladders:  # fmt: skip
    """Each candidate's ladder on the same paths, told from a quarter on; a rung of several of them is grown once."""
    known = list(dict.fromkeys((each.delta_aim, month) for each in terms for month in rungs(each, law)))
    ways = Ways(np.array([aim for aim, _ in known]), np.array([float(month) for _, month in known]))
    worlds = paths(seed, tuple(symbol.vol for symbol in symbols), rate, law.call_months.high, count)
    told = law.call_months.high // QUARTER + 1 - first_quarter
    worth, costs = np.zeros((told, len(known), count)), np.zeros(len(known))
    for world, symbol in zip(worlds, symbols, strict=True):
        part = grow(world, ways, rate, symbol.costs, law, first_quarter)
        worth += symbol.weight * part.worth
        costs += symbol.weight * part.costs.mean(axis=1)
    place = {way: index for index, way in enumerate(known)}
    rows = [[place[each.delta_aim, month] for month in rungs(each, law)] for each in terms]
    grown = np.stack([worth[:, row].mean(axis=1) for row in rows], axis=1)
    return Ladders(grown, np.array([costs[row].mean() for row in rows]))


def weighed(
    ladders: Ladders, proposed: Ladders, best: int, terms: tuple[LadderTerms, ...], scores: Floats, seed: int,
    past: tuple[Outcome, ...],
) -> Evidence:  # fmt: skip
    """The candidate that scores best, which is `proposed` told by every quarter, beside the first: the terms of now."""
    gain, reach = compared(scores[best] - scores[0], max(len(terms) - 1, 1))
    reach *= mistrust(past)
    quarters = tuple(proposed.outlook(0, quarter) for quarter in range(len(proposed.worth)))
    return Evidence(
        best=terms[best], now=ladders.outlook(0), proposed=quarters[-1], gain=to_figure(gain),
        low=to_figure(gain - reach), high=to_figure(gain + reach), cost_now=to_figure(float(ladders.costs[0])),
        cost_proposed=to_figure(float(ladders.costs[best])), candidates=len(terms), paths=ladders.worth.shape[2],
        months=len(quarters) * QUARTER, seed=seed, excess=EXCESS, quarters=quarters,
    )  # fmt: skip


def compared(difference: Floats, comparisons: int) -> tuple[float, float]:
    """The mean of a difference path by path, and how far its interval at 95 % reaches to either side.

    A path and its mirror image are one draw.
    """
    half = len(difference) // 2
    draws = (difference[:half] + difference[half:]) / 2
    sure = float(quantiles(np.array(1 - _SURE / 2 / comparisons)))
    return float(draws.mean()), sure * float(draws.std(ddof=1)) / sqrt(half)


def mistrust(past: tuple[Outcome, ...]) -> float:
    """How many of the deviations that were promised the outcomes were off, in the root of the mean square; at least 1.

    In logs, in which what a dollar becomes is nearly normal.
    """
    missed = [_missed(each) ** 2 for each in past]
    return max(sqrt(sum(missed) / len(missed)), 1.0) if missed else 1.0


def _missed(outcome: Outcome) -> float:
    low, middle, high, found = (
        log(max(each, _LEAST))
        for each in (outcome.promised.p5, outcome.promised.p50, outcome.promised.p95, outcome.realized)
    )
    return (found - middle) / max((high - low) / (2 * _P95), _LEAST)
