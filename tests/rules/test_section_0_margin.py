"""0.10 where the broker's own margin carries less than ours: the order is cut to that, and a cut is no rejection."""

from collections.abc import Callable, Sequence

import pytest

from allusetui.broker.simulated.exchange import Exchange
from allusetui.domain.input import Input, OrderRejected
from allusetui.domain.order import Order
from allusetui.journal.memory import MemoryJournal
from allusetui.scenario.load import parse
from tests.replaying import Replayed, replay
from tests.rules.situations import AAPL, situation
from tests.rules.wires import Unreliable

START, END = "2026-03-05T09:44:00", "2026-03-05T09:50:00"


class Narrow(Unreliable):
    """An exchange that refuses an order of which the account's margin carries fewer; `room`: how many, by its size."""

    room: Callable[[int], int]

    def place(self, order: Order, at_ms: int) -> Sequence[Input]:
        if (fits := self.room(order.quantity)) < order.quantity:
            return [OrderRejected(at_ms, order.client_order_id, "margin_cap: it would bind too much", fits)]
        return super().place(order, at_ms)


def over(contracts: int, room: Callable[[int], int]) -> Replayed:
    """A Thursday of so many contracts: n × 199,500 of capital are n contracts of the 199.5 put."""
    journal = MemoryJournal()

    def before(exchange: Exchange) -> Narrow:
        broker = Narrow(exchange, journal)
        broker.room = room
        return broker

    text = situation(START, END, {"AAPL": AAPL}, capital=199_500 * contracts)
    return replay(parse(text, "test.toml"), journal, before)


def sizes(replayed: Replayed, kind: str = "order.sent") -> list[int]:
    return [row["data"]["quantity"] for row in replayed.of(kind)]


@pytest.mark.clause("0.10")
def test_0_10_an_order_that_the_brokers_margin_does_not_carry_is_cut_to_what_it_does() -> None:
    r = over(5, lambda size: min(size, 3))
    assert (sizes(r, "entry.planned"), sizes(r), sum(sizes(r, "order.filled"))) == ([5], [5, 3], 3)
    (refused,) = r.of("order.rejected")
    assert (refused["clauses"], refused["data"]["fits"]) == (["0.10"], 3)
    assert not r.of("order.abandoned")
    assert [row["data"]["client_order_id"][-5:] for row in r.of("order.sent")] == ["-1.v1", "-1.v2"]


@pytest.mark.clause("0.10", "0.6", "9.1")
def test_0_10_five_cuts_in_a_row_are_no_five_rejections() -> None:
    r = over(7, lambda size: size - 1 if size > 1 else 1)
    assert sizes(r) == [7, 6, 5, 4, 3, 2, 1] and sizes(r, "order.filled") == [1]
    assert not r.of("symbol.rejecting") and not r.of("alert.raised", severity="critical")


@pytest.mark.clause("0.10", "0.4")
def test_0_10_of_an_order_in_clips_what_has_filled_stands_and_the_rest_is_cut() -> None:
    filled: list[int] = []
    r = over(53, lambda size: filled.append(size) or size if not filled else min(size, 2))  # type: ignore[func-returns-value]
    assert (sizes(r), sum(sizes(r, "order.filled"))) == ([50, 3, 2], 52)
    assert not r.of("order.abandoned")


@pytest.mark.clause("0.10", "9.1")
def test_0_10_what_margin_carries_nothing_of_is_abandoned_and_not_counted() -> None:
    r = over(5, lambda size: 0)
    assert (sizes(r), [row["data"]["reason"] for row in r.of("order.abandoned")]) == ([5], ["rejected"])
    assert r.run.runtime.engine.state.rejections == {}
