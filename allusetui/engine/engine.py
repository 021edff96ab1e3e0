"""`Engine.handle`: one input in, one batch of events and effects out. It never waits and never looks at a clock."""

from collections.abc import Sequence
from datetime import date
from typing import assert_never

from allusetui.domain import event as ev
from allusetui.domain import input as inp
from allusetui.domain.account import Latch, Status
from allusetui.domain.calendar import Calendar
from allusetui.domain.contract import CASH_SETTLED, Option
from allusetui.domain.effect import Effect
from allusetui.domain.event import Event
from allusetui.domain.frozen import frozen
from allusetui.domain.quote import Ahead, Sought
from allusetui.domain.state import State, Volatile
from allusetui.domain.text import untrusted
from allusetui.engine import (
    advice,
    amendments,
    anomalies,
    audit,
    calls,
    closes,
    closing,
    defend,
    dividends,
    entries,
    forget,
    forks,
    hedges,
    ladder,
    linked,
    looks,
    market,
    operator,
    orders,
    papers,
    prompts,
    reinvest,
    reports,
    resume,
    settlements,
    strangers,
)
from allusetui.engine.desk import Desk
from allusetui.engine.machine import change, holds, latch
from allusetui.engine.schedule import leaves_calm, missed_close, missed_cut, wake_at, watch
from allusetui.engine.since import Since
from allusetui.law.model import Law
from allusetui.rules.cadence import expiry_clock
from allusetui.rules.reach import ahead, reach
from allusetui.rules.situation import VIX, clause
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
        self._dispatch(desk, item)
        if not _moves_nothing(desk, item):
            self._settle(desk)
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

    def _dispatch(self, desk: Desk, item: inp.Input) -> None:
        match item:
            case inp.Started():
                self._start(desk, item)
            case inp.Resumed():
                self._resume(desk, item)
            case inp.MarketSeen():
                self._look(desk, item)
            case inp.ChainSeen():
                _on_chain(desk, item)
            case inp.BarsSeen() if item.symbol in CASH_SETTLED:
                closes.on_bars(desk, item)
            case inp.BarsSeen():
                anomalies.on_bars(desk, item)
                if market.on_bars(desk, item):
                    looks.evaluate_symbol(desk, item.symbol)
            case inp.AdviceSeen():
                advice.on_advice(desk, item)
            case inp.HeadlineSeen():
                anomalies.on_headline(desk, item)
            case inp.OrderAcked():
                reports.on_acked(desk, item)
            case inp.OrderExecuted():
                reports.on_executed(desk, item.executions)
            case inp.OrderCancelled():
                reports.on_cancelled(desk, item)
            case inp.OrderRejected():
                reports.on_rejected(desk, item)
            case inp.OrdersSeen():
                reports.on_orders(desk, item)
            case inp.Settled():
                settlements.on_settled(desk, item)
                self.volatile.traded_ms = desk.now_ms
            case inp.PositionsSeen():
                if resume.on_positions(desk, item):
                    closing.reconciled(desk)
            case inp.BrokerLost():
                resume.on_lost(desk, item)
            case inp.BrokerReturned():
                resume.on_returned(desk, item)
            case inp.OperatorActed():
                operator.on_key(desk, item)
            case inp.ProposalsSeen():
                amendments.on_proposals(desk, item)
            case inp.LawWritten():
                amendments.on_enacted(desk, item)
            case inp.ForeignOrderSeen():
                strangers.on_foreign(desk, item)
            case inp.OrderDoubled():
                strangers.on_doubled(desk, item)
            case inp.ReportDone():
                papers.on_done(desk, item)
            case inp.ReportFailed():
                papers.on_failed(desk, item)
            case inp.DiskFailed():
                self._disk_failed(desk, item)
            case inp.Ending():
                _end_entries(desk)
            case inp.InboxFull():
                _inbox_full(desk)
            case inp.TapeEnded():
                _tape_ended(desk, item)
            case _:
                assert_never(item)

    def _start(self, desk: Desk, item: inp.Started) -> None:
        desk.emit(
            ev.SessionStarted(
                clauses=("15.1",), session=item.session, mode=item.mode, constitution=self.law.version,
                constitution_hash=self.law_hash, seed=item.seed, margin_rate=item.margin_rate,
                commission=item.commission,
            )
        )  # fmt: skip
        if item.link is not None:
            linked.on_linked(desk, item.link)
        # What a session has had due before the start is due at the first look.
        self.volatile.seen_ms = desk.open_session.open_ms - 1 if desk.open_session else item.at_ms
        for p in item.accounts:
            desk.emit(
                ev.AccountProvisioned(
                    account=p.name, clauses=("0.1",), equity=p.equity, base=p.base, type=p.type.value, group=p.group,
                    trading=p.trading, cash=p.cash, high_water=p.high_water, opened=p.opened,
                    realized_quarter=p.realized_quarter, holdings=p.holdings, options=p.options,
                    ladder=p.ladder,
                )
            )  # fmt: skip
        for account in desk.trading():
            if holds(desk, account):
                change(desk, account, Status.MONITORING, "startup")

    def _resume(self, desk: Desk, item: inp.Resumed) -> None:
        state = self.state
        desk.emit(
            ev.SessionStarted(
                clauses=("9.5", "15.1"), session=state.session, mode=state.mode, constitution=self.law.version,
                constitution_hash=self.law_hash, seed=state.seed, margin_rate=state.margin_rate,
                commission=state.commission, resumed=True,
            )
        )  # fmt: skip
        self.volatile.seen_ms = item.seen_ms
        resume.on_resumed(desk, item.findings)
        amendments.go_on(desk)

    def _disk_failed(self, desk: Desk, item: inp.DiskFailed) -> None:
        """A batch could not be stored: latched, and nothing of the latch can be stored either; cancels still leave."""
        self.volatile.seen_ms = item.seen_ms
        for account in self.state.accounts.values():
            latch(desk, account, Latch.DISK)
        for intent in list(self.state.intents.values()):
            orders.end(desk, intent, "safe")
        text = untrusted(f"The journal could not be stored ({item.reason}): nothing but cancels was sent until it was.")
        desk.alert("critical", text, None, ("9.5", "14.4"))

    def _look(self, desk: Desk, seen: inp.MarketSeen) -> None:
        """The market as it stands now, and everything that has come due since the last look."""
        since = Since(self.volatile.seen_ms, desk.now_ms)
        self.volatile.seen_ms = desk.now_ms
        market.take_quotes(desk, seen)
        self._watch(desk)
        resume.after_disk(desk)
        session = desk.session
        if missed_close(desk, since):
            closing.end_freezes(desk)
        ladder.lapse(desk)
        missed = missed_cut(desk, since)
        if missed is not None:
            closing.cut_week(desk, missed)
        dividends.look(desk, since)
        if session is None:
            return
        if desk.open_session:
            self.volatile.calm |= since.passed_grid(session, self.law.monitoring.period_s[0])
            market.ask_bars(desk)
            reinvest.look(desk, since)
            closes.missed(desk)
            looks.evaluate_due(desk, session, since)
            hedges.look(desk, since)
            advice.look(desk)
            ladder.look(
                desk, opens=since.passed(desk.clock(self.law.ladder.looks_at)),
                on_grid=since.passed_grid(session, self.law.monitoring.period_s[0]),
            )  # fmt: skip
            looks.close_out(desk, session, since)
            entries.look(desk, relook_due=since.passed_grid(session, desk.law.cadence.relook_s))
        if since.passed(session.close_ms):
            closing.close_session(desk, session)
            hedges.give_up(desk)
            closes.at_close(desk, session)
            anomalies.at_close(desk, session)
            forget.at_close(desk)
        if desk.calendar.ends_week(session.day) and since.passed(expiry_clock(self.law.cadence, session).report_cut_ms):
            closing.cut_week(desk, session)
        if since.passed(desk.clock(desk.law.cadence.audit_at)):
            audit.begin_daily(desk)
        papers.look(desk, since)

    def _watch(self, desk: Desk) -> None:
        """Failing to evaluate a breaker counts as tripped."""
        try:
            market.watch_breakers(desk)
        except (ArithmeticError, ValueError) as error:
            before = len(desk.events)
            for account in self.state.accounts.values():
                latch(desk, account, Latch.BREAKER, ("6.13",))
            if len(desk.events) > before:
                desk.alert("critical", f"Breakers could not be evaluated: {type(error).__name__}.", None, ("6.13",))

    def _settle(self, desk: Desk) -> None:
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


def _on_chain(desk: Desk, seen: inp.ChainSeen) -> None:
    market.remember_dates(desk, seen)
    dividends.on_chain(desk, seen.symbol, seen.chain)
    entries.on_chain(desk, seen.symbol, seen.chain)
    defend.on_chain(desk, seen.symbol, seen.chain)
    calls.on_chain(desk, seen.symbol, seen.chain)
    hedges.on_chain(desk, seen.symbol, seen.chain)
    ladder.on_chain(desk, seen.symbol, seen.chain)


def _end_entries(desk: Desk) -> None:
    """What opens is not left alone at the broker; defences work on there until the next start."""
    for intent in list(desk.state.intents.values()):
        if intent.purpose.builds:
            orders.end(desk, intent, "safe")


def _tape_ended(desk: Desk, seen: inp.TapeEnded) -> None:
    text = f"The tape of inputs has ended ({seen.reason}): what follows can't be decided again from it."
    desk.alert("warning", untrusted(text), None, ("15.1",))


@clause("9.1")
def _inbox_full(desk: Desk) -> None:
    """Nothing is dropped in silence: every account stops until a person has looked."""
    for account in desk.state.accounts.values():
        latch(desk, account, Latch.MISMATCH, ("9.1", "9.5"))
    text = "The inbox overflowed: something was not heard. Nothing is sent until a reset."
    desk.alert("critical", text, None, ("9.5",))
