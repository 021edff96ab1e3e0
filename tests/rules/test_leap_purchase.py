"""17.1-17.3: which contracts leap cash buys, on ladders made up by hand and at random. NVDA and TSLA stand at 180."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allusetui.domain.account import Account, LeapSale
from allusetui.domain.contract import Option, Right
from allusetui.domain.lot import Lot
from allusetui.domain.money import ZERO
from allusetui.rules.entry import Pick
from allusetui.rules.ladder import Placed, Rungs, place, roll_reason, rungs_of, stays_small
from allusetui.rules.leap_purchase import Plan, Shelf, plan_calls, plan_roll
from allusetui.rules.situation import Refusal, Situation
from allusetui.rules.suggestion import by_law
from tests.rules.ladders import MONTHS, NOW, both, bought, call, chain, sleeve


@pytest.mark.clause("17.1")
def test_17_1_the_symbol_with_the_least_ladder_value_is_bought_first() -> None:
    # One NVDA is worth about 940; TSLA has none, and is bought in the month nearest 15 months.
    s, account = sleeve("1450", {call("NVDA", date(2027, 11, 19)): 1})
    assert bought(plan_calls(s, account, both())) == [("TSLA", date(2027, 12, 17), 1)]


@pytest.mark.clause("17.1")
def test_17_1_what_does_not_fit_passes_to_the_next_symbol() -> None:
    # NVDA comes first and its quotes are 30 % higher: about 1,850; TSLA costs 1,437.
    dear = chain("NVDA")
    slices = {key: replace(row, bids=row.bids * 1.3, asks=row.asks * 1.3) for key, row in dear.slices.items()}
    s, account = sleeve("1500")
    plan = plan_calls(s, account, {"NVDA": replace(dear, slices=slices), "TSLA": chain("TSLA")})
    assert [symbol for symbol, _, _ in bought(plan)] == ["TSLA"]
    assert not plan.refused


@pytest.mark.clause("17.1")
@pytest.mark.clause("8.1")
def test_17_1_strikes_are_tried_outward_from_the_aim() -> None:
    # 2027-12-17: 275 has 0.3050, 280 0.2924, 270 0.3181, 285 0.2802; without open interest the next one is taken.
    s, account = sleeve("1600")
    month = date(2027, 12, 17)
    for thin, strike in (((), 275), ((275,), 280), ((275, 280), 270), ((275, 280, 270), 285)):
        plan = plan_calls(s, account, {"NVDA": chain("NVDA", thin={month: thin}), "TSLA": None})
        assert [row.contract.strike for row in plan.purchases] == [strike]


@pytest.mark.clause("17.1")
@pytest.mark.clause("8.1")
def test_17_1_a_month_without_a_fit_strike_in_the_band_is_told_with_what_the_nearest_one_fails() -> None:
    s, account = sleeve("1600")
    thin = {date(2027, 12, 17): range(200, 401, 5)}
    plan = plan_calls(s, account, {"NVDA": chain("NVDA", thin=thin), "TSLA": None})
    assert bought(plan) == []
    assert plan.refused["NVDA"] == [Refusal("open_interest", ("8.1",), {"open_interest": 499})]
    assert plan.refused["TSLA"] == [Refusal("no_chain", ("8.5",))]


@pytest.mark.clause("8.2")
@pytest.mark.clause("17.1")
def test_8_2_no_more_than_a_tenth_of_a_strikes_volume_then_the_next_strike() -> None:
    # A tenth of 20 is 2. Six empty months at two contracts of the strike nearest the aim, then the next one outward.
    s, account = sleeve("40000")
    plan = plan_calls(s, account, {"NVDA": chain("NVDA", 20), "TSLA": None})
    assert {row.quantity for row in plan.purchases} <= {1, 2}
    assert len(plan.purchases) > 6
    planned = {row.contract: row.quantity for row in plan.purchases}
    s.state.planned_day, s.state.planned_today = s.today, dict.fromkeys(planned, 2)
    again = plan_calls(s, account, {"NVDA": chain("NVDA", 20), "TSLA": None})
    assert planned.keys().isdisjoint(row.contract for row in again.purchases)


@pytest.mark.clause("17.3")
def test_17_3_two_rungs_do_not_bind_and_three_do() -> None:
    s, _ = sleeve("0")
    month = date(2027, 11, 19)
    two = Rungs(months={(2027, 11): Decimal(500), (2027, 12): Decimal(500)})
    assert stays_small(s, two, month, Decimal(9_000))
    three = replace(two, months={**two.months, (2028, 1): Decimal(500)})
    assert not stays_small(s, three, month, Decimal(1))
    assert stays_small(s, three, date(2028, 2, 18), Decimal(9_000))  # a month of its own
    # (100 + 300) / (900 + 300) is a third; a cent more is above it.
    wide = Rungs(months={(2027, 11): Decimal(100), (2027, 12): Decimal(400), (2028, 1): Decimal(400)})
    assert stays_small(s, wide, month, Decimal(300))
    assert not stays_small(s, wide, month, Decimal("300.01"))


@pytest.mark.clause("17.3")
def test_17_3_a_side_is_its_puts_or_its_calls_and_calls_on_vix_are_no_rung() -> None:
    s, account = sleeve("0", {call("NVDA", MONTHS[2]): 2})
    hedges = (
        Option("SPX", date(2027, 6, 17), Decimal(4250), Right.PUT),
        Option("VIX", date(2027, 3, 19), Decimal(27), Right.CALL),
    )
    for option in hedges:
        account.lots[option] = [Lot(1, Decimal(30), ZERO, date(2026, 9, 1))]
    assert list(rungs_of(s, account, "growth").months) == [(2027, 11)]
    assert rungs_of(s, account, "hedge").months == {(2027, 6): Decimal(3_000)}


@pytest.mark.clause("17.4")
@pytest.mark.clause("8.2")
def test_17_4_the_proceeds_buy_whole_contracts_of_the_same_symbol_as_far_as_volume_allows() -> None:
    s, account = sleeve("10000")
    sale = LeapSale(10, Decimal(10), Decimal("9993.50"), "tte", s.today)
    held = call("NVDA", date(2026, 12, 18))
    account.leap_sales[held] = sale
    plan = plan_roll(s, account, held, sale, {"NVDA": chain("NVDA")})
    assert bought(plan) == [("NVDA", date(2027, 12, 17), 6)]  # 9,993.50 / 1,436.65 = 6.96
    few = plan_roll(s, account, held, sale, {"NVDA": chain("NVDA", 50)})
    assert bought(few) == [("NVDA", date(2027, 12, 17), 5)]
    assert few.purchases[0].deviation == "adv 50"
    # Leap cash of which the rest is bound elsewhere is not lent.
    account.leap_cash = Decimal("9993.50") - 5_000
    assert plan_roll(s, account, held, sale, {"NVDA": chain("NVDA")}).budget == Decimal("4993.50")


@pytest.mark.clause("17.4")
def test_17_4_without_a_young_quote_or_a_bid_nothing_is_rolled() -> None:
    option = call("NVDA", date(2026, 12, 18), 210)
    s, account = sleeve("0", {option: 1})
    assert option in account.longs()
    found = roll_reason(s, option)
    assert found is not None and found[0] == "tte"
    shown = s.volatile.option_quotes[option]
    for useless in (replace(shown, at_ms=NOW - 31_000), replace(shown, bid=ZERO)):
        s.volatile.option_quotes[option] = useless
        assert roll_reason(s, option) is None


holdings = st.dictionaries(
    st.builds(
        call,
        st.sampled_from(["NVDA", "TSLA"]),
        st.sampled_from([*MONTHS, date(2027, 5, 21)]),
        st.sampled_from([260, 300]),
    ),
    st.integers(1, 6),
    max_size=8,
)


@pytest.mark.clause("17.1")
@pytest.mark.clause("17.3")
@settings(max_examples=60)
@given(cents=st.integers(0, 4_000_000), held=holdings, average_volume=st.integers(10, 400))
def test_17_1_a_plan_never_overspends_keeps_to_its_bands_and_says_the_same_twice(
    cents: int, held: dict[Option, int], average_volume: int
) -> None:
    cash = str(Decimal(cents) / 100)
    s, account = sleeve(cash, held)
    plan = plan_calls(s, account, both(average_volume))
    again, other = sleeve(cash, dict(reversed(held.items())))
    assert plan == plan_calls(again, other, both(average_volume))
    spent = sum((row.quantity * (row.most * 100 + Decimal("0.65")) for row in plan.purchases), ZERO)
    assert plan.left == Decimal(cash) - spent >= 0
    for row in plan.purchases:
        assert row.contract.expiry in MONTHS[1:-1]
        assert 0.25 <= row.delta <= 0.35
        assert row.most <= row.mid * Decimal("1.05")
        assert 0 < row.quantity <= average_volume // 10
    _keeps_to_a_third(s, account, plan)


def _keeps_to_a_third(s: Situation, account: Account, plan: Plan) -> None:
    """Of a month that was bought into without a word, and not merely opened, the rung ends within a third."""
    rungs = rungs_of(s, account, "growth")
    before, counts = dict(rungs.months), dict.fromkeys(rungs.months, 1)
    for row in plan.purchases:
        rungs.add(row.contract, row.quantity * row.mid * 100)
        month = row.contract.expiry.year, row.contract.expiry.month
        counts[month] = counts.get(month, 0) + row.quantity
    told = {(row.contract.expiry.year, row.contract.expiry.month) for row in plan.purchases if row.deviation}
    for month in {(row.contract.expiry.year, row.contract.expiry.month) for row in plan.purchases} - told:
        if len(before) >= 3 and counts[month] > 1:
            assert 3 * rungs.months[month] <= rungs.total


@pytest.mark.clause("17.1")
@settings(max_examples=25)
@given(cents=st.integers(0, 2_000_000), held=holdings)
def test_17_1_buying_goes_on_until_nothing_fits(cents: int, held: dict[Option, int]) -> None:
    s, account = sleeve(str(Decimal(cents) / 100), held)
    plan = plan_calls(s, account, both())
    for row in plan.purchases:
        account.lots.setdefault(row.contract, []).append(Lot(row.quantity, row.mid, ZERO, s.today))
        s.volatile.option_quotes[row.contract] = plan.quotes[row.contract]
    account.leap_cash = plan.left
    assert bought(plan_calls(s, account, both())) == []


@pytest.mark.clause("17.3")
@settings(max_examples=200)
@given(values=st.lists(st.integers(0, 3_000), min_size=6, max_size=6), outside=st.integers(0, 9_000))
def test_17_3_a_third_is_passed_only_where_no_month_avoids_it(values: list[int], outside: int) -> None:
    s, _ = sleeve("0")
    months = {(e.year, e.month): Decimal(v) for e, v in zip(MONTHS[1:-1], values, strict=True) if v}
    rungs = Rungs(months=months | ({(2027, 5): Decimal(outside)} if outside else {}))
    shelf = Shelf(s, chain("NVDA"), by_law(s.law.ladder))
    order = shelf.months(rungs)
    found = place(s, rungs, order, shelf.offer, lambda _: 1)
    assert isinstance(found, Placed)

    def is_small(pick: Pick) -> bool:
        month, value = (pick.option.expiry.year, pick.option.expiry.month), pick.quote.mid * 100
        if month not in rungs.months or len(rungs.months) < 3:
            return True
        return Fraction(rungs.months[month] + value) / Fraction(rungs.total + value) <= Fraction(1, 3)

    offers = [offer for month in order if isinstance(offer := shelf.offer(month), Pick)]
    small = [offer for offer in offers if is_small(offer)]
    expected = (small or offers)[0]
    assert (found.pick.option, found.deviation is None) == (expected.option, bool(small))
