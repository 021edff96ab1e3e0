"""The week as a table (11.1): rebuilt from the journal alone, the same whenever it is rebuilt."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import field
from decimal import Decimal

from allusetui.domain import event as ev
from allusetui.domain.contract import Option
from allusetui.domain.frozen import frozen, mutable
from allusetui.domain.moment import week_of
from allusetui.domain.money import ZERO
from allusetui.domain.order import Purpose
from allusetui.ledger.dated import Dated, dated
from allusetui.ledger.once import Records
from allusetui.ledger.postings import flows_of
from allusetui.reports.growth import Growth, growth_of
from allusetui.reports.income import Income
from allusetui.reports.kinds import WEEKLY
from allusetui.reports.trades import Trade, trades_of

Counts = tuple[tuple[str, int], ...]
"""What was counted and how often, in alphabetical order."""


@frozen
class WeekRow:
    """One account's week, in dollars. `previous` is its equity at the last cut, or as provisioned.

    `trades` counts the intents that filled, by purpose in the law's order; assignments and shares called away are
    counted in contracts.
    """

    account: str
    equity: Decimal
    previous: Decimal
    flows: Decimal
    income: Income
    trades: Counts
    assigned: int
    called_away: int
    skips: Counts
    levels: Counts
    week_type: str | None
    all_types: tuple[str, ...]

    @property
    def change(self) -> Decimal:
        """What the week made: the change of equity without deposits and withdrawals."""
        return self.equity - self.previous - self.flows


@frozen
class Trip:
    """A breaker tripped."""

    at_ms: int
    tier: str
    vix: Decimal | None


@frozen
class WeeklyTable:
    """A week's report: a row an account, their sum, and what the system did. `at_ms` is the cut, or the last record.

    `ended`: whether the week was cut; before that it is the week so far.
    """

    week: str
    at_ms: int
    ended: bool
    accounts: tuple[WeekRow, ...]
    totals: WeekRow
    trades: tuple[Trade, ...]
    growth: tuple[Growth, ...]
    breakers: tuple[Trip, ...]


@mutable
class _Tally:
    """One account while it is being counted."""

    group: str
    equity: Decimal
    previous: Decimal
    flows: Decimal = ZERO
    assigned: int = 0
    called_away: int = 0
    gone: bool = False
    income: Income = field(default_factory=Income)
    filled: set[str] = field(default_factory=set)
    skips: Counter[str] = field(default_factory=Counter)
    levels: Counter[str] = field(default_factory=Counter)


@mutable
class Cuts:
    """When each week was first cut, ascending: what is told later and names no day of it is the next week's."""

    seqs: dict[str, int]
    week: str

    @property
    def end(self) -> int | None:
        return self.seqs.get(self.week)

    @property
    def start(self) -> int:
        return max((seq for week, seq in self.seqs.items() if week < self.week), default=0)

    def holds(self, row: Dated) -> bool:
        """Whether a record counts for the week: told within it and of no earlier one, or told late and of it."""
        if row.own is not None and row.seq > self.seqs.get(week_of(row.own), row.seq):
            return week_of(row.own) == self.week
        return self.start < row.seq and (self.end is None or row.seq <= self.end)


def weekly(records: Records, week: str) -> WeeklyTable:
    """The report of an ISO week, `2026-W10`.

    It begins after the last cut before it and ends with its own, the system's first `week.typed` of that week (lacking
    one: where the report was first written; lacking both: with the journal). Of what is told later it has what is of a
    day of the week, and the type that this gave it.
    """
    told = [row for row in dated(records) if row.event.kind in WEEKLY]
    cuts = cuts_of(((row.seq, row.at_ms, row.event) for row in told), week)
    tallies: dict[str, _Tally] = {}
    before, during = [], []
    for row in told:
        if cuts.holds(row):
            during.append(row)
        elif row.seq <= cuts.start:
            before.append(row)
    for row in before:
        _stand(tallies, row.event)
    for tally in tallies.values():
        tally.previous = tally.equity
    tallies = {name: tally for name, tally in tallies.items() if not tally.gone}
    for row in during:
        _stand(tallies, row.event)
        _count(tallies, row)
    ends = [row.at_ms for row in told if cuts.end is None or row.seq <= cuts.end]
    return _table(told, during, tallies, week, max(ends, default=0))


def cuts_of(records: Records, week: str) -> Cuts:
    """Where the weeks of a journal were cut, as its `week.typed` and `report.written` tell."""
    found: dict[str, int] = {}
    for seq, _, event in records:
        match event:
            case ev.WeekTyped(group=None):
                found.setdefault(event.week, seq)
            case ev.ReportWritten(period="weekly"):
                found.setdefault(event.name, seq - 1)
            case _:
                pass
    return Cuts(found, week)


def _table(told: list[Dated], during: list[Dated], tallies: dict[str, _Tally], week: str, at_ms: int) -> WeeklyTable:
    purposes = {row.event.intent: _purpose(row.event) for row in told if isinstance(row.event, ev.OrderIntended)}
    types = {
        row.event.group: row.event for row in told if isinstance(row.event, ev.WeekTyped) and row.event.week == week
    }
    rows = tuple(_week_row(name, tally, purposes, types.get(tally.group)) for name, tally in tallies.items())
    return WeeklyTable(
        week=week,
        at_ms=at_ms,
        ended=None in types,
        accounts=rows,
        totals=_total(rows, types.get(None)),
        trades=trades_of(during, purposes),
        growth=growth_of(during),
        breakers=trips((row.seq, row.at_ms, row.event) for row in during),
    )


def _purpose(event: ev.OrderIntended) -> Purpose:
    """What a trade counts as: the sale of a hedge is no profit of the book."""
    hedges = isinstance(event.contract, Option) and event.contract.is_index and event.purpose is not Purpose.LEAP
    return Purpose.HEDGE if hedges else event.purpose


def trips(records: Records) -> tuple[Trip, ...]:
    """Every breaker that tripped, in order."""
    return tuple(Trip(at_ms, e.tier, e.vix) for _, at_ms, e in records if isinstance(e, ev.BreakerTripped))


def ranked(counted: Mapping[str, int]) -> Counts:
    """Counts in alphabetical order."""
    return tuple(sorted(counted.items()))


def _stand(tallies: dict[str, _Tally], event: ev.Event) -> None:
    match event:
        case ev.AccountProvisioned(account=str() as name):
            tallies[name] = _Tally(event.group, event.first_mark, event.first_mark if event.parent is None else ZERO)
        case ev.AccountMarked(account=str() as name) if name in tallies:
            tallies[name].equity = event.equity
        case ev.AccountMerged() if event.from_ in tallies:
            tallies[event.from_].gone = True
        case _:
            pass


def _count(tallies: dict[str, _Tally], row: Dated) -> None:
    event = row.event
    for name, flow in flows_of(event).items():
        if name in tallies:
            tallies[name].flows += flow
    tally = tallies.get(event.account) if event.account is not None else None
    if tally is None:
        return
    tally.income.book(row)
    match event:
        case ev.OrderFilled():
            tally.filled.add(event.intent)
        case ev.AssignmentReceived():
            tally.assigned += event.quantity
        case ev.CalledAwayReceived():
            tally.called_away += event.quantity
        case ev.EntrySkipped():
            tally.skips[event.reason] += 1
        case ev.LevelChanged() if event.to > event.from_:
            tally.levels[str(event.to)] += 1
        case _:
            pass


def _week_row(name: str, tally: _Tally, purposes: Mapping[str, Purpose], typed: ev.WeekTyped | None) -> WeekRow:
    filled = Counter(purposes[intent] for intent in tally.filled if intent in purposes)
    return WeekRow(
        account=name,
        equity=tally.equity,
        previous=tally.previous,
        flows=tally.flows,
        income=tally.income,
        trades=tuple((purpose.value, filled[purpose]) for purpose in Purpose if filled[purpose]),
        assigned=tally.assigned,
        called_away=tally.called_away,
        skips=ranked(tally.skips),
        levels=ranked(tally.levels),
        week_type=typed.type if typed else None,
        all_types=typed.all if typed else (),
    )


def _total(rows: tuple[WeekRow, ...], typed: ev.WeekTyped | None) -> WeekRow:
    trades = _sum(row.trades for row in rows)
    return WeekRow(
        account="Total",
        equity=sum((row.equity for row in rows), ZERO),
        previous=sum((row.previous for row in rows), ZERO),
        flows=sum((row.flows for row in rows), ZERO),
        income=Income.total(row.income for row in rows),
        trades=tuple((purpose.value, trades[purpose.value]) for purpose in Purpose if trades[purpose.value]),
        assigned=sum(row.assigned for row in rows),
        called_away=sum(row.called_away for row in rows),
        skips=ranked(_sum(row.skips for row in rows)),
        levels=ranked(_sum(row.levels for row in rows)),
        week_type=typed.type if typed else None,
        all_types=typed.all if typed else (),
    )


def _sum(counts: Iterable[Counts]) -> Counter[str]:
    total: Counter[str] = Counter()
    for rows in counts:
        total.update(dict(rows))
    return total
