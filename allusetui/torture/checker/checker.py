"""The checker: takes records and messages as they come, looks at the broker's book when told, keeps what it finds."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Final

from allusetui.domain.contract import Contract
from allusetui.domain.quote import Quote
from allusetui.law.model import Law
from allusetui.torture.checker.books import Books, Row
from allusetui.torture.checker.invariants import (
    data,
    exposure,
    latches,
    orders,
    outputs,
    positions,
    prompts,
    rest,
    sequence,
    wire,
)
from allusetui.torture.checker.violation import Violation
from allusetui.torture.checker.witness import Message, Quotes, Witness

RecordCheck = Callable[[Books, Row, Law], Iterator[Violation]]
PricedCheck = Callable[[Books, Row, Law, Quotes], Iterator[Violation]]
BooksCheck = Callable[[Books, Law], Iterator[Violation]]

OF_RECORDS: Final[tuple[RecordCheck, ...]] = (
    sequence.follows,
    orders.one_live_order,
    orders.ends_by_evidence,
    orders.versions_rise,
    positions.counts_once,
    positions.accepted_by_somebody,
    latches.leaves_what_may,
    latches.left_by_its_key,
    exposure.covered,
    data.decided_on_sound_data,
    prompts.approved_once,
    outputs.record_is_plain,
)
"""What a record can break, judged with the books as they were before it."""
WITH_PRICES: Final[tuple[PricedCheck, ...]] = (
    exposure.within_limits, data.priced_by_the_market, data.judged_by_the_market, latches.tripped_in_time,
)  # fmt: skip
"""The same where somebody knows the true market."""
OF_INSTANTS: Final[tuple[BooksCheck, ...]] = (latches.tripped_is_on, exposure.stays_covered)
"""What has to hold once all records of an instant are in."""


class Checker:
    """Judges a run while it goes on, or after it. `witness` None: by the journal alone.

    `take` each record, `look` whenever the program has done what it does at an instant, `end` when all has been told;
    `leaves` where somebody stands at the program's door and sees its orders leave.
    `ages_ms`: how old the market may be that it decides by; quotes that come by wire are on their way for a while.
    """

    def __init__(self, law: Law, witness: Witness | None = None, ages_ms: Sequence[int] = (0,)) -> None:
        self.books = Books()
        self.violations: list[Violation] = []
        self._law = law
        self._witness = witness
        self._ages_ms = ages_ms
        self._heard = 0

    def take(self, row: Row) -> None:
        """One record of the journal; what left before it was durable is heard first."""
        self._hear(row)
        if row[1] > self.books.at_ms:
            self._end_instant()
        for check in OF_RECORDS:
            self._keep(check(self.books, row, self._law))
        self._keep(orders.looked_for_long_enough(self.books, row, self._law, self._is_over))
        if self._witness is not None:
            for priced in WITH_PRICES:
                self._keep(self._by_prices(priced, row, self._witness.quote))
        self.books.take(row)

    def _by_prices(self, priced: PricedCheck, row: Row, quote: Quotes) -> Iterator[Violation]:
        """A breach by the market of every age."""
        found: list[Violation] = []
        for age_ms in self._ages_ms:
            aged = list(priced(self.books, row, self._law, partial(_aged, quote, age_ms)))
            if not aged:
                return
            found = found or aged
        yield from found

    def leaves(self, client_order_id: str, at_ms: int) -> None:
        """An order is on its way out of the program: all that is durable has been taken."""
        self._keep(wire.is_recorded(self.books, client_order_id, at_ms))

    def look(self, at_ms: int) -> None:
        """The broker's book beside ours, as both stand; what is still on its way breaks nothing."""
        self._hear(None)
        self._end_instant()
        if self._witness is None:
            return
        there, deals = list(self._witness.orders()), self._witness.deals()
        self._keep(wire.one_live_order_there(there, at_ms))
        self._keep(wire.is_known_here(self.books, there, at_ms))
        self._keep(wire.is_over_there(self.books, there, at_ms))
        self._keep(wire.is_doubled_there(self.books, there, at_ms))
        self._keep(wire.nothing_fills_after_its_end(self.books, deals))
        self._keep(positions.booked_as_dealt(self.books, deals))

    def end(self, at_ms: int) -> None:
        """The run is over, its faults have been so for `rest.QUIET_S`, and nothing is on its way any more."""
        self.look(at_ms)
        self._keep(rest.at_rest(self.books, at_ms))
        if self._witness is not None:
            messages = self._witness.messages()
            self._keep(wire.never_twice(messages))
            self._keep(wire.cancels_are_recorded(self.books, messages))
            self._keep(rest.all_is_told(self.books, self._witness.orders(), at_ms))
            self._keep(positions.dealt_is_booked(self.books, self._witness.deals()))
            self._keep(positions.books_tie(self.books, self._witness.holding(at_ms)))

    def _hear(self, row: Row | None) -> None:
        """The messages that left before a record was durable, or all that have come."""
        if self._witness is None:
            return
        for message in self._witness.messages(self._heard):
            if row is not None and not _is_before(message, row):
                return
            self._heard += 1
            self._keep(wire.was_recorded(self.books, message))
            self._keep(latches.came_as_it_may(self.books, message))

    def _is_over(self, name: str, at_ms: int) -> bool:
        """Whether an order of ours was over at the broker by then."""
        there = self._witness.orders() if self._witness is not None else ()
        ends = (each.ended_ms for each in there if each.client_order_id == name)
        return any(ended_ms is not None and ended_ms <= at_ms for ended_ms in ends)

    def _end_instant(self) -> None:
        for check in OF_INSTANTS:
            self._keep(check(self.books, self._law))

    def _keep(self, found: Iterator[Violation]) -> None:
        self.violations.extend(each for each in found if each not in self.violations)


def judge(rows: Iterable[Row], law: Law, witness: Witness | None = None, at_ms: int | None = None) -> list[Violation]:
    """Every breach of a run that is over: its journal, and where there is one the broker's witness.

    `rows` as a journal reads them, or as `codec.records.decode` makes them of exported lines. `at_ms`: when it ended;
    None where it was cut off, so that something may still be on its way.
    """
    checker = Checker(law, witness)
    for row in rows:
        checker.take(row)
    if at_ms is None:
        checker.look(checker.books.at_ms)
    else:
        checker.end(at_ms)
    return checker.violations


def _aged(quote: Quotes, age_ms: int, contract: Contract, at_ms: int) -> Quote | None:
    """What the market showed so long before an instant."""
    return quote(contract, at_ms - age_ms)


def _is_before(message: Message, row: Row) -> bool:
    """Whether a message left before a record was durable. Where nobody noted it, its record may be of its instant."""
    seq, at_ms, _ = row
    return message.seq < seq if message.seq is not None else message.at_ms < at_ms
