"""9.5: back to work step by step, with the latches that were on, and nothing sent before the books agree."""

from dataclasses import replace

import pytest

from allusetui.domain.account import Latch, Status
from allusetui.domain.input import OrdersSeen
from tests.replaying import Replayed, replay_text
from tests.rules.answers import told_by
from tests.rules.comebacks import CRASH, DAY, FRIDAY, PUT, SPAN, STEPS, latches, steps
from tests.rules.situations import AAPL, but, clock, fault, operator, situation


@pytest.fixture(scope="module")
def resumed() -> Replayed:
    """Down 11:25–11:26; GEN holds five puts, REV nothing; COM does not trade."""
    return replay_text(situation(*SPAN, {"AAPL": AAPL}, PUT, CRASH, accounts=("GEN", "REV")))


@pytest.mark.clause("9.5")
def test_9_5_one_step_each_for_every_account_in_order_and_with_findings(resumed: Replayed) -> None:
    for account in ("GEN", "REV", "COM"):
        assert steps(resumed, account) == STEPS
    rows = resumed.of("resume.step")
    assert {clock(r) for r in rows} == {"11:26:00"}
    assert all(r["data"]["findings"] and r["clauses"] == ["9.5"] for r in rows)


@pytest.mark.clause("9.5", "9.1")
def test_9_5_an_account_waits_in_safe_and_goes_to_the_state_that_the_clock_asks_for(resumed: Replayed) -> None:
    moves = [(clock(r), r["data"]["to"], r["data"]["reason"]) for r in resumed.of("state.changed", account="GEN")]
    assert moves == [
        ("11:20:00", "MONITORING", "startup"), ("11:26:00", "SAFE", "startup"), ("11:26:00", "MONITORING", "resume"),
    ]  # fmt: skip
    assert resumed.of("state.changed", account="REV") == []
    active = [r["seq"] for r in resumed.of("resume.step", step="active", account="GEN")]
    back = [r["seq"] for r in resumed.of("state.changed", reason="resume")]
    assert active[0] < back[0]


@pytest.mark.clause("9.5")
def test_9_5_the_same_journal_goes_on_with_a_new_session_started(resumed: Replayed) -> None:
    started = resumed.of("session.started")
    assert [clock(r) for r in started] == ["11:20:00", "11:26:00"]
    assert started[0]["data"]["session"] == started[1]["data"]["session"]
    assert [r["seq"] for r in resumed.records] == list(range(1, len(resumed.records) + 1))


@pytest.mark.clause("9.5", "1.4")
def test_9_5_the_schedule_of_a_friday_afternoon_is_rebuilt() -> None:
    # Down 14:25–14:40: back in CLOSING, and the put that is 0.4 % out of the money is bought back at the next look.
    replayed = replay_text(situation(
        f"{FRIDAY}T14:20:00", f"{FRIDAY}T14:45:00", {"AAPL": but(AAPL, spot=200.3)}, PUT,
        fault(f"{FRIDAY}T14:25:00", "crash", span="15m"),
    ))  # fmt: skip
    last = replayed.of("state.changed", account="GEN")[-1]
    assert (clock(last), last["data"]["to"], last["data"]["reason"]) == ("14:40:00", "CLOSING", "week_end")
    assert clock(replayed.of("order.intended", purpose="close")[0]) <= "14:41:00"


@pytest.mark.clause("9.5", "0.7", "6.4")
def test_9_5_latches_that_were_on_are_on_again() -> None:
    replayed = replay_text(situation(
        *SPAN, {"AAPL": AAPL}, PUT, operator(f"{DAY}T11:22:00", "pause", "GEN"),
        operator(f"{DAY}T11:22:00", "no_entries", "GEN"), CRASH,
    ))  # fmt: skip
    assert latches(replayed)["GEN"] == {Latch.PAUSED}
    assert replayed.run.runtime.engine.state.accounts["GEN"].no_entries is True
    (active,) = replayed.of("resume.step", step="active", account="GEN")
    assert active["data"]["findings"] == "latched paused"


@pytest.mark.clause("9.5", "9.2", "0.8")
def test_9_5_a_kill_survives_the_restart() -> None:
    replayed = replay_text(situation(*SPAN, {"AAPL": AAPL}, PUT, operator(f"{DAY}T11:22:00", "kill"), CRASH))
    states = {a.status for a in replayed.run.runtime.engine.state.accounts.values()}
    assert states == {Status.EMERGENCY}


@pytest.mark.clause("9.5", "0.6")
def test_9_5_nothing_is_sent_before_the_books_agree() -> None:
    # The process dies at 09:45:00.5; v1 never reached the exchange's lists: gone only after two answers 2 s apart.
    def unlisted(seen: OrdersSeen) -> OrdersSeen:
        return replace(seen, orders=(), executions=())

    text = situation(
        f"{DAY}T09:40:00", f"{DAY}T09:50:00", {"AAPL": AAPL}, fault(f"{DAY}T09:40:00", "no_fill", "AAPL"),
        fault(f"{DAY}T09:45:01", "crash", span="9s"),
    )  # fmt: skip
    replayed = told_by(text, list_=unlisted)
    sent = [clock(r) for r in replayed.records if r["kind"] in ("order.sent", "order.replaced")]
    active = replayed.of("resume.step", step="active", account="GEN")
    assert clock(active[0]) == "09:45:12"
    assert [at for at in sent if "09:45:01" <= at < "09:45:12"] == []
    assert [r["data"]["outcome"] for r in replayed.of("order.resolved")] == ["dead"]
