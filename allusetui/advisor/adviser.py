"""The adviser that ships: each question goes to who knows about it."""

from typing import assert_never

from allusetui.domain.advice import Advice, HeadlineQuestion, LadderQuestion, MarketQuestion, Question
from allusetui.law.model import Law
from allusetui.ports import HeadlineReader


class Adviser:
    """Implements `ports.Advisor`. Headlines are read by a list of words where no other reader is given."""

    def __init__(self, law: Law, reader: HeadlineReader | None = None) -> None:
        self._law = law
        self._reader = reader

    def answer(self, question: Question) -> Advice | None:
        """None where there is nothing to say."""
        # Imported where it is asked: a session's first minutes ask nothing.
        match question:
            case LadderQuestion():
                from allusetui.advisor.ladder import LadderAdviser

                return LadderAdviser(self._law).answer(question)
            case MarketQuestion():
                from allusetui.advisor.watch import market

                return market(question)
            case HeadlineQuestion():
                from allusetui.advisor.headlines import WordList
                from allusetui.advisor.watch import headline

                return headline(question, self._reader or WordList())
            case _:
                assert_never(question)
