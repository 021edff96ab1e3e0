"""15.1: the same engine decides over the wire what it decides on the exchange of its own process, but for times."""

from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest

from allusetui.broker.gateway.commands import ByHand, Double, Restart
from allusetui.broker.gateway.fields import Wanted
from allusetui.domain.account import Latch
from allusetui.domain.contract import Side
from allusetui.domain.link import Linked
from allusetui.domain.moment import to_ms
from tests.broker.ibkr.engine_wired import DAY, FRIDAY, LINK, QUIET, SITUATIONS, over_the_wire
from tests.replaying import Replayed, replay_text
from tests.rules.situations import AAPL, but, fault, holding, operator, option, situation

pytestmark = [pytest.mark.asyncio, pytest.mark.usefixtures("unhurried")]
ORDERS = ("order.intended", "order.sent", "order.replaced", "order.filled", "order.cancelled", "order.abandoned")


def decided(replayed: Replayed) -> list[str]:
    """Every word on orders: which, of how many, at which price; not when, and not the broker's own numbers.

    In one order of their own: what fills within an instant is told in any.
    """
    wanted = ("client_order_id", "intent", "purpose", "side", "contract", "quantity", "limit", "price", "reason")
    return sorted(
        f"{row['kind']} {[row['data'].get(key) for key in wanted]}" for row in replayed.records if row["kind"] in ORDERS
    )


SCENARIOS = Path(__file__).parents[2] / "scenarios"
WRITTEN = (
    "2.3-gen-roll-trigger", "6.3-level-2-rolls-and-freezes", "6.10-roll-at-half-the-credit",
    "7.1-itm-above-95-percent", "8.6-broker-lost", "1.4-pin-risk", "0.7-pause-and-resume", "0.8-kill-switch",
    "4.1-com-calls", "6.8-called-away-re-enters", "thanksgiving-week", "wheel-three-weeks",
)  # fmt: skip


@pytest.mark.clause("15.1")
@pytest.mark.parametrize("name", WRITTEN)
async def test_15_1_written_scenarios_come_to_the_same_over_the_wire(name: str) -> None:
    text = (SCENARIOS / f"{name}.toml").read_text("utf-8")
    replayed = await over_the_wire(text)
    assert decided(replayed) == decided(replay_text(text)) != []
    assert replayed.of("reconcile.mismatch") == []


@pytest.mark.clause("15.1")
@pytest.mark.parametrize("name", SITUATIONS)
async def test_15_1_the_engine_decides_over_the_wire_as_it_does_without_one(name: str) -> None:
    replayed = await over_the_wire(SITUATIONS[name])
    assert decided(replayed) == decided(replay_text(SITUATIONS[name])) != []
    assert replayed.of("reconcile.mismatch") == []


@pytest.mark.clause("0.6", "9.5")
async def test_0_6_an_order_that_becomes_two_stops_its_account_and_both_are_cancelled() -> None:
    text = situation(
        f"{DAY}T09:44:00", f"{DAY}T09:50:00", {"AAPL": AAPL}, fault(f"{DAY}T09:40:00", "no_fill", "AAPL"),
    )  # fmt: skip
    first = decided_first(await over_the_wire(text))
    replayed = await over_the_wire(text, [(to_ms(datetime(2026, 3, 5, 9, 45, 1)), Double(first))])
    (shown,) = replayed.of("reconcile.mismatch")
    named, *numbers = shown["data"]["settlement"].split()
    assert (shown["account"], shown["data"]["what"], named, len(numbers)) == ("GEN", "double_order", first, 2)
    assert replayed.run.runtime.engine.state.accounts["GEN"].latches == {Latch.MISMATCH}
    assert [row["data"]["client_order_id"] for row in replayed.of("order.sent")] == [first]
    assert replayed.of("order.replaced") == []
    assert [row["data"]["reason"] for row in replayed.of("order.abandoned", account="GEN")] == ["safe"]


@pytest.mark.clause("9.5", "10.3")
@pytest.mark.parametrize(("link", "explains"), [(LINK, True), (None, False)])
async def test_9_5_a_dividend_that_nobody_tells_of_is_read_off_the_brokers_cash(
    link: Linked | None, explains: bool
) -> None:
    paying = but(AAPL, oi=0, dividends=f"[{{ ex = {FRIDAY}, amount = 0.25 }}]")
    text = situation(
        f"{DAY}T09:44:00", f"{FRIDAY}T17:05:00", {"AAPL": paying}, holding("COM", "AAPL", 300, 190.0),
        accounts=("GEN", "COM"),
    )  # fmt: skip
    replayed = await over_the_wire(text, link=link)
    assert (replayed.of("cash.booked", reason="dividend", amount=75.0) != []) is explains
    assert (replayed.of("reconcile.mismatch") == []) is explains


@pytest.mark.clause("8.6", "9.5")
@pytest.mark.peer(3, 6)
@pytest.mark.parametrize(
    ("start", "away", "end", "why"),
    [
        (f"{DAY}T15:55:00", f"{DAY}T23:45:30", f"{DAY}T23:59:00", "the gateway restarts for the night"),
        (f"{FRIDAY}T16:35:00", "2026-03-07T12:00:00", "2026-03-07T12:10:00", "the broker's weekend"),
    ],
)
async def test_8_6_faults_17_a_gateway_that_is_away_as_expected_is_a_named_safe_and_a_resume_without_an_alarm(
    start: str, away: str, end: str, why: str
) -> None:
    turns = [operator(f"{away[:-5]}{minute}:40", "no_entries", "GEN") for minute in (away[-5:-3], end[-5:-3])]
    put = option("GEN", "AAPL", "2026-03-13", 180.0, "P", -2, 1.1, DAY)
    text = situation(start, f"{end[:-2]}59", {"AAPL": QUIET}, put, *turns)
    replayed = await over_the_wire(text, [(to_ms(datetime.fromisoformat(away)), Restart())])

    def since(kind: str, key: str, account: str | None = None) -> list[str]:
        rows = replayed.of(kind, account=account)
        return [row["data"][key] for row in rows if row["ts"][:19] >= away and row["data"][key] != "no_entries"]

    assert since("broker.down", "reason") == [f"the gateway hung up ({why})"]
    assert since("latch.set", "latch", "GEN") == ["broker"] == since("latch.released", "latch", "GEN")
    steps = since("resume.step", "step", "GEN")
    assert steps == ["snapshot", "broker", "reconcile", "schedule", "risk", "active"]
    assert replayed.of("alert.raised", severity="critical") == [] == replayed.of("order.sent")


@pytest.mark.clause("9.5")
@pytest.mark.peer(15, 36)
@pytest.mark.parametrize("becomes", [None, "GOOG"])
async def test_9_5_faults_21_shares_that_are_sold_over_our_head_or_change_their_name_stop_their_account_at_once(
    becomes: str | None,
) -> None:
    at_ms = to_ms(datetime.fromisoformat(f"{DAY}T11:00:00"))
    trades = [("AAPL", Side.SELL, Decimal(150)), *([(becomes, Side.BUY, Decimal(900))] if becomes else [])]
    text = situation(
        f"{DAY}T10:55:00", f"{DAY}T11:01:00", {"AAPL": QUIET, "GOOG": QUIET},
        holding("COM", "AAPL", 300, 190.0), accounts=("COM",),
    )  # fmt: skip
    by_hand = [ByHand(Wanted(symbol=each, sec_type="STK", exchange="SMART", currency="USD"), side, 300, limit)
               for each, side, limit in trades]  # fmt: skip
    replayed = await over_the_wire(text, [(at_ms, each) for each in by_hand])
    told = {
        (row["data"]["contract"] or {}).get("symbol"): (row["account"], row["ts"][11:19])
        for row in replayed.of("reconcile.mismatch", what="missing_position")
    }
    assert set(told) == {"AAPL"} and told["AAPL"][0] == "COM" and told["AAPL"][1] < "11:00:10"
    foreign = [row["data"]["contract"]["symbol"] for row in replayed.of("reconcile.mismatch", what="unknown_position")]
    assert foreign == ([becomes] if becomes else [])
    assert Latch.MISMATCH in replayed.run.runtime.engine.state.accounts["COM"].latches
    assert replayed.of("order.sent") == []


def decided_first(replayed: Replayed) -> str:
    """The id of the first order that was sent."""
    return str(replayed.of("order.sent")[0]["data"]["client_order_id"])
