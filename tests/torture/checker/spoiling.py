"""Journals and broker's books in which something has gone wrong by hand."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from allusetui.domain import event as ev
from allusetui.domain.contract import Contract
from allusetui.domain.quote import Quote
from allusetui.law.load import load as load_law
from allusetui.torture.checker.books import Row
from allusetui.torture.checker.checker import judge
from allusetui.torture.checker.exchange import AtTheExchange
from allusetui.torture.checker.witness import BookOrder, Deal, Holding, Message, Witness
from tests.faults.runs import finish

LAW = load_law()
Rows = list[Row]


@dataclass(frozen=True)
class Told:
    """Implements `Witness`: a broker's book as it is told."""

    came: Sequence[Message]
    rows: Sequence[BookOrder]
    executions: Sequence[Deal]
    held: Holding
    market: Callable[[Contract, int], Quote | None]

    def messages(self, since: int = 0) -> Sequence[Message]:
        return self.came[since:]

    def orders(self) -> Sequence[BookOrder]:
        return self.rows

    def deals(self) -> Sequence[Deal]:
        return self.executions

    def holding(self, at_ms: int) -> Holding:
        return self.held

    def quote(self, contract: Contract, at_ms: int) -> Quote | None:
        return self.market(contract, at_ms)


@dataclass(frozen=True)
class Case:
    """A run that has ended: its journal, what its broker knows, and when it ended."""

    rows: Rows
    told: Told
    end_ms: int

    def found(self) -> set[int]:
        """The numbers of what is broken."""
        return {each.invariant for each in judge(self.rows, LAW, self.told, self.end_ms)}


@cache
def case(text: str) -> Case:
    """A run of a scenario, by the simulated exchange's witness."""
    r = finish(text)
    seen = r.run.runtime.world.broker
    assert isinstance(seen, AtTheExchange)
    end_ms = r.run.end_ms
    return Case(list(r.journal.read()), told(seen, end_ms), end_ms)


def told(witness: Witness, end_ms: int) -> Told:
    """What a witness knows in the end."""
    came, orders, deals = witness.messages(), witness.orders(), witness.deals()
    return Told(tuple(came), tuple(orders), tuple(deals), witness.holding(end_ms), witness.quote)


def by_journal(rows: Rows) -> set[int]:
    """The numbers of what a journal alone shows to be broken."""
    return {each.invariant for each in judge(rows, LAW, at_ms=rows[-1][1])}


def place(rows: Rows, kind: type[ev.Event], nth: int = 0, **keys: Any) -> int:
    """Where the nth event of a kind stands that has all of the keys."""
    fitting = (i for i, row in enumerate(rows) if isinstance(row[2], kind) and _has(row[2], keys))
    return [*fitting][nth]


def _has(event: ev.Event, keys: dict[str, Any]) -> bool:
    return all(getattr(event, name) == value for name, value in keys.items())


def renumbered(rows: Rows) -> Rows:
    """As if it had been written so."""
    return [(seq, at_ms, event) for seq, (_, at_ms, event) in enumerate(rows, start=1)]


def without(rows: Rows, kind: type[ev.Event], nth: int = 0, **keys: Any) -> Rows:
    index = place(rows, kind, nth, **keys)
    return renumbered([*rows[:index], *rows[index + 1 :]])


def changed(rows: Rows, kind: type[ev.Event], nth: int = 0, **values: Any) -> Rows:
    """With other values in the nth event of a kind."""
    index = place(rows, kind, nth)
    seq, at_ms, event = rows[index]
    return [*rows[:index], (seq, at_ms, replace(event, **values)), *rows[index + 1 :]]


def again(rows: Rows, kind: type[ev.Event], nth: int = 0, **values: Any) -> Rows:
    """An event of the kind told once more, right after itself, with other values."""
    index = place(rows, kind, nth)
    return before(rows, index + 1, replace(rows[index][2], **values))


def before(rows: Rows, index: int, *events: ev.Event) -> Rows:
    """Events told at the instant of the record that stands at a place, before it."""
    at_ms = rows[min(index, len(rows) - 1)][1]
    return renumbered([*rows[:index], *((0, at_ms, event) for event in events), *rows[index:]])


def later(rows: Rows, ms: int, *events: ev.Event) -> Rows:
    """Events told so long after the last record."""
    return renumbered([*rows, *((0, rows[-1][1] + ms, event) for event in events)])
