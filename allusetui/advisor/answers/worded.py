"""An answer that a language model words: it asks the journal typed questions; each figure it writes is looked for."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Final

from allusetui.advisor.answers.ask import Offline
from allusetui.advisor.answers.check import CITATION, unfounded
from allusetui.advisor.answers.found import cannot
from allusetui.advisor.answers.query import How, Query, Unanswerable
from allusetui.advisor.answers.sentence import Sentence
from allusetui.advisor.answers.spans import span_in
from allusetui.advisor.answers.topics import BY_NAME
from allusetui.domain.answer import Answer
from allusetui.domain.text import untrusted
from allusetui.ports import Speaker, SpeakerError

MOST_LOOKED_UP: Final = 8
_LONGEST: Final = 4_000
_LONGEST_SENTENCE: Final = 1_000
_BREAK: Final = re.compile(r"\n|(?<=[.!?])\s+(?!\[#)")
_CAPITALS: Final = re.compile(r"\b[A-Z][A-Z0-9.-]{1,11}\b")


class Worded:
    """Asks a model first, and the grammar where the model fails, is late, or says what does not stand there."""

    def __init__(self, offline: Offline, speaker: Speaker) -> None:
        self._offline = offline
        self._speaker = speaker
        self._looked_up: list[Sentence] = []
        self._answered = False
        self._left = MOST_LOOKED_UP

    def ask(self, question: str) -> Answer:
        """The model's words if they stand, else the ledger's own with the reason why it is those."""
        own = self._offline.ask(question)
        if self._offline.finder.last is None:
            return own
        try:
            text = self._speaker.word(untrusted(question), self.look_up)
        except SpeakerError as error:
            return _instead(own, str(error))
        said = [each for piece in _BREAK.split(text[:_LONGEST]) if (each := untrusted(piece, _LONGEST_SENTENCE))]
        if not said or len(text) > _LONGEST:
            return _instead(own, "it said nothing, or too much")
        if (fault := next((found for each in said if (found := self._fault(each)) is not None), None)) is not None:
            return _instead(own, fault)
        cited = {int(seq) for each in said for seq in CITATION.findall(each)}
        return Answer(self._answered, "\n".join(said), tuple(sorted(cited)))

    def look_up(self, wanted: Mapping[str, object]) -> str:
        """What the journal says to a typed question, a sentence a line. What can't be asked is said, never raised."""
        if self._left == 0:
            return "No more can be looked up."
        self._left -= 1
        try:
            answered, said = self._offline.respond(self._query(wanted))
        except Unanswerable as why:
            answered, said = cannot(str(why), self._offline.finder)
        self._answered = self._answered or answered
        self._looked_up += said
        return "\n".join(sentence.written for sentence in said)

    def _query(self, wanted: Mapping[str, object]) -> Query:
        last, accounts = self._offline.finder.last, self._offline.finder.accounts
        assert last is not None
        given = {key: str(value) for key, value in wanted.items() if value is not None}
        topic, how = BY_NAME.get(given.get("topic", "")), given.get("how", "")
        if topic is None or how not in list(How):
            raise Unanswerable("there is no such topic or form")
        account, symbol, clause = given.get("account"), given.get("symbol"), given.get("clause")
        if account is not None and account not in accounts:
            raise Unanswerable("it names an account that is not in it")
        if clause is not None and clause not in self._offline.clauses:
            raise Unanswerable("it names a clause that the law has not")
        if symbol is not None and symbol not in self._offline.symbols:
            raise Unanswerable("it names a symbol that the law has not")
        span, _ = span_in(given.get("period", "").lower(), last.at_ms)
        level = given.get("level", "")
        return Query(
            How(how), topic, (account,) if account else (), (symbol,) if symbol else (), span,
            level=int(level) if level in ("0", "1", "2", "3") else None, reason=given.get("reason"), clause=clause,
        )  # fmt: skip

    def _fault(self, said: str) -> str | None:
        """Why a sentence of the model's can't be believed; None where it can."""
        cited = {int(seq) for seq in CITATION.findall(said)}
        known = {told.seq: told for each in self._looked_up for told in each.told if told.seq in cited}
        if not cited or cited - known.keys():
            return "a sentence of it cites nothing that was looked up"
        whole = [each for each in self._looked_up if set(each.cites) <= cited]
        if unfounded(said, known.values(), [d for each in whole for d in each.derived], spelled=True):
            return "a figure of it does not stand in the records that it cites"
        there = " ".join(each.text for each in self._looked_up if cited & {told.seq for told in each.told})
        names = {*self._offline.finder.accounts, *self._offline.symbols}
        strangers = names & set(_CAPITALS.findall(unicodedata.normalize("NFKC", said))) - set(_CAPITALS.findall(there))
        return "it names what its records do not" if strangers else None


def _instead(own: Answer, why: str) -> Answer:
    """The ledger's own words, and that they are not the model's."""
    note = f"The model's answer was not used: {untrusted(why)}; these are the ledger's own words."
    return Answer(own.answered, f"{own.text}\n{note}", own.citations)
