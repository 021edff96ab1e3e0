"""9.1 and 9.2: an account's week round the ring of states, how each latch is left, and EMERGENCY."""

import pytest

from allusetui.domain.account import Latch, Status
from tests.replaying import Replayed, replay_text
from tests.rules.situations import AAPL, but, clock, fault, holding, operator, option, situation, tape
from tests.rules.transitions import WAYS

THURSDAY, FRIDAY = "2026-03-05", "2026-03-06"
QUIET = but(AAPL, atr=4.0)
PUT = option("GEN", "AAPL", FRIDAY, 199.5, "P", -5, 1.1, THURSDAY)
TO_LEVEL3 = tape(f"{THURSDAY}T11:29:00", AAPL=187.0)
MORNING = (f"{THURSDAY}T11:28:00", f"{THURSDAY}T11:50:00")
REASONS = {
    "paused", "level3", "breaker", "broker", "disk", "mismatch", "window", "rest", "resume", "reset", "week_end",
    "reconciled", "startup", "halt", "kill", "maintenance", "audit",
}  # fmt: skip


def moves(replayed: Replayed, name: str = "GEN") -> list[tuple[str, str, str, str]]:
    rows = replayed.of("state.changed", account=name)
    assert {row["data"]["reason"] for row in rows} <= REASONS
    for row in rows:
        assert (row["data"]["from"], row["data"]["to"]) in WAYS
    return [(clock(r), r["data"]["from"], r["data"]["to"], r["data"]["reason"]) for r in rows]


def sent(replayed: Replayed) -> list[tuple[str, str]]:
    kinds = ("order.sent", "order.replaced")
    return [(clock(r), r["data"]["purpose"]) for r in replayed.records if r["kind"] in kinds]


# The ring


@pytest.mark.clause("9.1")
def test_9_1_an_account_starts_in_safe_and_monitors_what_it_holds() -> None:
    replayed = replay_text(situation(*MORNING, {"AAPL": AAPL}, PUT, accounts=("GEN", "REV")))
    assert moves(replayed) == [("11:28:00", "SAFE", "MONITORING", "startup")]
    assert moves(replayed, "REV") == []


@pytest.fixture(scope="module")
def week() -> Replayed:
    """Thursday's entry, assigned on Friday: shares outlive the week. REV rests."""
    return replay_text(situation(
        f"{THURSDAY}T09:40:00", f"{FRIDAY}T16:31:00", {"AAPL": AAPL}, tape(f"{FRIDAY}T13:00:00", AAPL=197.0),
        accounts=("GEN", "REV"),
    ))  # fmt: skip


@pytest.mark.clause("9.1")
def test_9_1_a_week_goes_once_round_the_ring_and_positions_outlive_it_in_monitoring(week: Replayed) -> None:
    assert moves(week) == [
        ("09:45:00", "SAFE", "SCANNING", "window"),
        ("09:45:00", "SCANNING", "ANALYZING", "window"),
        ("09:45:00", "ANALYZING", "ORDERING", "window"),
        ("09:45:01", "ORDERING", "MONITORING", "rest"),
        ("17:00:00", "MONITORING", "AUDIT", "audit"),
        ("17:00:00", "AUDIT", "MONITORING", "audit"),
        ("14:30:00", "MONITORING", "CLOSING", "week_end"),
        ("16:00:00", "CLOSING", "RECONCILING", "week_end"),
        ("16:00:00", "RECONCILING", "MONITORING", "reconciled"),
    ]
    assert week.of("state.refused") == []


@pytest.mark.clause("9.1")
def test_9_1_a_resting_account_reconciles_at_the_close_of_the_week_s_last_session(week: Replayed) -> None:
    assert moves(week, "REV") == [
        ("17:00:00", "SAFE", "AUDIT", "audit"), ("17:00:00", "AUDIT", "SAFE", "audit"),
        ("16:00:00", "SAFE", "RECONCILING", "week_end"), ("16:00:00", "RECONCILING", "SAFE", "reconciled"),
    ]  # fmt: skip
    assert {r["ts"][:10] for r in week.of("state.changed", account="REV", reason="week_end")} == {FRIDAY}


@pytest.mark.clause("9.1", "1.4")
def test_9_1_a_short_week_ends_on_its_last_session() -> None:
    # Good Friday 2026-04-03: Thursday closes the week.
    replayed = replay_text(situation("2026-04-02T15:50:00", "2026-04-02T16:31:00", {"AAPL": AAPL}))
    assert [m[1:] for m in moves(replayed)] == [
        ("SAFE", "RECONCILING", "week_end"), ("RECONCILING", "SAFE", "reconciled"),
    ]  # fmt: skip


@pytest.mark.clause("9.1")
def test_9_1_a_latched_account_stays_in_safe_at_the_week_s_end_and_its_expiries_are_booked_there() -> None:
    replayed = replay_text(situation(
        f"{FRIDAY}T15:50:00", f"{FRIDAY}T16:31:00", {"AAPL": but(AAPL, spot=206.0)}, PUT,
        operator(f"{FRIDAY}T15:51:00", "pause", "GEN"),
    ))  # fmt: skip
    assert moves(replayed)[-1] == ("15:51:00", "CLOSING", "SAFE", "paused")
    assert len(replayed.of("expired.received")) == 1


@pytest.mark.clause("9.1", "1.1")
def test_9_1_a_look_without_a_plan_ends_where_the_account_was_and_the_next_one_changes_no_state() -> None:
    # Volume 99 is too little: looked at again every 5 min, told once; SCANNING and ANALYZING once.
    replayed = replay_text(situation(
        f"{THURSDAY}T09:40:00", f"{THURSDAY}T10:10:00", {"AAPL": but(AAPL, volume=99)}
    ))  # fmt: skip
    assert moves(replayed) == [
        ("09:45:00", "SAFE", "SCANNING", "window"), ("09:45:00", "SCANNING", "ANALYZING", "window"),
        ("09:45:00", "ANALYZING", "SAFE", "rest"),
    ]  # fmt: skip


@pytest.mark.clause("9.1", "6.4")
def test_9_1_a_latch_in_the_middle_of_the_plan_goes_from_ordering_to_safe() -> None:
    replayed = replay_text(situation(
        f"{THURSDAY}T09:40:00", f"{THURSDAY}T09:50:00", {"AAPL": AAPL},
        fault(f"{THURSDAY}T09:40:00", "no_fill", "AAPL"), operator(f"{THURSDAY}T09:45:07", "pause", "GEN"),
    ))  # fmt: skip
    assert moves(replayed)[-1] == ("09:45:07", "ORDERING", "SAFE", "paused")


# The latches


@pytest.fixture(scope="module")
def level3() -> Replayed:
    """Two puts; AAPL is stopped at 11:30, MSFT is 1.1 ATR under its strike at 11:40. `resume` 11:42, `reset` 11:45."""
    return replay_text(situation(
        *MORNING, {"AAPL": QUIET, "MSFT": QUIET}, PUT,
        option("GEN", "MSFT", FRIDAY, 199.5, "P", -2, 1.1, THURSDAY), TO_LEVEL3,
        tape(f"{THURSDAY}T11:39:00", MSFT=195.0), operator(f"{THURSDAY}T11:42:00", "resume", "GEN"),
        operator(f"{THURSDAY}T11:45:00", "reset", "GEN"),
    ))  # fmt: skip


@pytest.mark.clause("9.1", "6.4")
def test_9_1_level3_lets_the_stop_leave_and_the_protocol_of_other_positions_goes_on(level3: Replayed) -> None:
    assert moves(level3)[1] == ("11:30:00", "MONITORING", "SAFE", "level3")
    assert {purpose for _, purpose in sent(level3)} == {"stop"}
    msft = [r for r in level3.of("protocol.level") if r["data"]["contract"]["symbol"] == "MSFT"]
    assert [(clock(r), r["data"]["to"]) for r in msft] == [("11:40:00", 1)]


@pytest.mark.clause("9.1", "6.4")
def test_9_1_level3_is_left_by_reset_and_not_by_resume(level3: Replayed) -> None:
    assert moves(level3)[2:] == [("11:45:00", "SAFE", "MONITORING", "reset")]
    assert [clock(r) for r in level3.of("latch.released", latch="level3")] == ["11:45:00"]


@pytest.mark.clause("9.1", "0.7")
def test_9_1_paused_is_left_by_resume_and_not_by_reset() -> None:
    replayed = replay_text(situation(
        *MORNING, {"AAPL": AAPL}, PUT, operator(f"{THURSDAY}T11:30:00", "pause", "GEN"),
        operator(f"{THURSDAY}T11:35:00", "reset", "GEN"), operator(f"{THURSDAY}T11:40:00", "resume", "GEN"),
    ))  # fmt: skip
    assert moves(replayed)[1:] == [
        ("11:30:00", "MONITORING", "SAFE", "paused"), ("11:40:00", "SAFE", "MONITORING", "resume"),
    ]  # fmt: skip


@pytest.mark.clause("9.1")
def test_9_1_an_account_leaves_safe_only_when_its_last_latch_is_gone() -> None:
    replayed = replay_text(situation(
        *MORNING, {"AAPL": QUIET}, PUT, TO_LEVEL3, operator(f"{THURSDAY}T11:33:00", "pause", "GEN"),
        operator(f"{THURSDAY}T11:35:00", "reset", "GEN"), operator(f"{THURSDAY}T11:40:00", "resume", "GEN"),
    ))  # fmt: skip
    assert moves(replayed)[1:] == [("11:30:00", "MONITORING", "SAFE", "level3")]  # all bought back: it rests in SAFE
    assert [(clock(r), r["data"]["latch"]) for r in replayed.of("latch.released")] == [
        ("11:35:00", "level3"), ("11:40:00", "paused"),
    ]  # fmt: skip


@pytest.mark.clause("9.1", "6.13")
@pytest.mark.parametrize(("vix", "left"), [(65.0, True), (65.01, False)])
def test_9_1_the_breaker_s_latch_is_left_by_reset_at_65_and_not_above(vix: float, left: bool) -> None:
    replayed = replay_text(situation(
        *MORNING, {"AAPL": AAPL}, PUT, tape(f"{THURSDAY}T11:30:00", VIX=66.0), tape(f"{THURSDAY}T11:40:00", VIX=vix),
        operator(f"{THURSDAY}T11:45:00", "reset", "GEN"), accounts=("GEN", "REV"),
    ))  # fmt: skip
    assert moves(replayed)[1] == ("11:30:00", "MONITORING", "SAFE", "breaker")
    assert moves(replayed)[2:] == ([("11:45:00", "SAFE", "MONITORING", "reset")] if left else [])
    assert len(replayed.of("state.refused", account="GEN")) == (not left)
    assert len(replayed.of("breaker.cleared", tier="safe")) == left


# EMERGENCY


@pytest.fixture(scope="module")
def killed() -> Replayed:
    """A stop works at 11:30 and nothing fills; kill 11:31; then every other key, and `reset` for all at 11:40."""
    keys = ("pause", "resume", "reset", "no_entries")
    return replay_text(situation(
        *MORNING, {"AAPL": QUIET}, PUT, TO_LEVEL3, fault(f"{THURSDAY}T11:28:00", "no_fill", "AAPL", "10m"),
        operator(f"{THURSDAY}T11:31:00", "kill"),
        *(operator(f"{THURSDAY}T11:32:0{i}", key, "GEN") for i, key in enumerate(keys)),
        operator(f"{THURSDAY}T11:33:00", "resume", "REV"), operator(f"{THURSDAY}T11:40:00", "reset"),
        accounts=("GEN", "REV"),
    ))  # fmt: skip


@pytest.mark.clause("9.2", "0.8")
def test_9_2_a_kill_puts_every_account_into_emergency_and_cancels_what_lives(killed: Replayed) -> None:
    into = killed.of("state.changed", to="EMERGENCY")
    assert [(clock(r), r["account"], r["data"]["reason"]) for r in into] == [
        ("11:31:00", name, "kill") for name in ("GEN", "REV", "COM")
    ]
    assert [(clock(r), r["data"]["reason"]) for r in killed.of("order.abandoned")] == [("11:31:00", "halt")]


@pytest.mark.clause("9.2", "0.8")
def test_9_2_nothing_is_sent_in_emergency(killed: Replayed) -> None:
    assert [purpose for at, purpose in sent(killed) if at < "11:31:00"]
    assert [at for at, _ in sent(killed) if "11:31:00" <= at < "11:40:00"] == []


@pytest.mark.clause("9.2", "9.1")
def test_9_2_emergency_is_not_left_by_resume_or_by_the_reset_of_one_account(killed: Replayed) -> None:
    refused = [(clock(r), r["account"], r["data"]["from"], r["data"]["reason"]) for r in killed.of("state.refused")]
    assert refused == [
        ("11:32:01", "GEN", "EMERGENCY", "resume"), ("11:32:02", "GEN", "EMERGENCY", "reset"),
        ("11:33:00", "REV", "EMERGENCY", "resume"),
    ]  # fmt: skip


@pytest.mark.clause("9.2", "9.5")
def test_9_2_the_reset_of_all_leads_through_safe_and_the_resume_flow(killed: Replayed) -> None:
    out = killed.of("state.changed", reason="reset")
    assert {(clock(r), r["data"]["from"], r["data"]["to"]) for r in out} == {("11:40:00", "EMERGENCY", "SAFE")}
    steps = [r["data"]["step"] for r in killed.of("resume.step", account="GEN")]
    assert steps == ["snapshot", "broker", "reconcile", "schedule", "risk", "active"]


@pytest.mark.clause("9.2", "0.7")
def test_9_2_a_pause_pressed_in_emergency_is_still_on_after_the_reset(killed: Replayed) -> None:
    # The resume of 11:32:01 was refused and changed nothing.
    gen = killed.run.runtime.engine.state.accounts["GEN"]
    assert Latch.PAUSED in gen.latches
    assert gen.no_entries is True
    assert gen.status is Status.SAFE


@pytest.mark.clause("9.2", "6.14")
@pytest.mark.parametrize(
    ("vix", "latches"), [(80.01, None), (80.0, {Latch.BREAKER}), (65.01, {Latch.BREAKER}), (65.0, set())]
)
def test_9_2_the_halt_is_left_at_80_and_above_65_into_the_breaker_s_latch(
    vix: float, latches: set[Latch] | None
) -> None:
    replayed = replay_text(situation(
        *MORNING, {"AAPL": AAPL}, PUT, tape(f"{THURSDAY}T11:30:00", VIX=81.0), tape(f"{THURSDAY}T11:40:00", VIX=vix),
        operator(f"{THURSDAY}T11:45:00", "reset"),
    ))  # fmt: skip
    gen = replayed.run.runtime.engine.state.accounts["GEN"]
    if latches is None:
        assert gen.status is Status.EMERGENCY
        assert {r["account"] for r in replayed.of("state.refused")} == {"GEN", "REV", "COM"}
        return
    assert gen.latches == latches
    assert gen.status is (Status.SAFE if latches else Status.MONITORING)
    assert moves(replayed)[-1][3] == ("reset" if latches else "resume")


@pytest.mark.clause("9.2", "6.14")
def test_9_2_the_halt_cancels_everything_within_the_tick_that_passes_80() -> None:
    replayed = replay_text(situation(
        f"{THURSDAY}T09:40:00", f"{THURSDAY}T09:50:00", {"AAPL": AAPL},
        fault(f"{THURSDAY}T09:40:00", "no_fill", "AAPL"), tape(f"{THURSDAY}T09:45:07", VIX=80.01),
    ))  # fmt: skip
    assert [r["data"]["tier"] for r in replayed.of("breaker.tripped")] == ["hedged_week", "safe", "halt"]
    assert moves(replayed)[-2:] == [
        ("09:45:07", "ORDERING", "SAFE", "breaker"), ("09:45:07", "SAFE", "EMERGENCY", "halt"),
    ]  # fmt: skip
    assert max(at for at, _ in sent(replayed)) < "09:45:07"
    assert len(replayed.of("order.abandoned")) == 1


@pytest.mark.clause("9.1", "7.2")
def test_9_1_what_is_held_decides_where_an_account_rests() -> None:
    # Shares alone keep an account in MONITORING; when its last put is bought back, GEN rests in SAFE.
    replayed = replay_text(situation(
        f"{FRIDAY}T15:29:00", f"{FRIDAY}T16:01:00", {"AAPL": but(AAPL, spot=200.2), "NVDA": "spot = 180.0"}, PUT,
        holding("REV", "NVDA", 10, 150.0), accounts=("GEN", "REV"),
    ))  # fmt: skip
    assert sum(f["data"]["quantity"] for f in replayed.of("order.filled", side="BUY")) == 5
    assert moves(replayed, "REV")[-1] == ("16:00:00", "RECONCILING", "MONITORING", "reconciled")
    assert moves(replayed, "GEN")[-1] == ("16:00:00", "RECONCILING", "SAFE", "reconciled")
