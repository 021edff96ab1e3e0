"""A question answered offline: parsed, looked up, told, and checked before anybody reads it."""

from dataclasses import fields
from itertools import chain
from typing import Final

from allusetui.advisor.answers.check import faults
from allusetui.advisor.answers.find import Finder
from allusetui.advisor.answers.found import Found, cannot
from allusetui.advisor.answers.parse import query_of
from allusetui.advisor.answers.query import Query, Unanswerable
from allusetui.advisor.answers.respond import respond
from allusetui.advisor.answers.sentence import answer_of
from allusetui.domain.answer import Answer
from allusetui.law.model import Law
from allusetui.ports import Archive

EMPTY: Final = "I can't tell from the ledger: it is empty."


class Offline:
    """Answers from an archive alone, exactly; the same question has the same answer for ever.

    `laws`: those that it was decided under.
    """

    def __init__(self, archive: Archive, *laws: Law) -> None:
        self.finder = Finder(archive)
        self.symbols = frozenset[str]().union(*map(_symbols, laws))
        self.clauses = frozenset(clause.id for law in laws for clause in law.clauses)

    def ask(self, question: str) -> Answer:
        """What the archive tells; where it can't, that it can't and what it can tell."""
        if self.finder.last is None:
            return Answer(False, EMPTY)
        try:
            found = self.respond(self.query_of(question))
        except Unanswerable as why:
            found = cannot(str(why), self.finder)
        return answer_of(*found)

    def query_of(self, question: str) -> Query:
        """The question as the archive is asked it. Raises Unanswerable."""
        assert self.finder.last is not None
        return query_of(question, self.finder.accounts, self.symbols, self.clauses, self.finder.last.at_ms)

    def respond(self, query: Query) -> Found:
        """The sentences of an answer; one with a figure that stands nowhere is never given."""
        answered, said = respond(query, self.finder)
        if any(faults(sentence) for sentence in said):
            return cannot("a figure of its answer does not stand in its records", self.finder)
        return answered, said


def _symbols(law: Law) -> set[str]:
    """All that the law names."""
    universes = (getattr(getattr(law.sleeves, each.name), "universe", ()) for each in fields(law.sleeves))
    return {*chain.from_iterable(universes), *law.hedging.symbols, *law.etfs}
