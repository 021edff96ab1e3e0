"""8.3 and 8.5: values that are old or missing, the buffer that stands in for them, and what still follows."""

import pytest

from allusetui.law.load import load
from allusetui.torture.checker.checker import judge
from tests.replaying import Replayed
from tests.rules.feeds import THU, WED, entering, held, skips
from tests.rules.situations import AAPL, but, clock, fault, tape


@pytest.mark.clause("8.3")
def test_8_3_a_working_entry_is_cancelled_stale_and_none_is_planned() -> None:
    run = entering(
        fault(f"{THU}T09:45:00", "no_fill", "AAPL"),
        fault(f"{THU}T09:44:40", "stale", "AAPL", "10m"),
        aapl=but(AAPL, volume=20000),
    )
    (ended,) = run.of("order.abandoned")
    assert ended["data"]["reason"] == "stale" and "8.3" in ended["clauses"]
    assert "09:45:05" < clock(ended) <= "09:45:10"


@pytest.mark.clause("8.3", "1.1")
def test_8_3_a_stale_symbol_is_skipped_once_and_planned_when_it_is_fresh_again() -> None:
    run = entering(fault(f"{THU}T09:40:00", "stale", "AAPL", "13m"))
    assert skips(run) == [("09:45:00", "stale")]
    assert [clock(r) for r in run.of("entry.planned")] == ["09:55:00"]


@pytest.fixture(scope="module")
def buffered() -> Replayed:
    """192.3 at 10:01, level 1 at 10:05:00; stale from 10:06:00 on; fresh again at 191.9 at 10:20:00."""
    return held(
        tape(f"{WED}T10:01:00", AAPL=192.3),
        fault(f"{WED}T10:06:00", "stale", "AAPL", "14m"),
        tape(f"{WED}T10:19:00", AAPL=191.9),
        end=f"{WED}T10:30:00",
    )


@pytest.mark.clause("8.3")
def test_8_3_a_level_reached_through_the_buffer_says_so_and_raises_a_critical_alert(buffered: Replayed) -> None:
    # At 10:07:00 the value is 65 s old: 192.3 − 2 × 0.4 = 191.5, a breach of 2.125.
    level = buffered.of("protocol.level", to=2)[0]
    assert clock(level) == "10:07:00"
    assert (level["data"]["spot"], level["data"]["breach"], level["data"]["stale"]) == (191.5, 2.125, True)
    (alert,) = buffered.of("alert.raised", severity="critical")
    assert (clock(alert), alert["account"], alert["clauses"]) == ("10:07:00", "GEN", ["8.3"])
    assert [clock(r) for r in buffered.of("data.stale")] == ["10:06:30"]


@pytest.mark.clause("8.3")
def test_8_3_nothing_else_follows_from_the_buffer(buffered: Replayed) -> None:
    blind = {r["kind"] for r in buffered.records if "10:06:30" <= clock(r) < "10:20:00"}
    assert not blind & {"freeze.on", "order.intended", "roll.refused", "state.changed", "hedge.opened", "hedge.skipped"}


@pytest.mark.clause("8.3")
def test_8_3_the_first_fresh_is_evaluated_at_once(buffered: Replayed) -> None:
    assert clock(buffered.of("freeze.on")[0]) == "10:20:00"
    assert [clock(r) for r in buffered.of("order.intended", purpose="roll")] == ["10:20:00"]


@pytest.mark.clause("8.3")
def test_8_3_what_a_young_quote_confirms_is_told_before_anything_follows(buffered: Replayed) -> None:
    levels = [r["data"] for r in buffered.of("protocol.level") if clock(r) >= "10:07:00"]
    assert [(r["from"], r["to"], r["stale"]) for r in levels[:2]] == [(1, 2, True), (2, 2, False)]
    assert judge(buffered.journal.read(), load("v1.3")) == []


@pytest.mark.clause("8.3", "6.4")
def test_8_3_a_level_3_that_a_young_quote_confirmed_stands_though_the_stop_had_to_wait() -> None:
    # 187.9 is level 3; 188.2, where it is when the broker is back, is 2.95: too near to it for a fall (6.1).
    run = held(
        tape(f"{WED}T10:01:00", AAPL=191.9),
        fault(f"{WED}T10:00:00", "no_fill", "AAPL", "19m"),
        fault(f"{WED}T10:06:00", "stale", "AAPL", "14m"),
        fault(f"{WED}T10:19:30", "broker_down", None, "45s"),
        tape(f"{WED}T10:19:00", AAPL=187.9),
        tape(f"{WED}T10:20:05", AAPL=188.2),
        end=f"{WED}T10:30:00",
    )
    (confirmed,) = run.of("protocol.level", to=3, stale=False)
    assert (clock(confirmed), confirmed["data"]["from"], confirmed["clauses"]) == ("10:20:00", 3, ["6.4", "8.3"])
    (stop,) = run.of("order.intended", purpose="stop")
    assert "10:20:15" <= clock(stop) <= "10:20:30"


@pytest.mark.clause("8.3", "2.3")
def test_8_3_the_buffer_prepares_the_roll() -> None:
    # 197.0 is level 0; at 10:10:00 the value is 300 s old or more: 197 − 4 = 193, a breach of 1.75.
    run = held(
        tape(f"{WED}T10:01:00", AAPL=197.0), fault(f"{WED}T10:02:00", "stale", "AAPL", "20m"), end=f"{WED}T10:40:00"
    )
    (prepared,) = run.of("roll.prepared")
    assert clock(prepared) in ("10:05:00", "10:10:00") and len(prepared["data"]["candidates"]) == 3
    # Fresh again at 197.0 it was no breach: back to level 0 after two looks.
    assert [(r["data"]["to"], r["data"]["stale"]) for r in run.of("protocol.level")] == [(1, True), (0, False)]
    assert not run.of("order.intended")


@pytest.mark.clause("8.3", "6.3")
def test_8_3_a_buffered_level_3_that_is_a_true_level_2_is_rolled_and_not_stopped() -> None:
    # 191.0 is level 2, where nothing fills. Stale for five minutes it counts as 191 − 4 = 187: level 3 by the buffer.
    run = held(
        tape(f"{WED}T10:01:00", AAPL=191.0),
        fault(f"{WED}T10:00:00", "no_fill", "AAPL", "19m"),
        fault(f"{WED}T10:06:00", "stale", "AAPL", "14m"),
        tape(f"{WED}T10:19:00", AAPL=190.0),
        end=f"{WED}T10:30:00",
    )
    assert [r["data"]["stale"] for r in run.of("protocol.level", to=3)] == [True]
    assert not run.of("order.intended", purpose="stop") and not run.of("state.changed", reason="level3")
    blind = [clock(r) for r in run.of("order.intended", purpose="roll") if clock(r) >= "10:06:30"]
    assert blind == ["10:20:00"]
    assert [clock(r) for r in run.of("roll.done")] == ["10:20:01"]


@pytest.mark.clause("8.3")
def test_8_3_the_buffer_never_moves_the_price_by_more_than_one_atr() -> None:
    # 196.04 − 4 = 192.04 is a breach of 1.99 however long the quotes stay away.
    run = held(tape(f"{WED}T10:01:00", AAPL=196.04), fault(f"{WED}T10:02:00", "stale", "AAPL"), end=f"{WED}T12:00:00")
    assert [r["data"]["to"] for r in run.of("protocol.level")] == [1]


@pytest.mark.clause("8.5", "1.1")
def test_8_5_a_missing_chain_skips_the_symbol_and_it_is_looked_at_again() -> None:
    run = entering(fault(f"{THU}T09:40:00", "no_chain", "AAPL", "12m"))
    (skipped,) = run.of("entry.skipped", symbol="AAPL")
    assert (clock(skipped), skipped["data"]["reason"], skipped["clauses"]) == ("09:45:00", "no_chain", ["8.5"])
    assert [clock(r) for r in run.of("entry.planned")] == ["09:55:00"]


@pytest.mark.clause("8.5")
def test_8_5_a_chain_that_never_comes_leaves_one_skip_and_no_order() -> None:
    run = entering(fault(f"{THU}T09:40:00", "no_chain", "AAPL"), end=f"{THU}T11:05:00")
    assert skips(run) == [("09:45:00", "no_chain")]
    assert not run.of("order.intended") and not run.of("entry.planned")
