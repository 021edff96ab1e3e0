"""§16's criteria, a row each: what is asked, what was seen, and whether that is enough."""

from collections.abc import Iterable, Sequence
from typing import Final

from allusetui.acceptance.judge.cycles import Cadence, Window, live_cycles, paper_cycles, weekly_reports
from allusetui.acceptance.judge.forks import fork_to_merge
from allusetui.acceptance.judge.orders import idempotent
from allusetui.acceptance.judge.states import safe_to_active
from allusetui.acceptance.judge.story import Fact, Story
from allusetui.acceptance.plan import Part
from allusetui.domain.frozen import frozen
from allusetui.law.load import Version
from allusetui.rules.situation import clause

Stories = dict[Part, Story]
_SLEEVES: Final = ("com", "rev", "gen")
_SHOWN: Final = 12


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
    found = paper_cycles(stories[Part.PAPER], asked, ruling.hash, _cadence(ruling))
    return _row("16.1", f"{asked} weekly cycles in paper", found)


@clause("16.1")
def of_live(lives: Sequence[Story | Fact], ruling: Version) -> Row:
    """No money is real in what is run here: only a live session's own journal can show it, and none can fail it.

    `lives`: what the live sessions of this machine tell, or that one can't be read.
    """
    asked, facts, whole = ruling.law.acceptance.live_cycles, list[Fact](), 0
    for found in lives:
        if isinstance(found, Fact):
            facts.append(found)
            continue
        weeks = list(live_cycles(found, ruling.hash, _cadence(ruling)))
        whole += sum(week.ok and report.ok for week, report in weeks)
        read = f"session {found.name} trades a live account: {len(found.records):,} records, {found.sha256[:_SHOWN]}"
        facts.append(Fact(True, f"{read}; {len(weeks)} weeks were typed at their cuts under the law {ruling.name}"))
        facts += (fact for pair in weeks for fact in pair)
    if not lives:
        facts.append(Fact(True, "no money is real here; a week of run --mode live shows it"))
    return Row("16.1", f"{asked} live cycle", tuple(facts), True if whole >= asked else None)


@clause("16.2")
def of_reports(stories: Stories, ruling: Version) -> Row:
    """Of the weeks without deaths and of those with them."""
    facts = (fact for part in (Part.PAPER, Part.KILLED) for fact in weekly_reports(stories[part], _cadence(ruling)))
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


def judged(stories: Stories, ruling: Version, deaths: int, lives: Sequence[Story | Fact] = ()) -> tuple[Row, ...]:
    """Every criterion. `deaths`: how often the process of the killed weeks was to die; `lives`: see `of_live`."""
    return (
        of_paper(stories, ruling), of_live(lives, ruling), of_reports(stories, ruling), of_orders(stories, deaths),
        of_states(stories), of_forks(stories),
    )  # fmt: skip


def _row(clause_id: str, asked: str, found: Iterable[Fact]) -> Row:
    facts = tuple(found)
    return Row(clause_id, asked, facts, bool(facts) and all(fact.ok for fact in facts))


def _cadence(ruling: Version) -> Cadence:
    """What the law says of §1, as the judges read it."""
    found, windows = ruling.law.cadence, dict[str, Window]()
    for sleeve in _SLEEVES:
        window = found.windows[sleeve]
        windows[sleeve] = Window(window.weekday, f"{window.opens:%H:%M:%S}", f"{window.closes:%H:%M:%S}")
    return Cadence(windows, f"{found.closing.report_cut:%H:%M:%S}")
