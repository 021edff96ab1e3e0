"""A sentence of an answer: what it says, the records that it stands on, and the arithmetic that it declares."""

from collections.abc import Sequence
from decimal import Decimal
from enum import StrEnum

from allusetui.advisor.answers.amounts import Amount, total
from allusetui.domain.answer import Answer
from allusetui.domain.frozen import frozen
from allusetui.domain.snapshot import Told

MOST_CITED = 12
"""Of more records a sentence cites the first and the last, and says how many there are."""


class Op(StrEnum):
    """Arithmetic that an answer may do."""

    COUNT = "count"
    SUM = "sum"
    FALL = "fall"
    """The share of `high_water` that `equity` is below it, in percent to two decimals."""


@frozen
class Derived:
    """A figure that stands in no event: what was done with which events, so that it can be done again."""

    value: Decimal
    op: Op
    of: tuple[Told, ...]
    amount: Amount | None = None

    def again(self) -> Decimal | None:
        """The figure computed anew; None where that can't be done."""
        events = [told.event for told in self.of]
        match self.op:
            case Op.COUNT:
                return Decimal(len(events))
            case Op.SUM:
                return None if self.amount is None else total(self.amount, events)
            case Op.FALL:
                return fall(self.of[0]) if len(self.of) == 1 else None


@frozen
class Sentence:
    """`told` are the records that it stands on, ascending; it cites them, or the first and the last of many."""

    text: str
    told: tuple[Told, ...]
    derived: tuple[Derived, ...] = ()

    @property
    def cites(self) -> tuple[int, ...]:
        seqs = tuple(each.seq for each in self.told)
        return seqs if len(seqs) <= MOST_CITED else (seqs[0], seqs[-1])

    @property
    def written(self) -> str:
        """The sentence with its citations."""
        cites = "".join(f" [#{seq}]" for seq in self.cites)
        return f"{self.text}{cites}."


def fall(told: Told) -> Decimal | None:
    """How far an account's equity is below its high-water mark, percent to two decimals."""
    equity, mark = getattr(told.event, "equity", None), getattr(told.event, "high_water", None)
    if not isinstance(equity, Decimal) or not isinstance(mark, Decimal) or mark <= 0:
        return None
    return (max(mark - equity, Decimal(0)) * 100 / mark).quantize(Decimal("0.01"))


def counted(told: Sequence[Told]) -> Derived:
    return Derived(Decimal(len(told)), Op.COUNT, tuple(told))


def summed(told: Sequence[Told], amount: Amount) -> Derived:
    return Derived(total(amount, [each.event for each in told]), Op.SUM, tuple(told), amount)


def answer_of(answered: bool, sentences: Sequence[Sentence]) -> Answer:
    """The sentences as a person is given them."""
    cited = {seq for sentence in sentences for seq in sentence.cites}
    return Answer(answered, "\n".join(sentence.written for sentence in sentences), tuple(sorted(cited)))
