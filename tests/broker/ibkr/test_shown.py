"""What a line shows: only what has come on it, of the kind that it is, with the time at which it was made."""

from decimal import Decimal
from math import isnan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allusetui.broker.ibkr.codes import Meaning, meaning_of
from allusetui.broker.ibkr.shown import DELAY_MS, ModelGreeks, Shown
from allusetui.domain.contract import Right
from allusetui.domain.money import CENT
from allusetui.domain.quote import Feed, Quote

AT, CLOSE = 10_000_000, 9_000_000


def put(*ticks: tuple[int, float]) -> Shown:
    """A put's line on which these price ticks have come."""
    shown = Shown(Right.PUT)
    for tick, price in ticks:
        shown.price(tick, price, AT)
    return shown


def quote(shown: Shown) -> Quote | None:
    return shown.quote(CLOSE, CENT)


def test_a_live_quote_was_made_when_it_was_heard() -> None:
    shown = put((1, 1.15), (2, 1.2))
    assert quote(shown) == Quote(Decimal("1.1500"), Decimal("1.2000"), AT, feed=Feed.LIVE)


def test_a_side_that_has_not_come_is_unknown() -> None:
    assert quote(put((1, 1.15))) is None
    assert not put((1, 1.15)).is_quoted


def test_a_side_of_minus_one_is_unknown_too_but_has_come() -> None:
    shown = put((1, -1.0), (2, 0.05))
    assert quote(shown) is None
    assert shown.is_quoted


@pytest.mark.clause("8.3")
def test_8_3_a_bid_of_zero_is_a_real_quote() -> None:
    found = quote(put((1, 0.0), (2, 0.05)))
    assert found is not None and found.mid == Decimal("0.025")


@pytest.mark.clause("8.3")
def test_8_3_a_delayed_quote_is_a_quarter_of_an_hour_old_when_it_comes() -> None:
    found = quote(put((66, 1.1), (67, 1.2)))
    assert found is not None and (found.feed, found.at_ms) == (Feed.DELAYED, AT - DELAY_MS)


@pytest.mark.clause("8.3")
def test_8_3_a_frozen_quote_is_as_old_as_the_last_close() -> None:
    shown = Shown(Right.PUT)
    shown.typed(2, AT)
    shown.price(1, 1.1, AT)
    shown.price(2, 1.2, AT)
    found = quote(shown)
    assert found is not None and (found.feed, found.at_ms) == (Feed.FROZEN, CLOSE)


def test_what_was_live_is_not_shown_as_delayed() -> None:
    shown = put((1, 1.1), (2, 1.2))
    shown.typed(3, AT)
    assert quote(shown) is None
    shown.price(66, 1.0, AT)
    assert quote(shown) is None  # not the live ask with a delayed bid
    shown.price(67, 1.3, AT)
    found = quote(shown)
    assert found is not None and found.feed is Feed.DELAYED


def test_delayed_ticks_on_a_line_that_was_said_to_be_live_make_it_delayed() -> None:
    shown = Shown(Right.PUT)
    shown.typed(1, AT)
    shown.price(1, 1.1, AT)
    shown.price(67, 1.2, AT)
    assert shown.feed is Feed.DELAYED
    assert quote(shown) is None


def test_an_index_has_a_last_value_and_no_sides() -> None:
    shown = Shown()
    shown.price(4, 18.2, AT)
    assert shown.quote(CLOSE, CENT) is None
    assert shown.quote(CLOSE, CENT, index=True) == Quote(Decimal("18.2000"), Decimal("18.2000"), AT)


def test_open_interest_is_that_of_its_own_right() -> None:
    shown = Shown(Right.PUT)
    shown.size(27, 900, AT)
    assert shown.open_interest is None
    shown.size(28, 4321, AT)
    assert shown.open_interest == 4321


def test_all_that_the_law_asks_of_an_option() -> None:
    shown = put((1, 1.1), (2, 1.2))
    for tick, size in ((8, 120.0), (28, 700.0)):
        shown.size(tick, size, AT)
    assert not shown.is_whole
    shown.size(87, 4500, AT)
    assert shown.is_whole


@pytest.mark.peer(26)
def test_what_the_model_has_not_computed_is_not_a_figure() -> None:
    greeks = ModelGreeks.told(-1, -2, -2, -2.0, -2.0)
    assert all(isnan(each) for each in (greeks.vol, greeks.delta, greeks.gamma, greeks.vega, greeks.theta))
    assert ModelGreeks.told(0.31, -0.42, 0.02, 0.25, -0.06) == ModelGreeks(0.31, -0.42, 0.02, 0.25, -0.06)


@pytest.mark.peer(27)
@pytest.mark.parametrize("code", [10089, 10090, 10091, 10167])
def test_advice_is_no_error(code: int) -> None:
    assert meaning_of(code, "Displaying delayed market data") is Meaning.ADVICE


@pytest.mark.parametrize(
    ("code", "text", "meaning"),
    [
        (354, "Not subscribed", Meaning.REFUSED),
        (10168, "Not subscribed", Meaning.REFUSED),
        (10197, "No market data during competing live session", Meaning.COMPETING),
        (101, "Max number of tickers has been reached", Meaning.FULL),
        (162, "Historical Market Data Service error message:API pacing violation", Meaning.TOO_FAST),
        (162, "HMDS query returned no data", Meaning.REFUSED),
        (2104, "Market data farm connection is OK", Meaning.NOTICE),
    ],
)
def test_what_the_codes_mean(code: int, text: str, meaning: Meaning) -> None:
    assert meaning_of(code, text) is meaning


TICKS = st.lists(
    st.tuples(st.sampled_from(["price", "size", "typed"]), st.integers(0, 90), st.floats(allow_nan=True)), max_size=40
)


@given(TICKS)
def test_whatever_comes_a_quote_has_two_sides_of_one_kind_that_are_not_below_zero(
    ticks: list[tuple[str, int, float]],
) -> None:
    shown = Shown(Right.PUT)
    for kind, tick, value in ticks:
        match kind:
            case "price":
                shown.price(tick, value, AT)
            case "size":
                shown.size(tick, value, AT)
            case _:
                shown.typed(tick % 6, AT)
    found = quote(shown)
    if found is not None:
        assert found.bid >= 0 and found.ask >= 0
        assert found.feed is shown.feed
        assert found.at_ms <= AT
