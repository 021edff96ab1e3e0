"""13.3, 17.6: what of an adviser's answer the law lets through, and what approved terms do to a purchase."""

from dataclasses import fields, replace
from datetime import date
from decimal import Decimal
from math import inf, nan
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allusetui.domain.account import Account, AccountType, Status
from allusetui.domain.advice import (
    Evidence,
    LadderAdvice,
    LadderLog,
    LadderQuestion,
    LadderTerms,
    Outlook,
    Suggestion,
)
from allusetui.domain.contract import Option, Right
from allusetui.domain.lot import Lot
from allusetui.domain.moment import DAY_MS, quarter_before, quarters_between
from allusetui.domain.money import ZERO
from allusetui.law.load import load
from allusetui.rules.ladder import Rungs
from allusetui.rules.leap_purchase import Shelf, plan_calls
from allusetui.rules.situation import Situation
from allusetui.rules.suggestion import by_law, change_of, cited, fault, is_due, terms_of, told, within_bands
from tests.rules.ladders import NOW, both, bought, chain, sleeve

LAW = load().ladder
TERMS = by_law(LAW)
BETTER = LadderTerms(0.35, 17, 1)
OUTLOOK = Outlook(1.1, 0.2, 0.8, 2.5)
EVIDENCE = Evidence(BETTER, OUTLOOK, OUTLOOK, 0.1, 0.05, 0.15, 0.02, 0.02, 55, 2_048, 18, 7, 0.04, (OUTLOOK,))
ASKED = LadderQuestion("REV", "2026-Q4", 7, TERMS, 0.04, 0.65, (), ())


def judged(advice: object) -> str | None:
    return fault(sleeve("0")[0], ASKED, advice)


@pytest.mark.clause("17.6")
@pytest.mark.parametrize(
    ("terms", "allowed"),
    [
        (LadderTerms(0.25, 12, 1), True), (LadderTerms(0.35, 18, 3), True), (LadderTerms(0.2499, 15, 1), False),
        (LadderTerms(0.3501, 15, 1), False), (LadderTerms(0.30, 11, 1), False), (LadderTerms(0.30, 19, 1), False),
        (LadderTerms(0.30, 15, 0), False), (LadderTerms(0.30, 15, 4), False),
    ],
)  # fmt: skip
def test_17_6_only_what_lies_in_the_bands_is_let_through_and_nothing_is_made_to_fit(
    terms: LadderTerms, allowed: bool
) -> None:
    assert within_bands(terms, LAW) is allowed
    advice = LadderAdvice(terms, replace(EVIDENCE, best=terms))
    assert judged(advice) == (None if allowed else "band")
    assert judged(LadderAdvice(TERMS, replace(EVIDENCE, best=terms, low=-0.1))) == (None if allowed else "band")


@pytest.mark.clause("17.6")
def test_17_6_a_change_that_its_own_evidence_does_not_carry_is_refused() -> None:
    assert judged(LadderAdvice(BETTER, EVIDENCE)) is None
    assert judged(LadderAdvice(BETTER, replace(EVIDENCE, low=0.0))) == "noise"
    assert judged(LadderAdvice(LadderTerms(0.26, 15, 1), EVIDENCE)) == "noise"
    assert judged(LadderAdvice(TERMS, replace(EVIDENCE, low=-0.5))) is None


NO_FLOATS: list[Any] = [nan, inf, -inf, 1e10, 0.12345, "0.3", None, True, 1, Decimal("0.3"), OUTLOOK, ()]
NO_WHOLES: list[Any] = [nan, 1.0, "1", None, True, 10**10, OUTLOOK, ()]
FLOATS, WHOLES = ([f.name for f in fields(Evidence) if f.type is kind] for kind in (float, int))
GARBAGE = [(name, each) for names, bad in ((FLOATS, NO_FLOATS), (WHOLES, NO_WHOLES)) for name in names for each in bad]


@pytest.mark.clause("13.3")
@pytest.mark.parametrize(("name", "garbage"), GARBAGE)
def test_13_3_no_figure_of_an_answer_is_taken_for_one_that_is_none(name: str, garbage: Any) -> None:
    assert judged(LadderAdvice(BETTER, replace(EVIDENCE, **{name: garbage}))) == "unsound"


@pytest.mark.clause("13.3")
@pytest.mark.parametrize(
    "garbage",
    [
        None, "delta 0.35", {}, EVIDENCE, LadderAdvice("keep", EVIDENCE),  # type: ignore[arg-type]
        LadderAdvice(BETTER, None), LadderAdvice(BETTER, replace(EVIDENCE, quarters=[OUTLOOK])),  # type: ignore[arg-type]
        LadderAdvice(BETTER, replace(EVIDENCE, quarters=(OUTLOOK, 1.0))),  # type: ignore[arg-type]
        LadderAdvice(LadderTerms(0.35, 17.0, 1), EVIDENCE),  # type: ignore[arg-type]
        LadderAdvice(LadderTerms(nan, 17, 1), EVIDENCE),
        LadderAdvice(BETTER, replace(EVIDENCE, now=replace(OUTLOOK, p5=nan))),
        LadderAdvice(BETTER, replace(EVIDENCE, seed=10**10)),
        LadderAdvice(BETTER, replace(EVIDENCE, quarters=(OUTLOOK,) * 41)),
    ],
    ids=range(13),
)  # fmt: skip
def test_13_3_what_is_no_advice_is_refused(garbage: object) -> None:
    assert judged(garbage) == "unsound"


def test_a_change_and_its_sentence_are_made_of_figures() -> None:
    assert change_of(TERMS, TERMS) == "keep"
    assert change_of(TERMS, LadderTerms(0.25, 15, 2)) == "delta_aim 0.3 to 0.25, spacing 1 to 2"
    sentence = told(TERMS, BETTER, EVIDENCE)
    assert sentence.startswith("delta_aim 0.3 to 0.35, months_aim 15 to 17. A dollar in 18 months: now mean 1.1,")
    assert sentence.endswith("scores 0.05 to 0.15 more (55 candidates, 2048 paths, seed 7)")
    assert told(BETTER, BETTER, EVIDENCE).endswith("nothing scores better (55 candidates, 2048 paths, seed 7)")


def approved(account: Account, terms: LadderTerms) -> None:
    account.ladder.follow(Suggestion("1", "2026-Q4", TERMS, terms, EVIDENCE, ()), "2026-Q4")


@pytest.mark.clause("17.6", "17.1")
def test_17_6_approved_terms_move_the_strike_and_the_month_and_a_purchase_names_them() -> None:
    s, account = sleeve("3000")
    assert (terms_of(s, account), cited(s, account)) == (TERMS, ())
    by_the_law = bought(plan_calls(s, account, both()))
    approved(account, LadderTerms(0.25, 12, 1))
    assert cited(s, account) == ("17.6",)
    by_approval = bought(plan_calls(s, account, both()))
    assert by_approval and by_approval != by_the_law
    deltas = [row.delta for row in plan_calls(s, account, both()).purchases]
    assert all(abs(delta - 0.25) < 0.02 for delta in deltas)
    approved(account, TERMS)
    assert cited(s, account) == ()
    assert bought(plan_calls(s, account, both())) == by_the_law


@pytest.mark.clause("17.6", "17.3")
def test_17_6_rungs_that_keep_their_distance_come_first_and_the_others_are_not_closed() -> None:
    s, _ = sleeve("0")
    near, far = (Shelf(s, chain("NVDA"), LadderTerms(0.30, 15, spacing)) for spacing in (1, 3))
    first = near.months(Rungs())[0]
    held = Rungs(months={(first.year, first.month): Decimal(1_000)})
    apart = [abs(12 * (e.year - first.year) + e.month - first.month) for e in far.months(held)]
    keeping = sum(each == 0 or each >= 3 for each in apart)
    assert all(each == 0 or each >= 3 for each in apart[:keeping])
    assert all(0 < each < 3 for each in apart[keeping:])
    assert sorted(far.months(held)) == sorted(near.months(held))
    # By the law the neighbour is as good as any empty month.
    assert abs(12 * (near.months(held)[0].year - first.year) + near.months(held)[0].month - first.month) == 1


@pytest.mark.clause("13.3")
def test_13_3_asked_on_reinvest_day_of_a_ladder_that_holds_a_call_on_a_stock() -> None:
    s, account = sleeve("0")
    call = Option("NVDA", date(2028, 1, 21), Decimal(285), Right.CALL)
    put = Option("SPX", date(2027, 6, 18), Decimal(4250), Right.PUT)
    assert not is_due(s, account)
    account.lots[put] = [Lot(1, Decimal(80), ZERO, s.today)]
    assert not is_due(s, account)
    account.lots[call] = [Lot(1, Decimal(12), ZERO, s.today)]
    assert is_due(s, account)
    for other_ms in (NOW - 1, NOW + DAY_MS):
        assert not is_due(Situation(s.law, s.calendar, s.state, s.volatile, other_ms), account)
    for changes in ({"type": AccountType.GEN}, {"status": Status.EMERGENCY}, {"ladder": LadderLog(quarter="2026-Q4")}):
        assert not is_due(s, replace(account, **changes))
    assert is_due(s, replace(account, ladder=LadderLog(quarter="2026-Q3"), type=AccountType.COM))


@given(st.integers(2000, 2100), st.integers(1, 4), st.integers(0, 12))
def test_quarters_are_counted_across_years(year: int, number: int, steps: int) -> None:
    last = f"{year}-Q{number}"
    first = last
    for _ in range(steps):
        first = quarter_before(first)
    assert quarters_between(first, last) == steps
