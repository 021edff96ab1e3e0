"""Why an account's ladder buys, waits or is held back: each verdict turns with what it looks at."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal

import pytest

from allusetui.domain.account import Latch, LeapSale, Status
from allusetui.domain.advice import LadderTerms
from allusetui.domain.contract import Option, Right
from allusetui.domain.lot import Lot
from allusetui.domain.moment import to_ms
from allusetui.rules.explain import OfAccount
from allusetui.rules.situation import Situation
from tests.replaying import Replayed
from tests.rules.hedgers import MONDAY, TUESDAY, calm_tuesday, gen, of_rev, rev
from tests.rules.whys import HOLDS, REFUSES, WAITS, why


@pytest.fixture(scope="module")
def calm() -> Replayed:
    return calm_tuesday()


@pytest.mark.clause("17.1")
def test_17_1_leap_cash_tells_what_it_waits_for_and_how_often_it_is_tried(calm: Replayed) -> None:
    def waiting(s: Situation) -> None:
        rev(s).leap_cash, rev(s).leaps_due, rev(s).leap_tries, rev(s).leap_wait = Decimal(900), True, 2, "no_chain"

    fact = "leap cash is to buy"
    found = of_rev(calm, waiting)[fact]
    assert found.verdict is HOLDS
    assert found.figures == {"leap cash_usd": 900, "free of it_usd": 900, "tries left": 3, "waits for": "no_chain"}
    rest = of_rev(calm, lambda s: setattr(rev(s), "leap_cash", Decimal(900)))[fact]
    assert (rest.verdict, rest.figures["tries left"]) == (WAITS, None)


@pytest.mark.clause("17.6")
def test_17_6_the_terms_that_a_person_approved_stand_beside_the_law_s(calm: Replayed) -> None:
    fact = "a person has approved other terms"
    law = {"delta aim": 0.3, "months aim": 15, "months apart": 1}
    found = of_rev(calm)[fact]
    assert (found.verdict, found.figures, found.law) == (WAITS, law, law)
    found = of_rev(calm, lambda s: setattr(rev(s).ladder, "terms", LadderTerms(0.35, 17, 2)))[fact]
    assert (found.verdict, found.law) == (HOLDS, law)
    assert found.figures == {"delta aim": 0.35, "months aim": 17, "months apart": 2}


@pytest.mark.clause("17.1")
def test_17_1_the_next_look_is_at_ten_and_one_that_is_owed_is_due_now(calm: Replayed) -> None:
    fact = "its ladder is looked at"
    waits = of_rev(calm)[fact]
    assert (waits.verdict, waits.figures["next_ms"]) == (WAITS, to_ms(datetime(2026, 1, 13, 10)))
    later = of_rev(calm, lambda s: setattr(s, "now_ms", to_ms(datetime(2026, 1, 16, 10))))[fact]
    assert later.figures["next_ms"] == to_ms(datetime(2026, 1, 20, 10))  # Monday is a holiday
    assert of_rev(calm, lambda s: s.volatile.leap_looks.add("REV"))[fact].verdict is HOLDS


HELD_BACK: dict[str, tuple[str, Callable[[Situation], object]]] = {
    "paused": ("0.7", lambda s: rev(s).latches.add(Latch.PAUSED)),
    "safe": ("6.4", lambda s: rev(s).latches.add(Latch.LEVEL3)),
    "no_entries": ("0.7", lambda s: setattr(rev(s), "no_entries", True)),
    "run_off": ("2.7", lambda s: setattr(rev(s), "run_off_on", MONDAY)),
    "hedged_week": ("6.12", lambda s: s.state.breakers.add("hedged_week")),
    "stale": ("8.3", lambda s: setattr(s.state, "vix_stale", True)),
}


@pytest.mark.clause("17.1", "6.12")
@pytest.mark.parametrize("reason", HELD_BACK)
def test_17_1_what_holds_the_ladder_back_is_told(calm: Replayed, reason: str) -> None:
    clause_id, change = HELD_BACK[reason]
    assert of_rev(calm)["nothing holds the ladder back"].verdict is HOLDS
    found = of_rev(calm, change)["nothing holds the ladder back"]
    assert (found.verdict, found.figures["held back"]) == (REFUSES, reason) and clause_id in found.clauses


@pytest.mark.clause("17.1")
def test_17_1_a_busy_account_is_looked_at_later(calm: Replayed) -> None:
    fact = "it is free for the look"
    assert of_rev(calm)[fact].verdict is HOLDS
    assert of_rev(calm, lambda s: setattr(rev(s), "status", Status.SCANNING))[fact].verdict is WAITS
    assert of_rev(calm, lambda s: s.volatile.resuming.add("REV"))[fact].verdict is WAITS


def rung(month: int, year: int = 2027) -> Option:
    return Option("NVDA", date(year, month, 15), Decimal(200), Right.CALL)


@pytest.mark.clause("17.3")
@pytest.mark.parametrize(("values", "verdict"), [((2, 2, 2), HOLDS), ((3, 2, 2), REFUSES), ((3, 2), HOLDS)])
def test_17_3_a_rung_above_a_third_takes_no_more_once_there_are_three(
    calm: Replayed, values: tuple[int, ...], verdict: object
) -> None:
    def held(s: Situation) -> None:
        for month, quantity in enumerate(values, 3):
            rev(s).lots[rung(month)] = [Lot(quantity, Decimal(10), Decimal(0), MONDAY)]

    found = of_rev(calm, held)
    first = found["growth rung Mar 2027 is small"]
    assert first.verdict is verdict and first.figures["value_usd"] == 1_000 * values[0]
    assert first.figures["share"] == Decimal(values[0]) / sum(values)
    assert found["growth rung Apr 2027 is small"].verdict is HOLDS
    assert not [fact for fact in of_rev(calm) if "rung" in fact]


@pytest.mark.clause("17.4")
@pytest.mark.parametrize("planned", [False, True])
def test_17_4_what_a_roll_has_sold_waits_for_its_purchase(calm: Replayed, planned: bool) -> None:
    def sold(s: Situation) -> None:
        sale = LeapSale(3, Decimal(8), Decimal("2398.05"), "tte", TUESDAY, planned)
        rev(s).leap_sales[rung(3)] = sale

    found = of_rev(calm, sold)["NVDA 200 of 15Mar27: its roll buys"]
    assert found.verdict is (HOLDS if planned else WAITS)
    assert found.figures == {"sold": 3, "proceeds_usd": Decimal("2398.05")}


def test_a_sleeve_that_does_not_reinvest_has_a_ladder_once_it_holds_a_hedge(calm: Replayed) -> None:
    def hedged(s: Situation) -> None:
        held = Option("SPX", date(2026, 10, 16), Decimal(4250), Right.PUT)
        gen(s).lots[held] = [Lot(1, Decimal(30), Decimal(0), MONDAY)]

    assert why(calm, OfAccount("GEN"), title="ladder") == {}
    assert "hedge rung Oct 2026 is small" in why(calm, OfAccount("GEN"), hedged, title="ladder")
