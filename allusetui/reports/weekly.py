"""The week as a table (11.1): rebuilt from the journal alone, the same whenever it is rebuilt."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from allusetui.domain import event as ev
from allusetui.domain.money import ZERO
from allusetui.domain.order import Purpose
from allusetui.ledger.once import Records, once
from allusetui.ledger.postings import CAPITAL, flows_of

Record = tuple[int, int, ev.Event]
Counts = tuple[tuple[str, int], ...]
"""What was counted and how often, in alphabetical order."""


@dataclass(frozen=True, slots=True)
class WeekRow:
    """One account's week, in dollars. `previous` is its equity at the last cut, or as provisioned.

    `trades` counts the intents that filled, by purpose in the law's order; assignments and shares called away are
    counted in contracts; `realized` is net of fees.
    """

    account: str
    equity: Decimal
    previous: Decimal
    flows: Decimal
    realized: Decimal
    fees: Decimal
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


@dataclass(frozen=True, slots=True)
class Trip:
    """A breaker tripped."""

    at_ms: int
    tier: str
    vix: Decimal | None


@dataclass(frozen=True, slots=True)
class WeeklyTable:
    """A week's report: a row an account, their sum, and what the system did. `at_ms` is the cut."""

    week: str
    at_ms: int
    accounts: tuple[WeekRow, ...]
    totals: WeekRow
    breakers: tuple[Trip, ...]


@dataclass(slots=True)
class _Tally:
    """One account while it is being counted."""

    group: str
    equity: Decimal
    previous: Decimal
    flows: Decimal = ZERO
    realized: Decimal = ZERO
    fees: Decimal = ZERO
    assigned: int = 0
    called_away: int = 0
    filled: set[str] = field(default_factory=set)
    skips: Counter[str] = field(default_factory=Counter)
    levels: Counter[str] = field(default_factory=Counter)


def weekly(records: Records, week: str) -> WeeklyTable:
    """The report of an ISO week, `2026-W10`.

    It ends with the cut, which is the system's last `week.typed` of that week (lacking one: where the report was first
    written; lacking both: with the journal), begins after the cut before it, and looks at no later record.
    """
    told = list(once(records))
    told = told[: _end(told, week)]
    start = _start(told, week)
    tallies: dict[str, _Tally] = {}
    for _, _, event in told[:start]:
        _stand(tallies, event)
    for tally in tallies.values():
        tally.previous = tally.equity
    for _, _, event in told[start:]:
        _stand(tallies, event)
        _count(tallies, event)
    return _table(told, told[start:], week, tallies)


def _table(told: list[Record], during: list[Record], week: str, tallies: dict[str, _Tally]) -> WeeklyTable:
    purposes = {event.intent: event.purpose for _, _, event in told if isinstance(event, ev.OrderIntended)}
    types = {event.group: event for _, _, event in during if isinstance(event, ev.WeekTyped) and event.week == week}
    rows = tuple(_week_row(name, tally, purposes, types.get(tally.group)) for name, tally in tallies.items())
    return WeeklyTable(
        week=week,
        at_ms=told[-1][1] if told else 0,
        accounts=rows,
        totals=_total(rows, types.get(None)),
        breakers=trips(during),
    )


def trips(records: Records) -> tuple[Trip, ...]:
    """Every breaker that tripped, in order."""
    return tuple(Trip(at_ms, e.tier, e.vix) for _, at_ms, e in records if isinstance(e, ev.BreakerTripped))


def ranked(counted: Mapping[str, int]) -> Counts:
    """Counts in alphabetical order."""
    return tuple(sorted(counted.items()))


def _cut(event: ev.Event) -> str | None:
    """The week that this record cuts."""
    return event.week if isinstance(event, ev.WeekTyped) and event.group is None else None


def _end(told: list[Record], week: str) -> int:
    cuts = [index for index, (_, _, event) in enumerate(told) if _cut(event) == week]
    if cuts:
        return cuts[-1] + 1
    for index, (_, _, event) in enumerate(told):
        if isinstance(event, ev.ReportWritten) and (event.period, event.name) == ("weekly", week):
            return index
    return len(told)


def _start(told: list[Record], week: str) -> int:
    cuts = [index for index, (_, _, event) in enumerate(told) if _cut(event) not in (None, week)]
    return cuts[-1] + 1 if cuts else 0


def _stand(tallies: dict[str, _Tally], event: ev.Event) -> None:
    match event:
        case ev.AccountProvisioned(account=str() as name):
            tallies[name] = _Tally(event.group, event.first_mark, event.first_mark if event.parent is None else ZERO)
        case ev.AccountMarked(account=str() as name):
            tallies[name].equity = event.equity
        case _:
            pass


def _count(tallies: dict[str, _Tally], event: ev.Event) -> None:
    tally = tallies.get(event.account) if event.account is not None else None
    if tally is None:
        return
    for name, flow in flows_of(event).items():
        tallies[name].flows += flow
    match event:
        case ev.OrderFilled():
            tally.fees += event.commission
            tally.filled.add(event.intent)
        case ev.LotClosed():
            tally.realized += event.realized
        case ev.CashBooked() if event.reason not in (*CAPITAL, "tax"):
            tally.realized += event.amount
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
        realized=tally.realized,
        fees=tally.fees,
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
        realized=sum((row.realized for row in rows), ZERO),
        fees=sum((row.fees for row in rows), ZERO),
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
