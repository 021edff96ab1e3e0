"""9.3: an account out of service: what is cancelled, what waits, and what outlives the restart it is for."""

import pytest

from allusetui.domain.account import Latch, Status
from tests.replaying import replay_text
from tests.rules.comebacks import DAY, FRIDAY, PUT, QUIET, SPAN
from tests.rules.out_of_service import gen, moves, refused, sent
from tests.rules.situations import AAPL, clock, fault, operator, situation, tape


@pytest.mark.clause("9.3", "9.1")
def test_9_3_maintenance_is_entered_from_safe_alone_and_left_by_resume() -> None:
    replayed = replay_text(situation(
        *SPAN, {"AAPL": AAPL}, PUT, operator(f"{DAY}T11:25:00", "maintenance", "GEN"),
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
        *SPAN, {"AAPL": AAPL}, PUT, operator(f"{DAY}T11:24:00", "no_entries", "GEN"),
        operator(f"{DAY}T11:25:00", "pause", "GEN"), operator(f"{DAY}T11:26:00", "maintenance", "GEN"),
        operator(f"{DAY}T11:30:00", "resume", "GEN"),
    ))  # fmt: skip
    assert gen(replayed).status is Status.SAFE
    assert gen(replayed).latches == {Latch.PAUSED} and gen(replayed).no_entries


@pytest.mark.clause("9.3")
def test_9_3_what_works_is_cancelled_and_the_stop_of_level_3_waits_for_the_end_of_maintenance() -> None:
    replayed = replay_text(situation(
        *SPAN, {"AAPL": QUIET}, PUT, tape(f"{DAY}T11:29:00", AAPL=187.0),
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
        *SPAN, {"AAPL": AAPL}, operator(f"{DAY}T11:25:00", "maintenance", "GEN"),
        operator(f"{DAY}T11:26:00", "pause", "GEN"), fault(f"{DAY}T11:30:00", "broker_down", span="1m"),
    ))  # fmt: skip
    assert (gen(replayed).status, gen(replayed).latches) == (Status.MAINTENANCE, {Latch.PAUSED})
    assert replayed.of("resume.step", account="GEN", step="active")


@pytest.mark.clause("9.3", "9.5")
def test_9_3_maintenance_outlives_the_restart_that_it_is_for() -> None:
    replayed = replay_text(situation(
        *SPAN, {"AAPL": AAPL}, operator(f"{DAY}T11:25:00", "maintenance", "GEN"),
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
        *SPAN, {"AAPL": QUIET}, PUT, operator(f"{DAY}T11:22:00", "pause", "GEN"),
        tape(f"{DAY}T11:29:00", AAPL=187.0), operator(f"{DAY}T11:35:00", "maintenance", "GEN"), close,
    ))  # fmt: skip
    assert [clock(r) for r in replayed.of("approval.requested")] == ["11:30:00"]
    decided = [(clock(r), r["data"]["decision"]) for r in replayed.of("approval.decided")]
    assert decided == [("11:35:00", "withdrawn")]
    assert [row[3] for row in refused(replayed)] == ["close"]
    assert sent(replayed) == []
