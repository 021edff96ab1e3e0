"""What came of suggestions beside what they promised: a projection of the journal."""

from decimal import Decimal

import pytest

from allusetui.domain.advice import LadderLog, Outcome, Outlook
from allusetui.ledger.suggestions import suggestions, table
from tests.engine.advisers import Says, quarter, quick, run_with
from tests.replaying import Replayed
from tests.rules.situations import operator

PROMISED = Outlook(1.0, 0.5, 0.9, 2.0)


@pytest.fixture(scope="module")
def year() -> Replayed:
    """Two reinvest days: the first suggestion acts from 10-15 on, the second is open."""
    approved = operator("2026-10-02T12:00:00", "approve", "REV")
    return run_with(quarter(approved, end="2027-01-04T12:00:00"), Says(quick))


@pytest.mark.clause("13.3")
def test_13_3_a_suggestion_is_followed_by_the_quarter(year: Replayed) -> None:
    first, second = suggestions(year.journal.read())
    assert (first.account, first.quarter, first.decision) == ("REV", "2026-Q4", "approved")
    assert (second.quarter, second.decision, second.outcomes) == ("2027-Q1", "open", ())
    (outcome,) = first.outcomes
    assert (outcome.id, outcome.quarter, outcome.promised) == (first.id, "2026-Q4", first.promised[0])


@pytest.mark.clause("13.3")
def test_13_3_what_a_dollar_became_is_what_the_marks_say(year: Replayed) -> None:
    marks = [x for x in year.of("account.marked", account="REV") if x["ts"][:10] >= "2026-10-14"]
    fills = [x for x in year.of("order.filled") if x["ts"][:10] >= "2026-10-15"]
    index, before, day = 1.0, marks[0]["data"]["leaps_growth"], "2026-10-14"
    for mark in [m for m in marks if "2026-10-15" <= m["ts"][:10] <= "2026-12-31"]:
        traded = [x["data"] for x in fills if day < x["ts"][:10] <= mark["ts"][:10]]
        bought = sum(100 * x["quantity"] * x["price"] + x["commission"] for x in traded if x["side"] == "BUY")
        sold = sum(100 * x["quantity"] * x["price"] - x["commission"] for x in traded if x["side"] == "SELL")
        index *= (mark["data"]["leaps_growth"] + sold) / (before + bought)
        before, day = mark["data"]["leaps_growth"], mark["ts"][:10]
    (outcome,) = year.of("llms.outcome")
    assert outcome["data"]["realized"] == pytest.approx(index, abs=5e-5)


@pytest.mark.clause("13.3")
def test_13_3_the_next_suggestion_shows_what_came_of_the_one_before(year: Replayed) -> None:
    first, _ = suggestions(year.journal.read())
    _, second = year.of("llms.suggested")
    (past,) = second["data"]["past"]
    assert (past["id"], past["quarter"], past["realized"]) == (first.id, "2026-Q4", first.outcomes[0].realized)


def test_the_table_has_a_row_for_each_outcome_and_one_for_a_suggestion_without(year: Replayed) -> None:
    rows = list(table(year.journal.read()))
    (outcome,) = suggestions(year.journal.read())[0].outcomes
    assert [(row.quarter, row.decision, row.outcome) for row in rows] == [
        ("2026-Q4", "approved", outcome), ("2027-Q1", "open", None),
    ]  # fmt: skip


def test_money_that_comes_and_goes_is_no_growth() -> None:
    log = LadderLog()
    log.mark(Decimal(0))
    log.trade(Decimal(1_000))
    log.mark(Decimal(1_000))
    log.trade(Decimal(-400))
    log.mark(Decimal(600))
    assert log.index == 1.0
    log.trade(Decimal(600))
    log.mark(Decimal(1_800))
    assert log.index == 1.5
    log.mark(Decimal(0))
    log.mark(Decimal(0))
    assert log.index == 0.0


def test_outcomes_of_two_years_are_remembered() -> None:
    log = LadderLog()
    for number in range(10):
        log.remember(Outcome(str(number), "2026-Q4", PROMISED, 1.0), "2027-Q1")
    assert [outcome.id for outcome in log.outcomes] == list("23456789")
    assert log.told == "2027-Q1"
