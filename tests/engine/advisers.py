"""Advisers of every kind, and runs with them. Thu 2026-10-01 is reinvest day; its ladder rolls on Thu 10-15."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from allusetui.advisor.ladder import LadderAdviser
from allusetui.compose.run import build_run
from allusetui.domain.advice import Advice, LadderAdvice, LadderQuestion, LadderTerms, Question
from allusetui.domain.input import AdviceSeen
from allusetui.domain.moment import SECOND_MS
from allusetui.journal.memory import MemoryJournal
from allusetui.law.load import load
from allusetui.runtime.asking import Asking, AtOnce
from allusetui.runtime.world import Crash
from allusetui.scenario.load import parse
from allusetui.scenario.model import Scenario
from tests.replaying import Replayed, Silent
from tests.rules.situations import operator, option, situation

NVDA = "spot = 180.0\niv = 0.45\natr = 6.0\noi = 5000\nvolume = 5000\nstrike_step = 5.0\nearnings = 'unknown'"
REV = "[accounts.REV]\nequity = 1000000"
LEAP = option("REV", "NVDA", "2027-01-15", 220.0, "C", 10, 8.0, "2025-10-01")
ROLL_DAY = "2026-10-15T12:00:00"
APPROVED = operator("2026-10-02T12:00:00", "approve", "REV")


class Says:
    """Implements `ports.Advisor` by a function for ladders; of all else it has nothing to say."""

    def __init__(self, answer: Callable[[LadderQuestion], Any]) -> None:
        self._answer = answer
        self.heard: list[LadderQuestion] = []

    def answer(self, question: Question) -> Advice | None:
        if not isinstance(question, LadderQuestion):
            return None
        self.heard.append(question)
        found: Advice | None = self._answer(question)
        return found


class Slow:
    """Implements `runtime.asking.Asking`: answers ladders at the first chance after so many seconds.

    Of all else it has nothing to say.
    """

    def __init__(self, seconds: int) -> None:
        self.heard: list[LadderQuestion] = []
        self._after_ms = seconds * SECOND_MS
        self._out: list[tuple[int, LadderQuestion]] = []

    def ask(self, question: Question, at_ms: int) -> list[AdviceSeen]:
        if not isinstance(question, LadderQuestion):
            return [AdviceSeen(at_ms, question, None)]
        self.heard.append(question)
        self._out.append((at_ms, question))
        return []

    def advance(self, at_ms: int) -> list[AdviceSeen]:
        due = [each for each in self._out if at_ms >= each[0] + self._after_ms]
        self._out = [each for each in self._out if each not in due]
        return [AdviceSeen(at_ms, question, quick(question)) for _, question in due]


def quick(question: LadderQuestion) -> LadderAdvice | None:
    """The real one with few paths."""
    return LadderAdviser(load(), 512).answer(question)


def raises(question: LadderQuestion) -> LadderAdvice:
    raise RuntimeError("\x1b[31mboom")


def outside(question: LadderQuestion) -> LadderAdvice:
    """The real one's, with terms that no law allows."""
    found = quick(question)
    assert found is not None
    terms = LadderTerms(0.45, 17, 1)
    return LadderAdvice(terms, replace(found.evidence, best=terms))


def quarter(*more: str, end: str = "2026-10-02T17:00:00", start: str = "2026-09-30T15:00:00") -> Scenario:
    """REV over reinvest day; ten LEAPs that are three months old on 10-15."""
    text = situation(start, end, {"NVDA": NVDA}, REV, LEAP, *more, accounts=("REV",), capital=None)
    return parse(text, "test.toml")


def run_with(
    scenario: Scenario, asking: Asking | Says, crashes: tuple[Crash, ...] = (), every_tick: bool = False
) -> Replayed:
    """The scenario with an adviser of one's own."""
    journal = MemoryJournal()
    run = build_run(scenario, journal, Silent(), crashes=crashes)
    run.runtime.world.advice = AtOnce(asking) if isinstance(asking, Says) else asking
    run.runtime.world.every_tick = every_tick
    run.go()
    return Replayed(scenario, run, journal)
