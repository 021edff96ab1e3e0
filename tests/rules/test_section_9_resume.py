"""9.5: back to work step by step, and what stops it: books that differ, orders nobody knows, a disk that is full."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from allusetui.compose.run import build_run
from allusetui.domain.account import Latch, Status
from allusetui.domain.contract import Side, Stock
from allusetui.domain.event import Event
from allusetui.domain.input import BrokerOrder, Execution, InboxFull, OrderExecuted, OrdersSeen, PositionsSeen
from allusetui.domain.moment import to_ms
from allusetui.journal.memory import MemoryJournal
from allusetui.scenario.load import parse
from tests.replaying import Replayed, Silent, replay_text
from tests.rules.answers import told_by
from tests.rules.situations import AAPL, but, clock, fault, holding, operator, option, situation, tape

DAY, FRIDAY = "2026-03-05", "2026-03-06"
NOON = datetime(2026, 3, 5, 11, 30)
QUIET = but(AAPL, atr=4.0)
PUT = option("GEN", "AAPL", FRIDAY, 199.5, "P", -5, 1.1, DAY)
SPAN = (f"{DAY}T11:20:00", f"{DAY}T11:50:00")
CRASH = fault(f"{DAY}T11:25:00", "crash", span="1m")
STEPS = ["snapshot", "broker", "reconcile", "schedule", "risk", "active"]
OF_PUT: dict[str, Any] = {"expiry": FRIDAY, "strike": 199.5, "right": '"P"'}


def steps(replayed: Replayed, account: str) -> list[str]:
    return [r["data"]["step"] for r in replayed.of("resume.step", account=account)]


def latches(replayed: Replayed) -> dict[str, set[Latch]]:
    return {name: account.latches for name, account in replayed.run.runtime.engine.state.accounts.items()}


def differing(replayed: Replayed) -> list[tuple[Any, ...]]:
    rows = replayed.of("reconcile.mismatch")
    return [(r["account"], r["data"]["what"], r["data"]["ours"], r["data"]["broker"]) for r in rows]


# The flow


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


# What stops it


@pytest.fixture(scope="module")
def missing() -> Replayed:
    """While the process is down two of GEN's five puts vanish. 11:30 to 3.1 ATR; `reset` 11:40."""
    return replay_text(situation(
        *SPAN, {"AAPL": QUIET}, PUT, CRASH, fault(f"{DAY}T11:25:30", "broker_book", "AAPL", quantity=2, **OF_PUT),
        tape(f"{DAY}T11:29:00", AAPL=187.0), operator(f"{DAY}T11:32:00", "resume", "GEN"),
        operator(f"{DAY}T11:40:00", "reset", "GEN"), accounts=("GEN", "REV"),
    ))  # fmt: skip


@pytest.mark.clause("9.5")
def test_9_5_a_missing_position_latches_its_account_alone_with_the_difference_shown(missing: Replayed) -> None:
    assert differing(missing)[0] == ("GEN", "missing_position", -5, -3)
    assert [(clock(r), r["account"]) for r in missing.of("latch.set", latch="mismatch")] == [("11:26:00", "GEN")]
    critical = missing.of("alert.raised", severity="critical", account="GEN")
    assert "ours -5, broker -3" in critical[0]["data"]["text"]


@pytest.mark.clause("9.5")
def test_9_5_no_step_follows_a_mismatch_and_other_accounts_go_on(missing: Replayed) -> None:
    assert steps(missing, "GEN") == ["snapshot", "broker", "reconcile"]
    assert steps(missing, "REV") == STEPS


@pytest.mark.clause("9.5", "9.1")
def test_9_5_under_a_mismatch_nothing_leaves_not_even_the_stop_and_resume_does_not_end_it(missing: Replayed) -> None:
    assert [clock(r) for r in missing.of("protocol.level", to=3)] == ["11:30:00"]
    assert [clock(r) for r in missing.of("order.sent") if clock(r) < "11:40:00"] == []


@pytest.mark.clause("9.5", "9.1")
def test_9_5_by_reset_the_operator_accepts_what_the_broker_shows(missing: Replayed) -> None:
    (adjusted,) = missing.of("position.adjusted")
    assert (clock(adjusted), adjusted["account"], adjusted["data"]["reason"]) == ("11:40:00", "GEN", "accepted")
    assert (adjusted["data"]["from"], adjusted["data"]["to"]) == (-5, -3)
    assert [clock(r) for r in missing.of("latch.released", latch="mismatch")] == ["11:40:00"]
    assert sum(r["data"]["quantity"] for r in missing.of("order.filled", side="BUY")) == 3
    assert latches(missing)["REV"] == set()


@pytest.mark.clause("9.5")
@pytest.mark.parametrize(
    ("extra", "what"), [(-1, "unknown_position"), (1, "missing_position"), (5, "missing_position")]
)
def test_9_5_more_or_less_of_what_we_hold_is_a_difference(extra: int, what: str) -> None:
    replayed = replay_text(situation(
        *SPAN, {"AAPL": AAPL}, PUT, CRASH, fault(f"{DAY}T11:25:30", "broker_book", "AAPL", quantity=extra, **OF_PUT)
    ))  # fmt: skip
    assert differing(replayed) == [("GEN", what, -5, extra - 5)]


@pytest.mark.clause("9.5")
def test_9_5_what_several_accounts_hold_concerns_every_account_of_the_broker_s() -> None:
    # GEN and COM share one IBKR account and hold AAPL in it: 100 shares too many could be anyone's.
    replayed = replay_text(situation(
        *SPAN, {"AAPL": AAPL}, holding("GEN", "AAPL", 100, 190.0), holding("COM", "AAPL", 200, 190.0), CRASH,
        fault(f"{DAY}T11:25:30", "broker_book", "AAPL", quantity=100), accounts=("GEN", "REV", "COM"),
    ))  # fmt: skip
    assert differing(replayed) == [(name, "unknown_position", 300, 400) for name in ("GEN", "REV", "COM")]
    assert all(found == {Latch.MISMATCH} for found in latches(replayed).values())


@pytest.mark.clause("9.5")
def test_9_5_after_a_shared_difference_each_reset_frees_its_account() -> None:
    replayed = replay_text(situation(
        *SPAN, {"AAPL": AAPL}, holding("GEN", "AAPL", 100, 190.0), holding("COM", "AAPL", 200, 190.0), CRASH,
        fault(f"{DAY}T11:25:30", "broker_book", "AAPL", quantity=-50), operator(f"{DAY}T11:30:00", "reset", "COM"),
        operator(f"{DAY}T11:31:00", "reset", "REV"), operator(f"{DAY}T11:32:00", "reset", "GEN"),
        accounts=("GEN", "REV", "COM"),
    ))  # fmt: skip
    assert [(r["account"], r["data"]["from"], r["data"]["to"]) for r in replayed.of("position.adjusted")] == [
        ("COM", 200, 150)
    ]
    assert latches(replayed) == {"GEN": set(), "REV": set(), "COM": set()}


@pytest.mark.clause("9.5")
def test_9_5_cash_that_differs_by_a_cent_latches_and_is_accepted_by_reset() -> None:
    def cent_less(seen: PositionsSeen) -> PositionsSeen:
        return replace(seen, cash=seen.cash - Decimal("0.01"))

    text = situation(*SPAN, {"AAPL": AAPL}, PUT, CRASH, operator(f"{DAY}T11:30:00", "reset"))
    replayed = told_by(text, book=cent_less)
    shown = [row for row in differing(replayed) if row[1] == "cash"]
    assert [row[0] for row in shown] == ["GEN", "REV", "COM"]
    assert all(row[2] - row[3] == pytest.approx(0.01) for row in shown)
    (booked,) = replayed.of("cash.booked")
    assert (clock(booked), booked["data"]["reason"], booked["data"]["amount"]) == ("11:30:00", "accepted", -0.01)
    assert latches(replayed) == {"GEN": set(), "REV": set(), "COM": set()}


@pytest.mark.clause("9.5")
@pytest.mark.peer(13)
def test_9_5_an_order_that_is_ours_by_its_name_and_not_in_the_journal_is_an_orphan() -> None:
    session = replay_text(situation(*SPAN, {"AAPL": AAPL})).run.runtime.engine.state.session

    def with_orphan(seen: OrdersSeen) -> OrdersSeen:
        return replace(seen, orders=(*seen.orders, BrokerOrder(f"AU-{session}-GEN-7-1.v1", open=True, filled=0)))

    text = situation(*SPAN, {"AAPL": AAPL}, PUT, CRASH, accounts=("GEN", "REV"))
    replayed = told_by(text, list_=with_orphan)
    assert differing(replayed) == [("GEN", "orphan_order", 0, 1)]
    assert latches(replayed)["GEN"] == {Latch.MISMATCH}
    assert steps(replayed, "GEN") == ["snapshot", "broker", "reconcile"]
    assert steps(replayed, "REV") == STEPS
    assert replayed.of("order.sent") == []


@pytest.mark.clause("9.5")
@pytest.mark.parametrize(
    ("order_id", "latched"),
    [("AU-{s}-GEN-7-1.v1", {"GEN"}), ("AU-000000-REV-1-1.v1", {"REV"}), ("manual", {"GEN", "REV", "COM"})],
)
def test_9_5_a_fill_for_an_order_we_never_sent_halts_the_account_that_it_names(
    order_id: str, latched: set[str]
) -> None:
    replayed = replay_text(situation(*SPAN, {"AAPL": AAPL}, PUT))
    engine = replayed.run.runtime.engine
    at_ms = to_ms(datetime(2026, 3, 5, 11, 51))
    named = order_id.format(s=engine.state.session)
    fill = Execution("Z1", named, Stock("AAPL"), Side.BUY, 100, Decimal(200), Decimal(0))
    batch = engine.handle(OrderExecuted(at_ms, (fill,)))
    assert {name for name, found in latches(replayed).items() if found == {Latch.MISMATCH}} == latched
    assert "order.filled" not in [event.kind for event in batch.events]
    assert engine.state.accounts["GEN"].shares("AAPL") == 0


# What is not ours


@pytest.mark.clause("9.5")
def test_9_5_a_foreign_order_is_an_event_and_an_alert_and_is_left_alone() -> None:
    replayed = replay_text(situation(
        *SPAN, {"AAPL": AAPL}, PUT, fault(f"{DAY}T11:30:00", "foreign_order", "AAPL", quantity=3)
    ))  # fmt: skip
    (told,) = replayed.of("reconcile.mismatch")
    assert (clock(told), told["account"], told["data"]["what"]) == ("11:30:00", None, "foreign_order")
    assert [clock(r) for r in replayed.of("alert.raised")] == ["11:30:00"]
    assert replayed.of("latch.set") == []


@pytest.mark.clause("9.5")
def test_9_5_a_foreign_order_that_came_while_we_were_down_is_told_on_the_way_back_and_once() -> None:
    again = fault(f"{DAY}T11:35:00", "crash", span="1m")
    replayed = replay_text(situation(
        *SPAN, {"AAPL": AAPL}, PUT, CRASH, again,
        fault(f"{DAY}T11:25:30", "foreign_order", "AAPL", span="30m", quantity=3),
    ))  # fmt: skip
    (told,) = replayed.of("reconcile.mismatch")
    assert (clock(told), told["account"], told["data"]["what"]) == ("11:26:00", None, "foreign_order")
    assert steps(replayed, "GEN") == [*STEPS, *STEPS]


@pytest.mark.clause("9.5")
def test_9_5_a_foreign_position_is_an_event_and_an_alert_and_latches_nothing() -> None:
    replayed = replay_text(situation(
        *SPAN, {"AAPL": AAPL}, PUT, CRASH, fault(f"{DAY}T11:25:30", "broker_book", "TSLA", quantity=70)
    ))  # fmt: skip
    (told,) = replayed.of("reconcile.mismatch")
    assert (told["account"], told["data"]["what"]) == (None, "unknown_position")
    assert (told["data"]["contract"], told["data"]["broker"]) == ({"symbol": "TSLA"}, 70)
    assert replayed.of("latch.set") == []
    assert steps(replayed, "GEN") == STEPS
    assert len(replayed.of("alert.raised")) == 1


@pytest.mark.clause("9.5")
def test_9_5_shares_that_were_there_when_the_account_was_linked_are_foreign_even_where_we_hold_some() -> None:
    def linked(seen: PositionsSeen) -> PositionsSeen:
        aapl = Stock("AAPL")
        return replace(seen, positions={**seen.positions, aapl: 140}, foreign={aapl: 40})

    text = situation(*SPAN, {"AAPL": AAPL}, holding("GEN", "AAPL", 100, 190.0), CRASH)
    replayed = told_by(text, book=linked)
    assert differing(replayed) == [(None, "unknown_position", 0, 40)]
    assert replayed.of("latch.set") == []


@pytest.mark.clause("9.5", "7.2")
def test_9_5_an_assignment_while_we_were_down_is_no_mismatch() -> None:
    replayed = replay_text(situation(
        *SPAN, {"AAPL": but(AAPL, spot=198.0)}, PUT, CRASH,
        fault(f"{DAY}T11:25:30", "assign", "AAPL", quantity=2, **OF_PUT),
    ))  # fmt: skip
    (received,) = replayed.of("assignment.received")
    assert (clock(received), received["data"]["shares"]) == ("11:26:00", 200)
    assert replayed.of("reconcile.mismatch") == []
    assert steps(replayed, "GEN") == STEPS


# The disk


@dataclass
class Full(MemoryJournal):
    """A journal on a disk that from an instant on takes nothing, `refusals` times."""

    from_ms: int
    refusals: int
    refused: int = 0

    def __post_init__(self) -> None:
        super().__init__()

    def append(self, at_ms: int, events: Sequence[Event]) -> None:
        if at_ms >= self.from_ms and self.refused < self.refusals:
            self.refused += 1
            raise OSError(28, "No space left on device")
        super().append(at_ms, events)


# Orders of 09:45:00 rest; from 09:45:02 on nothing can be stored, five times over.
@pytest.fixture(scope="module")
def full() -> Replayed:
    text = situation(
        f"{DAY}T09:40:00", f"{DAY}T10:20:00", {"AAPL": AAPL}, fault(f"{DAY}T09:40:00", "no_fill", "AAPL")
    )
    journal = Full(from_ms=to_ms(datetime(2026, 3, 5, 9, 45, 2)), refusals=5)
    scenario = parse(text, "test.toml")
    run = build_run(scenario, journal, Silent())
    run.go()
    assert journal.refused == 5
    return Replayed(scenario, run, journal)


@pytest.mark.clause("9.5", "9.1")
def test_9_5_a_batch_that_cannot_be_stored_latches_disk_and_the_live_order_is_cancelled(full: Replayed) -> None:
    assert {r["account"] for r in full.of("latch.set", latch="disk")} == {"GEN", "REV", "COM"}
    changed = full.of("state.changed", reason="disk")
    assert [(r["account"], r["data"]["to"]) for r in changed] == [("GEN", "SAFE")]
    (first,) = [o for o in full.run.exchange.orders(full.run.end_ms).orders if o.client_order_id.endswith("-1-1.v1")]
    assert first.open is False
    (gone,) = full.of("order.abandoned")
    assert gone["data"]["reason"] == "safe"


@pytest.mark.clause("9.5", "9.1")
def test_9_5_the_disk_s_latch_ends_by_itself_through_the_resume_flow(full: Replayed) -> None:
    assert steps(full, "GEN") == STEPS
    assert {r["account"] for r in full.of("latch.released", latch="disk")} == {"GEN", "REV", "COM"}
    assert latches(full) == {"GEN": set(), "REV": set(), "COM": set()}
    released = full.of("latch.released", latch="disk")[0]["seq"]
    latched = full.of("latch.set", latch="disk")[0]["seq"]
    sent = [r["seq"] for r in full.records if r["kind"] in ("order.sent", "order.replaced")]
    assert [seq for seq in sent if latched < seq < released] == []
    assert full.of("reconcile.mismatch") == []


@pytest.mark.clause("9.5", "8.6")
@pytest.mark.parametrize(("second", "refusals"), [(0, 3), (20, 3), (0, 200)], ids=["lost", "returned", "both"])
def test_9_5_what_the_disk_refused_to_know_of_the_link_is_heard_once_it_takes_it(second: int, refusals: int) -> None:
    """The link is down from 11:25:00 to 11:25:20; nobody says either again."""
    text = situation(*SPAN, {"AAPL": QUIET}, PUT, fault(f"{DAY}T11:25:00", "broker_down", span="20s"))
    journal = Full(from_ms=to_ms(datetime(2026, 3, 5, 11, 25, second)), refusals=refusals)
    scenario = parse(text, "test.toml")
    run = build_run(scenario, journal, Silent())
    run.go()
    replayed = Replayed(scenario, run, journal)
    assert journal.refused == refusals
    assert [r["kind"] for r in replayed.records if r["kind"].startswith("broker.")] == ["broker.down", "broker.up"]
    assert latches(replayed) == {"GEN": set(), "REV": set(), "COM": set()}


@pytest.mark.clause("9.5", "9.1")
def test_9_5_that_the_inbox_was_full_is_heard_once_the_disk_takes_it() -> None:
    run = build_run(parse(situation(*SPAN, {"AAPL": QUIET}), "test.toml"), Full(to_ms(NOON), 3), Silent())
    run.begin()
    run.runtime.now_ms = to_ms(NOON)
    run.runtime.deliver([InboxFull(to_ms(NOON))])
    assert not any(Latch.MISMATCH in each.latches for each in run.runtime.engine.state.accounts.values())
    run.runtime.go_on(to_ms(NOON) + 60_000)
    assert all(Latch.MISMATCH in each.latches for each in run.runtime.engine.state.accounts.values())
