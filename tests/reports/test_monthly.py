"""The month as its report tells it: money in and out, income of its own days, the year so far, its weeks."""

import json
from dataclasses import replace
from decimal import Decimal

import pytest

from allusetui.domain.contract import Side
from allusetui.domain.event import AccountForked, AccountMerged, CashBooked
from allusetui.domain.order import Pocket
from allusetui.law.load import load
from allusetui.reports.monthly import MonthlyTable, MonthRow, monthly
from allusetui.reports.monthly_page import page
from allusetui.reports.page import as_json, markdown, text
from tests.reports.journals import HEDGE, LEAP, closed, filled, journal, marked, provisioned, typed

D = Decimal
LAW = load().reports


def paid_in(amount: int) -> CashBooked:
    return CashBooked(account="GEN", reason="deposit", amount=D(amount), symbol=None, settlement=f"d{amount}")


# GEN: 1,000,000 → 1,010,000 at the end of February; in March 90,000 come in, it ends at 1,111,000.
JOURNAL = journal(
    ("2026-02-02T09:00", provisioned("GEN", 1_000_000)),
    ("2026-02-27T16:00", marked("GEN", 1_010_000)),
    ("2026-02-27T16:30", typed("2026-W09", "Roll")),
    ("2026-03-03T10:00", filled("a", Side.SELL, 5, "1.50")),
    ("2026-03-03T16:00", marked("GEN", 1_020_100)),
    ("2026-03-10T09:00", paid_in(90_000)),
    ("2026-03-10T10:00", filled("b", Side.BUY, 5, "0.40")),
    ("2026-03-10T10:00", closed("540.25")),
    ("2026-03-10T11:00", filled("h", Side.SELL, 1, "30.00", HEDGE)),
    ("2026-03-10T11:00", closed("-700.65", HEDGE)),
    ("2026-03-10T12:00", filled("l", Side.SELL, 1, "12.00", LEAP, pocket=Pocket.LEAP_CASH)),
    ("2026-03-10T12:00", closed("321.00", LEAP)),
    ("2026-03-10T16:00", marked("GEN", 1_080_000, 1_113_100)),
    ("2026-03-13T16:30", typed("2026-W11", "Calm-Income", "A1")),
    ("2026-03-13T16:30", typed("2026-W11", "Calm-Income")),
    ("2026-03-31T16:00", marked("GEN", 1_111_000, 1_113_100, leap_cash=D(500), leaps_hedge=D(77))),
    ("2026-04-01T10:00", filled("c", Side.SELL, 1, "9.99")),
    ("2026-04-01T16:00", marked("GEN", 2_000_000)),
)


@pytest.fixture(scope="module")
def table() -> MonthlyTable:
    return monthly(JOURNAL, "2026-03", LAW)


def row(table: MonthlyTable, account: str = "GEN") -> MonthRow:
    return next(found for found in (*table.accounts, table.totals) if found.account == account)


@pytest.mark.clause("11.2")
def test_11_2_the_month_made_what_equity_changed_without_what_was_paid_in(table: MonthlyTable) -> None:
    gen = row(table)
    # 90,000 paid in and 3,000 − 0.65 of a hedge that was sold: hedges are no part of the equity (0.2).
    assert (gen.previous, gen.flows, gen.equity) == (D(1_010_000), D("92999.35"), D(1_111_000))
    assert gen.change == D("8000.65")


@pytest.mark.clause("11.2", "17.7")
def test_11_2_income_is_of_the_book_and_the_ladder_s_sides_stand_apart(table: MonthlyTable) -> None:
    income = row(table).income
    assert (income.premium, income.realized) == (D(550), D("540.25"))  # 750 sold, 200 bought back
    assert (income.hedges, income.growth) == (D("-700.65"), D(321))
    assert income.fees == D("0.65") * 12


@pytest.mark.clause("11.2")
def test_11_2_the_year_is_compounded_from_its_start_and_a_drawdown_is_against_the_mark(table: MonthlyTable) -> None:
    done = row(table).performance
    # 1.01 × 1.01 × 1,080,000 / (1,020,100 + 92,999.35) × 1,111,000 / 1,080,000
    assert done.ytd == pytest.approx(1.0201 * 1_111_000 / 1_113_099.35 - 1)
    assert done.worst == pytest.approx(33_100 / 1_113_100) and done.drawdown == pytest.approx(2_100 / 1_113_100)
    assert (done.cagr, done.sharpe, done.sortino) == (None, None, None)


@pytest.mark.clause("11.2")
def test_11_2_a_new_year_starts_from_the_old_year_s_last_mark() -> None:
    (gen,) = monthly(
        journal(
            ("2025-12-30T09:00", provisioned("GEN", 500)), ("2025-12-30T16:00", marked("GEN", 800)),
            ("2025-12-31T16:00", marked("GEN", 1_000)), ("2026-01-02T16:00", marked("GEN", 1_100)),
            ("2026-01-30T16:00", marked("GEN", 1_210)),
        ),
        "2026-01", LAW,
    ).accounts  # fmt: skip
    assert gen.previous == 1_000 and gen.performance.ytd == pytest.approx(0.21)


@pytest.mark.clause("12.2", "S.4")
def test_12_2_the_month_s_weeks_stand_with_their_types(table: MonthlyTable) -> None:
    assert [(week.week, week.group, week.type) for week in table.weeks] == [
        ("2026-W11", "A1", "Calm-Income"), ("2026-W11", None, "Calm-Income"),
    ]  # fmt: skip
    assert "2026-W11 all: Calm-Income, all that applied: Calm-Income" in text(page(table, LAW))


@pytest.mark.clause("12.2")
def test_12_2_a_week_that_ends_before_a_holiday_is_of_the_month_in_which_it_was_cut() -> None:
    # 2020-W53: its Friday is New Year's day, it was cut on Thursday; W52's cut was missed and made up for.
    told = journal(("2020-12-28T08:00", typed("2020-W52", "Roll")), ("2020-12-31T16:30", typed("2020-W53", "Hedged")))
    assert [week.week for week in monthly(told, "2020-12", LAW).weeks] == ["2020-W52", "2020-W53"]
    assert monthly(told, "2021-01", LAW).weeks == ()


@pytest.mark.clause("11.2")
def test_11_2_what_forks_move_is_no_gain_and_a_merged_sleeve_is_gone_the_month_after() -> None:
    told = journal(
        ("2026-03-02T09:00", provisioned("GEN", 1_100)),
        ("2026-03-06T16:10", AccountForked(account="GEN", from_="GEN", to="MINI-1", amount=D(100))),
        ("2026-03-06T16:10", provisioned("MINI-1", 100, parent="GEN")),
        ("2026-03-06T16:30", marked("GEN", 1_000)), ("2026-03-06T16:30", marked("MINI-1", 100)),
        ("2026-03-31T10:00", AccountMerged(account="MINI-1", from_="MINI-1", to="GEN", amount=D(100))),
        ("2026-03-31T16:00", marked("GEN", 1_100)), ("2026-03-31T16:00", marked("MINI-1", 0)),
        ("2026-04-30T16:00", marked("GEN", 1_100)), ("2026-04-30T16:00", marked("MINI-1", 0)),
    )  # fmt: skip
    march, april = monthly(told, "2026-03", LAW), monthly(told, "2026-04", LAW)
    assert [(r.account, r.change, r.performance.ytd) for r in (*march.accounts, march.totals)] == [
        ("GEN", 0, 0.0), ("MINI-1", 0, 0.0), ("Total", 0, 0.0)
    ]  # fmt: skip
    assert [growth.what for growth in march.growth] == ["forked", "merged"]
    assert [r.account for r in april.accounts] == ["GEN"] and april.totals.equity == 1_100


@pytest.mark.clause("11.2", "S.5")
def test_11_2_text_markdown_and_json_say_the_same_in_numbers_and_in_words(table: MonthlyTable) -> None:
    shown = page(table, LAW)
    found = text(shown)
    assert max(map(len, found.splitlines())) <= 100 and found.endswith("\n")
    assert "The month made 8,000.65 on an equity of 1,010,000.00; premium 550.00, realized 540.25." in found
    assert "GEN      1,010,000.00  92,999.35  8,000.65  1,111,000.00" in found
    assert "| GEN | 1,010,000.00 | 92,999.35 | 8,000.65 | 1,111,000.00 |" in markdown(shown)
    data = json.loads(as_json(shown))
    assert (data["month"], data["accounts"][0]["leap_cash"], data["totals"]["leaps_hedge"]) == ("2026-03", 500.0, 77.0)
    assert data["accounts"][0]["marks"][-1] == ["2026-03-31", 1_111_000.0, 0.001887]


@pytest.mark.clause("11.2")
def test_11_2_equity_and_drawdown_are_drawn_for_every_account(table: MonthlyTable) -> None:
    lines = text(page(table, LAW)).splitlines()
    start = lines.index("Curves of GEN")
    assert lines[start + 1].startswith("Equity, dollars:  1,111,000")
    assert any(line.startswith("Drawdown, %:  -0.19") for line in lines[start:])
    assert "2026-02-02 to 2026-03-31, 5 marks" in lines


@pytest.mark.clause("11.2")
def test_11_2_one_that_has_not_ended_says_so_and_hostile_names_are_text(table: MonthlyTable) -> None:
    assert text(page(table, LAW, so_far=True)).splitlines()[1].startswith("So far: it has not ended.")
    hostile = replace(table, accounts=(replace(row(table), account="a|b\n\x1b[31m*"),))
    assert "\x1b" not in text(page(hostile, LAW)) + markdown(page(hostile, LAW))


@pytest.mark.clause("11.2")
def test_11_2_an_empty_journal_has_an_empty_report() -> None:
    assert "Nothing was marked" in text(page(monthly([], "2026-03", LAW), LAW))
