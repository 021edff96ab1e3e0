"""The books balance to the cent, and hold what the engine holds. Prices a share, commissions as charged."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal

import pytest

from allusetui.domain.contract import Option, Right, Side, Stock
from allusetui.domain.event import (
    AccountForked,
    AccountMarked,
    AccountMerged,
    AccountProvisioned,
    AlertRaised,
    AssignmentReceived,
    CalledAwayReceived,
    CashBooked,
    Event,
    ExpiredReceived,
    LotClosed,
    OrderFilled,
    PositionAdjusted,
    ReinvestDone,
    TaxReleased,
)
from allusetui.domain.input import Holding, OpenOption
from allusetui.domain.moment import to_ms
from allusetui.ledger.postings import Posting, balances, flows_of, postings

pytestmark = pytest.mark.clause("10.1", "10.3")

AT_MS = to_ms(datetime(2026, 3, 5, 10, 30))
OPENED = date(2026, 3, 5)
PUT = Option("AAPL", date(2026, 3, 6), Decimal("195"), Right.PUT)
CALL = Option("AAPL", date(2026, 3, 13), Decimal("197.5"), Right.CALL)
AAPL = Stock("AAPL")
D = Decimal


def journal(*events: Event) -> list[tuple[int, int, Event]]:
    return [(seq, AT_MS, event) for seq, event in enumerate(events, 1)]


def book(*events: Event) -> list[Posting]:
    """The rows of the events, each event's sum checked."""
    rows = list(postings(journal(*events)))
    for seq in {row.seq for row in rows}:
        assert sum(row.amount for row in rows if row.seq == seq) == 0
    assert all(row.amount == row.amount.quantize(D("0.01")) for row in rows)
    return rows


def amounts(rows: Iterable[Posting], seq: int) -> dict[str, Decimal]:
    return {row.ledger.value: row.amount for row in rows if row.seq == seq}


def held(rows: Iterable[Posting]) -> dict[tuple[str | None, Decimal | None], int]:
    found: dict[tuple[str | None, Decimal | None], int] = {}
    for row in rows:
        if row.quantity is not None:
            key = (row.symbol, row.strike)
            found[key] = found.get(key, 0) + row.quantity
    return {key: quantity for key, quantity in found.items() if quantity}


def left(rows: Iterable[Posting]) -> dict[str, Decimal]:
    return {ledger: amount for (_, ledger), amount in balances(rows).items() if amount}


def filled(side: Side, quantity: int, price: str, commission: str, contract: Option | Stock = PUT, n: int = 1) -> Event:
    return OrderFilled(
        account="GEN", client_order_id="AU-1-GEN-1-1.v1", contract=contract, side=side, quantity=quantity,
        price=D(price), commission=D(commission), exec_id=f"{side}{contract}{n}", intent="1",
    )  # fmt: skip


def closed(
    contract: Option | Stock, quantity: int, proceeds: str, basis: str, book_usd: str, fees: str, realized: str
) -> Event:
    return LotClosed(
        account="GEN", contract=contract, quantity=quantity, proceeds=D(proceeds), basis=D(basis),
        book_usd=D(book_usd), fees=D(fees), realized=D(realized), opened=OPENED,
    )  # fmt: skip


def assigned(quantity: int, premium: str, fees: str) -> Event:
    return AssignmentReceived(
        account="GEN", contract=PUT, quantity=quantity, shares=100 * quantity, price=D(195), basis=D("193.5065"),
        premium_usd=D(premium), fees_usd=D(fees), settlement="s1",
    )  # fmt: skip


def expired(quantity: int, price: str, contract: Option = PUT) -> Event:
    return ExpiredReceived(
        account="GEN", contract=contract, quantity=quantity, shares=0, price=D(price), settlement="s2"
    )


def provisioned(cash: str, holdings: tuple[Holding, ...] = (), options: tuple[OpenOption, ...] = ()) -> Event:
    return AccountProvisioned(
        account="GEN", equity=D(cash), base=D(cash), type="gen", group="A1", trading=True, cash=D(cash),
        high_water=D(cash), opened=OPENED, realized_quarter=D(0), holdings=holdings, options=options,
    )  # fmt: skip


def test_10_1_an_account_starts_with_its_cash_shares_and_options_against_equity() -> None:
    # 50,000 cash; 200 shares at 190.25 = 38,050; 3 puts short at 1.20 = −360. Equity 87,690.
    rows = book(provisioned("50000", (Holding("AAPL", 200, D("190.25")),), (OpenOption(PUT, -3, D("1.2"), OPENED),)))
    assert amounts(rows, 1) == {
        "cash": D("50000"), "stock": D("38050"), "short_options": D("-360"), "equity": D("-87690")
    }  # fmt: skip
    assert held(rows) == {("AAPL", None): 200, ("AAPL", D(195)): -3}


def test_10_1_a_put_sold_and_bought_back_realizes_premium_less_cost_and_both_commissions() -> None:
    # Sold 5 at 1.50 = 750, bought back at 0.60 = 300, 3.25 commission each way: 450 − 6.50 = 443.50.
    rows = book(
        filled(Side.SELL, 5, "1.5", "3.25"),
        filled(Side.BUY, 5, "0.6", "3.25"),
        closed(PUT, 5, "1.5", "0.6", "750", "6.50", "443.50"),
    )
    assert amounts(rows, 1) == {"cash": D("746.75"), "short_options": D("-750"), "fees": D("3.25")}
    assert amounts(rows, 2) == {"cash": D("-303.25"), "short_options": D("300"), "fees": D("3.25")}
    assert amounts(rows, 3) == {"short_options": D("450"), "fees": D("-6.50"), "realized": D("-443.50")}
    assert left(rows) == {"cash": D("443.50"), "realized": D("-443.50")}
    assert held(rows) == {}


def test_10_1_an_assigned_put_realizes_nothing_and_its_premium_net_of_commission_lowers_the_basis() -> None:
    # 5 × 195 × 100 = 97,500 paid; shares at 97,500 − 750 + 3.25 = 96,753.25.
    rows = book(filled(Side.SELL, 5, "1.5", "3.25"), assigned(5, "750", "3.25"))
    assert amounts(rows, 2) == {
        "cash": D("-97500"), "short_options": D("750"), "stock": D("96753.25"), "fees": D("-3.25")
    }  # fmt: skip
    assert left(rows) == {"cash": D("-96753.25"), "stock": D("96753.25")}
    assert held(rows) == {("AAPL", None): 500}


def test_10_1_shares_called_away_realize_strike_and_premium_less_fees_and_basis() -> None:
    # The shares above stand at 96,753.25. 5 calls sold at 0.80 = 400 less 3.25; called at 197.5: 98,750.
    # 98,750 + 400 − 3.25 − 96,753.25 = 2,393.50.
    away = CalledAwayReceived(
        account="GEN", contract=CALL, quantity=5, shares=500, price=D("197.5"), proceeds=D("198.2935"),
        premium_usd=D(400), fees_usd=D("3.25"), settlement="s3",
    )  # fmt: skip
    rows = book(
        filled(Side.SELL, 5, "1.5", "3.25"),
        assigned(5, "750", "3.25"),
        filled(Side.SELL, 5, "0.8", "3.25", CALL),
        away,
        closed(AAPL, 500, "198.2935", "193.5", "96750", "3.25", "2393.50"),
    )
    assert amounts(rows, 4)["realized"] == D("-99146.75")
    assert amounts(rows, 5) == {"stock": D("-96753.25"), "realized": D("96753.25")}
    assert left(rows) == {"cash": D("2393.50"), "realized": D("-2393.50")}
    assert held(rows) == {}


def test_10_1_shares_bought_and_sold_realize_their_gain_less_both_commissions() -> None:
    # 100 bought at 190 and sold at 192.5, 1.00 commission each way: 250 − 2 = 248.
    rows = book(
        filled(Side.BUY, 100, "190", "1", AAPL),
        filled(Side.SELL, 100, "192.5", "1", AAPL),
        closed(AAPL, 100, "192.5", "190", "19000", "2", "248"),
    )
    assert amounts(rows, 1) == {"cash": D("-19001"), "stock": D("19001")}
    assert left(rows) == {"cash": D("248"), "realized": D("-248")}
    assert held(rows) == {}


def test_10_1_assigned_shares_sold_realize_the_put_s_commission_too() -> None:
    # One put at 1.50 less 0.65, assigned at 195: cost 19,350.65. Sold at 196 less 1.00: 19,599. Gain 248.35.
    rows = book(
        filled(Side.SELL, 1, "1.5", "0.65"),
        assigned(1, "150", "0.65"),
        filled(Side.SELL, 100, "196", "1", AAPL),
        closed(AAPL, 100, "196", "193.5", "19350", "1.65", "248.35"),
    )
    assert left(rows) == {"cash": D("248.35"), "realized": D("-248.35")}


def test_10_1_a_worthless_expiry_moves_contracts_but_no_cash_and_realizes_the_premium() -> None:
    rows = book(
        filled(Side.SELL, 2, "0.9", "1.30"), expired(2, "0"), closed(PUT, 2, "0.9", "0", "180", "1.30", "178.70")
    )
    assert [(r.ledger, r.quantity, str(r.amount)) for r in rows if r.seq == 2] == [("short_options", 2, "0.00")]
    assert left(rows) == {"cash": D("178.70"), "realized": D("-178.70")}
    assert held(rows) == {}


@pytest.mark.parametrize(("side", "cash"), [(Side.SELL, "-640"), (Side.BUY, "640")])
def test_10_1_a_cash_settlement_is_paid_by_the_short_and_to_the_long(side: Side, cash: str) -> None:
    rows = book(filled(side, 2, "1", "0"), expired(2, "3.2"))
    assert amounts(rows, 2)["cash"] == D(cash)
    assert held(rows) == {}


@pytest.mark.parametrize(
    ("reason", "amount", "ledger"),
    [
        ("deposit", "1000", "equity"), ("withdrawal", "-250.5", "equity"),
        ("dividend", "26", "realized"), ("interest", "3.11", "realized"), ("fee", "-10", "realized"),
    ],
)  # fmt: skip
def test_10_1_capital_moves_against_equity_and_income_is_realized(reason: str, amount: str, ledger: str) -> None:
    rows = book(CashBooked(account="GEN", reason=reason, amount=D(amount), symbol=None, settlement="c1"))
    assert amounts(rows, 1) == {"cash": D(amount), ledger: -D(amount)}


@pytest.mark.clause("10.2")
def test_10_2_what_is_set_aside_moves_between_ledgers_and_taxes_are_paid_out_of_their_reserve() -> None:
    rows = book(
        ReinvestDone(
            account="COM", quarter="2026-Q3", gain=D("10000.01"), tax_reserve=D(3000), contracts=D("5250.01"),
            leaps=D(1750), to_buy=D("5250.01"),
        ),
        CashBooked(account="COM", reason="tax", amount=D(-900), symbol=None, settlement="t1"),
        TaxReleased(account="COM", year="2026", gain=D(5000), amount=D(600), tax_reserve=D(1500)),
    )  # fmt: skip
    assert amounts(rows, 1) == {"cash": D(-4750), "tax_reserve": D(3000), "leap_cash": D(1750)}
    assert amounts(rows, 2) == {"tax_reserve": D(-900), "equity": D(900)}
    assert amounts(rows, 3) == {"tax_reserve": D(-600), "cash": D(600)}
    assert [row.memo for row in rows if row.ledger == "cash"] == [
        "gain of 2026-Q3 reinvested", "tax reserve of 2026 released",
    ]  # fmt: skip


def test_10_1_a_fork_and_a_merge_move_capital_between_accounts() -> None:
    gone = AccountForked(account="GEN", from_="GEN", to="MINI-1", amount=D(100000))
    back = AccountMerged(account="MINI-1", from_="MINI-1", to="COM", amount=D(100000), leap_cash=D(500))
    rows = book(gone, back)
    assert [(row.seq, row.account, row.ledger.value, row.amount) for row in rows] == [
        (1, "GEN", "cash", D(-100000)), (1, "GEN", "equity", D(100000)),
        (2, "MINI-1", "cash", D(-100000)), (2, "MINI-1", "equity", D(100000)),
        (2, "MINI-1", "leap_cash", D(-500)), (2, "MINI-1", "equity", D(500)),
        (2, "COM", "cash", D(100000)), (2, "COM", "equity", D(-100000)),
        (2, "COM", "leap_cash", D(500)), (2, "COM", "equity", D(-500)),
    ]  # fmt: skip
    assert flows_of(back) == {"MINI-1": D(-100000), "COM": D(100000)}


def test_10_1_a_dividend_names_its_share() -> None:
    rows = book(CashBooked(account="GEN", reason="dividend", amount=D(26), symbol="AAPL", settlement="c1"))
    assert [row.symbol for row in rows if row.ledger == "realized"] == ["AAPL"]


def test_10_1_a_split_moves_quantities_and_no_money() -> None:
    into = Option("AAPL", PUT.expiry, D("97.5"), Right.PUT)
    split = PositionAdjusted(
        account="GEN", reason="split", contract=PUT, from_=-3, to=-6, into=into, settlement="x1"
    )  # fmt: skip
    rows = book(filled(Side.SELL, 3, "2", "0"), split)
    assert held(rows) == {("AAPL", D("97.5")): -6}
    assert [str(row.amount) for row in rows if row.seq == 2] == ["0.00", "0.00"]


@pytest.mark.clause("0.6")
def test_0_6_a_fill_or_settlement_told_twice_is_booked_once() -> None:
    sale, end = filled(Side.SELL, 2, "0.9", "1.30"), expired(2, "0")
    assert left(book(sale, sale, end, end)) == left(book(sale, end))


def test_10_1_fractions_of_a_cent_never_add_up() -> None:
    # 40 sales at a commission of 1.0449: 41.796 in all, 41.80; rounding each would come to 41.60.
    rows = book(*(filled(Side.SELL, 1, "1", "1.0449", n=n) for n in range(40)))
    assert left(rows) == {"cash": D("3958.20"), "short_options": D("-4000"), "fees": D("41.80")}


def test_10_1_what_moves_no_money_leaves_no_row() -> None:
    zero = D(0)
    mark = AccountMarked(
        account="GEN", equity=D(5), cash=D(5), stock=zero, short_options=zero, leaps_growth=zero, leaps_hedge=zero,
        tax_reserve=zero, leap_cash=zero, high_water=D(5), realized=zero, unrealized=zero, fees=zero,
    )  # fmt: skip
    assert book(mark, AlertRaised(severity="info", text="a word")) == []
