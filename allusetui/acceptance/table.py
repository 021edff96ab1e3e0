"""§16's criteria, a row each: what is asked, what was seen, and whether that is enough."""

from collections.abc import Iterable

from allusetui.acceptance.judge.cycles import paper_cycles, weekly_reports
from allusetui.acceptance.judge.forks import fork_to_merge
from allusetui.acceptance.judge.orders import idempotent
from allusetui.acceptance.judge.states import safe_to_active
from allusetui.acceptance.judge.story import Fact, Story
from allusetui.acceptance.plan import Part
from allusetui.domain.frozen import frozen
from allusetui.law.load import Version
from allusetui.rules.situation import clause

Stories = dict[Part, Story]


@frozen
class Row:
    """A criterion. `facts`: what was seen; `passed`: None for one that was not run."""

    clause: str
    asked: str
    facts: tuple[Fact, ...]
    passed: bool | None

    @property
    def verdict(self) -> str:
        return "not run" if self.passed is None else "pass" if self.passed else "FAIL"


@clause("16.1")
def of_paper(stories: Stories, ruling: Version) -> Row:
    """As many weeks on paper as the law asks for."""
    asked = ruling.law.acceptance.paper_cycles
    return _row("16.1", f"{asked} weekly cycles in paper", paper_cycles(stories[Part.PAPER], asked, ruling.hash))


@clause("16.1")
def of_live(ruling: Version) -> Row:
    """No market and no money is real here: only a live session's own journal can show it."""
    asked = ruling.law.acceptance.live_cycles
    shown = Fact(True, "no money is real here; a week of run --mode live shows it")
    return Row("16.1", f"{asked} live cycle", (shown,), None)


@clause("16.2")
def of_reports(stories: Stories) -> Row:
    """Of the weeks without deaths and of those with them."""
    facts = (fact for part in (Part.PAPER, Part.KILLED) for fact in weekly_reports(stories[part]))
    return _row("16.2", "Weekly report must generate", facts)


@clause("16.3")
def of_orders(stories: Stories, deaths: int) -> Row:
    """The killed weeks against those without deaths."""
    facts = idempotent(stories[Part.PAPER], stories[Part.KILLED], deaths)
    return _row("16.3", "Idempotent order flow verified", facts)


@clause("16.4")
def of_states(stories: Stories) -> Row:
    """In the weeks in which each start has to find its way."""
    facts = (fact for part in (Part.PAPER, Part.KILLED) for fact in safe_to_active(stories[part]))
    return _row("16.4", "SAFE → ACTIVE tested", facts)


@clause("16.5")
def of_forks(stories: Stories) -> Row:
    """In the weeks of the fork."""
    return _row("16.5", "Fork → mini → merge executed at least once in sim", fork_to_merge(stories[Part.FORK]))


def judged(stories: Stories, ruling: Version, deaths: int) -> tuple[Row, ...]:
    """Every criterion. `deaths`: how often the process of the killed weeks was to die."""
    return (
        of_paper(stories, ruling), of_live(ruling), of_reports(stories), of_orders(stories, deaths),
        of_states(stories), of_forks(stories),
    )  # fmt: skip


def _row(clause_id: str, asked: str, found: Iterable[Fact]) -> Row:
    facts = tuple(found)
    return Row(clause_id, asked, facts, bool(facts) and all(fact.ok for fact in facts))
