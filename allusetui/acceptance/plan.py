"""What an acceptance runs: two scenarios, the hours in which the program is up, and where it is killed."""

from datetime import date, datetime, time, timedelta
from enum import StrEnum
from importlib.resources import files
from itertools import chain
from typing import Final

from allusetui.domain.frozen import frozen
from allusetui.scenario.load import parse
from allusetui.scenario.model import Scenario


class Part(StrEnum):
    """What is run; each leaves a journal in a folder of its name."""

    PAPER = "paper"
    KILLED = "killed"
    FORK = "fork"


@frozen
class Death:
    """The process dies at the next record of a kind, and is begun again after `down_s`.

    `after_s`: how long after its batch is stored; 0 for before anything of it leaves, None for before it is stored.
    """

    kind: str
    after_s: float | None
    down_s: float = 2.0


@frozen
class Span:
    """The program is begun, and ended in good order."""

    begins: datetime
    ends: datetime


@frozen
class Plan:
    """`spans` of the paper weeks, and what is added to them where the program is killed: each in its order."""

    spans: tuple[Span, ...]
    deaths: tuple[Death, ...]


def weeks() -> Scenario:
    """The paper weeks."""
    return _written("weeks.toml")


def fork() -> Scenario:
    """From a fork to its merge."""
    return _written("fork.toml")


def _written(name: str) -> Scenario:
    return parse((files("allusetui.acceptance") / name).read_text("utf-8"), name)


_MONDAYS: Final = (date(2026, 3, 2), date(2026, 3, 9))
_BEGINS, _ENDS = time(9, 25), time(17, 5)
_SEEN: Final = Span(*(datetime.combine(date(2026, 3, 16), clock) for clock in (time(9, 15), time(9, 25))))
"""The morning on which the last week's settlement is seen."""
_LEFT_S, _AT_WORK_S = 0.09, 0.5
"""An order has been asked about at the broker and is on its way, unheard of; it works there, and is not filled."""
_AT_ONCE_S, _LONG_S = 0.3, 30.0
_PLAN: Final = Death("order.intended", None)
_FILL: Final = (Death("order.filled", None), Death("order.filled", 0.0))
_CUT: Final = (
    Death("week.typed", None), Death("week.typed", 0.0), Death("report.written", 0.0), Death("audit.done", None),
)  # fmt: skip
DEATHS: Final = (
    Death("session.started", 0.0), Death("latch.released", None),
    _PLAN, Death("order.sent", _LEFT_S), Death("order.resolved", None),  # Monday, COM: it fills meanwhile
    Death("broker.up", None), Death("operator.acted", 0.0),
    _PLAN, Death("order.sent", _AT_WORK_S, _LONG_S), Death("order.resolved", 0.0),  # Wednesday, REV: the same
    Death("broker.down", 0.0),
    _PLAN, Death("order.sent", _LEFT_S, _AT_ONCE_S), *_FILL,  # Thursday, GEN: it works on, and is found
    Death("account.marked", None), *_CUT,
    Death("assignment.received", None), Death("assignment.received", 0.0),
    Death("protocol.level", 0.0), Death("order.sent", _LEFT_S), *_FILL,  # Wednesday: the first stop never leaves
    Death("account.marked", 0.0), *_CUT, Death("called_away.received", None),
)  # fmt: skip
"""Each at the next record of its kind after the one before."""


def _days() -> tuple[date, ...]:
    return tuple(chain.from_iterable((monday + timedelta(days=n) for n in range(5)) for monday in _MONDAYS))


FULL: Final = Plan(
    (*(Span(datetime.combine(day, _BEGINS), datetime.combine(day, _ENDS)) for day in _days()), _SEEN), DEATHS
)
"""Each session from five minutes before its open until its audit."""
