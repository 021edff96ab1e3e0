"""The LEAP ledger and the quarter: growth and hedges apart, what they cost and cover, what was reinvested."""

import json
from datetime import date
from decimal import Decimal

import pytest

from allusetui.domain.contract import Option, Right, Side
from allusetui.domain.event import (
    AccountMerged,
    Fall,
    HedgeOpened,
    HedgeReleased,
    HedgeSkipped,
    LeapOpened,
    LeapPurchase,
    LeapRolled,
    LeapsPlanned,
    LongMark,
    ReinvestDone,
    ReinvestPlanned,
    TriggerOff,
    TriggerOn,
)
from allusetui.domain.order import Pocket
from allusetui.law.load import load
from allusetui.reports import leaps_page, quarterly_page
from allusetui.reports.leaps import LeapsTable, leaps
from allusetui.reports.page import as_json, markdown, text
from allusetui.reports.periods import Span
from allusetui.reports.quarterly import QuarterlyTable, quarterly
from tests.reports.journals import HEDGE, LEAP, filled, journal, marked, provisioned

D = Decimal
MARCH = Span(date(2026, 3, 1), date(2026, 3, 31))
LATER = Option("NVDA", date(2027, 9, 17), D(250), Right.CALL)
FALLS = (Fall(D("0.10"), D(-4000), D(-900), D(1000)), Fall(D("0.20"), D(-9000), D(-1500), D(3000)))


def long(contract: Option, quantity: int, price: str, theta: str | None, cost: str = "1000") -> LongMark:
    return LongMark(contract, quantity, D(cost), D(price), D(200), -0.2, None if theta is None else D(theta))


# A hedge and two LEAPs: on Friday the hedge costs 4.00 a day, the LEAPs 3.00; then over the weekend to Monday.
HELD = (long(HEDGE, 1, "80", "-4"), long(LEAP, 2, "11", "-3", "2300"))
JOURNAL = journal(
    ("2026-02-02T09:00", provisioned("REV", 300_000)),
    ("2026-02-27T16:00", marked("REV", 300_000, longs=HELD)),
    ("2026-03-02T10:00", filled("x", Side.BUY, 1, "70.00", HEDGE, "REV")),
    ("2026-03-02T10:00", HedgeOpened(account="REV", contract=HEDGE, quantity=1, premium=D(7000), budget=D(9000),
                                     spent=D(7000))),
    ("2026-03-02T10:01", filled("y", Side.BUY, 1, "12.00", LATER, "REV", Pocket.LEAP_CASH)),
    ("2026-03-02T10:01", LeapOpened(account="REV", contract=LATER, quantity=1, price=D(12), side="growth",
                                    deviation=None)),
    ("2026-03-02T10:02", LeapRolled(account="REV", contract=LEAP, quantity=1, price=D(11), side="growth",
                                    reason="delta", candidate=LATER, candidate_quantity=1, candidate_price=D(12),
                                    deviation=None)),
    ("2026-03-02T15:56", HedgeSkipped(account="REV", reason="no_fit", contract=None, price=D(35), budget=D(9000),
                                      spent=D(7000), free_cash=D(1), failures=())),
    ("2026-03-02T16:00", marked("REV", 300_000, longs=(long(HEDGE, 2, "75", "-5"), long(LEAP, 1, "10", "-1"),
                                                       long(LATER, 1, "12.5", None)), falls=FALLS, leap_cash=D(321))),
    ("2026-03-31T16:00", marked("REV", 310_000, longs=(long(HEDGE, 2, "75", "-5"), long(LEAP, 1, "10", "-1"),
                                                       long(LATER, 1, "12.5", None)), falls=FALLS, leap_cash=D(321))),
)  # fmt: skip


@pytest.fixture(scope="module")
def table() -> LeapsTable:
    return leaps(JOURNAL, MARCH)


@pytest.mark.clause("17.7")
def test_17_7_each_side_has_its_own_worth_cost_trades_and_decay(table: LeapsTable) -> None:
    growth, hedge = table.sides
    assert (growth.side, growth.value, growth.cost, growth.bought, growth.sold) == ("growth", 2250, 2000, 1200, 0)
    assert (hedge.side, hedge.value, hedge.cost, hedge.bought, hedge.sold) == ("hedge", 15_000, 1000, 7000, 0)
    # Friday to Monday three days, Monday to the 31st twenty-nine.
    assert hedge.theta_paid == 3 * 4 + 29 * 5 and growth.theta_paid == 3 * 3 + 29 * 1
    assert (hedge.decay_year, growth.decay_year) == (5 * 365, 1 * 365)


@pytest.mark.clause("17.7")
def test_17_7_a_purchase_that_the_broker_corrects_is_bought_once_and_nothing_was_sold() -> None:
    when = "2026-03-02T11:00"
    corrected = journal(
        ("2026-02-02T09:00", provisioned("REV", 300_000)),
        ("2026-03-02T10:00", filled("x.01", Side.BUY, 1, "70.00", HEDGE, "REV")),
        (when, filled("x.01-back", Side.SELL, 1, "70.00", HEDGE, "REV")),
        (when, filled("x.02", Side.BUY, 1, "71.00", HEDGE, "REV")),
        ("2026-03-31T16:00", marked("REV", 300_000)),
    )
    _, hedge = leaps(corrected, MARCH).sides
    assert (hedge.bought, hedge.sold) == (7100, 0)


@pytest.mark.clause("17.7")
def test_17_7_rungs_are_parts_of_their_side_alone(table: LeapsTable) -> None:
    assert [(rung.side, rung.month, rung.value, rung.share) for rung in table.rungs] == [
        ("growth", "2027-06", 1000, pytest.approx(1000 / 2250)),
        ("growth", "2027-09", 1250, pytest.approx(1250 / 2250)), ("hedge", "2026-12", 15_000, 1.0),
    ]  # fmt: skip


@pytest.mark.clause("17.7")
def test_17_7_no_line_of_the_page_sums_both_sides(table: LeapsTable) -> None:
    found = text(leaps_page.page(table))
    assert "17,250" not in found and "2,250.00" in found and "15,000.00" in found
    growth, hedge = found.index("Growth side: held"), found.index("Hedge side: held")
    assert growth < found.index("NVDA 2027-09-17 250 C     1") < hedge < found.index("SPX 2026-12-18 4250 P     2")


@pytest.mark.clause("17.7")
def test_17_7_what_happened_is_told_with_its_money_and_its_reason(table: LeapsTable) -> None:
    assert [leaps_page.move_line(move)[23:] for move in table.moves] == [
        "REV opened 1 SPX 2026-12-18 4250 P, premium 7,000.00",
        "REV opened 1 NVDA 2027-09-17 250 C, at 12.00",
        "REV rolled 1 NVDA 2027-06-18 230 C (delta), sold at 11.00, into 1 NVDA 2027-09-17 250 C at 12.00",
        "REV skipped (no_fit), one contract costs 35.00",
    ]


@pytest.mark.clause("17.7")
def test_17_7_hedges_are_told_as_a_part_of_what_the_book_loses_in_a_fall(table: LeapsTable) -> None:
    assert [(c.account, c.share, c.covered) for c in table.covers] == [
        ("REV", D("0.10"), 0.25), ("REV", D("0.20"), pytest.approx(1 / 3)),
        ("Total", D("0.10"), 0.25), ("Total", D("0.20"), pytest.approx(1 / 3)),
    ]  # fmt: skip
    assert "REV      -10 %  -4,000.00  1,000.00  25.00 %       -900.00" in text(leaps_page.page(table))


@pytest.mark.clause("17.7")
def test_17_7_the_ledger_has_its_three_forms(table: LeapsTable) -> None:
    shown = leaps_page.page(table)
    assert max(map(len, text(shown).splitlines())) <= 100
    assert "| REV | NVDA 2027-09-17 250 C | 1 | 12.50 | 1,000.00 | 1,250.00 | 250.00 | -0.20 | n/a |" in markdown(shown)
    data = json.loads(as_json(shown))
    assert data["growth"]["cost"][0]["theta_paid"] == 38.0 and data["hedge"]["held"][0]["quantity"] == 2
    assert data["leap_cash"] == {"REV": 321.0}


QUARTER = (
    *((at, event) for at, event in (
        ("2026-03-09T16:00", TriggerOn(trigger="vix", value=D("31.5"), day=date(2026, 3, 9))),
        ("2026-03-10T10:00", HedgeReleased(account="REV", contract=HEDGE, quantity=1, reason="profit", profit=D(900))),
        ("2026-03-20T16:00", TriggerOff(trigger="vix", value=None, day=date(2026, 3, 20))),
        ("2026-04-01T09:30", ReinvestDone(account="REV", quarter="2026-Q1", gain=D(10_000), tax_reserve=D(3000),
                                          contracts=D(5250), leaps=D(1750), to_buy=D(0))),
        ("2026-04-01T10:00", ReinvestPlanned(account="REV", symbol="AAPL", quantity=100, price=D(50), budget=D(5250),
                                             reason=None)),
        ("2026-04-01T10:05", LeapOpened(account="REV", contract=LATER, quantity=1, price=D(13), side="growth",
                                        deviation=None)),
        ("2026-04-02T10:05", LeapOpened(account="REV", contract=LATER, quantity=7, price=D(13), side="growth",
                                        deviation=None)),
        ("2026-07-01T09:30", ReinvestDone(account="REV", quarter="2026-Q2", gain=D(77), tax_reserve=D(0),
                                          contracts=D(0), leaps=D(0), to_buy=D(0))),
    )),
)  # fmt: skip


@pytest.fixture(scope="module")
def quarter() -> QuarterlyTable:
    records = [*JOURNAL, *((seq + 100, at_ms, event) for seq, at_ms, event in journal(*QUARTER))]
    return quarterly(records, "2026-Q1", load())


@pytest.mark.clause("11.3")
def test_11_3_a_quarter_s_gain_is_shared_out_on_the_day_after_it_and_what_that_bought_stands_with_it(
    quarter: QuarterlyTable,
) -> None:
    (row,) = quarter.reinvested
    assert (row.gain, row.tax_reserve, row.contracts, row.leaps) == (10_000, 3000, 5250, 1750)
    assert [(p.what, p.quantity) for p in quarter.purchases] == [("AAPL", 100), ("NVDA 2027-09-17 250 C", 1)]
    found = text(quarterly_page.page(quarter))
    assert "REV gained 10,000.00: 3,000.00 set aside for taxes, 5,250.00 for contracts, 1,750.00 for LEAPs." in found


@pytest.mark.clause("11.3")
@pytest.mark.parametrize("fits", [True, False])
def test_11_3_no_leaps_are_told_where_none_was_bought_and_not_for_what_is_left_over(fits: bool) -> None:
    bought = (LeapPurchase(LATER, 1, 0.3, 400, D(13), D(14), None),) if fits else ()
    planned = LeapsPlanned(
        account="REV", side="growth", budget=D(1750), left=D(450), purchases=bought, rolls=None, reason="no_fit",
        tries=1, again=False,
    )  # fmt: skip
    day = (("2026-04-01T10:00", planned),)
    rows = [*JOURNAL, *((seq + 100, at_ms, event) for seq, at_ms, event in journal(*QUARTER[3:4], *day))]
    told = [(row.what, row.quantity, row.reason) for row in quarterly(rows, "2026-Q1", load()).purchases]
    assert told == ([] if fits else [("LEAPs", 0, "no_fit")])


@pytest.mark.clause("11.3")
def test_11_3_hedges_are_summed_up_with_their_budget_and_their_triggers(quarter: QuarterlyTable) -> None:
    (row,) = quarter.hedges
    assert (row.opened, row.premium, row.released, row.profit, row.skipped) == (1, 7000, 1, 900, 1)
    assert (row.budget, row.spent) == (9000, 7000)
    found = text(quarterly_page.page(quarter))
    assert "2026-03-09 vix on at 31.5" in found and "2026-03-20 vix off at unknown" in found


@pytest.mark.clause("11.3", "17.7")
def test_11_3_the_ladder_stands_in_the_quarter_as_in_its_own_ledger(quarter: QuarterlyTable) -> None:
    assert quarter.ladder.held == leaps(JOURNAL, Span(date(2026, 1, 1), date(2026, 3, 31))).held
    assert [move.what for move in quarter.ladder.moves] == ["opened", "opened", "rolled", "skipped", "released"]


@pytest.mark.clause("11.3")
def test_11_3_what_a_sleeve_earned_in_the_quarter_counts_though_it_has_merged_since() -> None:
    records = journal(
        ("2026-01-02T09:00", provisioned("GEN", 1_000)),
        ("2026-01-02T09:00", provisioned("MINI-1", 100, parent="GEN")),
        ("2026-01-06T10:00", filled("a", Side.SELL, 5, "1.50", account="MINI-1")),
        ("2026-01-07T10:00", filled("b", Side.BUY, 1, "3.00", HEDGE, account="MINI-1")),
        ("2026-02-06T16:00", AccountMerged(account="MINI-1", from_="MINI-1", to="GEN", amount=D(100))),
        ("2026-03-31T16:00", marked("GEN", 1_100)), ("2026-06-30T16:00", marked("GEN", 1_100)),
    )  # fmt: skip
    first, second = (quarterly(records, quarter, load()) for quarter in ("2026-Q1", "2026-Q2"))
    assert [(name, row.premium) for name, row in first.income] == [("GEN", 0), ("MINI-1", 750)]
    assert [(row.account, row.bought) for row in first.ladder.sides if row.is_any] == [("MINI-1", 300)]
    assert [name for name, _ in second.income] == ["GEN"] and not any(row.is_any for row in second.ladder.sides)


@pytest.mark.clause("11.3")
def test_11_3_an_empty_journal_has_an_empty_quarter() -> None:
    assert "Nothing was marked" in text(quarterly_page.page(quarterly([], "2026-Q1", load())))
