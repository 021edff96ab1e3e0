"""What each clause did, and what that brought or cost: by the clauses that orders and closed lots name."""

from collections.abc import Iterable
from dataclasses import field
from decimal import Decimal

from allusetui.domain import event as ev
from allusetui.domain.frozen import mutable
from allusetui.domain.money import ZERO
from allusetui.domain.order import Purpose
from allusetui.lab.result import Asked, ClauseLine, Defence
from allusetui.law.model import Law
from allusetui.ledger.traces import Closed
from allusetui.reports.weekly import ranked

_RELEASED_BY_RESET = frozenset({"level3", "breaker", "mismatch"})
_HALT = "halt"


@mutable
class _Tally:
    records: int = 0
    orders: int = 0
    skips: int = 0
    premium: Decimal = ZERO
    fees: Decimal = ZERO
    realized: Decimal = ZERO


@mutable
class Effects:
    """Gathered from a journal's records, and from the facts that follow from them, in their order."""

    orders: dict[str, ev.OrderIntended] = field(default_factory=dict)
    clauses: dict[str, _Tally] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    resets_refused: int = 0
    entries: int = 0
    premium: Decimal = ZERO
    rolls_cost: Decimal = ZERO
    refused: dict[str, int] = field(default_factory=dict)
    stops_realized: Decimal = ZERO

    def note(self, at_ms: int, event: ev.Event) -> None:
        """The next record."""
        for tally in self._of(event.clauses):
            tally.records += 1
        match event:
            case ev.OrderIntended():
                self.orders[event.intent] = event
                for tally in self._of(event.clauses):
                    tally.orders += 1
            case ev.EntryPlanned():
                self.entries += 1
            case ev.EntrySkipped():
                for tally in self._of(event.clauses):
                    tally.skips += 1
            case ev.OrderFilled():
                self._fill(event)
            case ev.RollDone():
                self.rolls_cost += event.cost * event.quantity * event.contract.multiplier
            case ev.RollRefused():
                self.refused[event.reason] = self.refused.get(event.reason, 0) + 1
            case _:
                self._note_reset(at_ms, event)

    def _fill(self, fill: ev.OrderFilled) -> None:
        premium = -fill.value_usd if fill.is_premium else ZERO
        self.premium += premium
        order = self.orders.get(fill.intent)
        for tally in self._of(order.clauses if order else ()):
            tally.premium += premium
            tally.fees += fill.commission

    def _note_reset(self, at_ms: int, event: ev.Event) -> None:
        match event:
            case ev.LatchSet() if event.latch in _RELEASED_BY_RESET:
                self.asked.append(Asked(at_ms, event.account, event.latch))
            case ev.StateChanged(to="EMERGENCY"):
                halt = Asked(at_ms, None, _HALT)
                self.asked += [] if halt in self.asked[-1:] else [halt]
            case ev.StateRefused(reason="reset"):
                self.resets_refused += 1
            case _:
                pass

    def closed(self, fact: Closed) -> None:
        """A lot has ended: by the order that closed it, else the one that opened it, else by what the record names."""
        order = self.orders.get(fact.intent) or self.orders.get(fact.lot.intent)
        for tally in self._of(order.clauses if order else fact.event.clauses):
            tally.realized += fact.event.realized
        if order is not None and order.purpose is Purpose.STOP:  # a stop opens nothing
            self.stops_realized += fact.event.realized

    def lines(self, law: Law) -> tuple[ClauseLine, ...]:
        """In the law's order; clauses that nothing named are left out."""
        named = (clause.id for clause in law.clauses if clause.id in self.clauses)
        return tuple(
            ClauseLine(name, t.records, t.orders, t.skips, t.premium, t.fees, t.realized)
            for name, t in ((name, self.clauses[name]) for name in named)
        )

    def defence(self, rolls: int, stops: int) -> Defence:
        return Defence(rolls, ranked(self.refused), self.rolls_cost, stops, self.stops_realized)

    def _of(self, clauses: Iterable[str]) -> list[_Tally]:
        return [self.clauses.setdefault(name, _Tally()) for name in dict.fromkeys(clauses)]
