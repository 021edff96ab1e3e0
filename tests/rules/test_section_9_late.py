"""8.6, 9.4, 9.5, 0.6: questions that the broker answers seconds later, after other news, in part, or never."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from allusetui.domain.account import Latch, Status
from allusetui.domain.effect import AskOrders, AskPositions
from allusetui.domain.input import (
    BrokerLost,
    BrokerOrder,
    MarketSeen,
    OperatorActed,
    OrderCancelled,
    OrdersSeen,
    Resumed,
)
from allusetui.domain.moment import to_ms
from allusetui.domain.order import OrderStatus
from tests.replaying import Replayed, replay_text
from tests.rules.answers import told_late
from tests.rules.comebacks import CRASH, DAY, EVENING, FRIDAY, PUT, QUIET, SPAN
from tests.rules.desks import Desk, placed
from tests.rules.situations import AAPL, clock, fault, operator, situation, tape


def at(text: str) -> int:
    return to_ms(datetime.fromisoformat(f"{DAY}T{text}"))


def steps(replayed: Replayed) -> list[tuple[str, str]]:
    return [(r["data"]["step"], clock(r)) for r in replayed.of("resume.step", account="GEN")]


def latchings(replayed: Replayed, kind: str = "latch.set") -> list[tuple[str, str]]:
    return [(clock(r), r["data"]["latch"]) for r in replayed.of(kind, account="GEN")]


def sent(replayed: Replayed) -> list[tuple[str, Any, Any, Any]]:
    rows = [r for r in replayed.records if r["kind"] in ("order.sent", "order.filled")]
    return [(clock(r), r["kind"], r["data"]["quantity"], r["data"].get("price")) for r in rows]


# A resume


@pytest.mark.clause("9.5")
def test_9_5_a_resume_waits_for_its_answers_and_goes_on_with_them() -> None:
    replayed, _ = told_late(situation(*SPAN, {"AAPL": AAPL}, PUT, CRASH), delay_ms=4_000)
    assert steps(replayed) == [
        ("snapshot", "11:26:00"), ("broker", "11:26:04"), ("reconcile", "11:26:04"), ("schedule", "11:26:04"),
        ("risk", "11:26:04"), ("active", "11:26:04"),
    ]  # fmt: skip
    assert replayed.of("reconcile.mismatch") == []


@pytest.mark.clause("9.5", "0.6")
@pytest.mark.peer(23)
def test_9_5_a_book_collected_before_a_fill_is_not_held_against_it() -> None:
    # Down 09:45:01–09:45:10 with an entry at work; it fills at 09:45:16, between the questions and their answers.
    text = situation(
        f"{DAY}T09:44:00", f"{DAY}T09:50:00", {"AAPL": AAPL}, fault(f"{DAY}T09:40:00", "no_fill", "AAPL", "316s"),
        fault(f"{DAY}T09:45:01", "crash", span="9s"),
    )  # fmt: skip
    replayed, broker = told_late(text, delay_ms=6_500)
    filled = replayed.of("order.filled")
    assert filled != [] and replayed.of("reconcile.mismatch") == []
    assert steps(replayed)[-1][0] == "active"
    book = broker.exchange.positions(replayed.run.end_ms)
    mine = replayed.run.runtime.engine.state.accounts["GEN"]
    assert {c: mine.quantity(c) for c in mine.lots} == dict(book.positions)


@pytest.mark.clause("9.5", "8.6")
def test_9_5_positions_alone_end_no_resume_and_the_orders_are_asked_for_again() -> None:
    deaf = ("orders", at("11:26:00"), at("11:26:40"))
    replayed, broker = told_late(situation(*SPAN, {"AAPL": AAPL}, PUT, CRASH), delay_ms=1_000, deaf=deaf)
    assert latchings(replayed)[0] == ("11:26:15", "broker")
    assert ("active", "11:26:47") in steps(replayed)
    asked = [ms for kind, ms in broker.asked if kind == "orders"]
    assert asked == [at("11:26:00"), at("11:26:15"), at("11:26:30"), at("11:26:45")]


@pytest.mark.clause("9.5", "8.6")
def test_9_5_a_list_of_orders_that_is_not_whole_ends_no_resume_either() -> None:
    text = situation(*SPAN, {"AAPL": AAPL}, PUT, CRASH)
    scenario = replay_text(text)
    engine, now_ms = scenario.run.runtime.engine, scenario.run.end_ms
    batch = engine.handle(Resumed(now_ms, now_ms - 1_000))
    assert batch.effects[:2] == (AskOrders(), AskPositions())
    book = replace(scenario.run.exchange.positions(now_ms + 2_000), asked_ms=now_ms)
    engine.handle(OrdersSeen(now_ms + 1_000, (), (), complete=False, asked_ms=now_ms))
    assert not [e for e in engine.handle(book).events if e.kind == "resume.step"]
    again = engine.handle(MarketSeen(now_ms + 3_000, {}, {}, 0.04))
    assert AskOrders() in again.effects and AskPositions() not in again.effects
    whole = replace(scenario.run.exchange.orders(now_ms + 4_000), asked_ms=now_ms + 3_000)
    assert AskPositions() in engine.handle(whole).effects


# An audit


@pytest.mark.clause("9.4", "8.6")
def test_9_4_an_audit_that_nobody_answers_ends_after_fifteen_seconds_and_nothing_is_told_to_be_done() -> None:
    deaf = ("positions", at("17:00:00"), at("17:00:20"))
    replayed, _ = told_late(situation(*EVENING, {"AAPL": AAPL}, PUT), deaf=deaf)
    moves = [(clock(r), r["data"]["from"], r["data"]["to"]) for r in replayed.of("state.changed", account="GEN")]
    assert moves[-3:] == [
        ("17:00:00", "MONITORING", "AUDIT"), ("17:00:15", "AUDIT", "SAFE"), ("17:00:31", "SAFE", "MONITORING"),
    ]  # fmt: skip
    assert latchings(replayed) == [("17:00:15", "broker")]
    assert latchings(replayed, "latch.released") == [("17:00:31", "broker")]
    assert replayed.of("audit.done") == []


@pytest.mark.clause("9.4")
def test_9_4_the_answer_to_an_older_question_settles_no_newer_audit() -> None:
    replayed, _ = told_late(situation(*EVENING, {"AAPL": AAPL}, PUT), delay_ms=1_000)
    engine, exchange, now_ms = replayed.run.runtime.engine, replayed.run.exchange, replayed.run.end_ms
    desk_asked = operator_audits(engine, now_ms)
    assert desk_asked == (AskPositions(),)
    older = replace(exchange.positions(now_ms + 500), asked_ms=now_ms - 1_000, cash=Decimal(1))
    assert [e.kind for e in engine.handle(older).events] == []
    assert engine.state.accounts["GEN"].status is Status.AUDIT
    newest = replace(exchange.positions(now_ms + 1_000), asked_ms=now_ms)
    assert engine.handle(newest).events[0].kind == "audit.done"


def operator_audits(engine: Any, now_ms: int) -> tuple[Any, ...]:
    return tuple(engine.handle(OperatorActed(now_ms, "audit", "GEN", "operator")).effects)


# Orders that are unknown


def unknown() -> Desk:
    """GEN's order had no acknowledgement within its 3 s; it is asked for."""
    desk = Desk()
    desk.engine.volatile.acked.clear()
    asked = desk.after(3)
    assert AskOrders() in asked.effects
    assert desk.intent.order is not None and desk.intent.order.status is OrderStatus.UNKNOWN
    return desk


def absent(desk: Desk, asked_ms: int, complete: bool = True) -> OrdersSeen:
    return OrdersSeen(desk.now_ms, (), (), complete=complete, asked_ms=asked_ms)


@pytest.mark.clause("0.6")
def test_0_6_what_was_asked_before_the_order_became_unknown_proves_nothing_of_it() -> None:
    desk = unknown()
    doubted_ms = desk.now_ms
    for early_ms in (10_000, 5_000):
        desk.tell(absent(desk, doubted_ms - early_ms))
        desk.after(1)
    listed = BrokerOrder(desk.order_id, open=True, filled=0)
    desk.tell(OrdersSeen(desk.now_ms, (listed,), (), complete=True, asked_ms=doubted_ms - 1))
    assert desk.intent.order is not None and desk.intent.order.status is OrderStatus.UNKNOWN
    desk.tell(absent(desk, doubted_ms))
    assert desk.intent.order.status is OrderStatus.UNKNOWN
    told = desk.tell(absent(desk, doubted_ms + 2_000))
    assert [e.outcome for e in told.events if e.kind == "order.resolved"] == ["dead"]


@pytest.mark.clause("0.6")
def test_0_6_two_absences_lie_two_seconds_apart_by_their_questions_not_by_their_arrival() -> None:
    desk = unknown()
    asked_ms = desk.now_ms
    desk.tell(absent(desk, asked_ms))
    desk.after(9)
    desk.tell(absent(desk, asked_ms + 1_900))
    assert desk.intent.order is not None and desk.intent.order.status is OrderStatus.UNKNOWN


@pytest.mark.clause("0.6")
def test_0_6_a_question_that_is_out_is_not_asked_again_at_every_look() -> None:
    desk = unknown()
    assert [AskOrders() in desk.after(1).effects for _ in range(10)] == [False] * 10
    desk.tell(absent(desk, desk.now_ms - 10_000))
    assert [AskOrders() in desk.after(1).effects for _ in range(3)] == [False, True, False]


@pytest.mark.clause("0.6", "8.6")
def test_8_6_a_question_about_orders_that_stays_unanswered_for_fifteen_seconds_latches() -> None:
    desk = unknown()
    desk.after(14)
    assert Latch.BROKER not in desk.account.latches
    again = desk.after(1)
    assert Latch.BROKER in desk.account.latches
    assert AskOrders() in again.effects and placed(again) == []


@pytest.mark.clause("0.6")
def test_0_6_a_late_answer_books_its_fills_and_takes_none_back() -> None:
    desk = unknown()
    asked_ms = desk.now_ms
    desk.after(1)
    desk.executed(desk.fill("a.1.01", quantity=3))
    listed = BrokerOrder(desk.order_id, open=True, filled=0)
    desk.tell(OrdersSeen(desk.now_ms, (listed,), (), complete=True, asked_ms=asked_ms))
    assert desk.held == -3
    desk.after(1)
    desk.tell(OrderCancelled(desk.now_ms, desk.order_id, 4))
    fills = (desk.fill("a.1.01", quantity=3), desk.fill("a.2.01", quantity=1))
    gone = BrokerOrder(desk.order_id, open=False, filled=4)
    desk.tell(OrdersSeen(desk.now_ms, (gone,), fills, complete=True, asked_ms=desk.now_ms))
    assert desk.held == -4


@pytest.mark.clause("0.6", "9.5")
def test_0_6_after_a_restart_an_order_that_was_unknown_before_it_is_asked_for_until_two_answers_lack_it() -> None:
    desk = unknown()
    desk.restart()
    assert AskOrders() in desk.tell(Resumed(desk.now_ms, desk.now_ms - 1)).effects
    desk.tell(absent(desk, desk.now_ms))
    desk.after(1)
    assert AskOrders() in desk.after(1).effects
    told = desk.tell(absent(desk, desk.now_ms))
    assert [e.outcome for e in told.events if e.kind == "order.resolved"] == ["dead"]


# A day of it


@pytest.mark.clause("9.5", "9.4")
def test_9_4_answers_that_take_a_second_change_no_order_of_a_day() -> None:
    text = situation(
        f"{DAY}T09:30:00", f"{FRIDAY}T17:10:00", {"AAPL": QUIET}, tape(f"{DAY}T10:30:00", AAPL=195.0),
        operator(f"{DAY}T12:00:00", "audit", "GEN"),
    )  # fmt: skip
    replayed, broker = told_late(text)
    assert sent(replayed) == sent(replay_text(text)) != []
    assert {kind for kind, _ in broker.asked} >= {"positions"}
    assert [r["data"]["mismatches"] for r in replayed.of("audit.done", account="GEN")] == [0, 0, 0]


# A loss


@pytest.mark.clause("8.6", "14.4")
@pytest.mark.parametrize("alarm", [True, False])
@pytest.mark.parametrize("stop", ["", "."])
def test_8_6_a_loss_that_nobody_expects_alerts(alarm: bool, stop: str) -> None:
    desk = Desk()
    batch = desk.tell(BrokerLost(desk.now_ms, f"nobody listens\x1b[2J{stop}", alarm))
    alerts = [e.text for e in batch.events if e.kind == "alert.raised"]
    assert alerts == (["The broker is lost, and should not be: nobody listens[2J."] if alarm else [])
    assert Latch.BROKER in desk.account.latches
