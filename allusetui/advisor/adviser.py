"""The adviser that ships: each question goes to who knows about it."""

from typing import assert_never

from allusetui.advisor import watch
from allusetui.advisor.headlines import WordList
from allusetui.advisor.ladder import LadderAdviser
from allusetui.domain.advice import Advice, HeadlineQuestion, LadderQuestion, MarketQuestion, Question
from allusetui.law.model import Law
from allusetui.ports import HeadlineReader


class Adviser:
    """Implements `ports.Advisor`. Headlines are read by a list of words where no other reader is given."""

    def __init__(self, law: Law, reader: HeadlineReader | None = None) -> None:
        self._ladder = LadderAdviser(law)
        self._reader = reader if reader is not None else WordList()

    def answer(self, question: Question) -> Advice | None:
        """None where there is nothing to say."""
        match question:
            case LadderQuestion():
                return self._ladder.answer(question)
            case MarketQuestion():
                return watch.market(question)
            case HeadlineQuestion():
                return watch.headline(question, self._reader)
            case _:
                assert_never(question)
