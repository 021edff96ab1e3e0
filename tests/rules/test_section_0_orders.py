"""0.4 and 0.5: how an intent becomes clips, and how the price of a clip walks from mid to its cap."""

from decimal import Decimal
from typing import Any

import pytest

from allusetui.engine.walk import clips, halves
from tests.replaying import DATA, Replayed, replay_text
from tests.rules.situations import AAPL, but, fault, operator, option, situation, tape, told

# Thursday 03-05, GEN: the 199.5 put at 1.14/1.17, mid 1.155, 19,950 a contract. n × 199,500 of capital are n contracts:
# GEN's 40 % are 79,800 n, of which a quarter is 19,950 n.
START, END = "2026-03-05T09:44:00", "2026-03-05T09:50:00"
QUIET = fault("2026-03-05T09:40:00", "no_fill", "AAPL", "2h")
SENT = ("order.sent", "order.replaced")


def thursday(contracts: int, *more: str, end: str = END, aapl: str = AAPL) -> Replayed:
    return replay_text(situation(START, end, {"AAPL": aapl}, *more, capital=199_500 * contracts))


def sent(replayed: Replayed) -> list[dict[str, Any]]:
    return [r for r in replayed.records if r["kind"] in SENT]


def prices(replayed: Replayed) -> list[tuple[str, int, float]]:
    """When, how many, at what limit."""
    return [(told(r), r["data"]["quantity"], r["data"]["limit"]) for r in sent(replayed)]


@pytest.mark.clause("0.4")
@pytest.mark.parametrize(
    ("contracts", "sizes"), [(49, (49,)), (50, (50,)), (51, (50, 1)), (100, (50, 50)), (120, (50, 50, 20))]
)
def test_0_4_n_contracts_are_clips_of_50_and_the_rest(contracts: int, sizes: tuple[int, ...]) -> None:
    assert clips(contracts, 50) == sizes


@pytest.mark.clause("0.4")
def test_0_4_fifty_contracts_are_one_order() -> None:
    r = thursday(50)
    assert [x["data"]["quantity"] for x in sent(r)] == [50]
    assert r.of("intent.split") == []


@pytest.mark.clause("0.4")
def test_0_4_the_clips_of_a_symbol_follow_each_other() -> None:
    r = thursday(120)
    assert [x["data"]["sizes"] for x in r.of("intent.split")] == [[50, 50, 20]]
    orders = [(x["kind"], x["data"]["quantity"]) for x in r.records if x["kind"] in (*SENT, "order.filled")]
    assert orders == [
        ("order.sent", 50), ("order.filled", 50), ("order.sent", 50), ("order.filled", 50),
        ("order.sent", 20), ("order.filled", 20),
    ]  # fmt: skip
    assert [x["data"]["client_order_id"].rsplit("-", 1)[1] for x in r.of("order.sent")] == ["1.v1", "2.v1", "3.v1"]


@pytest.mark.clause("0.4")
def test_0_4_different_symbols_and_different_accounts_work_in_parallel() -> None:
    mini = "[accounts.MINI-1]\nequity = 400_000"
    text = situation(
        START, END, {"AAPL": AAPL, "MSFT": AAPL}, mini, accounts=("GEN", "MINI-1"), capital=199_500 * 60
    )  # fmt: skip
    first = [x for x in replay_text(text).of("order.sent") if told(x) == "09:45:00"]
    assert [(x["account"], x["data"]["contract"]["symbol"], x["data"]["quantity"]) for x in first] == [
        ("GEN", "AAPL", 50), ("GEN", "MSFT", 50), ("MINI-1", "AAPL", 5), ("MINI-1", "MSFT", 5),
    ]  # fmt: skip


@pytest.mark.clause("0.5")
def test_0_5_a_sale_walks_from_mid_to_5_percent_below_it_and_never_further() -> None:
    # 1.155 × (1, .98333, .96667, .95) = 1.155, 1.13575, 1.1165, 1.09725, each rounded up to the cent.
    assert prices(thursday(1, QUIET)) == [
        ("09:45:00", 1, 1.16), ("09:45:03", 1, 1.14), ("09:45:06", 1, 1.12), ("09:45:09", 1, 1.10),
    ]  # fmt: skip


@pytest.mark.clause("0.5")
def test_0_5_each_step_reads_the_mid_anew() -> None:
    # At 09:45:02 the vol falls to .29: 1.10/1.13, mid 1.115. k = 1..3 of it: 1.0965, 1.0779, 1.0593.
    r = thursday(1, QUIET, tape("2026-03-05T09:45:02", AAPL__iv=0.29))
    assert prices(r) == [("09:45:00", 1, 1.16), ("09:45:03", 1, 1.10), ("09:45:06", 1, 1.08), ("09:45:09", 1, 1.06)]


@pytest.mark.clause("0.5")
def test_0_5_a_step_that_rounds_to_the_working_price_sends_nothing_and_restarts_the_3_s() -> None:
    # A tick of 0.02: 1.14/1.18, mid 1.16; k = 1 is 1.14067, which rounds up to 1.16 again: it stays 3 s more.
    r = thursday(1, QUIET, aapl=but(AAPL, tick=0.02))
    assert prices(r) == [("09:45:00", 1, 1.16), ("09:45:06", 1, 1.14), ("09:45:09", 1, 1.12)]
    assert [told(x) for x in r.of("order.abandoned")] == ["09:45:12"]


@pytest.mark.clause("0.5")
@pytest.mark.parametrize(
    ("rest", "sizes"), [(2, (1, 1)), (3, (1, 1, 1)), (5, (2, 2, 1)), (6, (3, 3)), (9, (4, 4, 1)), (50, (25, 25))]
)
def test_0_5_a_clip_is_halved_into_new_clips(rest: int, sizes: tuple[int, ...]) -> None:
    assert halves(rest) == sizes


@pytest.fixture(scope="module")
def five() -> Replayed:
    return thursday(5, QUIET)


@pytest.mark.clause("0.5")
def test_0_5_after_the_last_step_the_clip_is_cancelled_and_halved_from_k_0(five: Replayed) -> None:
    assert [(told(x), x["data"]["sizes"]) for x in five.of("intent.split")] == [
        ("09:45:12", [2, 2, 1]), ("09:45:24", [1, 1]),
    ]  # fmt: skip
    walk = [1.16, 1.14, 1.12, 1.10]
    assert [(q, limit) for _, q, limit in prices(five)] == [(n, limit) for n in (5, 2, 1) for limit in walk]
    assert [told(x) for x in five.of("order.cancelled")] == ["09:45:12", "09:45:24", "09:45:36"]


@pytest.mark.clause("0.5")
def test_0_5_a_one_lot_that_has_run_its_steps_gives_everything_up_in_one_event(five: Replayed) -> None:
    ends = [(told(x), x["data"]["reason"], x["data"]["quantity"], x["clauses"]) for x in five.of("order.abandoned")]
    assert ends == [("09:45:36", "slippage_cap", 5, ["0.5"])]
    last = sent(five)[-1]["data"]
    assert five.of("order.abandoned")[0]["data"]["client_order_id"] == last["client_order_id"]
    assert last["intent"] == five.of("order.abandoned")[0]["data"]["intent"]
    assert five.of("entry.skipped", symbol="AAPL") == []


@pytest.mark.clause("0.5")
def test_0_5_three_halvings_are_the_last() -> None:
    # 16 → 8 + 8 → 4 + 4 → 2 + 2: four walks of 12 s, then everything is given up, twos and all.
    r = thursday(16, QUIET)
    assert [x["data"]["sizes"] for x in r.of("intent.split")] == [[8, 8], [4, 4], [2, 2]]
    ends = [(told(x), x["data"]["quantity"]) for x in r.of("order.abandoned")]
    assert ends == [("09:45:48", 16)]


@pytest.mark.clause("0.5", "0.4")
def test_0_5_what_a_smaller_clip_fills_is_not_given_up() -> None:
    # Nothing fills until 09:45:13: the first half (8) fills then, the second follows it.
    r = thursday(16, fault("2026-03-05T09:40:00", "no_fill", "AAPL", "313s"))
    assert [(told(x), x["data"]["quantity"]) for x in r.of("order.filled")] == [("09:45:13", 8), ("09:45:14", 8)]
    assert r.of("order.abandoned") == []


# A put held short whose stop is due: strike 200, ATR 4, spot 187 is a breach of 3.25.
HELD = option("GEN", "AAPL", "2026-03-13", 200.0, "P", -3, 20.0, "2026-03-03")
WILD = but(AAPL, atr=4.0)
DROP = tape("2026-03-04T10:01:00", AAPL=187.0)


def wednesday(*more: str, drop: str = DROP, end: str = "2026-03-04T10:12:00", aapl: str = WILD) -> Replayed:
    """GEN holds three 200 puts of next week, which the drop breaches; the look of 10:05 acts on it."""
    return replay_text(situation("2026-03-04T10:00:00", end, {"AAPL": aapl}, HELD, drop, *more))


@pytest.fixture(scope="module")
def stop() -> Replayed:
    """Nothing fills from 10:00 to 10:06; the vol rises at 10:05:40."""
    return wednesday(
        fault("2026-03-04T10:00:00", "no_fill", "AAPL", "6m"), tape("2026-03-04T10:05:40", AAPL__iv=0.6)
    )  # fmt: skip


@pytest.mark.clause("0.5", "6.4")
def test_0_5_a_purchase_walks_up_and_rounds_down(stop: Replayed) -> None:
    # Far in the money: the quotes, and with them each limit, are known from k = 0 to a cent.
    first = prices(stop)[:4]
    mid = Decimal(str(first[0][2]))
    assert [at for at, _, _ in first] == ["10:05:00", "10:05:03", "10:05:06", "10:05:09"]
    for k, (_, _, limit) in enumerate(first):
        cap = (mid + Decimal("0.01")) * (1 + Decimal("0.05") * k / 3)
        assert mid * (1 + Decimal("0.05") * k / 3) - Decimal("0.01") < Decimal(str(limit)) < cap


@pytest.mark.clause("0.5", "6.4")
def test_0_5_a_stop_never_gives_up_but_goes_on_at_the_cap_of_a_freshly_read_mid(stop: Replayed) -> None:
    assert stop.of("order.abandoned") == [] and stop.of("intent.split") == []
    at_cap = prices(stop)[3][2]
    later = [(at, limit) for at, _, limit in prices(stop)[4:] if at >= "10:05:40"]
    assert later and later[0][1] > at_cap * 1.02
    filled = stop.of("order.filled")
    assert [(x["data"]["quantity"], told(x) >= "10:06:00") for x in filled] == [(3, True)]
    assert stop.of("stop.done")[0]["data"]["quantity"] == 3


@pytest.mark.clause("0.5", "6.10")
def test_0_5_a_roll_walks_from_net_mid_to_5_percent_of_the_bought_mid_above_it() -> None:
    # Spot 191 is a breach of 2.25. roll.prepared shows cost = bought mid − sold mid + 2 × 0.65 / 100.
    r = wednesday(fault("2026-03-04T10:00:00", "no_fill", "AAPL", "1h"), drop=tape("2026-03-04T10:01:00", AAPL=191.0))
    told_roll = r.of("roll.prepared")[0]["data"]
    net = Decimal(str(told_roll["cost"])) - Decimal("0.013")
    bought = net + Decimal(str(told_roll["credit"]))
    first = [x["data"] for x in sent(r)[:4]]
    assert {x["candidate"]["expiry"] > x["contract"]["expiry"] for x in first} == {True}
    for k, x in enumerate(first):
        exact = net + bought * Decimal("0.05") * k / 3
        assert x["limit"] == float(exact.quantize(Decimal("0.01"), "ROUND_FLOOR"))


@pytest.mark.clause("0.5", "1.4")
def test_0_5_what_is_close_to_its_strike_after_1540_is_worked_without_giving_up() -> None:
    # Friday, spot 199.8 and a 199.5 put: within 0.5 %. Nothing fills until 15:42:30.
    held = option("GEN", "AAPL", "2026-03-06", 199.5, "P", -1, 1.5, "2026-03-05")
    quiet = fault("2026-03-06T14:00:00", "no_fill", "AAPL", "6150s")
    text = situation("2026-03-06T15:37:00", "2026-03-06T15:45:00", {"AAPL": but(AAPL, spot=199.8)}, held, quiet)
    r = replay_text(text)
    ends = [told(x) for x in r.of("order.abandoned")]
    assert ends and all(at < "15:40:00" for at in ends)
    assert {x["data"]["reason"] for x in r.of("order.abandoned")} == {"slippage_cap"}
    assert ["15:42:30" <= told(x) < "15:42:40" for x in r.of("order.filled")] == [True]


@pytest.mark.clause("0.5", "0.4", "9.1")
def test_9_1_a_position_closed_by_hand_goes_through_the_same_plan() -> None:
    by_hand = operator("2026-03-04T10:02:00", "close", "GEN") + "".join(
        f"\n{line}" for line in ('symbol = "AAPL"', "expiry = 2026-03-13", "strike = 200.0", 'right = "P"')
    )
    r = wednesday(by_hand, drop="")
    wanted = [(told(x), x["data"]["purpose"], x["data"]["side"], x["data"]["quantity"]) for x in r.of("order.intended")]
    assert wanted == [("10:02:00", "close", "BUY", 3)]
    assert [(told(x), x["data"]["quantity"]) for x in r.of("order.filled")] == [("10:02:01", 3)]


@pytest.mark.clause("0.5", "0.6")
def test_0_5_of_a_clip_that_filled_in_part_the_rest_is_halved() -> None:
    # One contract every two seconds: of 16 five or six are gone when the walk of 12 s ends.
    r = thursday(16, fault("2026-03-05T09:40:00", "partial_fill", "AAPL", "2h", value=0.5))
    (first, *_) = r.of("intent.split")
    gone = sum(x["data"]["quantity"] for x in r.of("order.filled") if told(x) <= told(first))
    rest = 16 - gone
    assert 0 < gone < 16 and first["data"]["sizes"][0] == rest // 2 and sum(first["data"]["sizes"]) == rest


@pytest.mark.clause("0.5", "5.3")
@pytest.mark.peer(24)
def test_0_5_peers_24_the_first_limit_after_a_look_at_a_chain_keeps_the_grid_of_its_price() -> None:
    """An SPX put of 131.65: from 3 dollars on SPX is traded in dimes, and the broker refuses all else."""
    text = situation("2020-03-09T09:00:00", "2020-03-10T10:01:00", {}, market=f'data = "{DATA}"', capital=4_000_000)
    history = text.replace('kind = "scripted"', 'kind = "history"').partition("[market.symbols")[0]
    (hedge,) = [row["data"] for row in replay_text(history).of("order.sent", purpose="hedge")]
    assert hedge["contract"]["symbol"] == "SPX" and hedge["limit"] == pytest.approx(131.6)
