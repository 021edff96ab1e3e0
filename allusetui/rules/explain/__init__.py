"""What the rules see, as figures, and why: each clause that is looked at, with its verdict. Nothing is decided here.

A clause is looked at by the very function that decides by it. Where each finding is made:

    account.py   an account: what holds it back, its symbols in short, its money, the VIX, its clock, its growth
    hedges.py    its hedges: what they may cost, what asks for them
    rungs.py     its LEAP ladder: what its cash waits for, its rungs
    entry.py     one symbol of an account: every filter of an entry, in the order of §9
    said.py      the filters that take a chain: what the last window said of them
    held.py      what is looked at in every option held
    option.py    a short option: its data, its defence, its last afternoon
    put.py       the protocol of a short put
    call.py      the life of a short call
    long.py      a hedge or a LEAP: what sells it, what rolls it
    runbook.py   what the runbook is about

What the panes show stands beside them: figures.py, ladder.py, week.py; what a fall does: rules/stress.py.

A new clause is one more finding in the list of its chapter.
"""

from collections.abc import Sequence

from allusetui.domain.snapshot import Told
from allusetui.rules.explain.account import account_chapters
from allusetui.rules.explain.entry import entry_chapters
from allusetui.rules.explain.figures import (
    OrderFigures,
    PositionFigures,
    SleeveFigures,
    Step,
    is_stale,
    next_session,
    next_window,
    order,
    position,
    positions,
    resettable,
    situation_of,
    sleeve,
    tier,
)
from allusetui.rules.explain.finding import Chapter, Finding, OfAccount, OfEntry, OfPosition, Subject, Value, Verdict
from allusetui.rules.explain.ladder import LeapFigures, SideFigures, ladder
from allusetui.rules.explain.option import option_chapters
from allusetui.rules.explain.runbook import MarginFigures, StaleFigures, Troubles, troubles
from allusetui.rules.explain.week import Happening, Kind, reports_unknown, weeks_ahead
from allusetui.rules.situation import Situation
from allusetui.rules.stress import falls, longs

__all__ = [
    "Chapter",
    "Finding",
    "Happening",
    "Kind",
    "LeapFigures",
    "MarginFigures",
    "OfAccount",
    "OfEntry",
    "OfPosition",
    "OrderFigures",
    "PositionFigures",
    "SideFigures",
    "Situation",
    "SleeveFigures",
    "StaleFigures",
    "Step",
    "Subject",
    "Troubles",
    "Value",
    "Verdict",
    "explain",
    "falls",
    "is_stale",
    "ladder",
    "longs",
    "next_session",
    "next_window",
    "order",
    "position",
    "positions",
    "reports_unknown",
    "resettable",
    "situation_of",
    "sleeve",
    "tier",
    "troubles",
    "weeks_ahead",
]


def explain(s: Situation, subject: Subject, tail: Sequence[Told] = ()) -> tuple[Chapter, ...]:
    """Every clause that is looked at for the subject as it stands; none for one that is gone.

    `tail`: the newest events of the journal, ascending. What only a chain could tell is told by them.
    """
    account = s.state.accounts.get(subject.account)
    if account is None:
        return ()
    match subject:
        case OfAccount():
            return account_chapters(s, account, tail)
        case OfEntry():
            return entry_chapters(s, account, subject.symbol, tail)
        case OfPosition():
            return option_chapters(s, account, subject.option, tail)
