"""A suggestion of the adviser in words and pictures: what would change, what it is expected to do, how sure that is."""

from collections.abc import Iterator
from decimal import Decimal
from math import log
from typing import Final

from allusetui.domain.advice import LadderTerms, Outcome, Outlook, Suggestion
from allusetui.domain.frozen import frozen
from allusetui.view import words
from allusetui.view.charts import whiskers
from allusetui.view.model import Cell, Line, Tone

_CHART: Final = 26
_PROPOSED: Final = "proposed"
_LEAST: Final = 0.001
"""Of a dollar: what is less is drawn as this."""


def named(suggestion: Suggestion) -> str:
    """What it would change, in a line."""
    if suggestion.keeps:
        return "Keep how the ladder buys"
    changes = (f"{name} {old} → {new}" for name, old, new in _terms(suggestion.now, suggestion.proposed) if old != new)
    return f"Ladder with {', '.join(changes)}"


def on_yes(suggestion: Suggestion) -> str:
    """What a yes does."""
    if suggestion.keeps:
        return "yes: approved; nothing changes"
    return "yes: so it buys from its next action on; what is held stays"


def evidence(suggestion: Suggestion, part: Decimal) -> Iterator[Line]:
    """Its terms, both distributions on one scale, how they were come by; `part`: of what is reinvested, for LEAPs."""
    found, sides = suggestion.evidence, _sides(suggestion)
    for side in sides:
        yield Cell(f"{side.name:<11}"), Cell(_bought(side.terms), _tone(side.name == _PROPOSED))
    low, high = min(side.outlook.p5 for side in sides), max(side.outlook.p95 for side in sides)
    yield (Cell(f"what a dollar becomes in {found.months} months: ├ 5 %  ┃ half  ◆ mean  ┤ 95 %", Tone.DIM),)
    for side in sides:
        drawn = Cell(_drawn(side.outlook, low, high))
        yield Cell(f"{side.name:<11}"), drawn, Cell(f" {_figures(side.outlook)}", Tone.DIM)
    yield (Cell(_verdict(suggestion)),)
    yield (Cell(f"score: log growth of reinvested money, {words.percent(part)} % of it in the ladder", Tone.DIM),)
    costs = ", ".join(f"{side.cost:.3f}" for side in sides)
    source = f"{found.paths} paths, {found.candidates} candidates, seed {found.seed}"
    yield (Cell(f"costs {costs}; {source}", Tone.DIM),)
    for outcome in suggestion.past[-1:]:
        yield (Cell(_became(outcome)),)


@frozen
class _Side:
    """One of those that are compared; `cost`: what trading takes of its dollar."""

    name: str
    terms: LadderTerms
    outlook: Outlook
    cost: float


def _sides(suggestion: Suggestion) -> list[_Side]:
    found = suggestion.evidence
    sides = [_Side("now", suggestion.now, found.now, found.cost_now)]
    if found.best != suggestion.now:
        name = "best other" if suggestion.keeps else _PROPOSED
        sides.append(_Side(name, found.best, found.proposed, found.cost_proposed))
    return sides


def _bought(terms: LadderTerms) -> str:
    """How the ladder buys."""
    apart = words.count(terms.spacing, "month")
    return f"delta {terms.delta_aim:g}, expiry in {terms.months_aim} months, rungs {apart} apart"


def _terms(now: LadderTerms, other: LadderTerms) -> tuple[tuple[str, str, str], ...]:
    """Each term by name, as it is and as it would be."""
    return (
        ("delta aim", f"{now.delta_aim:g}", f"{other.delta_aim:g}"),
        ("expiry aim", f"{now.months_aim}m", f"{other.months_aim}m"),
        ("rungs apart", f"{now.spacing}m", f"{other.spacing}m"),
    )


def _tone(changes: bool) -> Tone:
    return Tone.WARN if changes else Tone.DIM


def _drawn(outlook: Outlook, low: float, high: float) -> str:
    """On a scale of logs."""
    first, last = log(max(low, _LEAST)), log(max(high, _LEAST))

    def place(dollars: float) -> float:
        return (log(max(dollars, _LEAST)) - first) / (last - first) if last > first else 0.5

    return whiskers(place(outlook.p5), place(outlook.p95), place(outlook.p50), place(outlook.mean), _CHART)


def _figures(outlook: Outlook) -> str:
    return f"{outlook.p5:.2f} {outlook.p50:.2f} {outlook.mean:.2f} {outlook.p95:.2f}"


def _verdict(suggestion: Suggestion) -> str:
    """How much better, and whether that is certain."""
    found = suggestion.evidence
    if found.best == suggestion.now:
        return "nothing that was looked at scores better"
    sure = f"scores {found.gain:+.3f}, at 95 % {found.low:+.3f} to {found.high:+.3f}"
    return words.minus(f"{sure}: {'no more than noise' if suggestion.keeps else 'more than noise'}")


def _became(outcome: Outcome) -> str:
    """What came of the last promise."""
    promised = outcome.promised
    return (
        f"#{outcome.id} promised {promised.p50:.2f} ({promised.p5:.2f} to {promised.p95:.2f})"
        f" by {outcome.quarter}: it became {outcome.realized:.2f}"
    )
