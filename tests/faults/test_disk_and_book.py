"""A disk that is full, a broker's book that differs, and assignments at the wrong moment."""

from datetime import date
from decimal import Decimal
from functools import cache

import pytest

from allusetui.domain.contract import Option, Right
from tests.faults.disks import FullDisk
from tests.faults.invariants import AtTheWire
from tests.faults.runs import ENTRY, PUT, ROLL, STOP, STORIES, at, fault, key, move, sent, sold, survive
from tests.replaying import Replayed

# The disk


@cache
def on_a_full_disk(story: str, first: str, last: str, extra: str = "") -> tuple[Replayed, FullDisk]:
    disk = FullDisk(at(first), at(last))
    return survive(STORIES[story][0] + extra, disk), disk


@pytest.mark.clause("9.5", "9.2")
def test_9_5_a_full_disk_latches_lets_cancels_leave_and_sends_nothing_until_it_can_write_again() -> None:
    quiet = fault("no_fill", "09:44:00", "120s", symbol="AAPL")
    r, disk = on_a_full_disk("entry", "09:45:01", "09:46:00", quiet)
    assert disk.refused
    (latched,) = r.of("latch.set", account="GEN", latch="disk")
    (released,) = r.of("latch.released", account="GEN", latch="disk")
    assert "09:45:01" <= latched["ts"][11:19] <= "09:45:03"
    assert "09:46:00" <= released["ts"][11:19] <= "09:46:10"
    assert sent(r, "09:45:01", "09:45:59") == []
    witness = r.run.runtime.world.broker
    assert isinstance(witness, AtTheWire)
    (cancel,) = [each for each in witness.messages() if each.cancels]
    (requested,) = r.of("order.cancel_requested", account="GEN")
    assert requested["ts"][11:19] == "09:45:03" and cancel.at_ms == at("09:45:03")
    assert r.of("order.abandoned", account="GEN")[0]["data"]["reason"] == "safe"


@pytest.mark.clause("9.5")
def test_9_5_a_fill_while_the_disk_was_full_is_booked_once_when_it_can_write_again() -> None:
    r, disk = on_a_full_disk("entry", "09:45:01", "09:46:00")
    assert disk.refused
    (fill,) = r.of("order.filled")
    assert "09:46:00" <= fill["ts"][11:19] <= "09:46:10"
    assert fill["data"]["quantity"] == 4


@pytest.mark.clause("6.4", "9.5")
def test_6_4_a_stop_that_came_due_on_a_full_disk_is_sent_as_soon_as_it_can_write_again() -> None:
    r, disk = on_a_full_disk("stop", "10:30:00", "10:31:00")
    assert disk.refused
    assert sent(r)[0]["ts"][11:19] <= "10:31:10"
    assert r.of("stop.done", quantity=4)


@pytest.mark.clause("0.7", "0.8")
@pytest.mark.parametrize("action", ["pause", "kill"])
def test_0_8_a_key_pressed_on_a_full_disk_is_not_lost_and_comes_before_anything_else_leaves(action: str) -> None:
    pressed = key(action, "10:30:20", None if action == "kill" else "GEN")
    r, disk = on_a_full_disk("stop", "10:29:58", "10:31:00", pressed + move("10:29:59", VIX=18.5))
    assert disk.refused
    (pressed_key,) = r.of("operator.acted", action=action)
    assert "10:31:00" <= pressed_key["ts"][11:19] <= "10:31:05"
    if action == "pause":
        assert r.of("latch.set", account="GEN", latch="paused")
        assert r.of("approval.requested", account="GEN", subject="defence")  # the stop is asked for, not sent
    else:
        assert r.of("state.changed", account="GEN", to="EMERGENCY", reason="kill")
    assert sent(r) == []


@pytest.mark.clause("9.5")
def test_9_5_a_crash_on_a_full_disk_resumes_from_what_was_stored() -> None:
    disk = FullDisk(at("09:45:01"), at("09:46:00"))
    r = survive(ENTRY + fault("crash", "09:45:20", "60s"), disk)
    assert disk.refused
    assert sold(r) == 4
    assert len(sent(r)) == 1


# The broker's book and what is not ours


@pytest.mark.clause("9.5", "9.2")
@pytest.mark.peer(15)
def test_9_5_a_position_that_differs_after_a_crash_latches_mismatch_and_shows_both_sides() -> None:
    r = survive(ROLL + fault("broker_book", "10:00:00", "20m", quantity=-1, **PUT) + fault("crash", "10:05:00", "5s"))
    (shown,) = r.of("reconcile.mismatch", account="GEN")
    assert (shown["data"]["what"], shown["data"]["ours"], shown["data"]["broker"]) == ("unknown_position", -4, -5)
    assert r.of("latch.set", account="GEN", latch="mismatch")
    assert sent(r, "10:05:00") == []  # nothing of this latch leaves, not even the roll of 10:30
    steps = [row["data"]["step"] for row in r.of("resume.step", account="GEN")]
    assert steps == ["snapshot", "broker", "reconcile"]


@pytest.mark.clause("9.5")
def test_9_5_a_position_that_is_none_of_ours_is_told_and_alerted_and_stops_nothing() -> None:
    foreign = fault("broker_book", "09:31:00", "50m", symbol="MSFT", quantity=100)
    r = survive(ENTRY + foreign + fault("crash", "09:35:00", "5s"))
    (shown,) = r.of("reconcile.mismatch", account=None)
    assert shown["data"]["contract"] == {"symbol": "MSFT"}
    assert r.of("alert.raised", severity="warning")
    assert r.of("latch.set") == []
    assert sold(r) == 4


@pytest.mark.clause("9.5")
@pytest.mark.peer(15)
def test_9_5_a_foreign_order_is_an_event_and_an_alert_and_is_never_touched() -> None:
    r = survive(ENTRY + fault("foreign_order", "09:40:00", symbol="AAPL", quantity=7))
    (shown,) = r.of("reconcile.mismatch")
    assert (shown["data"]["what"], shown["data"]["broker"]) == ("foreign_order", 7)
    assert r.of("alert.raised", severity="warning")
    assert r.of("latch.set") == []
    assert sold(r) == 4


# Assignment at the wrong moment


@pytest.mark.clause("7.2", "0.6")
def test_7_2_an_assignment_that_crosses_with_the_stop_is_booked_and_what_was_bought_too_much_is_long() -> None:
    r = survive(STOP + fault("assign", "10:30:01", quantity=2, **PUT))
    (came,) = r.of("assignment.received")
    assert (came["data"]["quantity"], came["data"]["shares"]) == (2, 200)
    assert sold(r, "BUY") == 4
    assert sum(row["data"]["quantity"] for row in r.of("lot.closed")) == 2
    account = r.run.runtime.engine.state.accounts["GEN"]
    put = Option("AAPL", date(2026, 3, 6), Decimal("195.0"), Right.PUT)
    assert (account.quantity(put), account.shares("AAPL")) == (2, 200)


@pytest.mark.clause("7.2", "6.4")
def test_7_2_an_assignment_while_the_stop_waits_cuts_the_stop_to_what_is_still_short() -> None:
    quiet = fault("no_fill", "10:29:00", "80s", symbol="AAPL")
    r = survive(STOP + quiet + fault("assign", "10:30:04.500", quantity=3, **PUT))
    assert sold(r, "BUY") == 1
    account = r.run.runtime.engine.state.accounts["GEN"]
    assert [type(contract).__name__ for contract in account.lots] == ["Stock"]


@pytest.mark.clause("7.2", "9.5")
def test_9_5_an_assignment_while_the_process_was_dead_is_booked_once_on_return() -> None:
    r = survive(ROLL + fault("crash", "10:00:00", "10m") + fault("assign", "10:05:00", quantity=4, **PUT))
    (came,) = r.of("assignment.received")
    assert came["ts"][11:19] == "10:10:00"
    assert sent(r, "10:00:00") == []
