"""The tax ledger of a journal: rows, income and reserve, and what they come to by calendar year and account."""

from collections.abc import Iterable, Iterator
from dataclasses import field
from datetime import date
from decimal import Decimal

from allusetui.domain import event as ev
from allusetui.domain.contract import Option
from allusetui.domain.frozen import frozen, mutable
from allusetui.domain.lot import total
from allusetui.domain.moment import day_of
from allusetui.domain.money import ZERO, to_cent
from allusetui.ledger.lots import LotBook, taken_back
from allusetui.ledger.once import Records, once
from allusetui.ledger.tax.rows import TaxRow, TaxRules, Term, closed_row, marked_row
from allusetui.ledger.tax.wash import WashWatch
from allusetui.ledger.traces import Closed, Marked, Went

KINDS = frozenset(
    each.kind
    for each in (
        ev.AccountProvisioned, ev.OrderFilled, ev.AssignmentReceived, ev.CalledAwayReceived, ev.ExercisedReceived,
        ev.ExpiredReceived, ev.PositionAdjusted, ev.LotClosed, ev.YearMarked, ev.AccountMarked, ev.CashBooked,
        ev.ReinvestDone, ev.TaxReleased,
    )
)  # fmt: skip
"""The kinds of events that a tax ledger is made from; others may be left out of its records."""


@frozen
class Booking:
    """Dollars that came or went without a sale: `reason` dividend, interest, fee …; of the reserve set_aside, released
    or paid.
    """

    seq: int
    day: date
    account: str
    reason: str
    amount: Decimal
    symbol: str | None = None


@frozen
class Unmarked:
    """An index option that was held over a year's end without a mark: its gain so far is missing in that year."""

    seq: int
    day: date
    account: str
    contract: Option
    quantity: int


@frozen
class Sums:
    """What rows come to, dollars."""

    count: int
    proceeds: Decimal
    basis: Decimal
    fees: Decimal
    gain: Decimal
    wash_usd: Decimal


@frozen
class Reserve:
    """The tax reserve over a year: what it began with, and what came and went, out of it below zero."""

    opening: Decimal
    set_aside: Decimal
    released: Decimal
    paid: Decimal

    @property
    def balance(self) -> Decimal:
        """What the year left in it."""
        return self.opening + self.set_aside + self.released + self.paid


@frozen
class YearTax:
    """A calendar year of one account, or of all (`account` None). Dollars.

    `realized` is the journal's own: closings and income, without what a year's end has marked. `unrealized` is what was
    open at the year's last mark, None where there was none; what of it a year's end has taxed already stands in
    `index` too.
    """

    year: int
    account: str | None
    short: Sums
    long: Sums
    index: Sums
    index_long: Decimal
    income: tuple[tuple[str, Decimal], ...]
    realized: Decimal
    unrealized: Decimal | None
    marked_on: date | None
    reserve: Reserve

    @property
    def gain(self) -> Decimal:
        """All gains of the year, wash sales not taken out."""
        return self.short.gain + self.long.gain + self.index.gain

    @property
    def short_gain(self) -> Decimal:
        """With an index option's short part."""
        return self.short.gain + self.index.gain - self.index_long

    @property
    def long_gain(self) -> Decimal:
        """With an index option's long part."""
        return self.long.gain + self.index_long


@frozen
class TaxLedger:
    """All of a journal that a tax return asks for, in the journal's order."""

    rules: TaxRules
    rows: tuple[TaxRow, ...]
    income: tuple[Booking, ...]
    moves: tuple[Booking, ...]
    unmarked: tuple[Unmarked, ...]
    marks: tuple[tuple[str, date, Decimal], ...]
    """Account, day and what was unrealized at the account's last mark of each year."""

    @property
    def years(self) -> tuple[int, ...]:
        """The calendar years in which anything stands, ascending."""
        days = [each.day for each in (*self.income, *self.moves)]
        marked = [day for _, day, _ in self.marks]
        return tuple(sorted({row.year for row in self.rows} | {day.year for day in (*days, *marked)}))

    @property
    def accounts(self) -> tuple[str, ...]:
        """Those of which anything stands, in the order of their first mark or row."""
        marked, sold = (name for name, _, _ in self.marks), (row.account for row in self.rows)
        booked = (each.account for each in (*self.income, *self.moves))
        return tuple(dict.fromkeys((*marked, *sold, *booked)))

    def rows_of(self, year: int) -> tuple[TaxRow, ...]:
        """The rows whose gains are the year's."""
        return tuple(row for row in self.rows if row.year == year)

    def year(self, year: int, account: str | None = None) -> YearTax:
        """What a year comes to, of one account or of all together."""
        rows = [row for row in self.rows_of(year) if account in (None, row.account)]
        income = [each for each in self.income if each.day.year == year and account in (None, each.account)]
        unrealized, marked_on = self._unrealized(year, account)
        index = [row for row in rows if row.term is Term.INDEX]
        return YearTax(
            year, account, _sums(rows, Term.SHORT), _sums(rows, Term.LONG), _sums(rows, Term.INDEX),
            sum((row.long_part(self.rules) for row in index), ZERO), _by_reason(income),
            sum((row.realized for row in rows), ZERO) + sum((each.amount for each in income), ZERO),
            unrealized, marked_on, self._reserve(year, account),
        )  # fmt: skip

    def _unrealized(self, year: int, account: str | None) -> tuple[Decimal | None, date | None]:
        found = [(day, amount) for name, day, amount in self.marks if day.year == year and account in (None, name)]
        if not found:
            return None, None
        return sum((amount for _, amount in found), ZERO), max(day for day, _ in found)

    def _reserve(self, year: int, account: str | None) -> Reserve:
        mine = [move for move in self.moves if account in (None, move.account)]

        def booked(reason: str) -> Decimal:
            return sum((m.amount for m in mine if m.day.year == year and m.reason == reason), ZERO)

        opening = sum((move.amount for move in mine if move.day.year < year), ZERO)
        return Reserve(opening, booked("set_aside"), booked("released"), booked("paid"))


def tax_ledger(records: Records, rules: TaxRules) -> TaxLedger:
    """The tax ledger of a journal, its wash sales flagged across all accounts.

    Raises LedgerError, naming the record, where the journal is not whole.
    """
    told = list(records)
    book, pass_ = LotBook(taken_back(told)), _Pass()
    watch = WashWatch(rules, book)
    for fact in book.facts(pass_.through(told, book)):
        watch.see(fact)
        match fact:
            case Closed():
                pass_.rows.append(closed_row(fact))
            case Marked(price=None, contract=Option() as option):
                pass_.unmarked.append(Unmarked(fact.seq, fact.day, fact.account, option, fact.lot.quantity))
            case Marked():
                pass_.rows.append(marked_row(fact))
            case _:
                pass
    rows = tuple(watch.flagged(row) if row.went is not Went.YEAR_END else row for row in pass_.rows)
    marks = tuple((name, day, amount) for (name, _), (day, amount) in pass_.marks.items())
    return TaxLedger(rules, rows, tuple(pass_.income), tuple(pass_.moves), tuple(pass_.unmarked), marks)


@mutable
class _Pass:
    """What one reading of the records gathers beside the lots."""

    rows: list[TaxRow] = field(default_factory=list)
    income: list[Booking] = field(default_factory=list)
    moves: list[Booking] = field(default_factory=list)
    unmarked: list[Unmarked] = field(default_factory=list)
    marks: dict[tuple[str, int], tuple[date, Decimal]] = field(default_factory=dict)
    _marked: set[tuple[str, Option, int]] = field(default_factory=set)

    def through(self, records: Records, book: LotBook) -> Iterator[tuple[int, int, ev.Event]]:
        """The records, looked at on their way; `book` is told of each before the next."""
        year, last = None, 0
        for seq, at_ms, event in once(records):
            day = day_of(at_ms)
            for ended in range(day.year if year is None else year, day.year):
                self.unmarked += self._missing(last, ended, book)
            year, last = day.year, seq
            if event.account is not None:
                self._note(seq, day, event.account, event)
            yield seq, at_ms, event

    def _missing(self, seq: int, year: int, book: LotBook) -> Iterator[Unmarked]:
        """What is held at a year's end of which no mark tells, priced or not: nobody was there at its last close."""
        for (account, contract), lots in book.lots.items():
            if isinstance(contract, Option) and contract.is_index and (account, contract, year) not in self._marked:
                yield Unmarked(seq, date(year, 12, 31), account, contract, total(lots))

    def _note(self, seq: int, day: date, account: str, event: ev.Event) -> None:
        match event:
            case ev.AccountMarked():
                self.marks[account, day.year] = day, event.unrealized
            case ev.YearMarked():
                self._marked |= {(account, mark.contract, day.year) for mark in event.marks}
            case ev.ReinvestDone():
                self.moves.append(Booking(seq, day, account, "set_aside", event.tax_reserve))
            case ev.TaxReleased():
                self.moves.append(Booking(seq, day, account, "released", -event.amount))
            case ev.CashBooked(reason="tax"):
                self.moves.append(Booking(seq, day, account, "paid", event.amount))
            case ev.CashBooked() if event.is_income:
                row = Booking(seq, day, account, event.reason, to_cent(event.amount), event.symbol)
                self.income.append(row)
            case _:
                pass


def _sums(rows: Iterable[TaxRow], term: Term) -> Sums:
    mine = [row for row in rows if row.term is term]
    return Sums(
        len(mine),
        sum((row.proceeds for row in mine), ZERO),
        sum((row.basis for row in mine), ZERO),
        sum((row.fees for row in mine), ZERO),
        sum((row.gain for row in mine), ZERO),
        sum((row.wash_usd for row in mine), ZERO),
    )


def _by_reason(income: Iterable[Booking]) -> tuple[tuple[str, Decimal], ...]:
    found: dict[str, Decimal] = {}
    for each in income:
        found[each.reason] = found.get(each.reason, ZERO) + each.amount
    return tuple(found.items())
