"""6.10: which contract a roll goes into, what it may cost, and what happens where no roll is allowed."""

import json
from decimal import Decimal
from typing import Any

import pytest

from allusetui.codec.records import line
from allusetui.domain.account import Position
from allusetui.law.load import load
from allusetui.rules.protocol import affordable
from tests.replaying import Replayed, replay_text
from tests.rules.situations import AAPL, but, clock, fault, option, situation, tape

LAW = load("v1.3")
WED, THU, FRI = "2026-03-04", "2026-03-05", "2026-03-06"
# ATR 4 and strike 200: level 2 at 192. Sold for 20.00, a roll of the chain may cost up to 10.00 a share.
CALM = but(AAPL, spot=205.0, atr=4.0, spread_pct=0.002, volume=20000)
GEN = "[accounts.GEN]\nequity = 400_000"


def put(quantity: int = -10, price: float = 20.0, expiry: str = FRI) -> str:
    return option("GEN", "AAPL", expiry, 200.0, "P", quantity, price, "2026-03-03")


def breached(
    *more: str, aapl: str = CALM, held: str = "", end: str = f"{WED}T10:10:00", at: float = 191.0, market: str = ""
) -> Replayed:
    """GEN's puts are at level 2 at the look of 10:05:00, on a day without a window of its own."""
    down = tape(f"{WED}T10:01:00", AAPL=at)
    account = "" if any(m.startswith("[accounts.GEN]") for m in more) else GEN
    text = situation(f"{WED}T09:30:00", end, {"AAPL": aapl}, account, *more, held or put(), down, market=market)
    return replay_text(text)


def rows(record: dict[str, Any]) -> list[tuple[str, str | None]]:
    """Expiry and refusal of each candidate."""
    return [(row["contract"]["expiry"], row["refused"]) for row in record["data"]["candidates"]]


@pytest.mark.clause("6.10")
@pytest.mark.parametrize(
    ("before", "cost", "allowed"),
    [
        ("0", "0.60", True),  # exactly half of 1.20
        ("0", "0.6001", False),
        ("0.35", "0.25", True),  # with the costs of earlier rolls
        ("0.35", "0.2501", False),
        ("0", "-0.10", True),  # a credit
    ],
)
def test_6_10_a_chain_of_rolls_may_cost_half_of_its_first_credit(before: str, cost: str, allowed: bool) -> None:
    chain = Position(first_credit=Decimal("1.20"), chain_cost=Decimal(before))
    assert affordable(Decimal(cost), chain, LAW) is allowed


@pytest.fixture(scope="module")
def rolled() -> Replayed:
    return breached()


@pytest.mark.clause("6.3", "6.10")
def test_6_10_the_earliest_allowed_expiry_is_taken_though_a_later_one_is_cheaper(rolled: Replayed) -> None:
    (prepared,) = rolled.of("roll.prepared")
    assert rows(prepared) == [("2026-03-13", None), ("2026-03-20", None), ("2026-03-27", None)]
    costs = [row["cost"] for row in prepared["data"]["candidates"]]
    assert costs[0] > costs[1] > costs[2]
    (intended,) = rolled.of("order.intended")
    told = intended["data"]
    assert (told["purpose"], told["side"], told["quantity"]) == ("roll", "BUY", 10)
    assert told["contract"]["expiry"] == FRI and told["candidate"]["expiry"] == "2026-03-13"
    assert {"6.3", "6.10"} <= set(intended["clauses"]) and clock(intended) == "10:05:00"


@pytest.mark.clause("6.10")
def test_6_10_a_roll_is_one_combo_with_a_row_a_leg_and_says_what_it_cost(rolled: Replayed) -> None:
    (sent,) = rolled.of("order.sent")
    sold, bought = sorted(rolled.of("order.filled"), key=lambda r: str(r["data"]["side"]), reverse=True)
    assert sent["data"]["candidate"] == sold["data"]["contract"]
    assert sent["data"]["contract"] == bought["data"]["contract"]
    assert sold["data"]["client_order_id"] == bought["data"]["client_order_id"] == sent["data"]["client_order_id"]
    assert sold["data"]["quantity"] == bought["data"]["quantity"] == 10
    debit = bought["data"]["price"] - sold["data"]["price"]
    assert debit == pytest.approx(sent["data"]["limit"])
    (done,) = rolled.of("roll.done")
    assert done["data"]["cost"] == pytest.approx(debit + 0.013)  # two commissions of 0.65 on 100 shares
    assert done["data"]["chain_cost"] == done["data"]["cost"] and done["data"]["first_credit"] == 20.0
    assert done["data"]["credit"] == sold["data"]["price"]


@pytest.mark.clause("6.10", "6.4")
def test_6_10_escalates_when_the_roll_costs_more_than_half_the_credit() -> None:
    run = breached(held=put(price=3.0))
    told = [(r["kind"], r["clauses"]) for r in run.records if r["kind"] in ("roll.refused", "protocol.level")]
    assert told == [("protocol.level", ["6.3"]), ("roll.refused", ["6.10"]), ("protocol.level", ["6.10", "6.4"])]
    (refused,) = run.of("roll.refused")
    assert refused["data"]["reason"] == "economics" and refused["data"]["first_credit"] == 3.0
    assert {why for _, why in rows(refused)} == {"economics"}
    assert min(row["cost"] for row in refused["data"]["candidates"]) > 1.5
    escalated = run.of("protocol.level", to=3)[0]["data"]
    assert (escalated["from"], escalated["breach"], escalated["spot"], escalated["stale"]) == (2, 2.25, 191.0, False)
    assert run.of("state.changed", reason="level3")[0]["data"]["to"] == "SAFE"
    assert [r["data"]["quantity"] for r in run.of("stop.done")] == [10]
    assert not run.of("order.intended", purpose="roll")
    assert {clock(r) for r in [refused, *run.of("order.intended", purpose="stop")]} == {"10:05:00"}


@pytest.mark.clause("6.10")
@pytest.mark.peer(31)
def test_6_10_the_costs_of_a_chain_add_up_against_its_first_credit() -> None:
    # Rolled at 191 to a put near 189.5; 8 below that strike it is at level 2 again.
    again = tape(f"{WED}T10:31:00", AAPL=181.0)
    run = breached(again, end=f"{WED}T10:40:00", held=put(price=40.0))
    first, second = run.of("roll.done")
    assert second["data"]["contract"] == first["data"]["candidate"]
    assert first["data"]["first_credit"] == second["data"]["first_credit"] == 40.0
    assert second["data"]["chain_cost"] == pytest.approx(first["data"]["cost"] + second["data"]["cost"])
    # With a first credit of 20 the same second roll is past half of it: the chain counts, not the roll alone.
    poorer = breached(again, end=f"{WED}T10:40:00")
    (refused,) = poorer.of("roll.refused")
    cheap = [row for row in refused["data"]["candidates"] if row["cost"] <= 10.0]
    assert cheap and all(row["chain_cost"] > 10.0 for row in cheap)
    assert refused["data"]["reason"] == "economics" and len(poorer.of("roll.done")) == 1


@pytest.mark.clause("6.10")
@pytest.mark.parametrize(
    ("listed", "held", "next_three"),
    [
        ("mon-wed-fri", FRI, ["2026-03-09", "2026-03-11", "2026-03-13"]),
        ("daily", WED, ["2026-03-05", "2026-03-06", "2026-03-09"]),
        ("friday", "2026-03-20", ["2026-03-27", "2026-04-02", "2026-04-10"]),  # Good Friday's is listed a day before
    ],
)
def test_6_10_the_candidates_are_the_next_three_listed_expiries(listed: str, held: str, next_three: list[str]) -> None:
    run = breached(aapl=but(CALM, expiries=f'"{listed}"'), held=put(expiry=held))
    assert [expiry for expiry, _ in rows(run.of("roll.prepared")[0])] == next_three


@pytest.mark.clause("6.10", "1.6")
def test_6_10_a_new_leg_over_a_report_is_no_candidate() -> None:
    run = breached(aapl=but(CALM, earnings="[2026-03-17]"))
    assert rows(run.of("roll.prepared")[0]) == [
        ("2026-03-13", None), ("2026-03-20", "earnings"), ("2026-03-27", "earnings"),
    ]  # fmt: skip
    assert run.of("roll.done")[0]["data"]["candidate"]["expiry"] == "2026-03-13"


@pytest.mark.clause("6.10", "1.6", "6.4")
def test_6_10_all_candidates_over_a_report_refuse_the_roll_for_earnings() -> None:
    run = breached(aapl=but(CALM, earnings="[2026-03-10]"))
    assert [r["data"]["reason"] for r in run.of("roll.refused")] == ["earnings"]
    assert run.of("stop.done") and not run.of("roll.done")


@pytest.mark.clause("6.10")
def test_6_10_no_strike_near_the_band_leaves_no_candidate() -> None:
    # Strikes every 50: 200 is far in the money at 191, 150 far out of it.
    run = breached(aapl=but(CALM, strike_step=50.0))
    (refused,) = run.of("roll.refused")
    assert refused["data"]["reason"] == "no_candidate" and rows(refused) == []
    assert run.of("stop.done")


@pytest.mark.clause("6.10", "8.1")
@pytest.mark.parametrize(
    ("part", "value", "why"), [("oi", 499, "open_interest"), ("volume", 99, "volume"), ("spread_pct", 0.06, "spread")]
)
def test_6_10_the_new_leg_has_to_be_liquid(part: str, value: float, why: str) -> None:
    run = breached(aapl=but(CALM, **{part: value}))
    (refused,) = run.of("roll.refused")
    assert {reason for _, reason in rows(refused)} == {why}
    assert refused["data"]["reason"] == "no_candidate" and run.of("stop.done")


@pytest.mark.clause("6.10", "8.2")
def test_6_10_what_a_days_volume_does_not_take_of_one_expiry_goes_to_the_next() -> None:
    # A tenth of 100 is 10 contracts; half of the 20 is left for the next look, and that for the next expiry.
    run = breached(aapl=but(CALM, volume=100), held=put(-20), end=f"{WED}T10:12:00")
    done = [(r["data"]["candidate"]["expiry"], r["data"]["quantity"]) for r in run.of("roll.done")]
    assert done == [("2026-03-13", 10), ("2026-03-20", 10)]
    assert not run.of("roll.refused")
    # Of 40 the three expiries take 10 each; no expiry is left for the last 10.
    large = "[accounts.GEN]\nequity = 800_000"
    more = breached(large, aapl=but(CALM, volume=100), held=put(-40), end=f"{WED}T10:12:00")
    assert [r["data"]["quantity"] for r in more.of("roll.done")] == [10, 10, 10]
    (refused,) = more.of("roll.refused")
    assert {why for _, why in rows(refused)} == {"adv"} and refused["data"]["reason"] == "no_candidate"
    assert [r["data"]["quantity"] for r in more.of("stop.done")] == [10]


@pytest.mark.clause("6.10", "0.9")
def test_6_10_a_roll_is_exempt_from_windows_pivot_and_freeze() -> None:
    run = breached("[accounts.GEN]\nequity = 400_000\nhigh_water = 500_000")
    assert run.of("pivot.entered", account="GEN") and run.of("freeze.on", account="GEN")
    assert [clock(r) for r in run.of("roll.done")] == ["10:05:01"]


@pytest.mark.clause("6.10", "0.5")
@pytest.mark.peer(32)
def test_6_10_what_a_roll_cannot_fill_is_tried_again_at_the_next_look() -> None:
    run = breached(fault(f"{WED}T10:00:00", "no_fill", "AAPL", "8m"), held=put(-1), end=f"{WED}T10:12:00")
    intended = [clock(r) for r in run.of("order.intended", purpose="roll")]
    # A single contract walks four prices of 3 s; level 2 is looked at every half minute.
    assert intended[:3] == ["10:05:00", "10:05:30", "10:06:00"]
    given_up = run.of("order.abandoned")
    assert [clock(r) for r in given_up][:2] == ["10:05:12", "10:05:42"]
    assert {r["data"]["reason"] for r in given_up} == {"slippage_cap"}
    assert len(run.of("roll.done")) == 1 and not run.of("roll.refused") and len(run.of("roll.prepared")) == 1


@pytest.mark.clause("6.10", "8.5")
def test_6_10_a_chain_that_is_missing_refuses_nothing_and_is_asked_for_again() -> None:
    run = breached(fault(f"{WED}T10:00:00", "no_chain", "AAPL", "430s"))
    assert clock(run.of("protocol.level", to=2)[0]) == clock(run.of("freeze.on")[0]) == "10:05:00"
    assert [clock(r) for r in run.of("roll.prepared")] == ["10:07:30"]
    assert not run.of("roll.refused") and [clock(r) for r in run.of("roll.done")] == ["10:07:31"]


@pytest.mark.clause("6.10", "0.10")
def test_6_10_a_new_leg_that_binds_more_margin_than_the_cap_leaves_is_cut_or_none() -> None:
    # 40 contracts, iv 1.20. The first candidate binds less than the held put, 0.55 × 191 + 12.69 a share; the others,
    # 2.5 and 1.5 out of the money at 17.69 and 21.87, bind 2.50 and 7.68 more. Above the cap already, there is no room.
    wild = but(CALM, iv=1.2)
    at = {"aapl": wild, "held": put(-40), "end": f"{WED}T10:06:00", "market": "margin = 0.55"}
    cut = breached("[accounts.GEN]\nequity = 825_667", **at)
    first, second, third = (row["quantity"] for row in cut.of("roll.prepared")[0]["data"]["candidates"])
    assert first == 40 and second == 27 and third == pytest.approx(27 * 2.50 / 7.68, abs=1)
    none = breached("[accounts.GEN]\nequity = 805_667", **at)
    assert [why for _, why in rows(none.of("roll.prepared")[0])] == [None, "margin_cap", "margin_cap"]


@pytest.mark.clause("6.10", "0.5")
def test_6_10_puts_sold_in_pieces_have_an_average_credit_that_a_journal_can_hold() -> None:
    # Seven sold, three at 12.23 and four at 12.10: 12.155714… each. At 195.40 they are rolled for a credit.
    dear = but(AAPL, iv=3.0, atr=0.5, volume=5000, strike_step=0.5, expiries='"daily"')
    slow, down = fault(f"{THU}T09:45:00", "partial_fill", "AAPL", "60s", value=1), tape(f"{THU}T10:30:00", AAPL=195.4)
    run = replay_text(
        situation(f"{THU}T09:44:00", f"{THU}T10:31:00", {"AAPL": dear}, "[accounts.GEN]\nequity = 560_000", slow, down)
    )
    assert {row["data"]["price"] for row in run.of("order.filled", side="SELL") if clock(row) < "10:00:00"} == {
        12.23, 12.1,
    }  # fmt: skip
    told = [json.loads(line(*row))["data"]["chain"] for row in run.journal.read() if row[2].kind == "order.intended"]
    assert told == [None, {"first_credit": 12.1557, "cost": 0.0}]
    assert run.of("roll.done")
