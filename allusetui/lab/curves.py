"""What each account was worth at each close, how far it was below its best, and how much of it was at work."""

from collections.abc import Iterable, Sequence
from dataclasses import field
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Final

import numpy as np

from allusetui.domain import event as ev
from allusetui.domain.contract import Option
from allusetui.domain.frozen import frozen, mutable
from allusetui.domain.lot import total
from allusetui.domain.moment import day_of
from allusetui.domain.money import ZERO
from allusetui.lab.result import DayLine
from allusetui.ledger.lots import LotBook
from allusetui.reports.marks import TOTAL
from allusetui.reports.metrics import Day, returns

_TAIL: Final = 0.05
_LEAST_WEEKS: Final = 20
"""Of fewer weeks the worst twentieth is not one."""


@frozen
class Close:
    """An account at a session's last mark: `exposure` is the strike cash of its puts and the worth of its stock."""

    mark: ev.AccountMarked
    exposure: Decimal

    @property
    def wealth(self) -> Decimal:
        """All that it owns: what is set aside for taxes and LEAPs, and what was bought of them, too."""
        mark = self.mark
        return mark.equity + mark.leaps_growth + mark.leaps_hedge + mark.tax_reserve + mark.leap_cash


@mutable
class Closes:
    """Gathered from a journal's records, in their order; `start` and `flows` are the owner's money."""

    book: LotBook
    start: Decimal = ZERO
    began: date = date.max
    by_day: dict[date, dict[str, Close]] = field(default_factory=dict)
    flows: dict[date, Decimal] = field(default_factory=dict)
    merged: set[str] = field(default_factory=set)

    def note(self, at_ms: int, event: ev.Event) -> None:
        """The next record; the book stands as it was before it."""
        match event:
            case ev.AccountProvisioned(parent=None):
                self.start, self.began = self.start + event.equity, min(self.began, day_of(at_ms))
            case ev.CashBooked() if event.is_capital:
                day = day_of(at_ms)
                self.flows[day] = self.flows.get(day, ZERO) + event.amount
            case ev.AccountMerged():
                self.merged.add(event.from_)
            case ev.AccountMarked(account=str() as name) if name not in self.merged:
                self.by_day.setdefault(day_of(at_ms), {})[name] = Close(event, event.stock + self._puts(name))
            case _:
                pass

    def _puts(self, account: str) -> Decimal:
        """The strike cash of an account's short puts."""
        held = (
            (contract, total(lots))
            for (name, contract), lots in self.book.lots.items()
            if name == account and isinstance(contract, Option) and contract.is_put
        )
        return sum((-quantity * put.notional for put, quantity in held if quantity < 0), ZERO)

    def wealth(self) -> list[Day]:
        """All accounts together, with what is owned as their equity; the first day is what they began with."""
        found = [Day(self.began, self.start, self.start, ZERO, ZERO)]
        high, waiting = self.start, dict(self.flows)
        for day, closes in sorted(self.by_day.items()):
            owned = sum((close.wealth for close in closes.values()), ZERO)
            flow = sum((waiting.pop(each) for each in sorted(waiting) if each <= day), ZERO)
            high = max(high + flow, owned)
            found.append(Day(day, owned, high, flow, next(iter(closes.values())).mark.rate))
        return found


def lines(closes: Closes, wealth: Sequence[Day]) -> tuple[DayLine, ...]:
    """A line an account and day, then one of all; the drawdown of an account is its own mark's, that of all the
    wealth's.
    """
    found: list[DayLine] = []
    for (day, rows), whole in zip(sorted(closes.by_day.items()), wealth[1:], strict=True):
        for name, close in rows.items():
            mark = close.mark
            below = Day(day, mark.equity, mark.high_water, ZERO, ZERO).drawdown
            found.append(DayLine(day, name, mark.equity, close.wealth, below, _share(close.exposure, mark.equity)))
        equity = sum((close.mark.equity for close in rows.values()), ZERO)
        exposure = sum((close.exposure for close in rows.values()), ZERO)
        found.append(DayLine(day, TOTAL, equity, whole.equity, whole.drawdown, _share(exposure, equity)))
    return tuple(found)


def deployed(rows: Iterable[DayLine], account: str) -> float | None:
    """The mean over an account's closes."""
    shares = [row.deployed for row in rows if row.account == account and row.deployed is not None]
    return float(np.mean(shares)) if shares else None


def tail_week(days: Sequence[Day]) -> float | None:
    """The mean return of the worst twentieth of the weeks; None of too few."""
    weeks: dict[tuple[int, int], float] = {}
    for before, day in pairwise(days):
        found, _ = returns((before, day))
        for each in found:
            name = day.day.isocalendar()[:2]
            weeks[name] = weeks.get(name, 1.0) * (1.0 + float(each))
    if len(weeks) < _LEAST_WEEKS:
        return None
    worst = sorted(weeks.values())[: max(round(_TAIL * len(weeks)), 1)]
    return float(np.mean(worst)) - 1.0


def _share(exposure: Decimal, equity: Decimal) -> float | None:
    return float(exposure / equity) if equity > 0 else None
