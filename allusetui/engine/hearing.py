"""To whom each input goes."""

from typing import assert_never

from allusetui.domain import input as inp
from allusetui.domain.account import Latch
from allusetui.domain.contract import CASH_SETTLED
from allusetui.domain.text import untrusted
from allusetui.engine import (
    advice,
    amendments,
    anomalies,
    calls,
    closes,
    closing,
    defend,
    dividends,
    entries,
    hedges,
    ladder,
    looks,
    market,
    operator,
    orders,
    papers,
    reports,
    resume,
    settlements,
    start,
    strangers,
)
from allusetui.engine.desk import Desk
from allusetui.engine.machine import latch
from allusetui.rules.situation import clause

_OfMarket = inp.ChainSeen | inp.BarsSeen | inp.AdviceSeen | inp.HeadlineSeen
_OfBook = inp.Settled | inp.PositionsSeen | inp.BrokerLost | inp.BrokerReturned
_OfOrders = (
    inp.OrderAcked | inp.OrderExecuted | inp.OrderCancelled | inp.OrderRejected | inp.OrdersSeen
    | inp.ForeignOrderSeen | inp.OrderDoubled
)  # fmt: skip
_OfHouse = (
    inp.ProposalsSeen | inp.LawWritten | inp.ReportDone | inp.ReportFailed | inp.DiskFailed | inp.Ending
    | inp.InboxFull | inp.TapeEnded
)  # fmt: skip


def hear(desk: Desk, item: inp.Input, law_hash: str) -> None:
    """Hand an input to whom it concerns. `law_hash`: of the law that a session which begins is under."""
    if isinstance(item, inp.MarketSeen):
        looks.look_at_market(desk, item)
    elif isinstance(item, _OfMarket):
        _of_market(desk, item)
    elif isinstance(item, _OfOrders):
        _of_orders(desk, item)
    elif isinstance(item, _OfBook):
        _of_book(desk, item)
    elif isinstance(item, inp.OperatorActed):
        operator.on_key(desk, item)
    elif isinstance(item, inp.Started):
        start.on_started(desk, item, law_hash)
    elif isinstance(item, inp.Resumed):
        start.on_resumed(desk, item, law_hash)
    else:
        _of_house(desk, item)


def _of_market(desk: Desk, item: _OfMarket) -> None:
    match item:
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
        case _:
            assert_never(item)


def _on_chain(desk: Desk, seen: inp.ChainSeen) -> None:
    market.remember_dates(desk, seen)
    dividends.on_chain(desk, seen.symbol, seen.chain)
    entries.on_chain(desk, seen.symbol, seen.chain)
    defend.on_chain(desk, seen.symbol, seen.chain)
    calls.on_chain(desk, seen.symbol, seen.chain)
    hedges.on_chain(desk, seen.symbol, seen.chain)
    ladder.on_chain(desk, seen.symbol, seen.chain)


def _of_orders(desk: Desk, item: _OfOrders) -> None:
    match item:
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
        case inp.ForeignOrderSeen():
            strangers.on_foreign(desk, item)
        case inp.OrderDoubled():
            strangers.on_doubled(desk, item)
        case _:
            assert_never(item)


def _of_book(desk: Desk, item: _OfBook) -> None:
    match item:
        case inp.Settled():
            settlements.on_settled(desk, item)
            desk.volatile.traded_ms = desk.now_ms
        case inp.PositionsSeen():
            if resume.on_positions(desk, item):
                closing.reconciled(desk)
        case inp.BrokerLost():
            resume.on_lost(desk, item)
        case inp.BrokerReturned():
            resume.on_returned(desk, item)
        case _:
            assert_never(item)


def _of_house(desk: Desk, item: _OfHouse) -> None:
    match item:
        case inp.ProposalsSeen():
            amendments.on_proposals(desk, item)
        case inp.LawWritten():
            amendments.on_enacted(desk, item)
        case inp.ReportDone():
            papers.on_done(desk, item)
        case inp.ReportFailed():
            papers.on_failed(desk, item)
        case inp.DiskFailed():
            _disk_failed(desk, item)
        case inp.Ending():
            _end_entries(desk)
        case inp.InboxFull():
            _inbox_full(desk)
        case inp.TapeEnded():
            _tape_ended(desk, item)
        case _:
            assert_never(item)


@clause("9.5")
def _disk_failed(desk: Desk, item: inp.DiskFailed) -> None:
    """A batch could not be stored: latched, and nothing of the latch can be stored either; cancels still leave."""
    desk.volatile.seen_ms = item.seen_ms
    for account in desk.state.accounts.values():
        latch(desk, account, Latch.DISK)
    for intent in list(desk.state.intents.values()):
        orders.end(desk, intent, "safe")
    text = untrusted(f"The journal could not be stored ({item.reason}): nothing but cancels was sent until it was.")
    desk.alert("critical", text, None, ("9.5", "14.4"))


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
