"""A change of the law in words and pictures: which numbers would be others, and what was simulated of it."""

from collections.abc import Iterator
from typing import Final

from allusetui.domain.proposal import Change, Compared, Proposal
from allusetui.domain.text import untrusted
from allusetui.view import words
from allusetui.view.charts import whiskers
from allusetui.view.model import Cell, Line, Tone

_CHART: Final = 19
_NAME: Final = 15
_TEXT: Final = 1_000
_TONES: Final = {"for": Tone.GOOD, "against": Tone.WARN}


def named(proposal: Proposal) -> str:
    """What it would change, in a line."""
    first, more = proposal.changes[0], len(proposal.changes) - 1
    others = f" and {words.count(more, 'number')} more" if more else ""
    return f"Law {untrusted(proposal.version)} with {_changed(first)}{others}"


def evidence(proposal: Proposal) -> Iterator[Line]:
    """Every number that would be another, why, and both laws on the same paths."""
    for change in proposal.changes:
        cited = f" ({', '.join(change.clauses)})" if change.clauses else ""
        yield Cell(_changed(change), Tone.WARN), Cell(cited, Tone.DIM)
    yield (Cell(f"why: {untrusted(proposal.reason, _TEXT)}"),)
    weeks = words.count(proposal.weeks, "week")
    yield (Cell(f"{proposal.paths:,} paths of {weeks}, proposed less current: ├ 95 % ┤ ┃ none", Tone.DIM),)
    for row in proposal.compared:
        name, said = row.name.replace("_", " "), Cell(f" {row.speaks:<8}", _TONES.get(row.speaks, Tone.DIM))
        yield Cell(f"{name:<{_NAME}}"), Cell(_drawn(row)), said, Cell(_span(row), Tone.DIM)
    yield (Cell(untrusted(proposal.verdict, _TEXT)),)


def on_yes(proposal: Proposal) -> str:
    """What a yes does."""
    return f"yes: {untrusted(proposal.version)} comes into force; sessions take it up at a week's start"


ON_NO: Final = "no: the law stays as it is; asked again once it is simulated again"


def _changed(change: Change) -> str:
    return f"{untrusted(change.key)} {untrusted(change.was, _TEXT)} → {untrusted(change.now, _TEXT)}"


def _drawn(row: Compared) -> str:
    """The interval on a scale of its own, with no difference in the middle."""
    reach = max(abs(row.low), abs(row.high)) or 1.0
    low, high = ((edge / reach + 1) / 2 for edge in (row.low, row.high))
    return whiskers(low, high, 0.5, (low + high) / 2, _CHART)


def _span(row: Compared) -> str:
    ends = (f"{100 * edge:+.2f} %" if row.is_share else f"{edge:+,.2f}" for edge in (row.low, row.high))
    return words.minus(" to ".join(ends))
