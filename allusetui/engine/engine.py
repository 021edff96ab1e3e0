"""`Engine.handle`: one input in, one batch of events and effects out. It never waits and never looks at a clock."""

from collections.abc import Sequence
from datetime import date

from allusetui.domain import event as ev
from allusetui.domain import input as inp
from allusetui.domain.calendar import Calendar
from allusetui.domain.contract import Option
from allusetui.domain.effect import Effect
from allusetui.domain.event import Event
from allusetui.domain.frozen import frozen
from allusetui.domain.quote import Ahead, Sought
from allusetui.domain.state import State
from allusetui.domain.volatile import Volatile
from allusetui.engine import (
    advice,
    defend,
    entries,
    forks,
    ladder,
    market,
    orders,
    papers,
    prompts,
    reports,
    resume,
)
from allusetui.engine.desk import Desk
from allusetui.engine.hearing import hear
from allusetui.engine.schedule import leaves_calm, wake_at, watch
from allusetui.law.model import Law
from allusetui.rules.reach import ahead, reach
from allusetui.rules.situation import VIX
from allusetui.rules.watch import Threshold, Watch, first_decision, thresholds

_CALM = inp.MarketSeen | inp.ChainSeen | inp.BarsSeen | inp.OrderAcked | inp.OrderExecuted | inp.OrderCancelled
"""What may come and leave nothing for the next look to find that is not told ahead."""


@frozen
class Batch:
    """What one input led to: events for the journal, then effects for the world, in order."""

    at_ms: int
    events: tuple[Event, ...]
    effects: tuple[Effect, ...]


class Engine:
    """One engine for scenario, backtest, paper and live. `state` is the fold of the journal so far."""

    def __init__(self, law: Law, law_hash: str, calendar: Calendar, state: State | None = None) -> None:
        self.law = law
        self.law_hash = law_hash
        self.calendar = calendar
        self.state = state if state is not None else State()
        self.volatile = Volatile()

    def handle(self, item: inp.Input) -> Batch:
        """Decide on one input. The state has changed when this returns; effects leave once the events are stored."""
        desk = self._desk(item.at_ms)
        hear(desk, item, self.law_hash)
        if not _moves_nothing(desk, item):
            _settle_batch(desk)
        if not isinstance(item, _CALM) or not all(map(leaves_calm, desk.events)):
            self.volatile.calm = False
        return Batch(item.at_ms, tuple(desk.events), tuple(desk.effects))

    def wake_at(self, now_ms: int) -> int:
        """When the engine wants to be asked next."""
        return wake_at(self._desk(now_ms))

    def watch(self, now_ms: int) -> Watch | None:
        """The looks that may be left out by what a feed tells ahead; None where each has to be taken."""
        return watch(self._desk(now_ms))

    def first_decision(self, ahead: Ahead) -> int | None:
        """The first instant of a watch, ms, at which something may be decided; None in none."""
        desk = self._desk(self.state.at_ms)
        return first_decision(desk, desk.trading(), ahead)

    def pass_over(self, at_ms: int) -> None:
        """Looks up to the instant were left out, nothing being to decide at them: their points of the grid are past."""
        self.volatile.seen_ms = max(self.volatile.seen_ms, at_ms)

    def thresholds(self) -> tuple[Threshold, ...]:
        """What must not be passed over between two looks."""
        return thresholds(self.state, self.law)

    def wants(self) -> tuple[list[str], list[Option]]:
        """The underlyings and options whose quotes it needs at its next look."""
        desk = self._desk(self.state.at_ms)
        symbols = dict.fromkeys((VIX, *self.law.hedging.symbols, *market.watched_symbols(desk)))
        return list(symbols), market.watched_options(desk)

    def reach(self, symbol: str, listed: Sequence[date], now_ms: int) -> tuple[Sought, ...]:
        """What of the symbol's chain, of which `listed` are the expiries, something waits for."""
        return reach(self._desk(now_ms), symbol, listed)

    def ahead(self, symbol: str, listed: Sequence[date], now_ms: int) -> tuple[Sought, ...]:
        """What of it the session's entries may look at."""
        return ahead(self._desk(now_ms), symbol, listed)

    def _desk(self, now_ms: int) -> Desk:
        return Desk(self.law, self.calendar, self.state, self.volatile, now_ms)


def _moves_nothing(desk: Desk, item: inp.Input) -> bool:
    """Whether nothing is to be settled: it began a session, only fixed a range, or brought a chain without use."""
    match item:
        case inp.Started() | inp.DiskFailed():
            return True
        case inp.BarsSeen():
            return all(isinstance(each, ev.AtrFixed) for each in desk.events)
        case inp.ChainSeen():
            return not desk.events and not desk.effects
        case _:
            return False


def _settle_batch(desk: Desk) -> None:
    """What every batch ends with, but one that only fixes a range: windows served, orders moved, states at rest."""
    entries.look(desk, relook_due=False)
    entries.settle_scans(desk)
    ladder.settle_scans(desk)
    resume.judge_silence(desk)
    reports.ask_again(desk)
    resume.ask_again(desk)
    prompts.withdraw_idle(desk)
    prompts.expire(desk)
    advice.lapse(desk)
    orders.work(desk)
    defend.forget_gone(desk)
    ladder.ask_replacements(desk)
    entries.settle_states(desk)
    forks.merge_flat(desk)
    papers.issue_again(desk)
