"""0.6: what an order is called, what silence means, and that no clip ever has two live orders."""

import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest

from allusetui.broker.simulated.exchange import Exchange
from allusetui.domain.input import Execution, Input, OrderAcked, OrderCancelled, OrderExecuted
from allusetui.domain.order import Order
from allusetui.journal.memory import MemoryJournal
from allusetui.ports import Journal
from allusetui.scenario.load import parse
from tests.replaying import Replayed, replay, replay_text
from tests.rules.situations import AAPL, fault, option, situation, tape, told
from tests.rules.wires import Placed, Unreliable

# As in test_section_0_orders: n × 199,500 of capital are n contracts of the 199.5 put.
START, END = "2026-03-05T09:44:00", "2026-03-05T09:50:00"
SENT = ("order.sent", "order.replaced")
QUIET = fault("2026-03-05T09:40:00", "no_fill", "AAPL", "2h")
ID = re.compile(r"AU-([0-9a-f]{1,6})-([A-Za-z0-9.-]+)-(\d+)-(\d+)\.v(\d+)")


def text(contracts: int, *more: str, end: str = END, start: str = START) -> str:
    return situation(start, end, {"AAPL": AAPL}, *more, capital=199_500 * contracts)


def thursday(contracts: int, *more: str, end: str = END) -> Replayed:
    return replay_text(text(contracts, *more, end=end))


def over(contracts: int, *more: str, **wire: Any) -> tuple[Replayed, Unreliable]:
    """The Thursday over an unreliable wire."""
    replayed = behind(text(contracts, *more), lambda exchange, journal: Unreliable(exchange, journal, **wire))
    broker = replayed.run.runtime.world.broker
    assert isinstance(broker, Unreliable)
    return replayed, broker


def behind(text: str, broker: Callable[[Exchange, Journal], Unreliable]) -> Replayed:
    """A run behind this broker, which reads the journal."""
    journal = MemoryJournal()
    return replay(parse(text, "test.toml"), journal, lambda exchange: broker(exchange, journal))


def story(replayed: Replayed) -> list[tuple[str, str, object]]:
    """The order events: when, what, and the version, or for a resolution its outcome."""
    rows = [r for r in replayed.records if r["kind"].startswith("order.") and r["kind"] != "order.intended"]
    return [
        (told(r), r["kind"].removeprefix("order."), r["data"].get("outcome") or r["data"]["client_order_id"][-2:])
        for r in rows
    ]


def sold(replayed: Replayed) -> int:
    return sum(r["data"]["quantity"] for r in replayed.of("order.filled"))


@pytest.mark.clause("0.6")
def test_0_6_an_id_names_session_account_intent_clip_and_version() -> None:
    r = thursday(5, QUIET)
    ids = [x["data"]["client_order_id"] for x in r.records if x["kind"] in SENT]
    found = [ID.fullmatch(i) for i in ids]
    assert [(m[2], int(m[4]), int(m[5])) for m in found if m] == [
        ("GEN", clip, version) for clip in (1, 2, 3) for version in (1, 2, 3, 4)
    ]
    assert len({m[1] for m in found if m}) == 1 and len(ids) == len(set(ids))


@pytest.mark.clause("0.6")
def test_0_6_the_longest_account_name_leaves_room_for_forty_characters() -> None:
    name = "A9.MINI-99"
    r = replay_text(situation(START, END, {"AAPL": AAPL}, f'[accounts."{name}"]\nequity = 400_000', accounts=(name,)))
    (sent,) = (ID.fullmatch(x["data"]["client_order_id"]) for x in r.of("order.sent"))
    assert sent is not None and (sent[2], len(sent[1])) == (name, 6)
    # Intent, clip and version have one digit each here, and room for 99999, 999 and 99.
    assert len(sent[0]) + 4 + 2 + 1 <= 40


@pytest.mark.clause("0.6")
def test_0_6_a_clip_keeps_its_id_across_a_restart_and_only_the_version_moves() -> None:
    r = thursday(4, QUIET, fault("2026-03-05T09:45:01", "crash", span="20s"))
    before = [x["data"]["client_order_id"] for x in r.records if x["kind"] in SENT and told(x) < "09:45:01"]
    after = [x["data"]["client_order_id"] for x in r.records if x["kind"] in SENT and told(x) > "09:45:01"]
    assert len(before) == 1 and after[0] == before[0].replace(".v1", ".v2")


@pytest.mark.clause("0.6", "9.5")
def test_0_6_an_order_that_lived_through_a_crash_is_adopted() -> None:
    r = thursday(4, QUIET, fault("2026-03-05T09:45:01", "crash", span="20s"))
    assert story(r)[:3] == [("09:45:00", "sent", "v1"), ("09:45:21", "unknown", "v1"), ("09:45:21", "resolved", "open")]


@pytest.mark.clause("0.6", "9.5")
def test_0_6_a_fill_during_the_crash_is_found_among_the_executions_once() -> None:
    r = thursday(4, fault("2026-03-05T09:45:00.500", "crash", span="20s"))
    assert story(r) == [
        ("09:45:00", "sent", "v1"), ("09:45:20.500", "unknown", "v1"), ("09:45:20.500", "filled", "v1"),
        ("09:45:20.500", "resolved", "filled"),
    ]  # fmt: skip
    assert sold(r) == 4 and r.of("reconcile.mismatch") == []


@pytest.mark.clause("0.6")
def test_0_6_without_an_acknowledgement_in_3_s_the_order_is_unknown_and_looked_for_and_a_fill_is_booked() -> None:
    # The fill comes after 1 s, unheard; the late report of it at 09:46 is not a second fill.
    r = thursday(4, fault("2026-03-05T09:44:30", "lost_ack", "AAPL", "90s"))
    assert story(r) == [
        ("09:45:00", "sent", "v1"), ("09:45:03", "unknown", "v1"), ("09:45:03", "filled", "v1"),
        ("09:45:03", "resolved", "filled"),
    ]  # fmt: skip
    assert sold(r) == 4


@pytest.mark.clause("0.6")
def test_0_6_an_unknown_order_that_is_open_is_adopted_and_walks_on_as_the_same_clip() -> None:
    r = thursday(1, QUIET, fault("2026-03-05T09:44:30", "lost_ack", "AAPL", "34s"))
    assert story(r)[:5] == [
        ("09:45:00", "sent", "v1"), ("09:45:03", "unknown", "v1"), ("09:45:03", "resolved", "open"),
        ("09:45:06", "cancel_requested", "v1"), ("09:45:06", "replaced", "v2"),
    ]  # fmt: skip
    assert len(r.of("order.unknown")) == 1


@pytest.mark.clause("0.6")
def test_0_6_an_order_absent_from_two_complete_answers_2_s_apart_is_dead_and_only_then_followed() -> None:
    r, wire = over(1, deaf=1)
    assert wire.swallowed[0].endswith(".v1")
    assert story(r)[:4] == [
        ("09:45:00", "sent", "v1"), ("09:45:03", "unknown", "v1"), ("09:45:05", "resolved", "dead"),
        ("09:45:08", "sent", "v2"),
    ]  # fmt: skip
    assert wire.asked_ms[1] - wire.asked_ms[0] >= 2_000
    assert wire.swallowed[0] not in {x.order.client_order_id for x in wire.placed}
    assert sold(r) == 1


@pytest.mark.clause("0.6")
def test_0_6_an_incomplete_answer_proves_nothing() -> None:
    # The answers of 09:45:03 and :05 are incomplete; those of :07 and :09 are the two that count.
    r, _ = over(1, deaf=1, partial=2)
    assert [told(x) for x in r.of("order.resolved", outcome="dead")] == ["09:45:09"]
    assert sold(r) == 1


@pytest.mark.clause("0.6")
def test_0_6_a_report_that_comes_twice_counts_once() -> None:
    once, (twice, _) = thursday(4), over(4, stutters=True)
    assert sold(twice) == 4
    assert [x["data"] for x in twice.records] == [x["data"] for x in once.records]


@pytest.mark.clause("0.6")
def test_0_6_fills_seen_are_subtracted_from_the_next_version() -> None:
    # One contract a second from 09:45:01: three are gone when the price moves on at 09:45:03.
    r = thursday(8, fault("2026-03-05T09:40:00", "partial_fill", "AAPL", "2h", value=1))
    orders = [x["data"] for x in r.records if x["kind"] in SENT]
    fills = r.of("order.filled")
    for earlier, later in pairwise(orders):
        filled = sum(x["data"]["quantity"] for x in fills if x["data"]["client_order_id"] == earlier["client_order_id"])
        assert later["quantity"] == earlier["quantity"] - filled
    assert [o["quantity"] for o in orders] == [8, 5, 2]
    assert {x["data"]["quantity"] for x in fills} == {1} and sold(r) == 8
    assert r.of("order.abandoned") == []


@pytest.mark.clause("0.6")
@pytest.mark.parametrize(
    "more",
    [
        (QUIET,),
        (fault("2026-03-05T09:44:30", "lost_ack", "AAPL", "70s"),),
        (fault("2026-03-05T09:45:02", "lost_ack", "AAPL", "30s"), QUIET),
        (fault("2026-03-05T09:45:04", "broker_down", span="40s"), QUIET),
        (fault("2026-03-05T09:40:00", "partial_fill", "AAPL", "2h", value=1),),
    ],
    ids=["no_fill", "lost_ack", "lost_cancel", "broker_down", "partial_fill"],
)
def test_0_6_the_journal_has_a_version_before_the_wire_and_no_clip_has_two_live_orders(more: tuple[str, ...]) -> None:
    r, wire = over(16, *more)
    assert len(wire.placed) >= 2 or sold(r) == 16
    for message in wire.placed:
        (record,), order = message.records, message.order
        assert (record.quantity, record.limit, record.contract) == (order.quantity, order.limit, order.contract)
        assert message.alive == ()


@pytest.mark.clause("0.6")
def test_0_6_a_cancel_whose_report_is_lost_withholds_the_next_version_until_the_order_is_proven_dead() -> None:
    # The cancel of 09:45:03 is done but not heard of: unknown at :06, found ended at once, and only then v2.
    r = thursday(1, QUIET, fault("2026-03-05T09:45:02", "lost_ack", "AAPL", "8s"))
    assert story(r)[:3] == [
        ("09:45:00", "sent", "v1"), ("09:45:03", "cancel_requested", "v1"), ("09:45:06", "unknown", "v1"),
    ]  # fmt: skip
    dead = [told(x) for x in r.of("order.resolved", outcome="dead")]
    again = [told(x) for x in r.of("order.sent") if x["data"]["client_order_id"].endswith("v2")]
    assert dead == ["09:45:06"] and again and again[0] >= dead[0]


@pytest.mark.clause("0.5", "0.6")
def test_0_5_an_order_that_the_broker_ends_unasked_is_followed_3_s_later_and_given_up_after_the_last_step() -> None:
    r, wire = over(2, QUIET, ends=True)
    sent = [(told(x), x["data"]["step"]) for x in r.of("order.sent")]
    assert sent[:4] == [("09:45:00", 0), ("09:45:03", 1), ("09:45:06", 2), ("09:45:09", 3)]
    assert {x["data"]["reason"] for x in r.of("order.cancelled")} == {"unasked"}
    assert r.of("intent.split")[-1]["data"]["sizes"] == [1, 1]
    assert r.of("order.abandoned", reason="slippage_cap") and len(wire.placed) == 8


@pytest.mark.clause("0.5", "6.4")
def test_6_4_a_stop_that_the_broker_ends_unasked_goes_on_every_3_s_at_the_cap() -> None:
    drop = tape("2026-03-05T09:44:30", AAPL=130.0)
    put = option("GEN", "AAPL", "2026-03-13", 200.0, "P", -3, 20.0, "2026-03-03")
    r, _ = over(3, put, drop, QUIET, ends=True)
    sent = [(told(x), x["data"]["step"]) for x in r.of("order.sent", purpose="stop")]
    assert [step for _, step in sent][:6] == [0, 1, 2, 3, 3, 3]
    (stop,) = (x["data"]["intent"] for x in r.of("order.intended", purpose="stop"))
    assert len({at for at, _ in sent}) == len(sent) and r.of("order.abandoned", intent=stop) == []


class Belated(Unreliable):
    """Says that the first version died unfilled, and tells of ten fills of it once the second has filled."""

    def place(self, order: Order, at_ms: int) -> Sequence[Input]:
        acked = OrderAcked(at_ms, order.client_order_id)
        if not self.placed:
            self.placed.append(Placed(order, (), ()))
            return [acked]
        fills = [self._fill(order, order.quantity)]
        if len(self.placed) == 1:
            fills.append(self._fill(self.placed[0].order, 10))
        self.placed.append(Placed(order, (), ()))
        return [acked, OrderExecuted(at_ms, tuple(fills))]

    def cancel(self, client_order_id: str, at_ms: int) -> Sequence[Input]:
        return [OrderCancelled(at_ms, client_order_id, 0)]

    def _fill(self, order: Order, quantity: int) -> Execution:
        id_ = f"E{len(self.placed)}-{quantity}"
        return Execution(id_, order.client_order_id, order.contract, order.side, quantity, order.limit, Decimal(0))


@pytest.mark.clause("0.4", "0.6")
def test_0_6_a_fill_that_comes_too_late_comes_off_the_clips_that_follow() -> None:
    r = behind(text(120), Belated)
    assert r.of("intent.split")[0]["data"]["sizes"] == [50, 50, 20]
    assert [x["data"]["quantity"] for x in r.of("order.sent")] == [50, 50, 10]
    assert sold(r) == 120


class Sluggish(Unreliable):
    """The first order reaches the exchange 20 s after it was sent, long after two answers that lacked it."""

    late: tuple[Order, int] | None = None

    def place(self, order: Order, at_ms: int) -> Sequence[Input]:
        if not self.placed and self.late is None:
            self.late = order, at_ms + 20_000
            return ()
        return super().place(order, at_ms)

    def next_ms(self, after_ms: int) -> int | None:
        times = [super().next_ms(after_ms), self.late[1] if self.late is not None else None]
        return min((at_ms for at_ms in times if at_ms is not None and at_ms > after_ms), default=None)

    def advance(self, at_ms: int) -> Sequence[Input]:
        told = super().advance(at_ms)
        if self.late is None or at_ms != self.late[1]:
            return told
        return [*told, *self.exchange.place(self.late[0], at_ms)]


@pytest.mark.clause("0.6", "9.5")
def test_0_6_an_order_that_works_after_it_was_found_dead_is_cancelled_and_told() -> None:
    r = behind(text(4, QUIET), Sluggish)
    assert [told(x) for x in r.of("order.resolved", outcome="dead")] == ["09:45:05"]
    (risen,) = r.of("alert.raised", severity="critical")
    assert told(risen) == "09:45:20" and "-1-1.v1 works" in risen["data"]["text"]
    assert not any(order.open for order in r.run.exchange.orders(r.run.end_ms).orders)


@pytest.mark.clause("0.6")
def test_0_6_a_rejected_entry_is_abandoned_and_not_sent_again() -> None:
    r = thursday(4, fault("2026-03-05T09:40:00", "reject", "AAPL", "10m"), end="2026-03-05T10:05:00")
    assert story(r) == [("09:45:00", "sent", "v1"), ("09:45:00", "rejected", "v1"), ("09:45:00", "abandoned", "v1")]
    assert r.of("order.abandoned")[0]["data"]["reason"] == "rejected"
