"""3.5, 4.4, 10.1 and 10.2: a quarter's gain, what is set aside of it and what it buys. Q3 ends Wed 09-30."""

from decimal import Decimal
from typing import Any

import pytest

from allusetui.ledger.postings import balances, postings
from tests.replaying import Replayed, replay_text
from tests.rules.situations import fault, holding, operator, option, situation, tape, told

STOCK = "spot = 200.0\niv = 0.3\natr = 4.0\noi = 5000\nvolume = 5000"
DEAR = "spot = 700.0\niv = 0.3\natr = 9.0\noi = 5000\nvolume = 5000"
COM = "[accounts.COM]\nequity = 1000000\nrealized_quarter = {}"


def quarter(
    gain: float, *more: str, end: str = "2026-10-01T16:30:00", start: str = "2026-09-30T12:00:00",
    symbols: dict[str, str] | None = None,
) -> Replayed:  # fmt: skip
    known = {"AAPL": STOCK, "MSFT": STOCK} if symbols is None else symbols
    return replay_text(situation(start, end, known, COM.format(gain), *more, accounts=("COM",), capital=None))


def of_shares(r: Replayed, kind: str) -> list[dict[str, Any]]:
    """The events of shares; LEAPs are bought beside them (17.1)."""
    intents = {row["data"]["intent"] for row in r.of("order.intended", purpose="stock")}
    return [row for row in r.of(kind) if row["data"]["intent"] in intents]


def bought(r: Replayed) -> dict[str, int]:
    found: dict[str, int] = {}
    for row in of_shares(r, "order.filled"):
        symbol = row["data"]["contract"]["symbol"]
        found[symbol] = found.get(symbol, 0) + row["data"]["quantity"]
    return found


def marked(r: Replayed) -> dict[str, float]:
    data: dict[str, float] = r.of("account.marked", account="COM")[-1]["data"]
    return data


@pytest.mark.clause("4.4", "10.2")
def test_4_4_com_buys_whole_lots_of_the_least_held_symbol_at_ten_and_the_rest_waits() -> None:
    r = quarter(100_000, holding("COM", "AAPL", 100, 190.0))
    (done,) = r.of("reinvest.done", account="COM")
    assert (told(done), done["clauses"]) == ("09:30:00", ["4.4", "10.2"])
    assert done["data"]["contracts"] == 52_500
    (intended,) = r.of("order.intended", purpose="stock")
    assert (told(intended), intended["data"]["contract"], intended["data"]["quantity"]) == (
        "10:00:00", {"symbol": "MSFT"}, 200,
    )  # fmt: skip
    assert bought(r) == {"MSFT": 200}
    account = r.run.runtime.engine.state.accounts["COM"]
    assert account.to_invest == 52_500 - 200 * of_shares(r, "order.filled")[0]["data"]["price"]
    assert not account.purchase_due


@pytest.mark.clause("9.1")
def test_9_1_reinvest_day_opens_a_cycle() -> None:
    r = quarter(100_000)
    states = [x["data"]["to"] for x in r.of("state.changed", account="COM") if told(x)[:5] == "10:00"]
    assert states == ["SCANNING", "ANALYZING", "ORDERING", "MONITORING"]
    assert r.of("state.refused") == []


@pytest.mark.clause("0.3", "4.4")
def test_0_3_a_purchase_stays_within_a_quarter_of_the_sleeve() -> None:
    # 525,000 would buy 26 lots at 200; a quarter of 1,000,000 - 475,000 is 131,250: 6 lots.
    assert bought(quarter(1_000_000)) == {"AAPL": 600}


@pytest.mark.clause("0.2", "4.4")
@pytest.mark.parametrize(("spot", "shares"), [(201.5, 100), (206.0, 0)])
def test_0_2_a_purchase_whose_price_runs_away_takes_no_cash_that_secures_a_put(spot: float, shares: int) -> None:
    # 20,200 are free when a lot at 200 is decided; it can't be filled before the price has moved.
    puts = option("COM", "MSFT", "2026-10-16", 100.0, "P", -40, 0.05, "2026-09-28")
    table = "[accounts.COM]\nequity = 438_295.24\nrealized_quarter = 38_095.24"
    held_up = fault("2026-10-01T10:00:00", "no_fill", "AAPL", "5s")
    text = situation(
        "2026-09-30T12:00:00", "2026-10-01T10:05:00", {"AAPL": STOCK, "MSFT": STOCK}, table, puts, held_up,
        tape("2026-10-01T10:00:02", AAPL=spot), accounts=("COM",), capital=None,
    )  # fmt: skip
    r = replay_text(text)
    assert [x["data"]["quantity"] for x in r.of("order.intended", purpose="stock")] == [100]
    assert sum(bought(r).values()) == shares
    account = r.run.runtime.engine.state.accounts["COM"]
    assert account.strike_cash == 400_000 <= account.cash


@pytest.mark.clause("4.4")
def test_4_4_what_is_less_than_a_lot_waits_and_counts_in_the_next_quarter() -> None:
    # 26,250 is no lot at 700.
    r = quarter(50_000, symbols={"META": DEAR})
    (planned,) = r.of("reinvest.planned")
    assert (planned["data"]["quantity"], planned["data"]["reason"], planned["data"]["budget"]) == (0, "lot", 26_250)
    assert r.of("order.intended", purpose="stock") == []
    account = r.run.runtime.engine.state.accounts["COM"]
    assert account.to_invest == 26_250
    assert account.cash == 1_000_000 - 15_000 - 8_750


@pytest.mark.clause("10.2", "3.5")
def test_10_2_a_loss_shares_nothing_and_equity_is_without_what_was_set_aside() -> None:
    assert quarter(0).of("reinvest.done") == []
    assert quarter(-5_000).of("reinvest.done") == []
    r = quarter(100_000, symbols={})
    row = marked(r)
    assert (row["equity"], row["tax_reserve"], row["leap_cash"]) == (952_500, 30_000, 17_500)
    assert row["high_water"] == 952_500
    assert r.of("pivot.entered") == []


@pytest.mark.clause("10.2", "17.4")
@pytest.mark.parametrize(
    ("cash", "shares"),
    [(47_500, (30_000, 17_500, 52_500)), (47_499, (30_000, 17_499, 0)), (29_999, (29_999, 0, 0)), (0, (0, 0, 0))],
)
def test_10_2_what_a_leap_brought_the_ladder_is_not_lent_by_the_sleeve(cash: int, shares: tuple[int, int, int]) -> None:
    # 100,000 were realized, and all but some of the sleeve's own money is in shares.
    table = f"[accounts.COM]\nequity = {200_000 + cash}\nrealized_quarter = 100_000"
    held = "[accounts.COM.holdings.AAPL]\nshares = 1000\nbasis = 200.0"
    text = situation(
        "2026-09-30T12:00:00", "2026-10-01T16:30:00", {"AAPL": STOCK}, table, held, accounts=("COM",), capital=None
    )
    r = replay_text(text)
    (done,) = r.of("reinvest.done")
    assert tuple(done["data"][key] for key in ("tax_reserve", "leaps", "contracts")) == shares
    assert r.run.runtime.engine.state.accounts["COM"].cash >= 0
    assert any("its cash carries" in x["data"]["text"] for x in r.of("alert.raised")) is (shares[2] == 0)


@pytest.mark.clause("0.2", "10.2")
def test_0_2_puts_that_the_taxes_leave_without_cash_are_told() -> None:
    # 98 puts of 100 bind 980,000; 47,500 for taxes and LEAPs are more than the rest.
    puts = option("COM", "MSFT", "2026-10-16", 100.0, "P", -98, 0.05, "2026-09-28")
    r = quarter(100_000, puts, end="2026-10-01T09:31:00")
    account = r.run.runtime.engine.state.accounts["COM"]
    (alert,) = r.of("alert.raised", account="COM")
    assert (told(alert), alert["data"]["severity"], alert["clauses"]) == ("09:30:00", "warning", ["0.2", "10.2"])
    short = account.strike_cash - account.cash
    assert short > 0 and f"its puts lack {short:.2f} of cash" in alert["data"]["text"]


@pytest.mark.clause("4.4", "8.3")
@pytest.mark.parametrize(
    "trouble",
    [
        fault("2026-10-01T09:59:00", "stale", "AAPL", "13m"),
        fault("2026-10-01T09:59:45", "bad_quote", "AAPL", "735s", value='"crossed"'),
    ],
    ids=["stale", "thrown away"],
)
def test_4_4_shares_whose_price_is_not_known_now_are_bought_when_it_is(trouble: str) -> None:
    r = quarter(100_000, trouble)
    assert [told(x) for x in r.of("order.intended", purpose="stock")] == ["10:12:00"]
    assert bought(r) == {"AAPL": 200}


@pytest.mark.clause("10.1", "2.8")
def test_10_1_gen_and_mini_never_reinvest() -> None:
    tables = (f"[accounts.{name}]\nequity = 500000\nrealized_quarter = 40000" for name in ('"MINI-1"', "GEN", "REV"))
    text = situation(
        "2026-09-30T12:00:00", "2026-10-01T16:30:00", {}, *tables, accounts=("GEN", "MINI-1", "REV"), capital=None
    )
    r = replay_text(text)
    assert [x["account"] for x in r.of("reinvest.done")] == ["REV"]
    assert r.of("order.intended") == []


@pytest.mark.clause("3.5")
def test_3_5_the_gain_of_the_quarter_counts_fees_once() -> None:
    # Two puts sold at 1.00 that expire worthless on the quarter's last Friday: 200; opened before, so no fees.
    put = option("REV", "NVDA", "2026-09-25", 150.0, "P", -2, 1.0, "2026-09-23")
    text = situation(
        "2026-09-25T12:00:00", "2026-10-01T16:30:00", {"NVDA": STOCK}, "[accounts.REV]\nequity = 31_000", put,
        accounts=("REV",), capital=None,
    )  # fmt: skip
    (done,) = replay_text(text).of("reinvest.done")
    assert [done["data"][key] for key in ("gain", "tax_reserve", "leaps", "contracts")] == [200, 60, 35, 105]


@pytest.mark.clause("6.12", "4.4")
def test_6_12_in_a_hedged_week_the_gain_is_booked_and_the_purchase_waits() -> None:
    # VIX 55 on Wednesday, back at 20 on Friday noon: cleared at the cut, bought on Monday at 10:00, although the puts
    # of Monday's window are planned at 09:45: what is about to buy shares secures none of them.
    r = quarter(
        100_000, tape("2026-09-30T13:00:00", VIX=55.0), tape("2026-10-02T12:00:00", VIX=20.0),
        end="2026-10-05T12:00:00", symbols=dict.fromkeys(("AAPL", "MSFT", "AMZN", "GOOGL", "META"), STOCK),
    )  # fmt: skip
    assert [x["ts"][:19] for x in r.of("reinvest.done")] == ["2026-10-01T09:30:00"]
    assert [x["ts"][:19] for x in r.of("order.intended", purpose="stock")] == ["2026-10-05T10:00:00"]


@pytest.mark.clause("4.4")
def test_4_4_a_symbol_whose_cap_a_put_fills_gives_way_to_the_next() -> None:
    # 12 puts at 190 are 228,000 of exposure; a quarter of equity is about 238,000, and a lot of AAPL 20,000.
    put = option("COM", "AAPL", "2026-10-16", 190.0, "P", -12, 1.0, "2026-09-30")
    assert bought(quarter(100_000, put)) == {"MSFT": 200}


@pytest.mark.clause("0.7", "4.4")
def test_0_7_a_paused_account_buys_when_it_is_resumed() -> None:
    keys = (operator("2026-10-01T09:40:00", "pause", "COM"), operator("2026-10-01T11:02:00", "resume", "COM"))
    r = quarter(100_000, *keys)
    assert [told(x) for x in r.of("order.intended", purpose="stock")] == ["11:05:00"]


@pytest.mark.clause("4.4", "8.3", "0.7", "0.9")
@pytest.mark.parametrize(
    ("more", "bought_at"),
    [
        ([fault("2026-10-01T09:50:00", "stale", "VIX", "13m")], ["10:03:00"]),
        ([operator("2026-10-01T09:50:00", "no_entries", "COM")], []),
        # 100 MSFT at 1,800 are 180,000 of 1,000,000; at 100 they are 10,000: 17 % down.
        ([holding("COM", "MSFT", 100, 1800.0), tape("2026-10-01T09:50:00", MSFT=100.0)], []),
    ],
    ids=["stale VIX", "no entries", "pivot"],
)
def test_4_4_what_holds_entries_back_holds_a_purchase_back(more: list[str], bought_at: list[str]) -> None:
    msft = STOCK.replace("200.0", "1800.0")
    r = quarter(100_000, *more, symbols={"AAPL": STOCK, "MSFT": msft} if "MSFT" in more[0] else None)
    assert [told(x) for x in r.of("order.intended", purpose="stock")] == bought_at


@pytest.mark.clause("0.5")
def test_0_5_shares_that_nobody_sells_are_halved_by_the_lot_and_given_up() -> None:
    r = quarter(100_000, fault("2026-10-01T09:30:00", "no_fill", "AAPL"))
    assert [x["data"]["sizes"] for x in of_shares(r, "intent.split")] == [[100, 100]]
    (gone,) = of_shares(r, "order.abandoned")
    assert (gone["data"]["reason"], gone["data"]["quantity"]) == ("slippage_cap", 200)
    assert max(x["data"]["limit"] for x in [*of_shares(r, "order.sent"), *of_shares(r, "order.replaced")]) == 210
    assert r.run.runtime.engine.state.accounts["COM"].to_invest == 52_500


@pytest.mark.clause("10.2")
def test_10_2_after_the_year_the_reserve_comes_down_to_the_tax_on_the_year_s_gain() -> None:
    # Q3 +100,000: 30,000 reserved. In Q4 the stock gaps down to 150 and the 10 puts sold at 1.00 are stopped at a loss.
    put = option("COM", "AAPL", "2026-12-31", 190.0, "P", -10, 1.0, "2026-09-30")
    quiet = "[accounts.COM]\nequity = 1000000\nrealized_quarter = 100000\nhigh_water = 900000"
    text = situation(
        "2026-09-30T12:00:00", "2027-01-04T16:30:00", {"AAPL": STOCK}, quiet, put,
        tape("2026-12-22T12:00:00", AAPL=150.0),
        operator("2026-10-01T09:31:00", "no_entries", "COM"), operator("2026-12-15T12:00:00", "tax_paid", "COM"),
        accounts=("COM",), capital=None,
    ).replace('action = "tax_paid"', 'action = "tax_paid"\namount = 4000')  # fmt: skip
    r = replay_text(text)
    (paid,) = r.of("cash.booked", reason="tax")
    assert (paid["data"]["amount"], paid["clauses"]) == (-4_000, ["10.2", "10.3"])
    year = sum(Decimal(str(x["data"]["realized"])) for x in r.of("lot.closed")) + 100_000
    (released,) = r.of("tax.released")
    assert released["ts"][:19] == "2027-01-04T09:30:00"
    assert Decimal(str(released["data"]["amount"])) == 26_000 - (Decimal("0.30") * year).quantize(Decimal("0.01"))
    assert marked(r)["tax_reserve"] == released["data"]["tax_reserve"]
    assert r.of("reconcile.mismatch") == []


@pytest.mark.clause("10.2")
def test_10_2_taxes_beyond_the_reserve_leave_like_a_withdrawal_and_the_ledger_balances() -> None:
    pay = operator("2026-10-01T12:00:00", "tax_paid", "COM") + "\namount = 31000"
    r = quarter(100_000, pay, holding("COM", "AAPL", 100, 190.0))
    booked = [(x["data"]["reason"], x["data"]["amount"]) for x in r.of("cash.booked")]
    assert booked == [("tax", -30_000), ("withdrawal", -1_000)]
    rows = list(postings(r.journal.read()))
    for seq in {row.seq for row in rows}:
        assert sum(row.amount for row in rows if row.seq == seq) == 0
    found, row = balances(rows), marked(r)
    assert {key: float(found.get(("COM", key), 0)) for key in ("cash", "tax_reserve", "leap_cash")} == {
        key: row[key] for key in ("cash", "tax_reserve", "leap_cash")
    }
    assert r.of("reconcile.mismatch") == []


@pytest.mark.clause("9.5", "4.4")
def test_9_5_what_a_crash_slept_through_is_booked_and_bought_once_after_it() -> None:
    r = quarter(100_000, fault("2026-10-01T09:00:00", "crash", span="90m"))
    assert [told(x) for x in r.of("reinvest.done")] == ["10:30:00"]
    assert [told(x) for x in r.of("reinvest.planned")] == ["10:30:00"]
    assert bought(r) == {"AAPL": 200}
    again = quarter(100_000, fault("2026-10-01T09:45:00", "crash", span="20m"))
    assert [told(x) for x in again.of("reinvest.done")] == ["09:30:00"]
    assert bought(again) == {"AAPL": 200}
    assert again.of("reconcile.mismatch") == []


@pytest.mark.clause("0.4")
def test_0_4_shares_are_worked_in_clips_of_fifty_lots() -> None:
    tables = "[accounts.COM]\nequity = 90000000\nrealized_quarter = 4000000"
    text = situation(
        "2026-09-30T12:00:00", "2026-10-01T12:00:00", {"AAPL": STOCK}, tables, accounts=("COM",), capital=None
    )
    r = replay_text(text)
    # 2,100,000 at 200 are 10,500 shares.
    assert r.of("intent.split")[0]["data"]["sizes"] == [5_000, 5_000, 500]
    assert bought(r) == {"AAPL": 10_500}
