"""What a replay came to, as rows."""

from collections import Counter
from dataclasses import field
from decimal import Decimal

from allusetui.domain import event as ev
from allusetui.domain.frozen import frozen, mutable
from allusetui.domain.money import ZERO
from allusetui.ledger.once import Records, once
from allusetui.ledger.postings import flows_of
from allusetui.reports.weekly import Counts, Trip, ranked, trips


@frozen
class AccountRow:
    """One account from its start to its last mark, in dollars; `realized` net of fees.

    Marks are without LEAPs, hedges and reserves: `flows` is what went to them and came back, and was paid in or out.
    """

    account: str
    type: str
    start: Decimal
    final: Decimal
    flows: Decimal
    realized: Decimal
    fees: Decimal

    @property
    def pnl(self) -> Decimal:
        return self.final - self.start - self.flows


@frozen
class WeekKind:
    """A week, the first type that applied to it and all that did."""

    week: str
    type: str
    all: tuple[str, ...]


@frozen
class Summary:
    """The rows of a session. Orders are messages to the broker, each version one; assignments are in contracts."""

    accounts: tuple[AccountRow, ...]
    levels: Counts
    breakers: tuple[Trip, ...]
    orders_sent: int
    orders_filled: int
    abandoned: Counts
    rolls_done: int
    rolls_refused: int
    stops: int
    assigned: int
    called_away: int
    skips: Counts
    weeks: tuple[WeekKind, ...]


@mutable
class _Account:
    type: str
    start: Decimal
    final: Decimal
    flows: Decimal = ZERO
    realized: Decimal = ZERO
    fees: Decimal = ZERO


@mutable
class _Tally:
    counts: Counter[str] = field(default_factory=Counter)
    levels: Counter[str] = field(default_factory=Counter)
    abandoned: Counter[str] = field(default_factory=Counter)
    skips: Counter[str] = field(default_factory=Counter)
    filled: set[str] = field(default_factory=set)
    weeks: dict[str, WeekKind] = field(default_factory=dict)


def summary(records: Records) -> Summary:
    """The summary of a journal, or of as much of it as there is."""
    told = list(once(records))
    accounts: dict[str, _Account] = {}
    tally = _Tally()
    for _, _, event in told:
        _count(tally, event)
        if isinstance(event, ev.AccountProvisioned) and event.account is not None:
            start = event.first_mark if event.parent is None else ZERO
            accounts[event.account] = _Account(event.type, start, event.first_mark)
        elif event.account in accounts:
            _book(accounts[event.account], event)
        for name, flow in flows_of(event).items():
            accounts[name].flows += flow
    return Summary(
        accounts=tuple(
            AccountRow(name, a.type, a.start, a.final, a.flows, a.realized, a.fees) for name, a in accounts.items()
        ),
        levels=ranked(tally.levels),
        breakers=trips(told),
        orders_sent=tally.counts["sent"],
        orders_filled=len(tally.filled),
        abandoned=ranked(tally.abandoned),
        rolls_done=tally.counts["rolled"],
        rolls_refused=tally.counts["roll refused"],
        stops=tally.counts["stopped"],
        assigned=tally.counts["assigned"],
        called_away=tally.counts["called away"],
        skips=ranked(tally.skips),
        weeks=tuple(tally.weeks.values()),
    )


def _book(account: _Account, event: ev.Event) -> None:
    match event:
        case ev.AccountMarked():
            account.final = event.equity
        case ev.OrderFilled():
            account.fees += event.commission
        case ev.LotClosed():
            account.realized += event.realized
        case ev.CashBooked() if event.is_income:
            account.realized += event.amount
        case _:
            pass


def _count(tally: _Tally, event: ev.Event) -> None:
    match event:
        case ev.OrderSent() | ev.OrderReplaced():
            tally.counts["sent"] += 1
        case ev.OrderFilled():
            tally.filled.add(event.client_order_id)
        case ev.OrderAbandoned():
            tally.abandoned[event.reason] += 1
        case ev.LevelChanged() if event.to > event.from_:
            tally.levels[str(event.to)] += 1
        case ev.RollDone():
            tally.counts["rolled"] += 1
        case ev.RollRefused():
            tally.counts["roll refused"] += 1
        case ev.StopDone():
            tally.counts["stopped"] += 1
        case ev.AssignmentReceived():
            tally.counts["assigned"] += event.quantity
        case ev.CalledAwayReceived():
            tally.counts["called away"] += event.quantity
        case ev.EntrySkipped():
            tally.skips[event.reason] += 1
        case ev.WeekTyped(group=None):
            tally.weeks[event.week] = WeekKind(event.week, event.type, event.all)
        case _:
            pass
