"""What accounts begin with: defaults, what is already held and its worth, and what could not be so."""

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from allusetui.compose.load import load_scenario
from allusetui.domain.contract import Option, Right
from allusetui.domain.moment import to_ms
from allusetui.pricing.black_scholes import price
from allusetui.scenario.load import ScenarioError
from tests.replaying import DATA, Replayed, replay_text
from tests.rules.situations import AAPL, holding, operator, option, situation

START, END = "2026-03-05T09:30:00", "2026-03-05T09:31:00"
INDICES = {"AAPL": AAPL, "SPX": "spot = 5000.0", "XSP": ""}
LEAP = option("REV", "AAPL", "2027-01-15", 240.0, "C", 10, 12.0, "2025-09-18")
HEDGES = (
    option("REV", "SPX", "2026-12-18", 4250.0, "P", 1, 60.0, "2026-02-02"),
    option("REV", "XSP", "2026-12-18", 425.0, "P", 2, 6.0, "2026-02-02"),
    option("REV", "VIX", "2026-09-18", 27.0, "C", 5, 2.0, "2026-02-02"),
)
HISTORY = f"""
[scenario]
name = "h"
start = 2020-03-02T10:00:00
end = 2020-03-02T10:05:00
accounts = []
[market]
kind = "history"
data = "{DATA}"
"""
NEEDS_DATA = pytest.mark.skipif(not DATA.is_dir(), reason="the market data is not here")


def begun(*more: str, end: str = END, symbols: dict[str, str] | None = None, **head: Any) -> Replayed:
    return replay_text(situation(START, end, symbols or INDICES, *more, **head))


def given(r: Replayed, account: str) -> dict[str, Any]:
    (found,) = r.of("account.provisioned", account=account)
    data: dict[str, Any] = found["data"]
    return data


def mid(r: Replayed, contract: Option) -> Decimal:
    """The middle of the true market at the start."""
    quote = r.run.market.option(contract, to_ms(datetime(2026, 3, 5, 9, 30)))
    assert quote is not None
    return quote.mid


@pytest.mark.clause("0.1")
def test_a_table_that_says_only_its_equity_takes_base_mark_and_birthday_from_the_start() -> None:
    r = begun("[accounts.COM]\nequity = 900_000.01")
    data = given(r, "COM")
    assert (data["equity"], data["base"], data["high_water"], data["cash"]) == (900_000.01,) * 4
    assert (data["opened"], data["realized_quarter"], data["type"]) == ("2026-03-05", 0, "com")


@pytest.mark.clause("0.1")
def test_a_table_says_what_its_account_was_before_the_start() -> None:
    lines = "equity = 900_000\nbase = 800_000\nhigh_water = 950_000\nopened = 2025-01-02\nrealized_quarter = 20_000.5"
    r = begun(f"[accounts.COM]\n{lines}")
    data = given(r, "COM")
    keys = ("base", "high_water", "opened", "realized_quarter")
    assert [data[key] for key in keys] == [800_000, 950_000, "2025-01-02", 20_000.5]
    assert r.run.runtime.engine.state.accounts["COM"].realized_quarter == Decimal("20000.5")


@pytest.mark.parametrize(
    ("name", "type_", "group"),
    [
        ("MINI-1", "mini", "A1"), ("MINI-12", "mini", "A1"), ("A2.GEN", "gen", "A2"), ("A2.REV", "rev", "A2"),
        ("A3.COM", "com", "A3"), ("A2.MINI-1", "mini", "A2"),
    ],
)  # fmt: skip
def test_a_table_of_a_fork_creates_its_account(name: str, type_: str, group: str) -> None:
    r = begun(f"[accounts.{name}]\nequity = 100_000", accounts=["GEN", name])
    data = given(r, name)
    assert (data["type"], data["group"], data["base"], data["trading"]) == (type_, group, 100_000, True)
    assert [x["account"] for x in r.of("account.provisioned")] == ["GEN", "REV", "COM", name]


@pytest.mark.clause("0.1", "1.1")
def test_accounts_that_are_not_listed_hold_their_cash_in_safe_and_plan_nothing() -> None:
    r = replay_text(situation("2026-03-04T09:30:00", "2026-03-05T10:00:00", {"AAPL": AAPL, "NVDA": AAPL}))
    assert {x["account"] for x in r.of("entry.planned")} == {"GEN"}
    assert {x["account"] for x in r.of("entry.skipped")} == {"GEN"}
    rest = [a for a in r.run.runtime.engine.state.accounts.values() if a.name != "GEN"]
    assert [(a.name, a.status.value, a.cash) for a in rest] == [("REV", "SAFE", 300_000), ("COM", "SAFE", 300_000)]


def test_without_the_list_every_account_trades() -> None:
    text = situation(START, END, INDICES, "[accounts.MINI-1]\nequity = 100_000").replace("accounts = ['GEN']\n", "")
    assert [x["data"]["trading"] for x in replay_text(text).of("account.provisioned")] == [True] * 4


@pytest.mark.clause("10.1")
def test_leaps_and_hedges_are_paid_out_of_the_equity_at_the_mid_and_are_told() -> None:
    r = begun("[accounts.REV]\nequity = 300_000", LEAP, *HEDGES, holding("REV", "AAPL", 100, 150.0))
    data = given(r, "REV")
    contracts = [
        (Option("AAPL", date(2027, 1, 15), Decimal(240), Right.CALL), 10),
        (Option("SPX", date(2026, 12, 18), Decimal(4250), Right.PUT), 1),
        (Option("XSP", date(2026, 12, 18), Decimal(425), Right.PUT), 2),
        (Option("VIX", date(2026, 9, 18), Decimal(27), Right.CALL), 5),
    ]
    worth = sum((quantity * 100 * mid(r, contract) for contract, quantity in contracts), Decimal(0))
    assert Decimal(str(data["cash"])) == 300_000 - 100 * 200 - worth
    told = [(x["contract"]["symbol"], x["contract"]["right"], x["quantity"], x["price"]) for x in data["options"]]
    assert told == [("AAPL", "C", 10, 12), ("SPX", "P", 1, 60), ("XSP", "P", 2, 6), ("VIX", "C", 5, 2)]
    assert data["holdings"] == [{"symbol": "AAPL", "shares": 100, "basis": 150, "assigned": False}]


def test_the_mid_is_the_models() -> None:
    # Thu 09:30 to Fri 2027-01-15 16:00 at iv 0.30; bid and ask stand a cent at most from 1 % either side.
    r = begun("[accounts.REV]\nequity = 300_000", LEAP)
    years = (to_ms(datetime(2027, 1, 15, 16)) - to_ms(datetime(2026, 3, 5, 9, 30))) / (365 * 86_400_000)
    model = price(200.0, 240.0, years, 0.04, 0.3, True, 0.0)
    assert float(mid(r, Option("AAPL", date(2027, 1, 15), Decimal(240), Right.CALL))) == pytest.approx(model, abs=0.01)


@pytest.mark.clause("0.9")
def test_0_9_a_sleeve_that_holds_leaps_does_not_begin_in_a_drawdown() -> None:
    # A third of the equity in LEAPs, which the mark is compared without.
    r = begun("[accounts.REV]\nequity = 40_000", LEAP, accounts=["REV"])
    data = given(r, "REV")
    assert data["equity"] == 40_000 and data["high_water"] == data["cash"] < 0.85 * 40_000
    assert r.of("pivot.entered") == []


@pytest.mark.clause("9.4", "9.5")
def test_9_4_what_is_held_at_the_start_is_in_both_books() -> None:
    r = begun("[accounts.REV]\nequity = 300_000", LEAP, *HEDGES, operator(START, "audit", "REV"))
    assert [x["data"]["mismatches"] for x in r.of("audit.done")] == [0]
    assert r.of("reconcile.mismatch") == []


@pytest.mark.clause("6.10")
def test_6_10_a_put_sold_twice_may_cost_half_of_the_lesser_credit() -> None:
    rows = [
        option("GEN", "AAPL", "2026-03-06", 190.0, "P", quantity, price, opened)
        for quantity, price, opened in ((-2, 1.0, "2026-03-03"), (-3, 2.0, "2026-03-02"))
    ]
    (position,) = begun(*rows).run.runtime.engine.state.accounts["GEN"].positions.values()
    assert (position.first_credit, position.sold_on) == (1, date(2026, 3, 2))


def test_a_contract_that_is_not_of_the_pattern_is_held_at_its_price_and_never_entered() -> None:
    # A Tuesday and a strike between two steps, as a market with other listings left them.
    odd = option("GEN", "AAPL", "2026-03-10", 181.25, "P", -1, 2.0, "2026-03-02")
    r = begun(odd, end="2026-03-05T11:01:00")
    assert float(given(r, "GEN")["cash"]) > 400_000
    assert {x["data"]["contract"]["expiry"] for x in r.of("entry.planned")} == {"2026-03-06"}


# What could not be so


def line(tmp_path: Path, text: str) -> str:
    file = tmp_path / "week.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        load_scenario(str(file), None)
    said = str(caught.value)
    assert said.startswith(f"{file}: ") and len(said.splitlines()) == 1
    return said.removeprefix(f"{file}: ")


SECURED = option("GEN", "AAPL", "2026-03-06", 190.0, "P", -2, 2.0, "2026-03-02")
WRONG = [
    (("[accounts.GEN]\nequity = 59_999.99", holding("GEN", "AAPL", 300, 10.0)), "accounts.GEN.holdings.AAPL.shares"),
    ((holding("MINI-1", "AAPL", 1, 10.0), "[accounts.MINI-1]\nequity = 199"), "accounts.MINI-1.holdings.AAPL.shares"),
    (("[accounts.REV]\nequity = 5_000", LEAP), "accounts.REV.options[1].quantity"),
]


@pytest.mark.clause("0.2")
@pytest.mark.parametrize(("tables", "key"), WRONG)
def test_0_2_shares_and_options_without_the_cash_for_them_are_refused(
    tables: tuple[str, ...], key: str, tmp_path: Path
) -> None:
    said = line(tmp_path, situation(START, END, INDICES, *tables, capital=None))
    assert said.startswith(f"{key}: ") and "; allowed: " in said


@pytest.mark.clause("0.2")
def test_0_2_to_the_cent_enough_is_enough() -> None:
    own = "[accounts.GEN]\nequity = 60_000"
    assert given(begun(own, holding("GEN", "AAPL", 300, 10.0)), "GEN")["cash"] == 0


@pytest.mark.clause("0.2")
def test_0_2_an_account_may_begin_with_puts_that_its_cash_does_not_secure() -> None:
    begun_so = begun("[accounts.GEN]\nequity = 10_000", SECURED)
    assert 10_000 < given(begun_so, "GEN")["cash"] < 38_000


@pytest.mark.parametrize(
    ("start", "expiry"),
    [
        ("2026-03-06T16:00:00", "2026-03-06"),
        ("2026-11-27T13:00:00", "2026-11-27"),
        ("2026-04-03T09:00:00", "2026-04-03"),
    ],
    ids=["at the close", "at an early close", "on Good Friday"],
)
def test_an_option_whose_last_session_has_closed_is_not_held(start: str, expiry: str, tmp_path: Path) -> None:
    held = option("GEN", "AAPL", expiry, 190.0, "P", -1, 2.0, "2026-03-02")
    said = line(tmp_path, situation(start, f"{start[:11]}18:00:00", INDICES, held))
    assert said.startswith(f"accounts.GEN.options[1].expiry: {expiry} has closed at the start")


@NEEDS_DATA
@pytest.mark.parametrize(
    ("table", "key"),
    [
        ("[accounts.GEN.holdings.XOM]\nshares = 1\nbasis = 1", "accounts.GEN.holdings.XOM"),
        (option("GEN", "XOM", "2020-03-20", 50.0, "C", 1, 1.0, "2020-03-02"), "accounts.GEN.options[1].symbol"),
    ],
)
def test_what_a_history_does_not_list_can_not_be_held(table: str, key: str, tmp_path: Path) -> None:
    said = line(tmp_path, HISTORY + "[accounts.GEN]\nequity = 1_000\n" + table)
    assert said.startswith(f"{key}: XOM is not listed")


@NEEDS_DATA
@pytest.mark.parametrize("kind", ["history", "synthetic"])
def test_a_model_market_prices_the_indices_that_hedges_are_on(kind: str) -> None:
    head = HISTORY if kind == "history" else HISTORY.replace(f'"history"\ndata = "{DATA}"', '"synthetic"')
    rows = [("SPX", 2500.0, "P"), ("XSP", 250.0, "P"), ("VIX", 50.0, "C")]
    held = [option("REV", name, "2020-09-18", strike, right, 1, 1.0, "2020-03-02") for name, strike, right in rows]
    r = replay_text("\n".join([head, "[accounts.REV]\nequity = 1_000_000", *held]))
    assert given(r, "REV")["cash"] < 1_000_000
    quotes = r.run.runtime.engine.volatile.option_quotes
    assert {contract.symbol for contract in quotes} == {"SPX", "XSP", "VIX"}
