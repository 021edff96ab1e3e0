"""0.6 and 9.5: an order of ours that is two at the broker, or that no cancel of ours reaches, stops its account."""

from dataclasses import replace
from datetime import datetime

import pytest

from allusetui.domain.account import Account, Latch
from allusetui.domain.effect import CancelOrder
from allusetui.domain.event import ResumeStep
from allusetui.domain.input import (
    BrokerOrder,
    Input,
    OperatorActed,
    OrderCancelled,
    OrderDoubled,
    OrdersSeen,
    PositionsSeen,
    Settled,
)
from allusetui.domain.moment import to_ms
from allusetui.domain.money import ZERO
from tests.replaying import Replayed, replay_text
from tests.rules.answers import told_by
from tests.rules.comebacks import DAY, PUT
from tests.rules.situations import AAPL, fault, situation

BOTH = ("1500000001", "1500000002")


def at(hour: int, minute: int, second: int = 0) -> int:
    return to_ms(datetime(2026, 3, 5, hour, minute, second))


@pytest.fixture
def entering() -> Replayed:
    """Ends at 09:45:02 with an entry of GEN working."""
    return replay_text(situation(
        f"{DAY}T09:44:00", f"{DAY}T09:45:02", {"AAPL": AAPL}, fault(f"{DAY}T09:40:00", "no_fill", "AAPL", "320s"),
        accounts=("GEN", "REV"),
    ))  # fmt: skip


@pytest.mark.clause("0.6", "9.5")
@pytest.mark.peer(12)
def test_0_6_an_order_that_is_two_at_the_broker_latches_its_account_and_is_cancelled(entering: Replayed) -> None:
    engine = entering.run.runtime.engine
    (working,) = (intent.order for intent in engine.state.intents.values() if intent.order is not None)
    named = working.client_order_id
    batch = engine.handle(OrderDoubled(at(9, 45, 2), named, BOTH))
    assert [effect for effect in batch.effects if isinstance(effect, CancelOrder)] == [CancelOrder(named)]
    (shown,) = (event for event in batch.events if event.kind == "reconcile.mismatch")
    assert (shown.account, shown.what, shown.ours, shown.broker) == ("GEN", "double_order", 1, 2)
    assert shown.settlement == f"{named} {BOTH[0]} {BOTH[1]}"
    (told,) = (event.text for event in batch.events if event.kind == "alert.raised" and BOTH[0] in event.text)
    assert named in told and BOTH[1] in told
    latches = {name: account.latches for name, account in engine.state.accounts.items()}
    assert (latches["GEN"], latches["REV"]) == ({Latch.MISMATCH}, set())


@pytest.mark.clause("0.6", "9.5")
def test_0_6_it_is_told_once_and_again_where_it_goes_on_after_the_operator_has_accepted_it(entering: Replayed) -> None:
    engine = entering.run.runtime.engine
    seen = OrderDoubled(at(9, 45, 2), next(iter(engine.state.intents.values())).last_order_id, BOTH)
    kinds = [[event.kind for event in engine.handle(seen).events] for _ in range(2)]
    assert [row.count("reconcile.mismatch") for row in kinds] == [1, 0]
    engine.state.accounts["GEN"].latches.clear()
    again = [event.kind for event in engine.handle(seen).events]
    assert again.count("reconcile.mismatch") == again.count("latch.set") == 1


def halted_and_reset(entering: Replayed, *between: Input) -> tuple[list[str], Account]:
    """GEN's order is two; all is killed and reset; what the steps of its resume are, and the account after them.

    `between`: what comes between the key and the broker's book.
    """
    engine = entering.run.runtime.engine
    accounts, named = engine.state.accounts, next(iter(engine.state.intents.values())).last_order_id
    cash = sum((each.money for each in accounts.values()), ZERO)
    asked_ms, told_ms = at(9, 45, 7), at(9, 45, 9)
    seen = [
        OrderDoubled(at(9, 45, 2), named, BOTH), OperatorActed(at(9, 45, 3), "kill", None, "operator"),
        OrderCancelled(at(9, 45, 4), named, 0), OperatorActed(asked_ms, "reset", None, "operator"),
        OrdersSeen(at(9, 45, 8), (), (), complete=True, asked_ms=asked_ms), *between,
        PositionsSeen(told_ms, {}, cash, Settled(told_ms), complete=True, asked_ms=asked_ms),
    ]  # fmt: skip
    events = [event for each in seen for event in engine.handle(each).events]
    return [e.step for e in events if isinstance(e, ResumeStep) and e.account == "GEN"], accounts["GEN"]


@pytest.mark.clause("9.5", "9.1")
def test_9_5_a_reset_after_a_halt_accepts_the_double_that_was_told_before_it(entering: Replayed) -> None:
    steps, account = halted_and_reset(entering)
    assert steps == ["snapshot", "broker", "reconcile", "schedule", "risk", "active"]
    assert account.latches == set()


@pytest.mark.clause("9.5", "9.1")
def test_9_5_a_double_that_is_told_after_the_key_is_accepted_by_nobody(entering: Replayed) -> None:
    other = OrderDoubled(at(9, 45, 8), "AU-x-GEN-1-1.v9", ("1500000008", "1500000009"))
    steps, account = halted_and_reset(entering, other)
    assert steps[-1] == "reconcile"
    assert account.latches == {Latch.MISMATCH}


@pytest.mark.clause("9.5")
@pytest.mark.peer(13)
def test_9_5_an_order_under_another_client_id_is_an_orphan_that_names_its_cure() -> None:
    def elsewhere(seen: OrdersSeen) -> OrdersSeen:
        rows = tuple(replace(order, reachable=False) for order in seen.orders)
        return replace(seen, orders=rows)

    text = situation(
        f"{DAY}T09:44:00", f"{DAY}T09:46:00", {"AAPL": AAPL}, fault(f"{DAY}T09:40:00", "no_fill", "AAPL", "320s"),
        fault(f"{DAY}T09:45:01", "crash", span="5s"), accounts=("GEN", "REV"),
    )  # fmt: skip
    replayed = told_by(text, list_=elsewhere)
    (orphan,) = replayed.of("reconcile.mismatch")
    (placed,) = replayed.of("order.sent")
    named = placed["data"]["client_order_id"]
    assert (orphan["account"], orphan["data"]["what"], orphan["data"]["settlement"]) == ("GEN", "orphan_order", named)
    assert replayed.run.runtime.engine.state.accounts["GEN"].latches == {Latch.MISMATCH}
    told = [row["data"]["text"] for row in replayed.of("alert.raised")]
    assert any(named in text and "client id" in text for text in told)


@pytest.mark.clause("9.5")
def test_9_5_one_that_is_over_and_was_placed_elsewhere_is_no_orphan() -> None:
    gone = BrokerOrder("AU-x-GEN-1-1.v1", open=False, filled=0, reachable=False)
    text = situation(
        f"{DAY}T11:20:00", f"{DAY}T11:50:00", {"AAPL": AAPL}, PUT, fault(f"{DAY}T11:25:00", "crash", span="1m")
    )
    replayed = told_by(text, list_=lambda seen: replace(seen, orders=(*seen.orders, gone)))
    assert replayed.of("reconcile.mismatch") == []
