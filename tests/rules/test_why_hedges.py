"""Why an account buys hedges: each verdict turns with what it looks at."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal

import pytest

from allusetui.domain.account import Latch
from allusetui.domain.moment import to_ms, week_of
from allusetui.domain.quote import Breadth, Quote
from allusetui.rules.explain import OfAccount
from allusetui.rules.situation import Situation
from tests.replaying import Replayed
from tests.rules.hedgers import MONDAY, TUESDAY, calm_tuesday, gen, of_gen, rev
from tests.rules.whys import HOLDS, REFUSES, UNSEEN, WAITS, why


@pytest.fixture(scope="module")
def calm() -> Replayed:
    return calm_tuesday()


@pytest.mark.clause("5.1")
@pytest.mark.parametrize(
    ("gain", "spent", "breach", "trigger"),
    [(0, 7_999, HOLDS, HOLDS), (0, 8_000, REFUSES, REFUSES), (90_000, 8_000, REFUSES, HOLDS),
     (90_000, 9_000, REFUSES, REFUSES), (200_000, 9_000, HOLDS, HOLDS)],
)  # fmt: skip
def test_5_1_the_budget_is_the_larger_of_its_shares_less_what_is_spent(
    calm: Replayed, gain: int, spent: int, breach: object, trigger: object
) -> None:
    def quarter(s: Situation) -> None:
        rev(s).realized_quarter, rev(s).hedges.spent = Decimal(gain), Decimal(spent)

    found = why(calm, OfAccount("REV"), quarter, title="hedges")
    assert found["money is left for a breach"].verdict is breach
    assert found["money is left for a trigger"].verdict is trigger
    assert found["money is left for a trigger"].law == {
        "of gains_share": Decimal("0.10"), "or of equity_share": Decimal("0.01"),
    }  # fmt: skip
    assert found["money is left for a breach"].figures["spent_usd"] == spent


@pytest.mark.clause("6.11")
def test_6_11_a_hedge_of_this_week_uses_it_up_and_one_of_the_last_does_not(calm: Replayed) -> None:
    fact = "its hedge of the week is to be had"
    assert of_gen(calm, lambda s: setattr(gen(s).hedges, "week", "2026-W02"))[fact].verdict is HOLDS
    used = of_gen(calm, lambda s: setattr(gen(s).hedges, "week", week_of(s.today)))[fact]
    assert (used.verdict, used.figures["bought in"]) == (REFUSES, "2026-W03")
    skipped = of_gen(calm, lambda s: gen(s).hedges.told.update({("2026-W03", "no_fit"), ("2026-W02", "budget")}))[fact]
    assert (skipped.verdict, skipped.figures["skipped"]) == (HOLDS, "no_fit")


@pytest.mark.clause("6.11")
@pytest.mark.parametrize(("spot", "age_s", "verdict"), [("182", 0, HOLDS), ("182.01", 0, WAITS), ("182", 31, WAITS)])
def test_6_11_a_breach_of_two_atr_that_a_young_quote_shows_asks_for_it(
    calm: Replayed, spot: str, age_s: int, verdict: object
) -> None:
    def fallen(s: Situation) -> None:
        s.volatile.quotes["AAPL"] = Quote(Decimal(spot), Decimal(spot), s.now_ms - age_s * 1000)

    found = of_gen(calm, fallen)["a breach asks for it"]
    assert found.verdict is verdict and found.law == {"from_atr": 2.0}
    assert found.figures["puts seen"] == (0 if age_s else 1)


TRIGGERS = {
    "vix": ("5.3", "the VIX asks for a hedge"),
    "drawdown": ("5.4", "the drawdown asks for a hedge"),
    "breadth": ("5.5", "the breadth asks for a hedge"),
}


@pytest.mark.clause("5.3", "5.4", "5.5")
@pytest.mark.parametrize("name", TRIGGERS)
def test_5_3_each_trigger_holds_while_it_is_on(calm: Replayed, name: str) -> None:
    clause_id, fact = TRIGGERS[name]
    assert of_gen(calm)[fact].verdict is WAITS
    found = of_gen(calm, lambda s: s.state.triggers.on.add(name))
    assert found[fact].verdict is HOLDS and found[fact].clauses == (clause_id,)
    assert [found[other].verdict for each, (_, other) in TRIGGERS.items() if each != name] == [WAITS, WAITS]


@pytest.mark.clause("5.3", "5.4", "5.5")
def test_5_3_what_the_last_close_was_judged_by_is_told(calm: Replayed) -> None:
    def judged(s: Situation) -> None:
        found = s.state.triggers
        found.vix, found.vix_run, found.index, found.high = Decimal(33), 3, Decimal(4500), Decimal(5000)

    found = of_gen(calm, judged)
    vix, drawdown, breadth = (found[fact] for _, fact in TRIGGERS.values())
    assert vix.figures == {"VIX close_price": 33, "closes above": 3, "judged": MONDAY}
    assert drawdown.figures["lost_share"] == Decimal("0.1")
    assert breadth.figures == {"breadth %": 45, "of": MONDAY, "sessions old": 0, "judged": MONDAY}
    below = of_gen(calm)[TRIGGERS["vix"][1]]
    assert below.figures["closes not above"] == 5 and "closes above" not in below.figures


@pytest.mark.clause("5.5")
@pytest.mark.parametrize(("day", "age", "verdict"), [(date(2026, 1, 5), 5, WAITS), (date(2026, 1, 2), 6, UNSEEN)])
def test_5_5_a_breadth_of_six_sessions_ago_is_shown_as_unknown(
    calm: Replayed, day: date, age: int, verdict: object
) -> None:
    found = of_gen(calm, lambda s: setattr(s.state.triggers, "breadth", Breadth(day, Decimal(19))))
    breadth = found["the breadth asks for a hedge"]
    assert (breadth.verdict, breadth.figures["sessions old"], breadth.figures["of"]) == (verdict, age, day)


@pytest.mark.clause("5.3", "5.4", "5.5")
def test_5_3_what_is_not_known_is_not_looked_at(calm: Replayed) -> None:
    def nothing(s: Situation) -> None:
        found = s.state.triggers
        found.vix = found.index = found.high = found.breadth = None

    found = of_gen(calm, nothing)
    assert {found[fact].verdict for _, fact in TRIGGERS.values()} == {UNSEEN}
    assert found["the breadth asks for a hedge"].figures["breadth"] == "unknown"


def turned_on(s: Situation) -> None:
    """The breadth's trigger turned on at Monday's close: the second episode."""
    found = s.state.triggers
    found.on, found.episode, found.turned = {"breadth"}, 2, MONDAY


DUE = "a trigger's hedge is due"


@pytest.mark.clause("5.5")
def test_5_5_the_purchase_is_due_at_ten_of_the_session_after_the_close(calm: Replayed) -> None:
    assert of_gen(calm)[DUE].verdict is WAITS and "due_ms" not in of_gen(calm)[DUE].figures
    waits = of_gen(calm, turned_on)[DUE]
    assert (waits.verdict, waits.clauses) == (WAITS, ("5.5",))
    assert waits.figures["due_ms"] == to_ms(datetime(2026, 1, 13, 10))

    def at_ten(s: Situation) -> None:
        turned_on(s)
        s.now_ms = to_ms(datetime(2026, 1, 13, 10))

    assert of_gen(calm, at_ten)[DUE].verdict is HOLDS


NOT_DUE: dict[str, Callable[[Situation], object]] = {
    "day_over": lambda s: setattr(s.state.triggers, "turned", date(2026, 1, 9)),
    "run_off": lambda s: setattr(gen(s), "run_off_on", MONDAY),
    "skipped": lambda s: setattr(gen(s).hedges, "decided_on", TUESDAY),
    "episode": lambda s: setattr(gen(s).hedges, "episode", 2),
    "quarter": lambda s: setattr(gen(s).hedges, "quarter", "2026-Q1"),
    "not_trading": lambda s: setattr(gen(s), "trading", False),
}


@pytest.mark.clause("5.3", "2.7")
@pytest.mark.parametrize("reason", NOT_DUE)
def test_5_3_a_purchase_that_will_not_be_made_says_why(calm: Replayed, reason: str) -> None:
    def answered(s: Situation) -> None:
        turned_on(s)
        NOT_DUE[reason](s)

    found = of_gen(calm, answered)[DUE]
    assert (found.verdict, found.figures["not, for"]) == (REFUSES, reason)


@pytest.mark.clause("5.3")
def test_5_3_a_purchase_of_a_day_to_come_is_judged_by_that_day(calm: Replayed) -> None:
    def evening(s: Situation) -> None:
        turned_on(s)
        s.state.triggers.turned, gen(s).hedges.decided_on = TUESDAY, TUESDAY

    found = of_gen(calm, evening)[DUE]
    assert (found.verdict, found.figures["due_ms"]) == (WAITS, to_ms(datetime(2026, 1, 14, 10)))


@pytest.mark.clause("9.1", "6.11")
@pytest.mark.parametrize(
    ("latch", "breach", "trigger"), [(Latch.LEVEL3, HOLDS, REFUSES), (Latch.BROKER, REFUSES, REFUSES)]
)
def test_9_1_a_latch_that_lets_a_breachs_hedge_out_keeps_a_triggers_back(
    calm: Replayed, latch: Latch, breach: object, trigger: object
) -> None:
    found = of_gen(calm, lambda s: gen(s).latches.add(latch))
    assert found["a breach's hedge may be sent"].verdict is breach
    assert found["a trigger's hedge may be sent"].verdict is trigger
    free = of_gen(calm)
    assert free["a breach's hedge may be sent"].verdict is free["a trigger's hedge may be sent"].verdict is HOLDS
