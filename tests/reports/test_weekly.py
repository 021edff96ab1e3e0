"""11.1: the weekly report says what the journal says, and says it again the same way."""

import json
from dataclasses import replace

import pytest

from allusetui.codec.records import decode, line
from allusetui.domain.contract import Side
from allusetui.domain.event import (
    AccountForked,
    AccountMerged,
    Event,
    ForkWaiting,
    OrderFilled,
    ReportWritten,
    WeekTyped,
)
from allusetui.domain.money import ZERO
from allusetui.domain.order import Purpose
from allusetui.reports.page import as_json, markdown, text
from allusetui.reports.summary import summary
from allusetui.reports.weekly import WeeklyTable, weekly
from allusetui.reports.weekly_page import page
from tests.reports.journals import D, marked, provisioned
from tests.reports.weeks import (
    AFTER,
    FIRST_WEEK,
    SECOND_WEEK,
    W10,
    W11,
    closed,
    cut,
    filled,
    intended,
    journal,
    row,
    second_week,
)

pytestmark = pytest.mark.clause("11.1")


def test_11_1_what_stands_in_leaps_at_the_start_is_no_loss_of_the_first_week() -> None:
    begun = replace(provisioned("REV", "1000000"), ladder=D(8_000))
    (row,) = weekly(journal([begun, marked("REV", "992000")]), W10).accounts
    assert (row.equity, row.change) == (D(992_000), ZERO)


def test_11_1_what_forks_and_merges_move_is_no_gain_of_anyone() -> None:
    def moved(kind: type[AccountForked] | type[AccountMerged], start: str, to: str) -> Event:
        return kind(account=start, from_=start, to=to, amount=D(100000))

    born = replace(provisioned("MINI-1", "100000"), parent="GEN")
    during = [
        moved(AccountForked, "GEN", "MINI-1"), born, moved(AccountMerged, "MINI-1", "COM"),
        marked("GEN", "900000"), marked("COM", "400000"), marked("MINI-1", "0"), *cut(W11, "Calm-Income"),
    ]  # fmt: skip
    before = [provisioned("GEN", "1000000"), provisioned("COM", "300000"), *cut(W10, "Calm-Income")]
    table = weekly(journal(before, during), W11)
    assert [(r.account, r.previous, r.flows, r.change) for r in (*table.accounts, table.totals)] == [
        ("GEN", D(1000000), D(-100000), ZERO), ("COM", D(300000), D(100000), ZERO), ("MINI-1", ZERO, ZERO, ZERO),
        ("Total", D(1300000), ZERO, ZERO),
    ]  # fmt: skip
    rows = summary(journal(before, during)).accounts
    assert [(r.account, r.start, r.flows, r.pnl) for r in rows] == [
        ("GEN", D(1000000), D(-100000), ZERO), ("COM", D(300000), D(100000), ZERO), ("MINI-1", ZERO, ZERO, ZERO)
    ]  # fmt: skip


@pytest.fixture
def table() -> WeeklyTable:
    return second_week()


def test_11_1_equity_changes_from_cut_to_cut_and_a_deposit_is_no_gain(table: WeeklyTable) -> None:
    # 1,008,000.50 − 1,002,000 − 5,000 paid in = 1,000.50.
    gen = row(table, "GEN")
    assert (gen.previous, gen.equity, gen.flows, gen.change) == (D(1002000), D("1008000.50"), D(5000), D("1000.50"))
    assert row(table, "REV").change == D(-1000)
    assert (table.totals.equity, table.totals.change) == (D("1507000.50"), D("0.50"))


def test_11_1_the_first_week_begins_with_what_was_provisioned() -> None:
    gen = row(weekly(journal(FIRST_WEEK, SECOND_WEEK), W10), "GEN")
    assert (gen.previous, gen.change, gen.income.fees, gen.trades) == (D(1000000), D(2000), D("1.30"), (("entry", 1),))


def test_11_1_profit_and_fees_are_the_week_s_own_and_a_fill_told_twice_counts_once(table: WeeklyTable) -> None:
    gen = row(table, "GEN")
    assert gen.income.realized == D("-796.60")  # 177.40 − 1,000 + 26 dividend
    assert gen.income.fees == D("4.55")  # 1.30 + 1.95 + 1.30
    assert (table.totals.income.realized, table.totals.income.fees) == (D("-796.60"), D("5.20"))


def test_11_1_a_trade_is_an_intent_that_filled_however_many_fills_it_took(table: WeeklyTable) -> None:
    assert row(table, "GEN").trades == (("entry", 1), ("roll", 1))
    assert row(table, "REV").trades == (("profit_take", 1),)
    assert table.totals.trades == (("entry", 1), ("roll", 1), ("profit_take", 1))


def test_11_1_each_trade_stands_with_its_contract_and_the_average_of_its_fills(table: WeeklyTable) -> None:
    lines = text(page(table)).splitlines()
    start = lines.index("Trades one by one")
    assert lines[start + 1 : start + 4] == [
        "  GEN entry: sold 4 AAPL 2026-03-13 195 P at 1.50", "  GEN roll: sold 2 AAPL 2026-03-13 195 P at 1.50",
        "  REV profit take: sold 2 AAPL 2026-03-13 195 P at 1.50",
    ]  # fmt: skip
    assert json.loads(as_json(page(table)))["trades"][0]["quantity"] == 4


def test_11_1_a_trade_that_was_corrected_is_told_as_it_was_in_the_end() -> None:
    first = filled("1", "1.30", "e1")
    assert isinstance(first, OrderFilled)
    back = replace(first, exec_id="e1-back", side=Side.BUY)
    anew = replace(first, exec_id="e1.02", quantity=3, price=D("1.255"))
    found = weekly(journal([provisioned("GEN", "1"), intended("1", Purpose.ENTRY), first, back, anew]), W10)
    assert text(page(found)).count("GEN entry: sold 3 AAPL 2026-03-13 195 P at 1.2550") == 1
    gone = weekly(journal([provisioned("GEN", "1"), intended("1", Purpose.ENTRY), first, back]), W10)
    assert gone.trades == ()


def test_11_1_assignments_skips_levels_and_breakers_are_counted(table: WeeklyTable) -> None:
    gen = row(table, "GEN")
    assert (gen.assigned, gen.called_away) == (3, 1)
    assert gen.skips == (("earnings", 2), ("spread", 1))
    assert gen.levels == (("1", 2), ("2", 1))
    assert [(trip.tier, trip.vix) for trip in table.breakers] == [("hedged_week", D("51.25"))]


def test_11_1_a_fork_that_waits_is_told_with_its_reason() -> None:
    waits = ForkWaiting(account="GEN", reason="limit", amount=D(100_000), free_cash=D(150_000), alive=8)
    table = weekly(journal([provisioned("GEN", 1_200_000), waits]), W10)
    assert "GEN waits to fork: limit" in text(page(table))
    (told,) = json.loads(as_json(page(table)))["forks"]
    assert (told["what"], told["to"], told["reason"]) == ("waiting", None, "limit")


@pytest.mark.clause("12.2")
def test_12_2_the_week_s_type_stands_with_all_that_applied(table: WeeklyTable) -> None:
    assert row(table, "GEN").week_type == table.totals.week_type == "Assignment"
    assert table.totals.all_types == ("Assignment", "Roll", "Earnings-Filter")


def test_11_1_the_report_is_the_same_whatever_came_after_the_cut_and_from_the_stored_journal() -> None:
    at_the_cut = weekly(journal(FIRST_WEEK, SECOND_WEEK), W11)
    later = journal(FIRST_WEEK, SECOND_WEEK, AFTER)
    stored = [decode(line(*record)) for record in later]
    for again in (weekly(later, W11), weekly(stored, W11), weekly(iter(later), W11)):
        assert again == at_the_cut
        assert [form(page(again)) for form in (text, markdown, as_json)] == [
            form(page(at_the_cut)) for form in (text, markdown, as_json)
        ]


def test_11_1_without_a_typed_week_the_report_ends_where_it_was_written_or_with_the_journal() -> None:
    untyped = [event for event in SECOND_WEEK if not isinstance(event, WeekTyped)]
    open_end = weekly(journal(FIRST_WEEK, untyped), W11)
    written = ReportWritten(period="weekly", name=W11, sha256="0" * 64)
    assert weekly(journal(FIRST_WEEK, untyped, [written, closed("1")]), W11) == open_end
    assert open_end.totals.week_type is None
    assert "Total: not typed" in text(page(open_end))


def test_11_1_no_week_loses_or_repeats_what_happened_between_cut_and_report() -> None:
    between = [*FIRST_WEEK, closed("10"), *SECOND_WEEK]
    first, second = weekly(journal(between), W10), weekly(journal(between), W11)
    assert (first.totals.income.realized, second.totals.income.realized) == (ZERO, D("-786.60"))


def test_11_1_an_empty_journal_has_an_empty_report() -> None:
    found = weekly([], W11)
    assert found.accounts == ()
    assert "none" in text(page(found))
