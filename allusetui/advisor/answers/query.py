"""A question as the journal can be asked it: typed, with nothing of its wording left."""

from enum import StrEnum

from allusetui.advisor.answers.topics import Topic
from allusetui.domain.contract import Right
from allusetui.domain.frozen import frozen


class How(StrEnum):
    """What is wanted of the events that a question is about."""

    WHY = "why"
    WHEN = "when"
    HOW_MUCH = "how_much"
    HOW_MANY = "how_many"
    WHICH = "which"
    WHETHER = "whether"


class End(StrEnum):
    """Which of many: the earliest, the latest, the one with the highest figure, or the lowest."""

    ALL = "all"
    FIRST = "first"
    LAST = "last"
    MOST = "most"
    LEAST = "least"


@frozen
class Span:
    """From an instant to before another, ms; None: as far as the journal goes."""

    from_ms: int | None = None
    to_ms: int | None = None


@frozen
class Query:
    """`accounts` and `symbols` empty: of all. `end`: which of them are meant.

    `level`: the protocol's, to which it rose. `reason`: as the journal spells it.
    """

    how: How
    topic: Topic
    accounts: tuple[str, ...] = ()
    symbols: tuple[str, ...] = ()
    span: Span = Span()
    level: int | None = None
    reason: str | None = None
    right: Right | None = None
    clause: str | None = None
    end: End = End.ALL


class Unanswerable(Exception):
    """A question that the journal can't be asked; one line, without figures, that says why."""
