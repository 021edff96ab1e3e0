"""9.4: the books compared while an account rests; S.3: a week nobody has a hand in."""

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

import allusetui.scenario
from allusetui.domain.account import Account, AccountType, Latch, Status
from allusetui.domain.effect import AskPositions, CancelOrder, PlaceOrder
from allusetui.domain.input import CashBooking, OperatorActed, PositionsSeen
from allusetui.domain.order import Purpose
from allusetui.engine.engine import Batch, Engine
from allusetui.rules.latches import may_leave
from tests.replaying import Replayed, replay_text
from tests.rules.answers import told_by
from tests.rules.comebacks import DAY, EVENING, FRIDAY, OF_PUT, PUT, QUIET
from tests.rules.out_of_service import gen, moves, refused
from tests.rules.situations import AAPL, clock, fault, operator, situation


def audits(replayed: Replayed) -> list[tuple[str, str, int]]:
    return [(clock(r), r["account"], r["data"]["mismatches"]) for r in replayed.of("audit.done")]


@pytest.mark.clause("9.3", "9.4")
@pytest.mark.parametrize("status", [Status.MAINTENANCE, Status.AUDIT])
def test_9_3_no_order_of_any_purpose_leaves_in_maintenance_or_audit_not_even_what_is_approved(status: Status) -> None:
    held = Account("GEN", AccountType.GEN, "A1", True, Decimal(0), Decimal(0), Decimal(0), date(2026, 3, 5))
    held.status, held.latches = status, {Latch.PAUSED}
    assert not any(may_leave(held, purpose, approved) for purpose in Purpose for approved in (False, True))


@pytest.mark.clause("9.4")
def test_9_4_every_account_is_audited_at_17_00_and_goes_back_to_where_it_was() -> None:
    replayed = replay_text(situation(*EVENING, {"AAPL": AAPL}, PUT, accounts=("GEN", "REV")))
    assert audits(replayed) == [("17:00:00", name, 0) for name in ("GEN", "REV", "COM")]
    assert moves(replayed)[-2:] == [
        ("17:00:00", "MONITORING", "AUDIT", "audit"), ("17:00:00", "AUDIT", "MONITORING", "audit"),
    ]  # fmt: skip
    assert moves(replayed, "REV") == [
        ("17:00:00", "SAFE", "AUDIT", "audit"), ("17:00:00", "AUDIT", "SAFE", "audit"),
    ]  # fmt: skip
    assert all(r["clauses"] == ["9.4"] for r in replayed.of("audit.done"))


@pytest.mark.clause("9.4")
def test_9_4_no_audit_on_a_day_without_a_session() -> None:
    replayed = replay_text(situation("2026-03-06T17:30:00", "2026-03-08T20:00:00", {"AAPL": AAPL}))
    assert audits(replayed) == []


@pytest.mark.clause("9.4", "9.2", "9.3")
def test_9_4_no_daily_audit_in_emergency_or_maintenance_and_one_asked_for_is_refused() -> None:
    service = replay_text(situation(
        *EVENING, {"AAPL": AAPL}, operator(f"{DAY}T16:55:00", "maintenance", "GEN"),
        operator(f"{DAY}T17:05:00", "audit", "GEN"),
    ))  # fmt: skip
    assert [name for _, name, _ in audits(service)] == ["REV", "COM"]
    assert refused(service) == [("17:05:00", "MAINTENANCE", "AUDIT", "audit")]
    killed = replay_text(situation(*EVENING, {"AAPL": AAPL}, operator(f"{DAY}T16:55:00", "kill")))
    assert audits(killed) == [] and refused(killed) == []


@pytest.mark.clause("9.4")
def test_9_4_a_contract_that_differs_latches_mismatch_and_is_counted() -> None:
    replayed = replay_text(situation(
        *EVENING, {"AAPL": AAPL}, PUT, fault(f"{DAY}T16:55:00", "broker_book", "AAPL", quantity=1, **OF_PUT),
        accounts=("GEN", "REV"),
    ))  # fmt: skip
    assert audits(replayed) == [("17:00:00", "GEN", 1), ("17:00:00", "REV", 0), ("17:00:00", "COM", 0)]
    assert moves(replayed)[-1] == ("17:00:00", "AUDIT", "SAFE", "mismatch")
    assert gen(replayed).latches == {Latch.MISMATCH}
    (shown,) = replayed.of("reconcile.mismatch")
    assert (shown["data"]["ours"], shown["data"]["broker"]) == (-5, -4)


@pytest.mark.clause("9.4")
def test_9_4_a_cent_that_differs_concerns_every_account() -> None:
    text = situation(*EVENING, {"AAPL": AAPL}, accounts=("GEN", "REV"))
    replayed = told_by(text, book=lambda seen: replace(seen, cash=seen.cash + Decimal("0.01")))
    assert audits(replayed) == [("17:00:00", name, 1) for name in ("GEN", "REV", "COM")]
    assert gen(replayed).latches == {Latch.MISMATCH}


@pytest.mark.clause("9.4", "10.3")
@pytest.mark.parametrize(("reason", "amount"), [("fee", "-1.25"), ("interest", "3.07")])
def test_9_4_known_fees_and_interest_are_booked_before_the_books_are_compared(reason: str, amount: str) -> None:
    booking = CashBooking("K1", "GEN", reason, Decimal(amount))

    def charged(seen: PositionsSeen) -> PositionsSeen:
        settled = replace(seen.settled, bookings=(*seen.settled.bookings, booking))
        return replace(seen, cash=seen.cash + booking.amount, settled=settled)

    replayed = told_by(situation(*EVENING, {"AAPL": AAPL}), book=charged)
    (booked,) = replayed.of("cash.booked")
    assert (booked["data"]["reason"], booked["data"]["amount"]) == (reason, float(amount))
    assert booked["seq"] < replayed.of("audit.done")[0]["seq"]
    assert {found for _, _, found in audits(replayed)} == {0}


@pytest.mark.clause("9.4")
def test_9_4_a_latched_account_is_audited_too_and_stays_latched() -> None:
    replayed = replay_text(situation(*EVENING, {"AAPL": AAPL}, PUT, operator(f"{DAY}T16:55:00", "pause", "GEN")))
    assert moves(replayed)[-2:] == [
        ("17:00:00", "SAFE", "AUDIT", "audit"), ("17:00:00", "AUDIT", "SAFE", "audit"),
    ]  # fmt: skip
    assert gen(replayed).latches == {Latch.PAUSED}


@pytest.mark.clause("9.4", "8.6")
def test_9_4_without_an_answer_no_audit_is_told_to_be_done() -> None:
    replayed = replay_text(situation(
        *EVENING, {"AAPL": AAPL}, PUT, fault(f"{DAY}T16:55:00", "broker_down", span="10m"),
    ))  # fmt: skip
    assert audits(replayed) == []
    assert (gen(replayed).status, gen(replayed).latches) == (Status.MONITORING, set())
    assert Status.AUDIT not in {a.status for a in replayed.run.runtime.engine.state.accounts.values()}


# An audit whose answer takes its time: the engine is asked directly, and the broker's book handed to it later.


class Slow:
    """A run that has come to its end with an order at work, or a level to act on; what follows is pressed here."""

    def __init__(self, *more: str, end: str) -> None:
        self.replayed = replay_text(situation(f"{DAY}T11:20:00", f"{DAY}T{end}", {"AAPL": QUIET}, PUT, *more))
        self.engine: Engine = self.replayed.run.runtime.engine
        self.now_ms = self.replayed.run.end_ms

    def press(self, action: str) -> Batch:
        return self.engine.handle(OperatorActed(self.now_ms, action, "GEN", "operator"))

    def answer(self) -> Batch:
        return self.engine.handle(self.replayed.run.exchange.positions(self.now_ms))

    @property
    def account(self) -> Account:
        return self.engine.state.accounts["GEN"]


def working_close() -> Slow:
    """A close by hand that nothing fills works since 11:25:00, and its step is due at 11:25:03."""
    close = operator(f"{DAY}T11:25:00", "close", "GEN")
    close += f'\nsymbol = "AAPL"\nexpiry = {FRIDAY}\nstrike = 199.5\nright = "P"'
    return Slow(close, fault(f"{DAY}T11:20:00", "no_fill", "AAPL"), end="11:25:02")


@pytest.mark.clause("9.4")
def test_9_4_nothing_leaves_during_an_audit_neither_a_step_nor_a_cancel_and_work_goes_on_after_it() -> None:
    run = working_close()
    assert run.press("audit").effects == (AskPositions(),)
    assert run.account.status is Status.AUDIT
    run.now_ms += 5_000
    during = run.press("no_entries")
    assert not any(isinstance(effect, PlaceOrder | CancelOrder) for effect in during.effects)
    assert run.engine.wake_at(run.now_ms) > run.now_ms + 1_000
    after = run.answer()
    assert run.account.status is Status.MONITORING
    assert [e.kind for e in after.events[:2]] == ["audit.done", "state.changed"]
    assert any(isinstance(effect, PlaceOrder | CancelOrder) for effect in after.effects)


@pytest.mark.clause("9.4")
def test_9_4_an_audit_asked_for_in_an_audit_is_the_same_one() -> None:
    run = working_close()
    run.press("audit")
    assert [e.kind for e in run.press("audit").events] == ["operator.acted"]
    assert [e.kind for e in run.answer().events].count("audit.done") == 1


@pytest.mark.clause("9.4", "0.7")
def test_9_4_a_pause_ends_the_state_and_the_answer_is_told_all_the_same() -> None:
    run = working_close()
    run.press("audit")
    paused = run.press("pause")
    assert any(isinstance(effect, CancelOrder) for effect in paused.effects)
    assert run.account.status is Status.SAFE
    kinds = [e.kind for e in run.answer().events]
    assert kinds.count("audit.done") == 1 and "state.changed" not in kinds


@pytest.mark.clause("9.4", "0.7")
def test_9_4_an_account_resumed_during_its_audit_goes_to_work_after_it() -> None:
    run = Slow(operator(f"{DAY}T11:22:00", "pause", "GEN"), end="11:25:02")
    run.press("audit")
    run.press("resume")
    assert (run.account.status, run.account.latches) == (Status.AUDIT, set())
    run.answer()
    assert run.account.status is Status.MONITORING


# Nobody at the keys


@pytest.mark.clause("S.3")
def test_s_3_a_week_of_entries_rolls_stops_audits_and_its_report_needs_nobody() -> None:
    text = (Path(allusetui.scenario.__file__).parent / "shipped" / "crash-week.toml").read_text("utf-8")
    text = re.sub(r"(?m)^end = .*$", "end = 2026-03-13T17:30:00", text, count=1)
    replayed = replay_text(re.sub(r"(?ms)^\[\[operator\]\].*?(?=^\[|\Z)", "", text))
    assert replayed.of("operator.acted") == []
    assert replayed.of("approval.requested") == []
    for kind in ("entry.planned", "order.filled", "roll.done", "stop.done", "audit.done", "report.written"):
        assert replayed.of(kind), kind
    assert {r["ts"][:10] for r in replayed.of("audit.done")} == {f"2026-03-{day:02}" for day in range(9, 14)}
    assert replayed.of("state.refused") == []
