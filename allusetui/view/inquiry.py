"""A question to the journal and its answer, as rows: each sentence, and under it the records that it stands on."""

from collections.abc import Iterator, Sequence
from re import findall

from allusetui.domain.answer import Reply
from allusetui.domain.frozen import frozen
from allusetui.domain.moment import day_of
from allusetui.domain.text import untrusted
from allusetui.view import words
from allusetui.view.fit import Spec, choose, folded, row
from allusetui.view.journal import figures, kind_of
from allusetui.view.model import Cell, Column, Row, Seen, Table, Tone

_SPECS = (Spec(Column("answer", 20), 0, 500),)
_LONGEST_SENTENCE = 2_000


@frozen
class Inquiry:
    """What was asked last; `reply` None while it is looked up, `failure` why it can't be."""

    question: str = ""
    reply: Reply | None = None
    failure: str = ""


def inquiry_page(seen: Seen, inquiry: Inquiry, width: int) -> Table:
    """The question, each sentence of its answer, and the records that it cites, which can be opened."""
    columns = choose(_SPECS, width)
    rows: list[Row] = []
    if inquiry.question:
        rows += folded("q", columns, {"answer": Cell(untrusted(inquiry.question), Tone.GOOD)})
    if inquiry.failure:
        rows += folded("f", columns, {"answer": Cell(untrusted(inquiry.failure), Tone.WARN)})
    elif inquiry.question and inquiry.reply is None:
        rows += folded("w", columns, {"answer": Cell("the journal is being read …", Tone.DIM)})
    elif inquiry.reply is not None:
        for place, sentence in enumerate(inquiry.reply.answer.text.splitlines()):
            rows += _sentence(seen, inquiry.reply, place, sentence, columns)
    return Table(columns, tuple(rows), f"{seen.keys['find']} asks the journal: why, when, how much, how many, which")


def _sentence(seen: Seen, reply: Reply, place: int, sentence: str, columns: Sequence[Column]) -> Iterator[Row]:
    told = Tone.PLAIN if reply.answer.answered else Tone.WARN
    cited = [int(seq) for seq in findall(r"\[#(\d+)\]", sentence)]
    first = f"#{cited[0]}" if cited else "s"
    yield from folded(f"{first}.{place}", columns, {"answer": Cell(untrusted(sentence, _LONGEST_SENTENCE), told)})
    now_ms = seen.snapshot.now_ms
    for seq in cited:
        event = reply.opened[seq][-1]
        short = f"   #{seq} {words.moment(event.at_ms, now_ms)} {kind_of(event.event)}"
        said = f"{short} {figures(event.event, day_of(now_ms))}"
        yield row(f"#{seq}.{place}.c", columns, {"answer": Cell(said, Tone.DIM)})
