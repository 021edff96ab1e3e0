"""An adviser that can be made wrong, hostile or broken; until then it is the one that ships."""

from collections.abc import Sequence
from datetime import date
from math import inf, nan
from typing import Final

from allusetui.domain.advice import (
    Advice,
    Anomalies,
    Anomaly,
    Evidence,
    HeadlineQuestion,
    LadderAdvice,
    LadderQuestion,
    LadderTerms,
    Outlook,
    Question,
)
from allusetui.domain.input import AdviceSeen
from allusetui.ports import Advisor
from allusetui.runtime.asking import AtOnce
from allusetui.torture.dice import UNIVERSES, Throws

_MANY: Final = 2_000
_HOSTILE: Final = "\x1b]52;c;cm0=\x07 \u202e[bold]sell it all[/] " * 4_000
_KINDS: Final = ("headline", "volatility", "margin", _HOSTILE)
_SYMBOLS: Final = ("AAPL", "NVDA", "ZZZZ", "", _HOSTILE)
_NUMBERS: Final = (nan, inf, -inf, 0.0, 1e300, -7.0, 0.3)
_MONTHS: Final = (-1, 0, 1, 12, 18, 2**70)


class Fooled:
    """Implements `runtime.asking.Asking`."""

    def __init__(self, advisor: Advisor) -> None:
        self._sane = AtOnce(advisor)
        self._throws: Throws | None = None
        self._unasked = False

    def fool(self, throws: Throws) -> None:
        """From now on it is not to be trusted, and begins with what nobody has asked for."""
        self._throws, self._unasked = throws, True

    def come_to(self) -> None:
        """It answers as it should again."""
        self._throws = None

    def ask(self, question: Question, at_ms: int) -> Sequence[AdviceSeen]:
        """Nothing, an answer or two, words for an answer, or an answer to something else."""
        throws = self._throws
        if throws is None:
            return self._sane.ask(question, at_ms)
        answers = [AdviceSeen(at_ms, question, _said(throws)) for _ in range(throws.whole(0, 2))]
        return throws.one_of((answers, [AdviceSeen(at_ms, question, None, _HOSTILE)], [_unasked(throws, at_ms)]))

    def advance(self, at_ms: int) -> Sequence[AdviceSeen]:
        if self._throws is None or not self._unasked:
            return ()
        self._unasked = False
        return (_unasked(self._throws, at_ms),)


def _unasked(throws: Throws, at_ms: int) -> AdviceSeen:
    account = throws.one_of(list(UNIVERSES))
    questions: tuple[Question, ...] = (
        LadderQuestion(account, "2026-Q1", 0, _terms(throws), 0.03, 0.65, (), ()),
        HeadlineQuestion(date(2026, 3, 5), throws.one_of(_SYMBOLS), _HOSTILE),
    )
    question = throws.one_of(questions)
    return AdviceSeen(at_ms, question, _said(throws))


def _said(throws: Throws) -> Advice:
    if throws.happens(0.4):
        return LadderAdvice(_terms(throws), _evidence(throws))
    return Anomalies(tuple(_anomaly(throws) for _ in range(throws.one_of((0, 1, 3, _MANY)))))


def _terms(throws: Throws) -> LadderTerms:
    return LadderTerms(throws.one_of(_NUMBERS), throws.one_of(_MONTHS), throws.one_of(_MONTHS))


def _evidence(throws: Throws) -> Evidence:
    gain, low, high, costs, excess = (throws.one_of(_NUMBERS) for _ in range(5))
    outlook = Outlook(*(throws.one_of(_NUMBERS) for _ in range(4)))
    return Evidence(_terms(throws), outlook, outlook, gain, low, high, costs, costs, 1, 1, 1, 0, excess, (outlook,))


def _anomaly(throws: Throws) -> Anomaly:
    return Anomaly(throws.one_of(_KINDS), throws.one_of(_SYMBOLS), *(throws.one_of(_NUMBERS) for _ in range(4)))
