"""How an adviser is asked: at once, or aside, so that whoever asks never waits and nothing that it does gets out."""

import threading

import pytest

from allusetui.domain.advice import Advice, LadderQuestion, LadderTerms, Question
from allusetui.domain.input import AdviceSeen
from allusetui.runtime.asking import Aside, AtOnce
from tests.runtime.engines import PATIENCE_S, until


def question(account: str = "REV") -> LadderQuestion:
    return LadderQuestion(account, "2026-Q4", 1, LadderTerms(0.3, 15, 1), 0.04, 0.65, (), ())


class Thinker:
    """An adviser that thinks until it is let go."""

    def __init__(self) -> None:
        self.free = threading.Event()
        self.threads: list[threading.Thread] = []

    def answer(self, question: Question) -> Advice | None:
        self.threads.append(threading.current_thread())
        assert self.free.wait(PATIENCE_S)
        return None


class Breaks:
    def answer(self, question: Question) -> Advice | None:
        raise ValueError("secret figures")


def gathered(aside: Aside, count: int, at_ms: int = 9) -> list[AdviceSeen]:
    """What has come, once it is so much."""
    found: list[AdviceSeen] = []

    def enough() -> bool:
        found.extend(aside.advance(at_ms))
        return len(found) >= count

    until(enough)
    return found


def test_at_once_is_at_once() -> None:
    assert AtOnce(None).ask(question(), 5) == [AdviceSeen(5, question(), None, "is not there")]
    assert AtOnce(Breaks()).ask(question(), 5) == [AdviceSeen(5, question(), None, "failed (ValueError)")]
    assert AtOnce(Breaks()).advance(6) == ()


@pytest.mark.clause("13.3")
def test_13_3_nobody_waits_for_an_adviser_that_thinks_aside() -> None:
    thinker = Thinker()
    aside = Aside(thinker)
    assert aside.ask(question(), 5) == ()
    assert aside.advance(6) == []
    thinker.free.set()
    assert gathered(aside, 1) == [AdviceSeen(9, question(), None)]
    assert aside.advance(10) == []
    (thread,) = thinker.threads
    assert thread is not threading.current_thread() and thread.daemon


def test_an_adviser_that_breaks_aside_is_an_answer_that_did_not_come() -> None:
    aside = Aside(Breaks())
    aside.ask(question(), 5)
    assert gathered(aside, 1) == [AdviceSeen(9, question(), None, "failed (ValueError)")]


def test_a_flood_of_questions_takes_no_more_threads_than_there_is_room_for() -> None:
    thinker = Thinker()
    aside = Aside(thinker)
    at_once = [aside.ask(question(f"A{n}"), 5) for n in range(20)]
    refused = [seen for answers in at_once for seen in answers]
    assert {seen.trouble for seen in refused} == {"has too much to think about"}
    assert len(refused) == 4
    thinker.free.set()
    assert len(gathered(aside, 16)) == len(thinker.threads) == 16
    assert aside.ask(question(), 9) == ()
