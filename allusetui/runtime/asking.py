"""How an adviser is asked: at once, or aside in a thread of its own, so that the engine's loop never waits for it.

An adviser is somebody else's code: whatever it raises is an answer that did not come. A market that knows every answer
is asked at once.
"""

import threading
from collections import deque
from collections.abc import Sequence
from typing import Protocol

from allusetui.domain.advice import Question
from allusetui.domain.contract import Option
from allusetui.domain.input import AdviceSeen, BarsSeen, ChainSeen, Input
from allusetui.domain.snapshot import Source
from allusetui.ports import Advisor, Market

_MOST_OUT = 16
"""Questions that are thought about at one time: one for every account, and some."""


class Asking(Protocol):
    """Takes questions. What is answered at once is returned; the rest comes by `advance`."""

    def ask(self, question: Question, at_ms: int) -> Sequence[AdviceSeen]: ...

    def advance(self, at_ms: int) -> Sequence[AdviceSeen]: ...


class AtOnce:
    """Answers before time goes on: the same world gives the same journal. Without an adviser nothing is advised."""

    def __init__(self, advisor: Advisor | None) -> None:
        self._advisor = advisor

    def ask(self, question: Question, at_ms: int) -> Sequence[AdviceSeen]:
        if self._advisor is None:
            return [AdviceSeen(at_ms, question, None, "is not there")]
        return [_answered(self._advisor, question, at_ms)]

    def advance(self, at_ms: int) -> Sequence[AdviceSeen]:
        return ()


class Aside:
    """Answers when it has thought. Its threads end with the process, whatever they wait for."""

    def __init__(self, advisor: Advisor) -> None:
        self._advisor = advisor
        self._out = threading.BoundedSemaphore(_MOST_OUT)
        self._answers: deque[AdviceSeen] = deque()

    def ask(self, question: Question, at_ms: int) -> Sequence[AdviceSeen]:
        if not self._out.acquire(blocking=False):
            return [AdviceSeen(at_ms, question, None, "has too much to think about")]
        threading.Thread(target=self._think, args=(question, at_ms), name="advice", daemon=True).start()
        return ()

    def advance(self, at_ms: int) -> Sequence[AdviceSeen]:
        """What has come by now, seen now."""
        found = []
        while self._answers:
            answer = self._answers.popleft()
            found.append(AdviceSeen(at_ms, answer.question, answer.advice, answer.trouble))
        return found

    def _think(self, question: Question, at_ms: int) -> None:
        try:
            self._answers.append(_answered(self._advisor, question, at_ms))
        finally:
            self._out.release()


def _answered(advisor: Advisor, question: Question, at_ms: int) -> AdviceSeen:
    try:
        return AdviceSeen(at_ms, question, advisor.answer(question))
    except Exception as error:
        return AdviceSeen(at_ms, question, None, f"failed ({type(error).__name__})")


class ToldAtOnce:
    """Implements `ports.Inquiries` over a market that knows every answer."""

    def __init__(self, market: Market) -> None:
        self._market = market

    def watch(self, symbols: Sequence[str], options: Sequence[Option]) -> None:
        """It shows whatever is looked at."""

    def ask_chain(self, symbol: str, at_ms: int) -> Sequence[Input]:
        return (ChainSeen(at_ms, symbol, self._market.chain(symbol, at_ms)),)

    def ask_bars(self, symbol: str, at_ms: int) -> Sequence[Input]:
        return (BarsSeen(at_ms, symbol, self._market.bars(symbol, at_ms)),)

    def next_ms(self, after_ms: int) -> int | None:
        return None

    def sources(self, at_ms: int) -> tuple[Source, ...]:
        return ()

    def advance(self, at_ms: int) -> Sequence[Input]:
        return ()
