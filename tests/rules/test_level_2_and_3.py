"""6.3 and 6.4: what level 2 and level 3 do to an account, from the first minute of a session to the reset."""

import pytest

from tests.replaying import Replayed, replay_text
from tests.rules.situations import AAPL, but, clock, fault, operator, option, situation, tape

WED, THU, FRI = "2026-03-04", "2026-03-05", "2026-03-06"
# ATR 4 and strike 200: level 1 at 196, level 2 at 192, level 3 at 188.
CALM = but(AAPL, spot=205.0, atr=4.0, spread_pct=0.002, volume=20000)


def put(quantity: int = -10, symbol: str = "AAPL") -> str:
    """Puts at 200 that expire on Friday, sold so dear that a roll may cost up to 10.00 a share."""
    return option("GEN", symbol, FRI, 200.0, "P", quantity, 20.0, "2026-03-03")


def held(*more: str, end: str = f"{WED}T12:00:00", start: str = f"{WED}T09:30:00", aapl: str = CALM) -> Replayed:
    """GEN holds ten puts on a day without a window of its own."""
    return replay_text(situation(start, end, {"AAPL": aapl}, put(), *more))


@pytest.mark.clause("6.4", "0.12")
def test_6_4_a_fall_through_all_levels_between_two_looks_is_one_event_and_a_stop() -> None:
    run = held(tape(f"{WED}T10:01:00", AAPL=187.0), end=f"{WED}T16:05:00")
    assert [(r["data"]["from"], r["data"]["to"], r["data"]["breach"]) for r in run.of("protocol.level")] == [
        (0, 3, 3.25)
    ]
    assert not run.of("order.intended", purpose="roll") and not run.of("roll.refused")
    (done,) = run.of("stop.done")
    assert done["data"]["quantity"] == 10 and done["clauses"] == ["6.4"] and clock(done) < "10:05:05"
    assert run.of("state.changed", reason="level3")[0]["data"]["to"] == "SAFE"
    assert [(clock(r), r["data"]["reason"]) for r in run.of("freeze.on")] == [("10:05:00", "level2")]
    assert [clock(r) for r in run.of("freeze.off")] == ["16:00:00"]


@pytest.mark.clause("6.4", "9.1")
def test_6_4_the_latch_holds_until_a_reset_while_other_positions_go_on_under_their_protocol() -> None:
    msft = but(CALM, spot=205.0)
    run = replay_text(
        situation(
            f"{THU}T09:30:00", f"{THU}T10:40:00", {"AAPL": CALM, "MSFT": msft}, put(), put(symbol="MSFT", quantity=-4),
            tape(f"{THU}T09:36:00", AAPL=187.0),
            tape(f"{THU}T09:51:00", MSFT=191.0),
            operator(f"{THU}T10:30:00", "reset", "GEN"),
        )
    )  # fmt: skip
    assert run.of("stop.done")[0]["data"]["contract"]["symbol"] == "AAPL"
    (rolled,) = run.of("roll.done")
    assert rolled["data"]["contract"]["symbol"] == "MSFT" and rolled["data"]["quantity"] == 4
    skips = {(r["data"]["symbol"], r["data"]["reason"]) for r in run.of("entry.skipped", account="GEN")}
    assert {("AAPL", "safe"), ("MSFT", "safe")} <= skips
    assert not run.of("order.intended", purpose="entry")
    left = run.of("state.changed", account="GEN", reason="reset")
    assert [(clock(r), r["data"]["from"], r["data"]["to"]) for r in left] == [("10:30:00", "SAFE", "MONITORING")]


@pytest.fixture(scope="module")
def opening() -> dict[float, Replayed]:
    """AAPL opens at level 3 with options quoted wide: 25 % of mid all along, or 25 % and from 09:30:20 on 10 %."""
    gap = tape(f"{WED}T09:29:00", AAPL=187.0)
    wide = but(CALM, spread_pct=0.25)
    narrows = tape(f"{WED}T09:30:20", AAPL__spread_pct=0.10)
    start, end = f"{WED}T09:00:00", f"{WED}T09:35:00"
    return {0.25: held(gap, start=start, end=end, aapl=wide), 0.10: held(gap, narrows, start=start, end=end, aapl=wide)}


@pytest.mark.clause("6.4")
def test_6_4_no_stop_leaves_before_09_31_while_the_spread_is_above_a_fifth(opening: dict[float, Replayed]) -> None:
    run = opening[0.25]
    assert clock(run.of("protocol.level", to=3)[0]) == "09:30:00"
    assert clock(run.of("state.changed", reason="level3")[0]) == "09:30:00"
    assert clock(run.of("order.sent", purpose="stop")[0]) == "09:31:00"


@pytest.mark.clause("6.4")
def test_6_4_a_stop_leaves_before_09_31_once_the_spread_is_narrower(opening: dict[float, Replayed]) -> None:
    first = clock(opening[0.10].of("order.sent", purpose="stop")[0])
    assert "09:30:20" <= first <= "09:30:25"


@pytest.mark.clause("6.3", "6.10")
def test_6_3_no_roll_is_sent_or_refused_before_09_31_while_the_spread_is_above_a_fifth() -> None:
    gap = tape(f"{WED}T09:29:00", AAPL=191.0)
    settles = tape(f"{WED}T09:30:45", AAPL__spread_pct=0.002)
    start, end = f"{WED}T09:00:00", f"{WED}T09:35:00"
    wide = but(CALM, spread_pct=0.25)
    rolled = held(gap, settles, start=start, end=end, aapl=wide)
    assert clock(rolled.of("protocol.level", to=2)[0]) == clock(rolled.of("freeze.on")[0]) == "09:30:00"
    assert clock(rolled.of("order.sent", purpose="roll")[0]) == "09:31:00"
    assert not rolled.of("roll.refused")
    # Wide for good, no candidate passes 8.1: refused when a roll could first have left, and stopped out instead.
    stopped = held(gap, start=start, end=end, aapl=wide)
    assert [clock(r) for r in stopped.of("roll.refused", reason="no_candidate")] == ["09:31:00"]
    assert clock(stopped.of("order.sent", purpose="stop")[0]) == "09:31:00"


@pytest.mark.clause("6.3")
def test_6_3_a_working_roll_keeps_its_price_before_09_31_while_the_spread_is_above_a_fifth() -> None:
    run = held(
        tape(f"{WED}T09:29:00", AAPL=191.0),
        fault(f"{WED}T09:30:00", "no_fill", "AAPL", "2m"),
        tape(f"{WED}T09:30:05", AAPL__spread_pct=0.25),
        start=f"{WED}T09:00:00",
        end=f"{WED}T09:32:00",
    )
    sent = [clock(r) for r in run.records if r["kind"] in ("order.sent", "order.replaced")]
    assert sent[:2] == ["09:30:00", "09:30:03"] and sent[2] >= "09:31:00"


@pytest.fixture(scope="module")
def frozen() -> Replayed:
    """AAPL is at level 1 from the open and at level 2 at 09:46:00, while a large MSFT entry still fills slowly."""
    return replay_text(
        situation(
            f"{THU}T09:30:00", f"{FRI}T10:00:00", {"AAPL": but(CALM, spot=195.0), "MSFT": but(AAPL, volume=20000)},
            put(),
            fault(f"{THU}T09:45:00", "partial_fill", "MSFT", value=0.5),
            tape(f"{THU}T09:45:20", AAPL=191.9),
            capital=10_000_000,
        )
    )  # fmt: skip


@pytest.mark.clause("6.3")
def test_6_3_level_2_freezes_entries_and_cancels_working_ones(frozen: Replayed) -> None:
    (on,) = frozen.of("freeze.on")
    assert (clock(on), on["account"], on["data"]["reason"], on["clauses"]) == ("09:46:00", "GEN", "level2", ["6.3"])
    (cancelled,) = frozen.of("order.abandoned", reason="frozen")
    assert clock(cancelled) == "09:46:00" and cancelled["data"]["quantity"] < 50
    assert not [r for r in frozen.of("order.intended", purpose="entry") if clock(r) >= "09:46:00"]
    fills = [clock(r) for r in frozen.of("order.filled") if r["data"]["contract"]["symbol"] == "MSFT"]
    assert fills and max(fills) <= "09:46:00"


@pytest.mark.clause("6.3")
def test_6_3_level_2_rolls_the_whole_position_and_leaves_the_account_at_work(frozen: Replayed) -> None:
    (rolled,) = frozen.of("roll.done")
    assert rolled["data"]["quantity"] == 10 and "6.3" in rolled["clauses"]
    assert not frozen.of("state.changed", to="SAFE", reason="level3")


@pytest.mark.clause("6.3")
def test_6_3_the_freeze_ends_once_at_the_close_of_the_last_session_at_level_2(frozen: Replayed) -> None:
    assert [str(r["ts"])[:19] for r in frozen.of("freeze.off")] == [f"{THU}T16:00:00"]


@pytest.mark.clause("6.3")
def test_6_3_a_position_still_at_level_2_at_the_close_keeps_the_freeze_for_another_session() -> None:
    run = held(
        fault(f"{WED}T15:50:00", "no_fill", "AAPL"),
        tape(f"{WED}T15:51:00", AAPL=191.0),
        tape(f"{THU}T09:20:00", AAPL=205.0),
        start=f"{WED}T15:30:00",
        end=f"{THU}T16:05:00",
    )
    assert [str(r["ts"])[:19] for r in run.of("freeze.off")] == [f"{THU}T16:00:00"]
    assert len(run.of("freeze.on")) == 1
    assert {r["data"]["reason"] for r in run.of("entry.skipped", account="GEN", symbol="AAPL")} == {"frozen"}


@pytest.mark.clause("6.3", "9.5")
def test_6_3_a_close_missed_while_down_ends_the_freeze_before_the_next_window() -> None:
    run = held(
        tape(f"{WED}T10:01:00", AAPL=191.0),
        fault(f"{WED}T15:50:00", "crash", span="1050m"),
        tape(f"{THU}T09:00:00", AAPL=205.0),
        end=f"{THU}T09:50:00",
    )
    assert len(run.of("freeze.on")) == len(run.of("roll.done")) == 1
    assert [str(r["ts"])[:19] for r in run.of("freeze.off")] == [f"{THU}T09:20:00"]
    assert not run.of("entry.skipped", reason="frozen")
