"""10.1 and 10.3: what expiry, assignment, exercise and dividends do to cash, lots and profit, in account and ledger."""

from datetime import datetime
from decimal import Decimal

import pytest

from allusetui.domain.account import Latch
from allusetui.domain.contract import Stock
from allusetui.domain.event import ReconcileMismatch
from allusetui.domain.input import Settled, Settlement
from allusetui.domain.moment import to_ms
from allusetui.domain.money import to_cent
from allusetui.ledger.postings import balances, postings
from tests.replaying import Replayed, replay_text
from tests.rules.situations import AAPL, but, fault, holding, only, operator, option, situation, tape

FRIDAY = "2026-03-06"
LATE = (f"{FRIDAY}T15:50:00", f"{FRIDAY}T16:31:00")
NO_ROLL = operator(f"{FRIDAY}T15:50:00", "no_entries", "GEN")
"""What is held long would be rolled otherwise (17.4)."""
SPX = "spot = 5000.0\niv = 0.18"


def friday(spot: float, *more: str, accounts: tuple[str, ...] = ("GEN",)) -> Replayed:
    """The last minutes of a Friday, after 1.4's looks: what is held at the start is settled at 16:00."""
    return replay_text(situation(*LATE, {"AAPL": but(AAPL, spot=spot), "SPX": SPX}, *more, accounts=accounts))


def books_agree(replayed: Replayed) -> None:
    """Cash, shares and profit of every account are the ledger's and, together, the broker's."""
    found = balances(postings(replayed.journal.read()))
    accounts = replayed.run.runtime.engine.state.accounts
    for name, account in accounts.items():
        assert found.get((name, "cash"), Decimal(0)) == to_cent(account.cash)
        assert -found.get((name, "realized"), Decimal(0)) == to_cent(account.realized_year)
        cost = sum(
            lot.quantity * lot.price + lot.fees_usd
            for contract, lots in account.lots.items() if isinstance(contract, Stock) for lot in lots
        )  # fmt: skip
        assert found.get((name, "stock"), Decimal(0)) == to_cent(Decimal(cost))
        if not account.lots:
            assert found.get((name, "short_options"), Decimal(0)) == found.get((name, "fees"), Decimal(0)) == 0
    shown = replayed.run.exchange.positions(replayed.run.end_ms)
    assert sum(account.cash for account in accounts.values()) == shown.cash
    assert replayed.of("reconcile.mismatch") == []


# A put sold in the window at 1.14..1.16 with 0.65 of commission a contract: the premium is seen net of it.
@pytest.fixture(scope="module")
def assigned() -> Replayed:
    text = situation(
        "2026-03-05T09:40:00", f"{FRIDAY}T16:31:00", {"AAPL": AAPL}, tape(f"{FRIDAY}T13:00:00", AAPL=197.0)
    )
    return replay_text(text)


@pytest.mark.clause("10.3", "7.2")
def test_10_3_the_premium_net_of_commission_lowers_the_basis_of_assigned_shares(assigned: Replayed) -> None:
    fills = assigned.of("order.filled", side="SELL")
    premium = sum(f["data"]["price"] * f["data"]["quantity"] * 100 for f in fills)
    fees = sum(f["data"]["commission"] for f in fills)
    received = only(assigned, "assignment.received")["data"]
    assert fees == pytest.approx(0.65 * 5)
    assert received["shares"] == 500
    assert received["price"] == 199.5
    assert received["basis"] == pytest.approx(199.5 - (premium - fees) / 500, abs=5e-5)
    assert only(assigned, "assignment.prepared")["data"]["basis"] == pytest.approx(received["basis"])


@pytest.mark.clause("10.1", "10.3")
def test_10_3_an_assignment_realizes_nothing(assigned: Replayed) -> None:
    assert assigned.of("lot.closed") == []
    marks = assigned.of("account.marked", account="GEN")
    assert [m["data"]["realized"] for m in marks] == [0.0] * len(marks)
    books_agree(assigned)


@pytest.mark.clause("10.3")
def test_10_3_cash_pays_the_strike_of_the_assigned_shares(assigned: Replayed) -> None:
    last = assigned.of("account.marked", account="GEN")[-1]["data"]
    fills = assigned.of("order.filled", side="SELL")
    premium = sum(f["data"]["price"] * f["data"]["quantity"] * 100 - f["data"]["commission"] for f in fills)
    assert last["cash"] == pytest.approx(400_000 + premium - 99_750)
    assert last["stock"] == 98_500.0
    assert last["equity"] == pytest.approx(400_000 + premium - 99_750 + 98_500)
    assert last["unrealized"] == pytest.approx(premium - 1_250)


@pytest.mark.clause("10.1", "10.3")
def test_10_3_a_worthless_put_realizes_its_premium_less_fees_on_the_day_it_expires() -> None:
    replayed = replay_text(situation(
        "2026-03-05T09:40:00", f"{FRIDAY}T16:31:00", {"AAPL": AAPL}, tape(f"{FRIDAY}T13:00:00", AAPL=206.0)
    ))  # fmt: skip
    fills = replayed.of("order.filled")
    premium = sum(f["data"]["price"] * f["data"]["quantity"] * 100 - f["data"]["commission"] for f in fills)
    assert [f["data"]["side"] for f in fills] == ["SELL"] * len(fills)
    expired = only(replayed, "expired.received")
    assert (expired["ts"][:19], expired["data"]["quantity"], expired["data"]["shares"]) == (f"{FRIDAY}T16:00:00", 5, 0)
    closed = replayed.of("lot.closed")
    assert {row["ts"][:10] for row in closed} == {FRIDAY}
    assert sum(row["data"]["realized"] for row in closed) == pytest.approx(premium)
    books_agree(replayed)


@pytest.mark.clause("10.3")
@pytest.mark.parametrize(("spot", "kind"), [(199.49, "assignment.received"), (199.5, "expired.received")])
def test_10_3_a_cent_in_the_money_is_assigned_and_at_the_strike_it_expires(spot: float, kind: str) -> None:
    replayed = friday(spot, option("GEN", "AAPL", FRIDAY, 199.5, "P", -2, 1.1, "2026-03-05"))
    assert only(replayed, kind)["data"]["quantity"] == 2
    books_agree(replayed)


@pytest.mark.clause("10.3", "7.3")
def test_10_3_called_away_realizes_strike_and_call_premium_less_the_basis() -> None:
    # 200 shares at 190, two 195 calls sold at 1.50: (195 + 1.50 − 190) × 200 = 1,300.
    replayed = friday(
        200.0, holding("COM", "AAPL", 200, 190.0), option("COM", "AAPL", FRIDAY, 195.0, "C", -2, 1.5, "2026-03-02"),
        accounts=("COM",),
    )  # fmt: skip
    away = only(replayed, "called_away.received", account="COM")["data"]
    assert (away["shares"], away["price"], away["proceeds"]) == (200, 195.0, 196.5)
    closed = only(replayed, "lot.closed")["data"]
    assert (closed["contract"], closed["quantity"]) == ({"symbol": "AAPL"}, 200)
    assert (closed["proceeds"], closed["basis"], closed["realized"]) == (196.5, 190.0, 1300.0)
    books_agree(replayed)


@pytest.mark.clause("10.3")
def test_10_3_the_oldest_lot_is_called_away_first() -> None:
    # 100 shares at 190 from the start, 100 more assigned at 199.5 − 1.10 = 198.40: the call takes the first.
    replayed = friday(
        199.0, holding("GEN", "AAPL", 100, 190.0), option("GEN", "AAPL", FRIDAY, 199.5, "P", -1, 1.1, "2026-03-05"),
        option("GEN", "AAPL", FRIDAY, 195.0, "C", -1, 1.0, "2026-03-02"),
    )  # fmt: skip
    assert only(replayed, "lot.closed")["data"]["basis"] == 190.0
    left = replayed.run.runtime.engine.state.accounts["GEN"]
    assert (left.shares("AAPL"), left.basis("AAPL")) == (100, Decimal("198.4"))
    books_agree(replayed)


@pytest.mark.clause("10.3")
def test_10_3_an_exercised_call_buys_shares_that_have_cost_strike_and_premium() -> None:
    # 3 × 100 shares at 195, the call cost 2.20: cash pays 58,500, a share has cost 197.20, nothing is realized.
    replayed = friday(200.0, option("GEN", "AAPL", FRIDAY, 195.0, "C", 3, 2.2, "2026-03-02"), NO_ROLL)
    got = only(replayed, "exercised.received", account="GEN")["data"]
    assert (got["quantity"], got["shares"], got["price"], got["basis"]) == (3, 300, 195.0, 197.2)
    assert replayed.of("lot.closed") == []
    account = replayed.run.runtime.engine.state.accounts["GEN"]
    assert (account.shares("AAPL"), account.basis("AAPL")) == (300, Decimal("197.2"))
    assert account.is_assigned("AAPL") is False
    assert float(account.cash) == only(replayed, "account.provisioned", account="GEN")["data"]["cash"] - 58_500
    books_agree(replayed)


@pytest.mark.clause("10.3")
def test_10_3_an_exercised_put_sells_shares_at_strike_less_premium() -> None:
    # 100 shares at 190 go for 205 − 1.40 = 203.60: 1,360.
    replayed = friday(
        200.0, holding("GEN", "AAPL", 100, 190.0), option("GEN", "AAPL", FRIDAY, 205.0, "P", 1, 1.4, "2026-03-02")
    )
    got = only(replayed, "exercised.received", account="GEN")["data"]
    assert (got["shares"], got["proceeds"], got["basis"]) == (100, 203.6, None)
    assert only(replayed, "lot.closed")["data"]["realized"] == 1360.0
    assert replayed.run.runtime.engine.state.accounts["GEN"].shares("AAPL") == 0
    books_agree(replayed)


@pytest.mark.clause("1.4", "10.3")
def test_1_4_an_order_that_is_not_filled_by_the_close_ends_there_and_what_expires_is_settled() -> None:
    # 0.05 % in the money, nothing fills: worked without giving up until 16:00, and not a version after it.
    replayed = replay_text(situation(
        f"{FRIDAY}T15:38:00", f"{FRIDAY}T16:31:00", {"AAPL": but(AAPL, spot=199.4)},
        option("GEN", "AAPL", FRIDAY, 199.5, "P", -5, 1.1, "2026-03-05"),
        fault(f"{FRIDAY}T15:38:00", "no_fill", "AAPL"),
    ))  # fmt: skip
    sent = [r["ts"][11:19] for r in replayed.records if r["kind"] in ("order.sent", "order.replaced")]
    assert "15:59:00" < max(sent) < "16:00:00"
    assert replayed.of("order.rejected") == []
    assert replayed.of("order.abandoned")[-1]["data"]["reason"] == "window_closed"
    assert only(replayed, "assignment.received")["data"]["quantity"] == 5
    books_agree(replayed)


@pytest.mark.clause("9.5", "10.3")
def test_9_5_shares_that_a_settlement_takes_and_nobody_holds_latch_a_mismatch() -> None:
    replayed = friday(200.0, option("GEN", "AAPL", FRIDAY, 205.0, "P", 1, 1.4, "2026-03-02"))
    assert replayed.of("exercised.received") == []
    shown = replayed.of("reconcile.mismatch", account="GEN")[0]
    assert (shown["ts"][:19], shown["data"]["what"]) == (f"{FRIDAY}T16:00:00", "missing_position")
    assert (shown["data"]["contract"], shown["data"]["ours"], shown["data"]["broker"]) == ({"symbol": "AAPL"}, 0, -100)
    assert [r["data"]["latch"] for r in replayed.of("latch.set", account="GEN")] == ["mismatch"]


@pytest.mark.clause("9.5", "7.2")
@pytest.mark.parametrize(("kind", "quantity"), [("assigned", 3), ("exercised", 1)])
def test_9_5_a_settlement_of_more_than_is_held_or_of_the_other_side_books_nothing_and_latches(
    kind: str, quantity: int
) -> None:
    replayed = replay_text(situation(
        f"{FRIDAY}T15:50:00", f"{FRIDAY}T15:55:00", {"AAPL": but(AAPL, spot=206.0)},
        option("GEN", "AAPL", FRIDAY, 199.5, "P", -2, 1.1, "2026-03-05"),
    ))  # fmt: skip
    engine, at_ms = replayed.run.runtime.engine, replayed.run.end_ms
    account = engine.state.accounts["GEN"]
    (held,), cash = account.lots, account.cash
    row = Settlement("E-1", kind, "GEN", held, quantity, held.strike)
    shown = [e for e in engine.handle(Settled(at_ms, (row,))).events if isinstance(e, ReconcileMismatch)]
    signed = quantity if kind == "exercised" else -quantity
    assert [(e.account, e.what, e.ours, e.broker) for e in shown] == [("GEN", "unknown_position", -2, signed)]
    assert account.latches == {Latch.MISMATCH}
    assert (account.quantity(held), account.shares("AAPL"), account.cash) == (-2, 0, cash)


@pytest.mark.clause("10.3")
@pytest.mark.parametrize(("quantity", "cash"), [(-1, -10_000.0), (2, 20_000.0)])
def test_10_3_index_options_settle_in_cash_and_bring_no_shares(quantity: int, cash: float) -> None:
    # SPX closes at 5,000, the 5,100 put is worth 100 a share; traded at 80: ±20 × 100 a contract.
    held = option("GEN", "SPX", FRIDAY, 5100.0, "P", quantity, 80.0, "2026-03-02")
    replayed = friday(200.0, "[accounts.GEN]\nequity = 600_000", held, NO_ROLL)
    expired = only(replayed, "expired.received")["data"]
    assert (expired["quantity"], expired["shares"], expired["price"]) == (abs(quantity), 0, 100.0)
    assert only(replayed, "lot.closed")["data"]["realized"] == pytest.approx(2_000 * quantity)
    state = replayed.run.runtime.engine.state
    start = only(replayed, "account.provisioned", account="GEN")["data"]["cash"]
    assert float(state.accounts["GEN"].cash) == pytest.approx(start + cash)
    assert state.accounts["GEN"].lots == {}
    books_agree(replayed)


@pytest.mark.clause("10.1", "10.3")
def test_10_3_a_dividend_is_booked_to_cash_and_counts_as_realized_in_account_and_ledger_alike() -> None:
    # 300 shares × 0.25 at the open of the ex-date; the account's profit, the ledger's and the marks say 75.
    replayed = replay_text(situation(
        "2026-03-05T16:30:00", f"{FRIDAY}T16:31:00",
        {"AAPL": but(AAPL, dividends="[{ ex = 2026-03-06, amount = 0.25 }]")},
        holding("COM", "AAPL", 300, 190.0), accounts=("COM",),
    ))  # fmt: skip
    booked = only(replayed, "cash.booked")
    assert (booked["ts"][:19], booked["account"]) == (f"{FRIDAY}T09:30:00", "COM")
    assert (booked["data"]["reason"], booked["data"]["amount"]) == ("dividend", 75.0)
    marked = replayed.of("account.marked", account="COM")[-1]["data"]
    assert (marked["realized"], marked["cash"], marked["equity"]) == (75.0, 240_075.0, 300_075.0)
    books_agree(replayed)


@pytest.mark.clause("10.3", "3.5")
@pytest.mark.parametrize(
    ("expiry", "seen", "own", "shared", "found"),
    [
        ("2026-09-30", datetime(2026, 10, 1, 3, 30), "2026-Q3", "", (200, 0, 200)),
        ("2026-12-31", datetime(2027, 1, 4, 3, 30), "2026-Q4", "", (200, 0, 0)),
        ("2026-12-31", datetime(2027, 1, 4, 3, 30), "2026-Q4", "2026-Q4", (0, 200, 0)),
    ],
)
def test_10_3_an_expiry_that_a_book_shows_in_the_next_quarter_counts_in_its_own(
    expiry: str, seen: datetime, own: str, shared: str, found: tuple[int, int, int]
) -> None:
    put = option("REV", "NVDA", expiry, 150.0, "P", -2, 1.0, "2026-09-23")
    text = situation(f"{expiry}T12:00:00", f"{expiry}T15:59:00", {"NVDA": AAPL}, put, accounts=("REV",))
    engine = replay_text(text).run.runtime.engine
    account = engine.state.accounts["REV"]
    account.reinvested = shared
    (held,) = account.lots
    gone = Settlement("E-1", "expired", "REV", held, 2, Decimal(0))
    engine.handle(Settled(to_ms(seen), (gone,)))
    assert not account.lots
    assert (account.gains[own], account.realized_quarter, account.realized_year) == found
