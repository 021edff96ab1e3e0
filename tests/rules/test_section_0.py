"""0.1, 0.9 and 2.5: what an account is given, and what a drawdown does to it."""

from decimal import Decimal

import pytest

from tests.replaying import Replayed, replay_text
from tests.rules.situations import AAPL, but, fault, holding, operator, option, situation, tape, told

# Wednesday: NVDA 180 at vol .45, Fri: the 177 put (delta .309) is 17,700.
NVDA = "spot = 180.0\niv = 0.45\natr = 18.0\noi = 5000\nvolume = 5000\nstrike_step = 1.0"
WEDNESDAY = "2026-02-25T"


def amount(clock: str, action: str, account: str, dollars: float) -> str:
    return operator(clock, action, account) + f"\namount = {dollars}"


def rev(equity: int, *more: str, vix: str = "spot = 18.0", end: str = "10:00:00", mark: int = 100_000) -> Replayed:
    """REV with its equity and its mark, on the morning of its window."""
    books = f"[accounts.REV]\nequity = {equity}\nhigh_water = {mark}"
    text = situation(
        f"{WEDNESDAY}09:30:00", WEDNESDAY + end, {"VIX": vix, "NVDA": NVDA}, books, *more, accounts=("REV",)
    )
    return replay_text(text)


def gen(equity: int, *more: str, vix: str = "spot = 35.0", name: str = "GEN") -> Replayed:
    books = f"[accounts.{name}]\nequity = {equity}\nhigh_water = 100_000"
    text = situation(
        "2026-03-05T09:30:00", "2026-03-05T10:00:00", {"VIX": vix, "AAPL": AAPL}, books, *more, accounts=(name,)
    )
    return replay_text(text)


def given(replayed: Replayed) -> dict[str, tuple[object, object]]:
    rows = replayed.of("account.provisioned")
    return {r["account"]: (r["data"]["equity"], r["data"]["base"]) for r in rows}


def skips(replayed: Replayed, symbol: str) -> list[tuple[str, str]]:
    return [(told(r), r["data"]["reason"]) for r in replayed.of("entry.skipped", symbol=symbol)]


# 0.1


@pytest.mark.clause("0.1")
def test_0_1_gen_gets_40_and_rev_30_percent_down_to_the_cent_and_com_the_rest() -> None:
    # 100,001.09: 40,000.436 → .43, 30,000.327 → .32, the rest 30,000.34.
    start, end = "2026-03-05T09:30:00", "2026-03-05T09:31:00"
    r = replay_text(situation(start, end, {"AAPL": AAPL}).replace("capital = 1000000", "capital = 100_001.09"))
    assert given(r) == {
        "GEN": (40_000.43, 40_000.43), "REV": (30_000.32, 30_000.32), "COM": (30_000.34, 30_000.34),
    }  # fmt: skip


@pytest.mark.clause("0.1")
def test_0_1_an_account_with_a_table_of_its_own_has_what_it_says_and_without_capital_the_others_nothing() -> None:
    start, end = "2026-03-05T09:30:00", "2026-03-05T09:31:00"
    own = "[accounts.REV]\nequity = 85_000\nbase = 70_000"
    r = replay_text(situation(start, end, {"AAPL": AAPL}, own))
    assert given(r) == {"GEN": (400_000, 400_000), "REV": (85_000, 70_000), "COM": (300_000, 300_000)}
    r = replay_text(situation(start, end, {"AAPL": AAPL}, own, capital=None))
    assert given(r) == {"GEN": (0, 0), "REV": (85_000, 70_000), "COM": (0, 0)}


@pytest.fixture(scope="module")
def flows() -> Replayed:
    """GEN, 400,000 in cash on a Friday: 50,000 come at 10:01, 150,000 go at 12:01."""
    coming = amount("2026-03-06T10:01:00", "deposit", "GEN", 50_000)
    going = amount("2026-03-06T12:01:00", "withdraw", "GEN", 150_000)
    text = situation("2026-03-06T09:30:00", "2026-03-06T17:00:00", {"AAPL": AAPL}, coming, going)
    return replay_text(text)


@pytest.mark.clause("0.1")
def test_0_1_deposits_and_withdrawals_move_cash_and_base(flows: Replayed) -> None:
    booked = [(told(x), x["account"], x["data"]["reason"], x["data"]["amount"]) for x in flows.of("cash.booked")]
    assert booked == [("10:01:00", "GEN", "deposit", 50_000), ("12:01:00", "GEN", "withdrawal", -150_000)]
    account = flows.run.runtime.engine.state.accounts["GEN"]
    assert {account.cash, account.base} == {Decimal(300_000)}
    assert [x["data"]["action"] for x in flows.of("operator.acted")] == ["deposit", "withdraw"]


@pytest.mark.clause("0.9")
def test_0_9_cash_flows_shift_the_mark_and_are_never_drawdown_or_gain(flows: Replayed) -> None:
    marked = flows.of("account.marked", account="GEN")[-1]["data"]
    assert (marked["equity"], marked["high_water"], marked["realized"]) == (300_000, 300_000, 0)
    assert flows.of("pivot.entered") == []


@pytest.mark.clause("0.1", "9.5")
def test_0_1_the_broker_holds_what_was_deposited(flows: Replayed) -> None:
    assert flows.of("reconcile.mismatch") == []
    assert [x["data"]["to"] for x in flows.of("state.changed", account="GEN", reason="reconciled")] == ["SAFE"]


@pytest.mark.clause("0.1", "9.5")
def test_0_1_a_deposit_during_a_crash_is_found_once() -> None:
    coming = amount("2026-03-05T12:01:00", "deposit", "GEN", 50_000)
    crash = fault("2026-03-05T12:00:30", "crash", span="5m")
    r = replay_text(situation("2026-03-05T11:30:00", "2026-03-05T13:00:00", {"AAPL": AAPL}, coming, crash))
    assert [(told(x), x["data"]["amount"]) for x in r.of("cash.booked")] == [("12:05:30", 50_000)]
    assert r.of("reconcile.mismatch") == []


# 0.9 and 2.5


@pytest.mark.clause("0.9")
@pytest.mark.parametrize(
    ("equity", "vix", "pivots"),
    [(85_000, "29.99", True), (85_001, "29.99", False), (85_000, "30.0", False), (71_000, "45.0", False)],
)
def test_0_9_rev_pivots_at_85_percent_of_its_mark_with_the_vix_below_30(equity: int, vix: str, pivots: bool) -> None:
    r = rev(equity, vix=f"spot = {vix}")
    found = [(told(x), x["data"]["equity"], x["data"]["high_water"]) for x in r.of("pivot.entered", account="REV")]
    assert found == ([("09:30:00", equity, 100_000)] if pivots else [])
    if pivots:
        assert skips(r, "NVDA") == [("09:45:00", "pivot")] and r.of("order.sent") == []
    else:
        assert skips(r, "NVDA") == [] and r.of("order.sent", side="SELL") != []


@pytest.mark.clause("0.9")
def test_0_9_a_stale_vix_counts_as_below_30() -> None:
    # 45 at 09:30:00, then no tick any more: at the next look, 09:35, its last value is older than 30 s.
    r = rev(80_000, fault(f"{WEDNESDAY}09:30:05", "stale", "VIX"), vix="spot = 45.0")
    assert [(told(x), x["data"]["vix"]) for x in r.of("pivot.entered")] == [("09:35:00", None)]


@pytest.mark.clause("2.5", "0.9")
@pytest.mark.parametrize("name", ["GEN", "MINI-1"])
@pytest.mark.parametrize(("equity", "pivots"), [(85_000, True), (85_001, False)])
def test_2_5_gen_and_mini_pivot_at_15_percent_whatever_the_vix(name: str, equity: int, pivots: bool) -> None:
    r = gen(equity, name=name)
    found = r.of("pivot.entered", account=name)
    assert [set(x["clauses"]) >= {"2.5"} for x in found] == [True] * pivots
    assert [why for _, why in skips(r, "AAPL")] == (["pivot"] if pivots else [])


@pytest.mark.clause("0.9")
@pytest.mark.parametrize(("spot", "left"), [(280.0, True), (279.99, False)])
def test_0_9_until_equity_is_back_at_95_percent_of_that_mark(spot: float, left: bool) -> None:
    # 100 shares at 180 and 67,000 in cash are 85,000; at 280 they are 95,000, at 279.99 one dollar less.
    r = rev(85_000, holding("REV", "NVDA", 100, 180.0), tape(f"{WEDNESDAY}09:41:00", NVDA=spot))
    assert [told(x) for x in r.of("pivot.left")] == (["09:45:00"] if left else [])


@pytest.mark.clause("0.9")
def test_0_9_a_working_put_entry_is_cancelled_when_the_account_pivots() -> None:
    # TSLA falls from 200 to 100 just before the look of 09:50; the NVDA put that the resume planned still works.
    tsla = "spot = 200.0\niv = 0.5\natr = 20.0\noi = 5000\nvolume = 5000"
    text = situation(
        f"{WEDNESDAY}09:30:00", f"{WEDNESDAY}10:20:00", {"NVDA": NVDA, "TSLA": tsla},
        "[accounts.REV]\nequity = 100_000", holding("REV", "TSLA", 200, 200.0),
        fault(f"{WEDNESDAY}09:30:00", "no_fill", "NVDA"), operator(f"{WEDNESDAY}09:40:00", "pause", "REV"),
        operator(f"{WEDNESDAY}09:49:50", "resume", "REV"), tape(f"{WEDNESDAY}09:49:55", TSLA=100.0), accounts=("REV",),
    )  # fmt: skip
    r = replay_text(text)
    assert [(told(x), x["data"]["equity"]) for x in r.of("pivot.entered")] == [("09:50:00", 80_000)]
    assert [(told(x), x["data"]["reason"], x["clauses"]) for x in r.of("order.abandoned")] == [
        ("09:50:00", "pivot", ["0.9"])
    ]
    assert [told(x) for x in r.records if x["kind"] in ("order.sent", "order.replaced")][-1] < "09:50:00"


@pytest.mark.clause("0.9", "2.5")
def test_0_9_puts_already_open_go_on_with_their_rolls() -> None:
    # Breach (200 − 155) / 20 = 2.25: a roll, in an account that may not enter.
    held = option("GEN", "AAPL", "2026-03-13", 200.0, "P", -1, 90.0, "2026-03-03")
    text = situation(
        "2026-03-05T09:30:00", "2026-03-05T10:00:00", {"AAPL": AAPL}, held, tape("2026-03-05T09:41:00", AAPL=155.0),
        "[accounts.GEN]\nequity = 85_000\nhigh_water = 100_000",
    )  # fmt: skip
    r = replay_text(text)
    assert len(r.of("pivot.entered")) == 1
    assert [told(x) for x in r.of("order.sent", purpose="roll")] == ["09:45:00"]
    assert len(r.of("roll.done")) == 1 and r.of("order.sent", purpose="entry") == []


@pytest.mark.clause("0.9", "4.1")
def test_0_9_a_pivoted_com_sells_calls_but_no_puts() -> None:
    com = "[accounts.COM]\nequity = 85_000\nhigh_water = 100_000"
    week = but(AAPL, strike_step=1.0, expiries='"daily"')
    text = situation(
        "2026-03-02T09:40:00", "2026-03-02T10:00:00", {"AAPL": week, "MSFT": week}, com,
        holding("COM", "AAPL", 100, 190.0), accounts=("COM",),
    )  # fmt: skip
    r = replay_text(text)
    assert [(x["data"]["contract"]["symbol"], x["data"]["contract"]["right"]) for x in r.of("entry.planned")] == [
        ("AAPL", "C")
    ]
    assert [why for _, why in skips(r, "MSFT")] == ["pivot"]


@pytest.fixture(scope="module")
def peak() -> Replayed:
    """100 NVDA in 100,000: up by 20,000 at noon, closes up by 10,000; the next day 16,500 below that close."""
    later = (
        tape(f"{WEDNESDAY}12:01:00", NVDA=380.0),
        tape(f"{WEDNESDAY}13:01:00", NVDA=190.0),
        tape(f"{WEDNESDAY}15:01:00", NVDA=280.0),
        tape("2026-02-26T11:31:00", NVDA=115.0),
    )
    books = "[accounts.REV]\nequity = 100_000"
    text = situation(
        f"{WEDNESDAY}11:30:00", "2026-02-26T12:00:00", {"NVDA": NVDA}, books, holding("REV", "NVDA", 100, 180.0),
        *later, accounts=("REV",),
    )  # fmt: skip
    return replay_text(text)


@pytest.mark.clause("0.9")
def test_0_9_the_mark_rises_only_at_a_sessions_close(peak: Replayed) -> None:
    # 101,000 after 120,000 at noon would be a drawdown of 15.8 % from that; it is none from the mark, 100,000.
    marks = [x["data"]["high_water"] for x in peak.of("account.marked", account="REV")]
    assert marks == [110_000]
    assert [(x["ts"][:10], told(x)) for x in peak.of("pivot.entered")] == [("2026-02-26", "11:35:00")]
    (entered,) = peak.of("pivot.entered")
    assert (entered["data"]["equity"], entered["data"]["high_water"]) == (93_500, 110_000)


@pytest.mark.clause("0.9", "0.12")
def test_0_9_equity_is_checked_at_every_evaluation() -> None:
    # A put at level 1 is looked at every minute; NVDA takes the account down at 09:43:30: 09:44, not 09:45.
    held = option("REV", "TSLA", "2026-03-06", 200.0, "P", -1, 20.0, "2026-02-24")
    tsla = "spot = 175.0\niv = 0.5\natr = 20.0\noi = 5000\nvolume = 5000"
    text = situation(
        f"{WEDNESDAY}09:30:00", f"{WEDNESDAY}09:50:00", {"NVDA": NVDA, "TSLA": tsla},
        "[accounts.REV]\nequity = 100_000", holding("REV", "NVDA", 200, 180.0), held,
        tape(f"{WEDNESDAY}09:43:30", NVDA=80.0), accounts=("REV",),
    )  # fmt: skip
    r = replay_text(text)
    assert [(told(x), x["data"]["to"]) for x in r.of("protocol.level")] == [("09:30:00", 1)]
    assert [told(x) for x in r.of("pivot.entered")] == ["09:44:00"]
