"""A link that is lost, answers that are missing, quotes that are bad or grow old: what still leaves, and when."""

import pytest

from tests.faults.brokers import NoReplies, before
from tests.faults.runs import ENTRY, HELD, ROLL, fault, head, move, sent, sold, survive
from tests.faults.scripts import BAD

# The link


@pytest.mark.clause("8.6", "9.5")
def test_8_6_a_lost_link_latches_at_once_sends_nothing_and_leaves_by_itself_through_the_resume_steps() -> None:
    quiet = fault("no_fill", "09:44:00", "120s", symbol="AAPL")
    r = survive(ENTRY + quiet + fault("broker_down", "09:45:04", "30s"))
    (down,), (up,) = r.of("broker.down"), r.of("broker.up")
    assert (down["ts"][11:19], up["ts"][11:19]) == ("09:45:04", "09:45:34")
    (safe,) = r.of("state.changed", account="GEN", to="SAFE", reason="broker")
    assert safe["ts"][11:19] == "09:45:04"
    assert sent(r, "09:45:04", "09:45:33") == []
    steps = [row["data"]["step"] for row in r.of("resume.step", account="GEN")]
    assert steps == ["snapshot", "broker", "reconcile", "schedule", "risk", "active"]
    assert r.of("latch.released", account="GEN", latch="broker")


@pytest.mark.clause("8.6", "9.5")
def test_9_5_a_fill_while_the_link_was_lost_is_booked_on_return_once() -> None:
    r = survive(ENTRY + fault("broker_down", "09:45:00.500", "30s"))
    (fill,) = r.of("order.filled")
    assert fill["ts"][11:19] == "09:45:30"
    assert len(sent(r)) == 1


@pytest.mark.clause("8.6", "9.5")
@pytest.mark.peer(16)
def test_9_5_a_reply_that_is_missing_at_the_start_is_not_none_but_latches_and_is_asked_again() -> None:
    text = ROLL + fault("crash", "10:00:00", "5s")
    r = survive(text, wrap=before(lambda exchange: NoReplies(exchange)))
    (latched,) = r.of("latch.set", account="GEN", latch="broker")
    (released,) = r.of("latch.released", account="GEN", latch="broker")
    assert latched["ts"][11:19] == "10:00:05"
    assert released["ts"][11:19] <= "10:02:05"
    assert r.of("reconcile.mismatch") == []


@pytest.mark.clause("8.6", "9.5")
def test_9_5_started_again_while_the_link_is_down_it_waits_latched_and_sends_nothing() -> None:
    r = survive(ENTRY + fault("broker_down", "09:44:00", "3m") + fault("crash", "09:44:30", "10s"))
    assert sent(r, "09:44:00", "09:46:59") == []
    assert sold(r) == 4  # the window is still open when the link is back


# Market data


@pytest.mark.clause("8.3")
@pytest.mark.peer(29)
@pytest.mark.parametrize("value", BAD)
def test_8_3_a_bad_quote_is_told_once_and_opens_nothing(value: str) -> None:
    r = survive(ENTRY + fault("bad_quote", "09:44:50", "25s", symbol="AAPL", value=value))
    assert len(r.of("data.invalid", symbol="AAPL")) == 1
    assert sent(r, "09:44:50", "09:45:14") == []


@pytest.mark.clause("8.3", "6.3")
@pytest.mark.parametrize(("spot", "level"), [(192.0, 1), (190.0, 2)])
def test_8_3_a_level_reached_only_through_the_buffer_prepares_the_roll_alerts_and_sends_nothing(
    spot: float, level: int
) -> None:
    """Breaches of 0.75 and 1.25 at ATR 4: five silent minutes add the whole ATR."""
    silent = fault("stale", "09:50:00", "35m", symbol="AAPL")
    r = survive(head("silent") + HELD + move("09:40:00", AAPL=spot) + silent)
    (reached,) = r.of("protocol.level", stale=True)
    assert (reached["data"]["to"], reached["ts"][11:16]) == (level, {1: "09:55", 2: "09:54"}[level])
    assert [row["ts"] for row in r.of("alert.raised", severity="critical")] == [reached["ts"]]
    assert len(r.of("roll.prepared")) == 1  # on the way up to level 1
    assert sent(r) == r.of("freeze.on") == r.of("latch.set") == []


@pytest.mark.clause("6.12", "8.3")
def test_6_12_an_unknown_vix_freezes_every_entry_until_it_is_back() -> None:
    r = survive(ENTRY + fault("stale", "09:40:00", "10m", symbol="VIX"))
    (on,), (off,) = r.of("freeze.on", reason="vix_stale"), r.of("freeze.off", reason="vix_stale")
    assert on["account"] is None
    assert ("09:40:30", "09:50:00") <= (on["ts"][11:19], off["ts"][11:19]) <= ("09:40:35", "09:50:05")
    assert r.of("entry.skipped", symbol="AAPL", reason="stale")
    assert sent(r, "09:30:00", "09:49:59") == []
    assert sold(r) == 4
