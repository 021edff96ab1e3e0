"""9.5: books that differ, orders nobody knows and fills of none of ours stop the account; what is not ours does not."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal

import pytest

from allusetui.domain.account import Latch
from allusetui.domain.contract import Side, Stock
from allusetui.domain.input import BrokerOrder, Execution, OrderExecuted, OrdersSeen, PositionsSeen
from allusetui.domain.moment import to_ms
from tests.replaying import Replayed, replay_text
from tests.rules.answers import told_by
from tests.rules.comebacks import CRASH, DAY, OF_PUT, PUT, QUIET, SPAN, STEPS, differing, latches, steps
from tests.rules.situations import AAPL, but, clock, fault, holding, operator, situation, tape

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
    kinds = [event.kind for event in batch.events]
    assert "order.filled" not in kinds and kinds.count("alert.raised") == 1
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
