"""How fast the broker is asked, on a clock of our own."""

from hypothesis import given
from hypothesis import strategies as st

from allusetui.broker.ibkr.pacing import HistoryPace, Window

NOW = 1_000_000


@given(st.lists(st.integers(0, 400), max_size=200), st.integers(1, 30))
def test_no_span_ever_holds_more_than_its_most(gaps: list[int], most: int) -> None:
    window, at_ms, taken = Window(most, 1_000), 0, []
    for gap in gaps:
        at_ms += gap
        if window.take(at_ms):
            taken.append(at_ms)
    for first in taken:
        assert sum(first <= each < first + 1_000 for each in taken) <= most


@given(st.lists(st.integers(0, 400), max_size=60), st.integers(1, 10))
def test_the_instant_that_is_named_is_the_first_that_fits(gaps: list[int], most: int) -> None:
    window, at_ms = Window(most, 1_000), 0
    for gap in gaps:
        at_ms += gap
        free_ms = window.free_ms(at_ms)
        assert window.take(at_ms) is (free_ms == at_ms)
        if free_ms > at_ms:
            assert not window.take(free_ms - 1)
            assert window.take(free_ms)
            at_ms = free_ms


def ask(pace: HistoryPace, count: int, what: str = "TRADES", at_ms: int = NOW) -> int:
    """How many of so many requests for different contracts leave at once."""
    return sum(pace.take(f"S{n}", "1 Y", what, at_ms) for n in range(count))


def test_sixty_requests_for_history_leave_in_ten_minutes() -> None:
    pace = HistoryPace()
    assert ask(pace, 70) == 60
    assert not pace.take("S99", "1 Y", "TRADES", NOW + 599_999)
    assert pace.take("S99", "1 Y", "TRADES", NOW + 600_000)


def test_a_request_for_bid_and_ask_counts_twice() -> None:
    assert ask(HistoryPace(), 70, "BID_ASK") == 30


def test_the_sixth_request_for_a_contract_waits_two_seconds() -> None:
    pace = HistoryPace()
    assert sum(pace.take("AAPL", f"{n} D", "TRADES", NOW) for n in range(6)) == 5
    assert pace.free_ms("AAPL", "6 D", "TRADES", NOW) == NOW + 2_000


def test_an_equal_request_waits_fifteen_seconds() -> None:
    pace = HistoryPace()
    assert pace.take("AAPL", "5 D", "TRADES", NOW)
    assert pace.free_ms("AAPL", "5 D", "TRADES", NOW + 1_000) == NOW + 15_000
    assert pace.take("AAPL", "5 D", "MIDPOINT", NOW + 1_000)


def test_a_complaint_of_the_broker_is_waited_out() -> None:
    pace = HistoryPace()
    pace.complained(NOW)
    assert ask(pace, 1, at_ms=NOW + 59_999) == 0
    assert ask(pace, 1, at_ms=NOW + 60_000) == 1
