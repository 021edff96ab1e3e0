"""9.3 and 9.4: an account out of service, and the books compared while it rests; S.3: a week nobody has a hand in."""

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

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
from tests.rules.situations import AAPL, but, clock, fault, operator, option, situation, tape

DAY, FRIDAY = "2026-03-05", "2026-03-06"
QUIET = but(AAPL, atr=4.0)
PUT = option("GEN", "AAPL", FRIDAY, 199.5, "P", -5, 1.1, DAY)
MORNING = (f"{DAY}T11:20:00", f"{DAY}T11:50:00")
EVENING = (f"{DAY}T16:50:00", f"{DAY}T17:10:00")
OF_PUT: dict[str, Any] = {"expiry": FRIDAY, "strike": 199.5, "right": '"P"'}


def moves(replayed: Replayed, name: str = "GEN") -> list[tuple[str, str, str, str]]:
    rows = replayed.of("state.changed", account=name)
    return [(clock(r), r["data"]["from"], r["data"]["to"], r["data"]["reason"]) for r in rows]


def refused(replayed: Replayed) -> list[tuple[str, str, str, str]]:
    rows = replayed.of("state.refused")
    return [(clock(r), r["data"]["from"], r["data"]["to"], r["data"]["reason"]) for r in rows]


def sent(replayed: Replayed, after: str = "") -> list[str]:
    kinds = ("order.sent", "order.replaced")
    return [clock(r) for r in replayed.records if r["kind"] in kinds and clock(r) >= after]


def audits(replayed: Replayed) -> list[tuple[str, str, int]]:
    return [(clock(r), r["account"], r["data"]["mismatches"]) for r in replayed.of("audit.done")]


def gen(replayed: Replayed) -> Account:
    return replayed.run.runtime.engine.state.accounts["GEN"]


@pytest.mark.clause("9.3", "9.4")
@pytest.mark.parametrize("status", [Status.MAINTENANCE, Status.AUDIT])
def test_9_3_no_order_of_any_purpose_leaves_in_maintenance_or_audit_not_even_what_is_approved(status: Status) -> None:
    held = Account("GEN", AccountType.GEN, "A1", True, Decimal(0), Decimal(0), Decimal(0), date(2026, 3, 5))
    held.status, held.latches = status, {Latch.PAUSED}
    assert not any(may_leave(held, purpose, approved) for purpose in Purpose for approved in (False, True))


# MAINTENANCE


@pytest.mark.clause("9.3", "9.1")
def test_9_3_maintenance_is_entered_from_safe_alone_and_left_by_resume() -> None:
    replayed = replay_text(situation(
        *MORNING, {"AAPL": AAPL}, PUT, operator(f"{DAY}T11:25:00", "maintenance", "GEN"),
        operator(f"{DAY}T11:25:00", "maintenance", "REV"), operator(f"{DAY}T11:30:00", "resume", "REV"),
        accounts=("GEN", "REV"),
    ))  # fmt: skip
    assert refused(replayed) == [("11:25:00", "MONITORING", "MAINTENANCE", "maintenance")]
    assert gen(replayed).status is Status.MONITORING
    assert moves(replayed, "REV") == [
        ("11:25:00", "SAFE", "MAINTENANCE", "maintenance"), ("11:30:00", "MAINTENANCE", "SAFE", "resume"),
    ]  # fmt: skip


@pytest.mark.clause("9.3", "0.7")
def test_9_3_latches_and_the_stop_of_entries_outlive_maintenance() -> None:
    replayed = replay_text(situation(
        *MORNING, {"AAPL": AAPL}, PUT, operator(f"{DAY}T11:24:00", "no_entries", "GEN"),
        operator(f"{DAY}T11:25:00", "pause", "GEN"), operator(f"{DAY}T11:26:00", "maintenance", "GEN"),
        operator(f"{DAY}T11:30:00", "resume", "GEN"),
    ))  # fmt: skip
    assert gen(replayed).status is Status.SAFE
    assert gen(replayed).latches == {Latch.PAUSED} and gen(replayed).no_entries


@pytest.mark.clause("9.3")
def test_9_3_what_works_is_cancelled_and_the_stop_of_level_3_waits_for_the_end_of_maintenance() -> None:
    replayed = replay_text(situation(
        *MORNING, {"AAPL": QUIET}, PUT, tape(f"{DAY}T11:29:00", AAPL=187.0),
        fault(f"{DAY}T11:20:00", "no_fill", "AAPL", "15m"), operator(f"{DAY}T11:31:00", "maintenance", "GEN"),
        operator(f"{DAY}T11:40:00", "resume", "GEN"),
    ))  # fmt: skip
    assert [(clock(r), r["data"]["reason"]) for r in replayed.of("order.abandoned")] == [("11:31:00", "safe")]
    assert replayed.of("order.cancelled")
    between = [at for at in sent(replayed) if "11:31:00" <= at < "11:40:00"]
    assert between == []
    assert sent(replayed, "11:40:00")
    assert len(replayed.of("stop.done")) == 1


@pytest.mark.clause("9.3")
def test_9_3_a_latch_set_in_maintenance_waits_there() -> None:
    replayed = replay_text(situation(
        *MORNING, {"AAPL": AAPL}, operator(f"{DAY}T11:25:00", "maintenance", "GEN"),
        operator(f"{DAY}T11:26:00", "pause", "GEN"), fault(f"{DAY}T11:30:00", "broker_down", span="1m"),
    ))  # fmt: skip
    assert (gen(replayed).status, gen(replayed).latches) == (Status.MAINTENANCE, {Latch.PAUSED})
    assert replayed.of("resume.step", account="GEN", step="active")


@pytest.mark.clause("9.3", "9.5")
def test_9_3_maintenance_outlives_the_restart_that_it_is_for() -> None:
    replayed = replay_text(situation(
        *MORNING, {"AAPL": AAPL}, operator(f"{DAY}T11:25:00", "maintenance", "GEN"),
        fault(f"{DAY}T11:30:00", "crash", span="5m"),
    ))  # fmt: skip
    assert gen(replayed).status is Status.MAINTENANCE
    (active,) = replayed.of("resume.step", step="active", account="GEN")
    assert active["data"]["findings"] == "in maintenance"


@pytest.mark.clause("9.3", "1.1")
def test_9_3_in_maintenance_nothing_is_entered_and_each_symbol_says_so_until_the_account_is_back() -> None:
    replayed = replay_text(situation(
        f"{DAY}T09:40:00", f"{DAY}T10:00:00", {"AAPL": AAPL}, operator(f"{DAY}T09:41:00", "maintenance", "GEN"),
        operator(f"{DAY}T09:50:00", "resume", "GEN"),
    ))  # fmt: skip
    told = replayed.of("entry.skipped", symbol="AAPL")
    assert [(clock(r), r["data"]["reason"], r["clauses"]) for r in told] == [("09:45:00", "safe", ["9.3"])]
    assert [clock(r) for r in replayed.of("entry.planned")] == ["09:50:00"]


@pytest.mark.clause("9.3", "0.7")
def test_9_3_a_prompt_is_withdrawn_and_none_comes_and_no_position_is_closed_by_hand() -> None:
    close = operator(f"{DAY}T11:36:00", "close", "GEN")
    close += f'\nsymbol = "AAPL"\nexpiry = {FRIDAY}\nstrike = 199.5\nright = "P"'
    replayed = replay_text(situation(
        *MORNING, {"AAPL": QUIET}, PUT, operator(f"{DAY}T11:22:00", "pause", "GEN"),
        tape(f"{DAY}T11:29:00", AAPL=187.0), operator(f"{DAY}T11:35:00", "maintenance", "GEN"), close,
    ))  # fmt: skip
    assert [clock(r) for r in replayed.of("approval.requested")] == ["11:30:00"]
    decided = [(clock(r), r["data"]["decision"]) for r in replayed.of("approval.decided")]
    assert decided == [("11:35:00", "withdrawn")]
    assert [row[3] for row in refused(replayed)] == ["close"]
    assert sent(replayed) == []


# AUDIT


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
