"""The search of a chain: no more contracts than it takes, none of those that a decision needs left out."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allusetui.broker.ibkr.shown import Shown
from allusetui.broker.ibkr.survey import FIRST, MOST, NEAREST, Listing, Survey, View, guess_vol
from allusetui.domain.contract import Option, Right
from allusetui.domain.moment import DAY_MS
from allusetui.domain.quote import Sought
from allusetui.pricing import black_scholes
from allusetui.pricing.implied_vol import model_delta

AT = 1_772_700_000_000
EXPIRY = date(2026, 3, 13)
RATE = 0.04


def listing(right: Right, count: int = 80, step: str = "2.5", days: int = 8) -> Listing:
    """Strikes from 100 on."""
    strikes = tuple(100 + n * Decimal(step) for n in range(count))
    return Listing(EXPIRY, right, AT + days * DAY_MS, strikes)


def priced(spot: float, vol: float, years: float) -> Callable[[Option], Shown]:
    """A line that shows the model's price, to the cent either side."""

    def show(option: Option) -> Shown:
        call = option.right is Right.CALL
        mid = black_scholes.price(spot, float(option.strike), years, RATE, vol, call)
        shown = Shown(option.right)
        shown.price(1, max(mid - 0.01, 0.0), AT)
        shown.price(2, mid + 0.01, AT)
        return shown

    return show


def _mid(shown: Shown) -> float:
    assert shown.bid is not None and shown.ask is not None
    return (shown.bid + shown.ask) / 2


def look(survey: Survey, show: Callable[[Option], Shown], room: int = 100) -> list[Option]:
    """Wave after wave until it is done; all that was looked at."""
    seen: list[Option] = []
    while not survey.is_done:
        wave = survey.wanted()[:room]
        assert wave and len(seen) < 400
        for option in wave:
            assert option not in seen
            seen.append(option)
            survey.told(option, show(option), AT)
    return seen


@settings(max_examples=60)
@given(
    st.floats(120, 260), st.floats(0.12, 1.2), st.floats(0.1, 1.0), st.sampled_from(list(Right)),
    st.sampled_from([(0.30, 0.45), (0.05, 0.25), (0.15, 0.25), (0.25, 0.35)]), st.integers(1, 20), st.integers(1, 40),
    st.booleans(),
)  # fmt: skip
def test_every_strike_of_the_band_is_found_and_what_lies_beyond_it_on_either_side(
    spot: float, vol: float, guess: float, right: Right, band: tuple[float, float], room: int, days: int, known: bool
) -> None:
    rows = listing(right, days=days)
    survey = Survey("AAPL", View(spot, guess, RATE, known))
    survey.add(Sought(EXPIRY, right, band), rows, AT)
    show = priced(spot, vol, rows.years(AT))
    look(survey, show, room)
    assert survey.trouble is None
    found = survey.slices()[EXPIRY, right]
    call, deltas = right is Right.CALL, {}
    for strike in rows.strikes:
        mid = _mid(show(Option("AAPL", EXPIRY, strike, right)))
        deltas[strike] = model_delta(mid, spot, float(strike), rows.years(AT), RATE, call)
    assert {k for k, each in deltas.items() if band[0] <= each <= band[1]} <= set(found.strikes)
    for outside in ([k for k, d in deltas.items() if d < band[0]], [k for k, d in deltas.items() if d > band[1]]):
        assert not outside or set(outside) & set(found.strikes)


def test_a_good_guess_looks_at_a_handful_of_strikes() -> None:
    rows = listing(Right.PUT)
    survey = Survey("AAPL", View(200.0, 0.3, RATE))
    survey.add(Sought(EXPIRY, Right.PUT, (0.30, 0.45)), rows, AT)
    assert len(look(survey, priced(200.0, 0.3, rows.years(AT)))) <= 10


def test_where_the_volatility_is_known_fewer_are_looked_at_and_the_next_search_knows_it() -> None:
    rows = listing(Right.PUT)
    survey = Survey("AAPL", View(200.0, 0.5, RATE))
    survey.add(Sought(EXPIRY, Right.PUT, (0.30, 0.45)), rows, AT)
    show = priced(200.0, 0.3, rows.years(AT))
    guessed = look(survey, show)
    vol = survey.vol(AT)
    assert vol is not None and abs(vol - 0.3) < 0.01
    again = Survey("AAPL", View(200.0, vol, RATE, known=True))
    again.add(Sought(EXPIRY, Right.PUT, (0.30, 0.45)), rows, AT)
    assert len(look(again, show)) < len(guessed)
    assert Survey("AAPL", View(200.0, 0.5, RATE)).vol(AT) is None


def test_two_parts_that_overlap_share_what_is_known() -> None:
    rows = listing(Right.PUT)
    survey, show = Survey("AAPL", View(200.0, 0.3, RATE)), priced(200.0, 0.3, rows.years(AT))
    survey.add(Sought(EXPIRY, Right.PUT, (0.30, 0.45)), rows, AT)
    first = look(survey, show)
    survey.add(Sought(EXPIRY, Right.PUT, (0.20, 0.35)), rows, AT)
    assert not set(look(survey, show)) & set(first)


def test_around_a_price_only_the_nearest_are_looked_at() -> None:
    rows = listing(Right.PUT)
    survey = Survey("SPX", View(200.0, 0.3, RATE))
    survey.add(Sought(EXPIRY, Right.PUT, near=Decimal(171)), rows, AT)
    seen = look(survey, priced(200.0, 0.3, rows.years(AT)))
    assert [o.strike for o in sorted(seen)] == [Decimal(k) for k in ("167.5", "170.0", "172.5", "175.0")]
    assert len(seen) == NEAREST


def test_a_side_that_nobody_quotes_stays_unknown_and_is_not_left_out() -> None:
    rows = listing(Right.PUT)
    survey, show = Survey("AAPL", View(200.0, 0.3, RATE)), priced(200.0, 0.3, rows.years(AT))
    survey.add(Sought(EXPIRY, Right.PUT, (0.30, 0.45)), rows, AT)
    dark = Decimal("195.0")

    def dim(option: Option) -> Shown:
        shown = show(option)
        if option.strike == dark:
            shown.price(1, -1.0, AT)
        return shown

    look(survey, dim)
    row = survey.slices()[EXPIRY, Right.PUT]
    index = row.strikes.index(dark)
    assert np.isnan(row.bids[index]) and row.asks[index] > 0
    assert (row.volume[index], row.open_interest[index], row.average_volume[index]) == (-1, -1, -1)


def test_where_nothing_is_quoted_the_search_gives_up_and_says_so() -> None:
    survey = Survey("AAPL", View(200.0, 0.3, RATE))
    survey.add(Sought(EXPIRY, Right.PUT, (0.30, 0.45)), listing(Right.PUT, 200, "0.5"), AT)

    def dark(option: Option) -> Shown:
        shown = Shown(option.right)
        shown.price(1, -1.0, AT)
        shown.price(2, -1.0, AT)
        return shown

    assert len(look(survey, dark)) <= MOST + 6
    assert survey.trouble == "AAPL: no strike of 2026-03-13 P has the deltas that are sought"


@pytest.mark.clause("17.1")
@pytest.mark.parametrize(("guess", "found"), [(0.3, True), (0.9, False)])
def test_17_1_of_more_strikes_than_are_looked_at_those_around_the_aim_are_enough(guess: float, found: bool) -> None:
    rows = listing(Right.CALL, count=2_000, step="0.10", days=365)
    survey, show = Survey("AAPL", View(200.0, guess, RATE, known=True)), priced(200.0, 0.3, rows.years(AT))
    survey.add(Sought(EXPIRY, Right.CALL, (0.25, 0.35), aim=0.30), rows, AT)
    seen = look(survey, show)
    assert MOST <= len(seen) < MOST + 2 * FIRST
    assert (survey.trouble is None) is found
    deltas = [model_delta(_mid(show(each)), 200.0, float(each.strike), rows.years(AT), RATE, True) for each in seen]
    assert (min(deltas) < 0.30 < max(deltas)) is found
    blind = Survey("AAPL", View(200.0, 0.3, RATE, known=True))
    blind.add(Sought(EXPIRY, Right.CALL, (0.25, 0.35)), rows, AT)
    look(blind, show)
    assert blind.trouble is not None


def test_the_guess_of_a_volatility_is_never_absurd() -> None:
    assert guess_vol(None) == guess_vol(float("nan")) == 0.3
    assert guess_vol(2.0) == 0.1
    assert guess_vol(20.0) == 0.26
