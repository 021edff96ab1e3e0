"""A question in English made into one that the journal can be asked."""

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from typing import Final

from allusetui.advisor.answers.amounts import realized
from allusetui.advisor.answers.names import accounts_in, symbols_in
from allusetui.advisor.answers.query import End, How, Query, Span, Unanswerable
from allusetui.advisor.answers.spans import span_in
from allusetui.advisor.answers.topics import ANYTHING, HAPPENED, TOPICS, Topic
from allusetui.domain.contract import Right
from allusetui.domain.moment import DAY_MS

LONGEST: Final = 500
_LATELY_MS: Final = 7 * DAY_MS  # what happened is asked of the last days, where no time is named

_WHAT_IF: Final = re.compile(
    r"\b(?:what if|if (?:we|i|you|it|the|gen|rev|com)|would|should|could|advice|recommend|suppose|imagine)\b"
)
_FORMS: Final[tuple[tuple[How, re.Pattern[str]], ...]] = (
    (How.WHY, re.compile(r"\bwhy\b|\bhow come\b|what (?:caused|made|led|triggered)"
                         r"|\bwhat (?:was|is) the (?:reason|cause)|\breasons? for\b|\bexplain\b")),
    (How.HOW_MANY, re.compile(r"\bhow many\b|\bhow often\b|\bnumber of\b|\bcount\b|\bhow many times\b")),
    (How.HOW_MUCH, re.compile(r"\bhow (?:much|high|low|deep|big|large|far|did|well|is|was)\b|\btotal\b|\bsum of\b")),
    (How.WHEN, re.compile(r"\bwhen\b|\b(?:what|which) (?:day|date|time|week)s?\b|\bhow long\b|\blast time\b")),
    (How.WHICH, re.compile(r"\bwh(?:ich|at|o|ere|ose)\b|\blist\b|\bshow\b|\btell\b|\bgive\b|\bsummar\w+")),
    (How.WHETHER, re.compile(r"^\W*(?:and |so |but |please )*(?:did|do|does|was|were|is|are|has|have|had|any)\b")),
)  # fmt: skip
_STANDS: Final = re.compile(r"\bwhat (?:was|is|were|are|'s)\b|\bwhat's\b|\b(?:which|what)\b[\w ]*\bhad\b")
_LEVEL: Final = re.compile(r"\b(?:level|lvl|l)[ -]?([0-3])\b")
_CLAUSE: Final = re.compile(r"\b(?:clause|rule|law|section|§)s? ?§?(\d{1,2}\.\d{1,2}|s\.\d)\b|\b(\d{1,2}\.\d{1,2})\b")
_RIGHTS: Final = ((re.compile(r"\bputs?\b|\bcsps?\b"), Right.PUT), (re.compile(r"\bcalls?\b|\bccs?\b"), Right.CALL))
_ENDS: Final = (
    (End.FIRST, re.compile(r"\bfirst\b|\bearliest\b")),
    (End.LAST, re.compile(r"\blast\b|\blatest\b|\bmost recent|\bnewest\b")),
    (End.MOST, re.compile(r"\b(?:deep|high|large|bigg|great)(?:est)\b|\bworst\b|\bmost\b|\bmax\w*\b|\bpeak\b")),
    (End.LEAST, re.compile(r"\b(?:low|small|shallow)est\b|\bleast\b|\bmin(?:imum)?\b|\btrough\b")),
)
_LOSS: Final = re.compile(r"\blos[est]\w*|\bworst\b")
_REASONS: Final[Mapping[str, str]] = {
    "earnings unknown": "earnings_unknown", "unknown earnings": "earnings_unknown",
    "no chain": "no_chain",
    "chain": "no_chain", "no expiry": "no_expiry", "no strike": "no_strike", "open interest": "open_interest",
    "volume": "volume",
    "spread": "spread",
    "daily volume": "adv", "symbol cap": "per_symbol_cap", "per symbol": "per_symbol_cap", "margin cap": "margin_cap",
    "bad quote": "bad_quote", "bad quotes": "bad_quote", "stale": "stale", "earnings": "earnings", "sizing": "sizing",
    "frozen": "frozen", "hedged week": "hedged_week", "paused": "paused", "assigned": "assigned",
    "rejecting": "rejecting",
    "no entries": "no_entries", "run off": "run_off", "slippage": "slippage_cap", "window closed": "window_closed",
}  # fmt: skip


def query_of(
    question: str, accounts: Sequence[str], symbols: Collection[str], clauses: Collection[str], last_ms: int
) -> Query:
    """What a question asks of a journal that has these accounts and ends at an instant.

    Raises Unanswerable, with the reason, for what no ledger can tell or what this grammar does not read.
    """
    if len(question) > LONGEST:
        raise Unanswerable("it is longer than a question that is read here")
    plain = " ".join(unicodedata.normalize("NFKC", question).replace("’", "'").split())
    text = plain.lower()
    if not any(c.isalpha() for c in text):
        raise Unanswerable("it has no words")
    if _WHAT_IF.search(text):
        raise Unanswerable("it asks what would be, and a ledger tells what was")
    span, text = span_in(text, last_ms)
    named, text = accounts_in(text, accounts)
    about, text = symbols_in(plain, text, symbols)
    clause = _clause(text, clauses)
    text = re.sub(r" +", " ", text if clause is None else text.replace(clause.lower(), " "))
    topic = _topic(text, clause)
    how = _how(text, topic)
    level = _LEVEL.search(text)
    if topic is HAPPENED and how is How.WHY:
        raise Unanswerable("it does not say of what it asks the cause")
    if topic is HAPPENED and span == Span():
        span = Span(last_ms - _LATELY_MS)
    end = next((end for end, words in _ENDS if words.search(text)), End.ALL)
    if topic.name == "linked":
        named = ()  # the link is the session's, and tells where each sleeve lives
    if end is End.MOST and topic.amount is realized and _LOSS.search(text):
        end = End.LEAST
    return Query(
        how, topic, named, about, span,
        level=int(level[1]) if level and topic.name == "level" else None,
        reason=_reason(text) if topic.name in ("skip", "abandoned") else None,
        right=_right(text) if topic.name != "called away" else None,
        clause=clause,
        end=end,
    )  # fmt: skip


def _reason(text: str) -> str | None:
    return next((reason for words, reason in _REASONS.items() if words in text), None)


def _right(text: str) -> Right | None:
    return next((right for words, right in _RIGHTS if words.search(text)), None)


def _clause(text: str, clauses: Collection[str]) -> str | None:
    found = _CLAUSE.search(text)
    clause = (found[1] or found[2]).upper() if found else None
    if found and found[1] and clause not in clauses:
        raise Unanswerable("it names a clause that the law has not")
    return clause if clause in clauses else None


def _topic(text: str, clause: str | None) -> Topic:
    for topic in TOPICS:
        if topic.words.search(text):
            return topic
    if clause is not None:
        return ANYTHING
    if HAPPENED.words.search(text):
        return HAPPENED
    raise Unanswerable("it names nothing that is written down there, or not in words that are read here")


def _how(text: str, topic: Topic) -> How:
    form = next((how for how, words in _FORMS if words.search(text)), None)
    if form is None:
        raise Unanswerable("it is not put as a question that is read here: why, when, how much, how many, which, did")
    if form in (How.WHICH, How.WHETHER) and topic.reading is not None:
        return How.HOW_MUCH
    if form is How.WHICH and topic.amount is not None and _STANDS.search(text):
        return How.HOW_MUCH
    if form is How.HOW_MUCH and topic.amount is None and topic.reading is None:
        return How.WHICH
    return form
