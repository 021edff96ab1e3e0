"""Explanations of runs that have ended, as a test looks at them: findings by their fact."""

from collections.abc import Callable
from copy import deepcopy

from allusetui.domain.snapshot import Told
from allusetui.law.load import load
from allusetui.rules.explain import Finding, Subject, Verdict, explain
from allusetui.rules.situation import Situation
from tests.replaying import Replayed

LAW = load("v1.3")
HOLDS, REFUSES, WAITS, UNSEEN = Verdict.HOLDS, Verdict.REFUSES, Verdict.WAITS, Verdict.UNSEEN


def at_end(replayed: Replayed) -> Situation:
    """What the rules saw at the last look of a run; it may be changed."""
    engine = replayed.run.runtime.engine
    known = deepcopy(engine.volatile)
    return Situation(LAW, replayed.run.calendar, deepcopy(engine.state), known, known.seen_ms)


def why(
    replayed: Replayed, subject: Subject, change: Callable[[Situation], object] | None = None, title: str = ""
) -> dict[str, Finding]:
    """Every finding on the subject by its fact, after a change of what is seen; of chapters that end with `title`."""
    s = at_end(replayed)
    if change is not None:
        change(s)
    tail = [Told(*record) for record in replayed.journal.read()]
    chapters = explain(s, subject, tail)
    found = [finding for chapter in chapters if chapter.title.endswith(title) for finding in chapter.findings]
    assert len({finding.fact for finding in found}) == len(found)
    return {finding.fact: finding for finding in found}
