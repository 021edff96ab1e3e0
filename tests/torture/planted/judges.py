"""How the independent checker gets to see what a seed does to the program."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Final

from allusetui.advisor.adviser import Adviser
from allusetui.compose.run import build_run
from allusetui.domain.moment import MINUTE_MS, SECOND_MS
from allusetui.journal.memory import MemoryJournal
from allusetui.law.load import load
from allusetui.ports import Advisor
from allusetui.runtime.asking import AtOnce
from allusetui.scenario.load import parse
from allusetui.torture.checker.books import Row
from allusetui.torture.checker.checker import judge
from allusetui.torture.checker.pairs import resumes_alike, same_journal, same_orders
from allusetui.torture.checker.violation import Violation
from allusetui.torture.dice import table
from allusetui.torture.plan import CALM, Fault, draw
from allusetui.torture.run import Enough, run
from tests.replaying import Silent

Judge = Callable[[int, Enough], tuple[str, ...]]
"""A seed → what is told of it, a line each; once something is `enough` it need not go on."""
LAW: Final = load()
_FORGETS: Final = 3
"""What decides that a gateway begins the ids of orders anew with its own beginning."""
_ENTERED_MS: Final = 4 * MINUTE_MS
_CLOSES: Final = 4


def by_torture(seed: int, enough: Enough) -> tuple[str, ...]:
    """The whole program on its virtual loop, as `allusetui torture` runs it."""
    try:
        return run(draw(seed), enough).violations
    except Exception as error:  # whatever it raises no invariant has been told of by its number
        return (f"the run broke off: {error!r}",)


def by_given_again(seed: int, enough: Enough) -> tuple[str, ...]:
    """The seed's hour with one fault: once entries are done ids begin at 1 again, and what is held is closed."""
    anew = Fault(0, "restart", _ENTERED_MS, _FORGETS)
    closes = (Fault(n, "key close", _ENTERED_MS + n * 15 * SECOND_MS, n) for n in range(1, _CLOSES + 1))
    return run(replace(draw(seed), faults=(anew, *closes)), enough).violations


def by_journal(seed: int, enough: Enough) -> tuple[str, ...]:
    """The seed's market and headlines, which our gateway would make plain itself; by the journal alone."""
    return _lines(iter(judge(told(draw(seed).scenario, Adviser(LAW)), LAW)))


def by_crash(seed: int, enough: Enough) -> tuple[str, ...]:
    """9: the seed's market and exchange, with a crash once all is calm and without one."""
    scenario = draw(seed).scenario
    return _lines(resumes_alike(told(scenario), told(scenario + _crash(seed))))


def by_repeating(seed: int, enough: Enough) -> tuple[str, ...]:
    """12: the same twice, with a restart in it."""
    scenario = draw(seed).scenario + _crash(seed)
    return _lines(same_journal(told(scenario), told(scenario)))


def by_adviser(seed: int, enough: Enough) -> tuple[str, ...]:
    """13: the same with an adviser and without one."""
    scenario = draw(seed).scenario
    return _lines(same_orders(told(scenario, Adviser(LAW)), told(scenario, None)))


def _crash(seed: int) -> str:
    return table("[[fault]]", at=draw(seed).ends - CALM, kind="crash", **{"for": "20s"})


def told(scenario: str, adviser: Advisor | None = None) -> list[Row]:
    """The journal of a scenario on the exchange of its own process."""
    journal = MemoryJournal()
    run = build_run(parse(scenario, "seed"), journal, Silent())
    run.runtime.world.advice = AtOnce(adviser)
    run.go()
    return list(journal.read())


def _lines(found: Iterator[Violation]) -> tuple[str, ...]:
    return tuple(each.line for each in found)


JUDGES: Final[Mapping[str, Judge]] = {
    "torture": by_torture, "given again": by_given_again, "journal": by_journal, "crash": by_crash,
    "twice": by_repeating, "adviser": by_adviser,
}  # fmt: skip
