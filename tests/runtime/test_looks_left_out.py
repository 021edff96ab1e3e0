"""Looks at which nothing can be decided are left out of a run, and the journal does not show it (0.12)."""

import json
import re

import pytest

from allusetui.codec.records import line
from allusetui.compose.run import build_run
from allusetui.journal.memory import MemoryJournal
from allusetui.scenario.load import parse
from tests.replaying import DATA, Silent

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the market data is not here")

# Bid 1.55 in the morning of 02-26 and 1.60, three times what it cost, from noon on, at a VIX of 27.
HEDGE = """
[accounts.COM]
equity = 600_000
[[accounts.COM.options]]
symbol = "VIX"
expiry = 2020-08-21
strike = 25
right = "C"
quantity = 4
price = 0.5333
opened = 2020-02-20
"""

SPAN = """
[scenario]
name = "looks"
start = {first}T{opens}
end = {last}T{closes}
capital = 4_000_000
accounts = {accounts}
[market]
kind = "history"
data = "{data}"
"""
# In the money: SPY before its dividend of 2019-03-15 with the profit, AAPL with little extrinsic value without it.
CALLS = """
[accounts.COM]
equity = 600_000
[accounts.COM.holdings]
SPY = { shares = 1000, basis = 250.0 }
AAPL = { shares = 300, basis = 150.0 }
[[accounts.COM.options]]
symbol = "SPY"
expiry = 2019-03-22
strike = 265
right = "C"
quantity = -5
price = 24.0
opened = 2019-03-08
[[accounts.COM.options]]
symbol = "AAPL"
expiry = 2019-03-22
strike = 165
right = "C"
quantity = -3
price = 10.0
opened = 2019-03-08
"""
# Mon 2019-04-01 is reinvest day, and three calendar months before 2019-07-01. The put is too young to have reverted.
LEAPS = """
[accounts.REV]
equity = 800_000
realized_quarter = 60_000
[[accounts.REV.options]]
symbol = "NVDA"
expiry = 2019-07-01
strike = 190
right = "C"
quantity = 20
price = 24.0
opened = 2018-06-08
[[accounts.REV.options]]
symbol = "SPX"
expiry = 2019-07-01
strike = 2600
right = "P"
quantity = 2
price = 60.0
opened = 2019-03-28
"""
# Fri 2019-08-23: AMZN's put is left until 14:47, SPY's has a price at 15:30, AAPL comes near its strike at 15:42.
ENDING = """
[accounts.GEN]
equity = 900_000
[[accounts.GEN.options]]
symbol = "AAPL"
expiry = 2019-08-23
strike = 201.5
right = "P"
quantity = -1
price = 5.0
opened = 2019-08-22
[[accounts.GEN.options]]
symbol = "SPY"
expiry = 2019-08-23
strike = 283
right = "P"
quantity = -1
price = 5.0
opened = 2019-08-22
[[accounts.GEN.options]]
symbol = "AMZN"
expiry = 2019-08-23
strike = 1782
right = "P"
quantity = -1
price = 5.0
opened = 2019-08-22
"""
# MSFT is below its first level from before 10:00 on, and the key comes before the look of that hour.
PRESSED = """
[accounts.GEN]
equity = 900_000
[[accounts.GEN.options]]
symbol = "MSFT"
expiry = 2019-08-30
strike = 139
right = "P"
quantity = -1
price = 15.0
opened = 2019-08-22
[[operator]]
at = 2019-08-23T09:59:59
action = "resume"
account = "REV"
"""


ALL = ("GEN", "REV", "COM")


def run(text: str, every_tick: bool) -> tuple[list[str], int]:
    """The journal's lines, and how often the market was looked at."""
    journal, looks = MemoryJournal(), 0
    made = build_run(parse(text, "looks.toml"), journal, Silent())
    world = made.runtime.world
    world.every_tick = every_tick

    def count(at_ms: int) -> None:
        nonlocal looks
        looks += 1

    world.progress = count
    made.go()
    return [line(*row) for row in journal.read()], looks


def left_out(
    first: str, last: str, more: str = "", accounts: tuple[str, ...] = ALL, opens: str = "09:00:00",
    closes: str = "17:00:00",
) -> list[str]:  # fmt: skip
    """The journal of a span that is looked at at every tick; with nineteen of twenty looks left out it is the same."""
    text = SPAN.format(first=first, last=last, opens=opens, closes=closes, data=DATA, accounts=list(accounts)) + more
    truth, many = run(text, every_tick=True)
    told, few = run(text, every_tick=False)
    assert told == truth
    assert few < many / 20
    return truth


@pytest.mark.clause("0.12", "6.1")
@pytest.mark.parametrize(
    ("first", "last", "rises"),
    [("2020-02-26", "2020-02-28", True), ("2019-04-15", "2019-04-16", False)],
    ids=["levels rise", "a calm Monday and Tuesday"],
)
def test_0_12_looks_left_out_leave_no_trace(first: str, last: str, rises: bool) -> None:
    truth = left_out(first, last)
    assert any('"kind":"protocol.level"' in row for row in truth) is rises


@pytest.mark.clause("0.12", "6.6")
def test_0_12_no_look_is_left_out_at_which_an_early_assignment_threatens() -> None:
    truth = left_out("2019-03-12", "2019-03-13", CALLS)
    assert sum('"kind":"order.intended"' in row and '"6.6"' in row for row in truth) == 1
    assert sum('"kind":"assignment.feared"' in row for row in truth) == 1


@pytest.mark.clause("0.12", "17.4")
def test_0_12_no_look_is_left_out_at_which_the_ladder_buys_or_rolls() -> None:
    truth = left_out("2019-03-29", "2019-04-02", LEAPS)
    assert sum('"kind":"leap.rolled"' in row for row in truth) == 2
    assert sum('"kind":"leap.opened"' in row for row in truth) >= 2


@pytest.mark.clause("0.12", "5.6")
def test_0_12_no_look_is_left_out_at_which_a_hedge_has_its_profit() -> None:
    truth = left_out("2020-02-26", "2020-02-26", HEDGE, ("COM",))
    assert sum('"kind":"hedge.released"' in row and '"reason":"profit"' in row for row in truth) == 1


@pytest.mark.clause("0.12", "1.4", "7.1")
def test_0_12_no_look_is_left_out_at_which_an_option_ends() -> None:
    truth = left_out("2019-08-23", "2019-08-23", ENDING, ("GEN",), "14:00:00")
    intended = [row for row in truth if '"kind":"order.intended"' in row]
    assert [re.findall(r"T(\d\d:\d\d)", row)[0] for row in intended] == ["14:47", "15:30", "15:42"]


@pytest.mark.clause("0.12", "1.1", "1.3", "8.1")
@pytest.mark.parametrize(
    ("day", "accounts", "late"),
    [
        ("2016-01-21", ("GEN",), ["09:55 planned", "10:05 no_strike"]),
        ("2016-02-01", ("COM",), ["10:20 planned", "10:40 planned"]),
    ],
    ids=["a contract is wanted by enough others, and a strike leaves the band", "spreads narrow at last"],
)
def test_0_12_no_look_again_is_left_out_that_finds_something_else(
    day: str, accounts: tuple[str, ...], late: list[str]
) -> None:
    truth = left_out(day, day, "", accounts, "09:40:00", "11:05:00")
    rows = [json.loads(row) for row in truth]
    entries = [row for row in rows if row["kind"].startswith("entry.") and row["ts"][11:16] > "09:45"]
    assert [f"{row['ts'][11:16]} {row['data'].get('reason') or 'planned'}" for row in entries] == late


@pytest.mark.clause("0.12")
def test_0_12_a_key_between_two_looks_makes_no_look_of_itself() -> None:
    day, gen = "2019-08-23", ("GEN",)
    truth = left_out(day, day, PRESSED, gen, "09:30:00", "10:05:00")
    assert "T10:00:00" in next(row for row in truth if '"kind":"protocol.level"' in row)


@pytest.mark.clause("0.12", "6.1")
def test_0_12_minutes_at_level_1_are_left_out_until_something_changes() -> None:
    day, gen = "2019-08-23", ("GEN",)
    truth = left_out(day, day, PRESSED, gen, "09:30:00", "11:00:00")
    assert any('"kind":"protocol.level"' in row and '"to":1' in row for row in truth)
