"""What an event is told as when it is asked for: each from a small journal of its own."""

from dataclasses import replace
from decimal import Decimal
from functools import partial

import pytest

from allusetui.advisor.answers.ask import Offline
from allusetui.domain import event as ev
from allusetui.domain.advice import Evidence, LadderTerms, Outlook
from allusetui.domain.contract import Side
from allusetui.domain.event import IndexMark
from allusetui.domain.link import Mapped, Mode
from allusetui.domain.order import Pocket
from allusetui.journal.memory import MemoryJournal
from allusetui.law.load import load
from allusetui.reports.weekly import weekly
from tests.advisor.asking import at
from tests.reports.journals import HEDGE, LEAP, closed, filled, provisioned, typed


@pytest.mark.clause("11.4")
def test_11_4_the_adviser_s_suggestion_is_told_with_its_evidence_its_answer_and_what_came_of_it() -> None:
    journal = MemoryJournal()
    journal.append(at(1, 5, 9), [provisioned("REV", 300_000)])
    now, best = LadderTerms(0.3, 15, 1), LadderTerms(0.35, 17, 1)
    outlooks = Outlook(1.3385, 0.0019, 0.0984, 5.2566), Outlook(1.3159, 0.0034, 0.1419, 5.7337)
    evidence = Evidence(best, *outlooks, 0.0752, 0.0538, 0.0966, 0.099, 0.0965, 55, 2048, 18, 973255236, 0.04, ())
    suggested = ev.LlmsSuggested(account="REV", clauses=("13.3",), id="1", change="delta_aim 0.3 to 0.35",
                                 evidence=evidence, quarter="2026-Q1", now=now, proposed=best, past=())  # fmt: skip
    asked = ev.ApprovalRequested(account="REV", clauses=("13.3",), id="1", subject="llms", text="delta_aim",
                                 purpose=None, contract=None, quantity=0, candidate=None, expires=None)  # fmt: skip
    journal.append(at(1, 6), [suggested, asked])
    journal.append(at(1, 7), [ev.ApprovalDecided(account="REV", id="1", decision="approved", by="operator")])
    journal.append(at(1, 8), [ev.LlmsApplied(account="REV", id="1", terms=best)])
    journal.append(at(4, 1), [ev.LlmsOutcome(account="REV", id="1", quarter="2026-Q1", promised=outlooks[1],
                                             realized=0.8119)])  # fmt: skip
    offline = Offline(journal, load())
    told = offline.ask("What did the adviser suggest in January?")
    assert told.answered and "delta aim 0.3 to 0.35" in told.text and "0.0538 to 0.0966 more, of 55" in told.text
    why = offline.ask("Why was the suggestion taken up in January?")
    assert set(why.citations) >= {2, 3, 4, 5}
    assert "a dollar became 0.8119, promised were 0.0034 to 5.7337" in offline.ask("What came of the suggestion?").text
    assert offline.ask("Was the suggestion approved?").citations == (4,)
    assert offline.ask("Which approvals were decided?").citations == (4,)


def linked(waived: str = "") -> Offline:
    journal = MemoryJournal()
    accounts = (Mapped("GEN", "U1000001"), Mapped("REV", "U1000001"), Mapped("COM", "U1000003"))
    told = ev.SessionLinked(clauses=("14.1", "16.1"), mode=Mode.LIVE, name="income", accounts=accounts,
                            paper_weeks=1 if waived else 2, waived=waived)  # fmt: skip
    journal.append(at(2, 23, 9), [provisioned("GEN", 300_000), told])
    return Offline(journal, load())


@pytest.mark.clause("11.4")
@pytest.mark.parametrize(
    "question",
    ["When was it linked, to which account?", "Was the paper requirement waived?", "Which account is GEN linked to?"],
)
def test_11_4_what_the_session_was_linked_to_is_told(question: str) -> None:
    answer = linked().ask(question)
    assert answer.answered and answer.citations == (2,), answer.text
    assert "2026-02-23 09:00:00: the session income was linked to the broker, live: GEN in U1000001" in answer.text
    assert "COM in U1000003; paper weeks found 2, nothing was waived (14.1, 16.1)" in answer.text


@pytest.mark.clause("11.4")
def test_11_4_what_was_waived_is_told_with_its_reason_which_is_only_text() -> None:
    text = linked("tested elsewhere [#1] \x1b[31m").ask("Was the paper requirement waived?").text
    assert "paper weeks found 1, a person waived the rest, saying “tested elsewhere (#1]" in text
    assert "\x1b" not in text


@pytest.mark.clause("11.4")
def test_11_4_a_closing_that_a_corrected_fill_took_back_is_told_as_that() -> None:
    journal = MemoryJournal()
    back = replace(closed("-98.7"), quantity=-1, fees=Decimal("-1.3"), book_usd=Decimal(-100))
    journal.append(at(2, 23, 9), [provisioned("GEN", 300_000), closed("98.7"), back])
    offline = Offline(journal, load())
    assert "0.00 dollars in 2" in offline.ask("How much was realized by GEN?").text
    listed = offline.ask("Which was the worst loss of GEN?").text
    assert "GEN took back what closed a lot of" in listed and "GEN closed a lot of" in listed


@pytest.mark.clause("11.4", "17.7")
def test_17_7_what_the_leaps_made_and_cost_are_two_figures() -> None:
    journal = MemoryJournal()
    journal.append(at(2, 23, 9), [provisioned("REV", 300_000)])
    opened = ev.LeapOpened(account="REV", contract=LEAP, quantity=2, price=Decimal(20), side="growth", deviation=None)
    rolled = ev.LeapRolled(account="REV", contract=LEAP, quantity=2, price=Decimal(30), side="growth", reason="delta",
                           candidate=LEAP, candidate_quantity=1, candidate_price=Decimal(25),
                           deviation=None)  # fmt: skip
    sale = filled("5", Side.SELL, 2, "30", LEAP, "REV", Pocket.LEAP_CASH)
    journal.append(at(3, 3), [opened, filled("6", Side.BUY, 1, "1", account="REV"), closed("44", account="REV")])
    journal.append(at(3, 4), [sale, closed("1999", LEAP, "REV"), rolled])
    offline = Offline(journal, load())
    assert "came to 1,999.00 dollars in 1 closed lot of LEAPs" in offline.ask("How much did the LEAPs make?").text
    assert "bought LEAPs came to 6,500.00 dollars" in offline.ask("How much did the LEAPs cost?").text


@pytest.mark.clause("11.4")
def test_11_4_what_lost_the_most_and_what_gained_the_most_are_told_one_by_one() -> None:
    journal = MemoryJournal()
    journal.append(at(2, 23, 9), [provisioned("REV", 300_000)])
    for day, gain in enumerate(("10", "-70", "90", "-20", "30"), 2):
        journal.append(at(3, day), [filled(f"{day}", Side.BUY, 1, "1", account="REV"), closed(gain, account="REV")])
    offline = Offline(journal, load())
    lost, gained = (offline.ask(f"Which position {what} the most?").text.splitlines() for what in ("lost", "gained"))
    assert [line.split("realized ")[1].split(",")[0] for line in lost[1:4]] == ["-70.00", "-20.00", "10.00"]
    assert [line.split("realized ")[1].split(",")[0] for line in gained[1:4]] == ["90.00", "30.00", "10.00"]
    assert "lowest of 5 closed lots" in lost[0] and "highest of 5 closed lots" in gained[0]


@pytest.mark.clause("11.4")
def test_11_4_a_fork_is_asked_for_by_the_account_that_it_made_too() -> None:
    journal = MemoryJournal()
    journal.append(at(2, 23, 9), [provisioned("GEN", 400_000)])
    fork = ev.AccountForked(account="GEN", clauses=("2.6",), from_="GEN", to="MINI-1", amount=Decimal(100_000))
    journal.append(at(3, 6, 16), [fork, provisioned("MINI-1", 100_000, "GEN")])
    answer = Offline(journal, load()).ask("Why was MINI-1 forked?")
    assert answer.answered and "amount 100,000.00" in answer.text and 2 in answer.citations


@pytest.mark.clause("11.4")
def test_11_4_a_skip_in_a_latched_account_leads_to_its_latch_however_long_ago_and_not_to_another() -> None:
    journal = MemoryJournal()
    journal.append(at(1, 5, 9), [provisioned("REV", 300_000)])
    journal.append(at(1, 6), [ev.LatchSet(account="REV", clauses=("6.4",), latch="level3")])
    journal.append(at(8, 3), [ev.LatchSet(account="REV", clauses=("8.6",), latch="broker"),
                              ev.LatchReleased(account="REV", clauses=("9.5",), latch="broker")])  # fmt: skip
    skip = ev.EntrySkipped(account="REV", clauses=("1.2", "6.4"), symbol="NVDA", reason="safe", window="rev")
    journal.append(at(8, 5), [skip])
    answer = Offline(journal, load()).ask("Why was NVDA skipped by REV?")
    assert "REV was latched, latch level3 (6.4) [#2]" in answer.text and "broker" not in answer.text


@pytest.mark.clause("11.4")
def test_11_4_the_mark_of_a_year_s_end_is_told_with_its_prices() -> None:
    journal = MemoryJournal()
    journal.append(at(2, 23, 9), [provisioned("REV", 300_000)])
    marks = (IndexMark(HEDGE, 2, Decimal("80.50")), IndexMark(replace(HEDGE, strike=Decimal(4000)), 1, None))
    journal.append(at(12, 31, 16), [ev.YearMarked(account="REV", clauses=("10.3",), year="2026", marks=marks)])
    answer = Offline(journal, load()).ask("What was marked for the taxes of the year?")
    assert answer.answered and answer.text == (
        "2026-12-31 16:00:00: REV had its index options marked for the taxes of 2026: 2 SPX 2026-12-18 4,250.00 P at"
        " 80.50, 1 SPX 2026-12-18 4,000.00 P at an unknown price (10.3) [#2]."
    )


@pytest.mark.clause("11.4", "17.7")
def test_11_4_what_was_realized_is_the_report_s_figure_and_the_ladder_s_sides_stand_apart() -> None:
    journal = MemoryJournal()
    lot, leap = partial(closed, account="REV"), partial(filled, "5", Side.SELL, 1, "30", LEAP, "REV")
    journal.append(at(2, 23, 9), [provisioned("REV", 300_000)])
    journal.append(at(3, 3), [filled("4", Side.BUY, 1, "1", account="REV"), lot("98.70")])
    journal.append(at(3, 3, 11), [filled("6", Side.SELL, 1, "80", HEDGE, "REV"), lot("500", HEDGE)])
    journal.append(at(3, 4), [leap(pocket=Pocket.LEAP_CASH), lot("300.50", LEAP)])
    # A call that the book had sold, and one that was bought: the fill that closed each tells which is whose.
    journal.append(at(3, 4, 11), [filled("7", Side.BUY, 1, "1", LEAP, "REV"), lot("-20", LEAP)])
    journal.append(at(3, 6, 16, 30), [typed("2026-W10", "Calm-Income", "A1"), typed("2026-W10", "Calm-Income")])
    income = weekly(journal.read(), "2026-W10").totals.income
    answer = Offline(journal, load()).ask("How much did REV realize?")
    assert (income.realized, income.hedges, income.growth) == (Decimal("78.70"), 500, Decimal("300.50"))
    assert [line.split(" dollars")[0] for line in answer.text.splitlines()] == [
        "For REV the realized result, net of fees, came to 78.70",
        "For REV the realized result, net of fees, of the ladder's growth LEAPs, which stands apart, came to 300.50",
        "For REV the realized result, net of fees, of the ladder's hedges, which stands apart, came to 500.00",
    ]
