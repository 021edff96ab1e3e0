"""0.10 and 0.11: plans are cut to the margin that is left, orders to what the broker's carries; delta binds none."""

from collections.abc import Callable, Sequence

import pytest

from allusetui.broker.simulated.exchange import Exchange
from allusetui.domain.input import Input, OrderRejected
from allusetui.domain.order import Order
from allusetui.journal.memory import MemoryJournal
from allusetui.scenario.load import parse
from tests.replaying import Replayed, replay, replay_text
from tests.rules.situations import AAPL, but, holding, option, outcomes, situation, told
from tests.rules.wires import Unreliable

FOUR = ("AAPL", "MSFT", "AMZN", "GOOG")


def margined(rate: float, equity: float = 399_000) -> dict[str, int]:
    """Contracts planned by symbol. 399,000 are four times five contracts of 19,950.

    A put binds (max(rate × 200 − 0.5, 19.95) + 1.155) × 100 = 20,000 × rate + 65.5.
    """
    text = situation(
        "2026-03-05T09:44:00", "2026-03-05T09:46:00", dict.fromkeys(FOUR, AAPL), f"[accounts.GEN]\nequity = {equity}",
        market=f"margin = {rate}",
    )  # fmt: skip
    r = replay_text(text)
    planned = {x["data"]["contract"]["symbol"]: x["data"]["quantity"] for x in r.of("entry.planned")}
    return planned | {s: 0 for s in FOUR if ("09:45:00", "margin_cap") in outcomes(r, "entry.skipped", s)}


@pytest.mark.clause("0.10")
def test_0_10_below_the_cap_nothing_is_cut() -> None:
    # 20 × 11,965.5 = 239,310; 60 % of 399,000 are 239,400.
    assert margined(0.595) == {"AAPL": 5, "MSFT": 5, "AMZN": 5, "GOOG": 5}


@pytest.mark.clause("0.10")
def test_0_10_the_plan_is_cut_from_the_last_in_universe_order_to_60_percent() -> None:
    # 14,065.5 each: 17 are 239,113.5, an 18th would be 253,179.
    assert margined(0.70) == {"AAPL": 5, "MSFT": 5, "AMZN": 5, "GOOG": 2}


@pytest.mark.clause("0.10")
def test_0_10_exactly_60_percent_is_allowed_and_what_is_cut_to_nothing_is_skipped() -> None:
    # 0.3: four contracts a symbol. 15 × 14,065.5 = 210,982.50 = 60 % of 351,637.50; a cent less and it is 14.
    assert margined(0.70, 351_637.50) == {"AAPL": 4, "MSFT": 4, "AMZN": 4, "GOOG": 3}
    assert margined(0.70, 351_637.49) == {"AAPL": 4, "MSFT": 4, "AMZN": 4, "GOOG": 2}
    # 399,000 × 0.6 = 239,400; at a margin of 79.5 % a put binds 15,965.5: 14 are 223,517, and none is left for GOOG.
    assert margined(0.795) == {"AAPL": 5, "MSFT": 5, "AMZN": 4, "GOOG": 0}


@pytest.mark.clause("0.10", "14.4")
def test_0_10_found_above_60_percent_there_are_no_entries_but_an_alert() -> None:
    # Nine 200 puts at a margin of 100 %: more than 180,000, which is 60 % of 300,000. They bind 180,000 of its cash.
    held = option("GEN", "AAPL", "2026-03-13", 200.0, "P", -9, 4.0, "2026-03-03")
    text = situation(
        "2026-03-05T09:40:00", "2026-03-05T09:50:00", {"AAPL": AAPL, "MSFT": AAPL}, held,
        "[accounts.GEN]\nequity = 300_000", market="margin = 1.0",
    )  # fmt: skip
    r = replay_text(text)
    assert outcomes(r, "entry.skipped", "MSFT") == [("09:45:00", "margin_cap")]
    assert r.of("order.sent") == []
    alerts = [x for x in r.of("alert.raised", account="GEN", severity="critical") if "margin" in x["data"]["text"]]
    assert [(told(x), x["clauses"]) for x in alerts] == [("09:40:00", ["0.10", "14.4"])]


@pytest.mark.clause("0.10")
def test_0_10_above_60_percent_no_call_is_written_either() -> None:
    held = option("GEN", "MSFT", "2026-03-13", 200.0, "P", -9, 4.0, "2026-02-27")
    text = situation(
        "2026-03-02T09:40:00", "2026-03-02T09:50:00", {"AAPL": AAPL, "MSFT": AAPL}, held,
        "[accounts.GEN]\nequity = 300_000", holding("GEN", "AAPL", 100, 190.0, True), market="margin = 1.0",
    )  # fmt: skip
    r = replay_text(text)
    (skipped,) = r.of("entry.skipped", symbol="AAPL")
    assert (skipped["data"]["reason"], skipped["clauses"]) == ("margin_cap", ["0.10"])
    assert r.of("entry.planned") == []


@pytest.mark.clause("0.11")
def test_0_11_no_portfolio_delta_keeps_an_entry_out() -> None:
    # 4,000 shares are a delta of 4,000 in an account of 1,000,000; 45 MSFT puts of Monday's week come on top.
    week = but(AAPL, strike_step=1.0, expiries='"daily"')
    text = situation(
        "2026-03-02T09:40:00", "2026-03-02T10:00:00", {"AAPL": week, "MSFT": week},
        "[accounts.COM]\nequity = 1_000_000", holding("COM", "AAPL", 4_000, 190.0), accounts=("COM",),
    )  # fmt: skip
    r = replay_text(text)
    planned = {x["data"]["contract"]["symbol"]: x["data"] for x in r.of("entry.planned")}
    assert planned["AAPL"]["quantity"] == 40
    put = planned["MSFT"]["contract"]
    # All the cash that 0.3 and 0.2 leave it: min(250,000, 200,000).
    assert put["right"] == "P" and planned["MSFT"]["quantity"] == int(200_000 // (put["strike"] * 100))


# The broker's own margin carries less than ours: the order is cut to that, and a cut is no rejection.

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
