"""The budget of market data lines: what stands always has one, what is looked at borrows the rest."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allusetui.broker.ibkr.lines import LINGER_MS, RENEW_MS, Lines, Release, Subscribe
from allusetui.domain.contract import Contract, Option, Right, Stock

AAPL, MSFT, SPY = Stock("AAPL"), Stock("MSFT"), Stock("SPY")


def puts(count: int, first: int = 100) -> list[Contract]:
    """So many puts on AAPL, by strike."""
    expiry = date(2026, 3, 6)
    return [Option("AAPL", expiry, Decimal(strike), Right.PUT) for strike in range(first, first + count)]


def subscribed(moves: list[Subscribe | Release]) -> list[Contract]:
    return [move.contract for move in moves if isinstance(move, Subscribe)]


def test_two_who_want_one_contract_share_a_line() -> None:
    lines = Lines()
    lines.stand([AAPL])
    assert lines.borrow("scan", [AAPL, SPY], 0) == [AAPL, SPY]
    assert subscribed(lines.moves(0, 100)) == [AAPL, SPY]
    lines.give_back("scan")
    assert lines.moves(1, 100) == [Release(SPY)]
    assert lines.holders(AAPL) == ["held"]


def test_a_scan_borrows_what_is_left_and_no_more() -> None:
    lines = Lines(10)
    lines.stand([AAPL, MSFT])
    lines.moves(0, 100)
    wanted = puts(20)
    assert lines.borrow("scan", wanted, 0) == wanted[:8]
    lines.moves(0, 100)
    assert lines.used(0) == 10
    assert lines.borrow("other", puts(1, 300), 0) == []


def test_a_released_line_counts_until_the_broker_has_surely_freed_it() -> None:
    lines = Lines(2)
    lines.borrow("scan", puts(2), 0)
    lines.moves(0, 100)
    lines.give_back("scan")
    lines.moves(5, 100)
    assert lines.room(5) == 0
    assert lines.room(5 + LINGER_MS - 1) == 0
    assert lines.room(5 + LINGER_MS) == 2


def test_what_is_waited_for_goes_before_what_is_let_go() -> None:
    lines = Lines(6)
    lines.borrow("scan", puts(2), 0)
    lines.moves(0, 100)
    lines.give_back("scan")
    other = puts(4, 300)
    assert lines.borrow("other", other, 1) == other
    assert lines.moves(1, 3) == [Subscribe(each) for each in other[:3]]
    assert lines.moves(2, 3) == [Subscribe(other[3]), *map(Release, puts(2))]


def test_what_nobody_wants_is_let_go_where_its_place_is_wanted() -> None:
    lines = Lines(2)
    lines.borrow("scan", puts(2), 0)
    lines.moves(0, 100)
    lines.give_back("scan")
    lines.borrow("other", puts(2, 300), 1)
    assert lines.moves(1, 1) == [Release(puts(1)[0])]
    assert lines.moves(2, 1) == [Release(puts(2)[1])]
    assert lines.moves(1 + LINGER_MS, 9) == [Subscribe(puts(1, 300)[0])]


def test_what_is_held_takes_its_line_from_what_is_borrowed() -> None:
    lines = Lines(2)
    lines.borrow("scan", puts(2), 0)
    lines.moves(0, 100)
    lines.stand([SPY])
    assert lines.moves(10, 100) == [Release(puts(2)[1])]
    assert lines.moves(10 + LINGER_MS, 100) == [Subscribe(SPY)]


def test_what_has_no_line_is_told() -> None:
    lines = Lines(1)
    lines.stand([AAPL, MSFT])
    lines.moves(0, 100)
    assert lines.without() == [MSFT]


def test_a_contract_that_the_broker_refuses_is_not_asked_for_again_and_again() -> None:
    lines = Lines()
    lines.stand([AAPL, SPY])
    lines.moves(0, 100)
    lines.refused(SPY)
    assert lines.moves(1, 100) == []
    assert lines.without() == [SPY]
    lines.forgive()
    assert lines.moves(2, 100) == [Subscribe(SPY)]


def test_a_budget_that_others_share_is_what_the_broker_grants() -> None:
    lines = Lines()
    lines.borrow("scan", puts(40), 0)
    *_, last = subscribed(lines.moves(0, 100))
    lines.full(last)
    assert lines.most == 39
    assert lines.room(0) == 0


def test_what_others_have_given_back_is_ours_again_after_a_while() -> None:
    lines = Lines(4)
    lines.stand(puts(4))
    for each in subscribed(lines.moves(0, 100)):
        lines.full(each)
    assert (lines.most, lines.moves(1, 100)) == (1, [Subscribe(puts(4)[0])])
    lines.forgive()
    assert subscribed(lines.moves(2, 100)) == puts(4)[1:]


def test_a_silent_line_is_proven_before_its_quote_counts_as_stale() -> None:
    lines = Lines()
    lines.stand(puts(6))
    lines.moves(0, 100)
    lines.heard(puts(6)[0], 10_000)
    assert lines.renewals(RENEW_MS - 1, 4) == []
    assert lines.renewals(RENEW_MS, 4) == puts(6)[1:5]
    assert lines.renewals(RENEW_MS, 4) == puts(6)[5:]
    assert lines.renewals(RENEW_MS, 4) == []


def test_lines_that_may_be_dead_are_renewed_at_once() -> None:
    lines = Lines()
    lines.stand(puts(3))
    lines.moves(1_000, 100)
    assert lines.renewal_ms() == 1_000 + RENEW_MS
    lines.doubt(puts(2))
    assert lines.renewal_ms() <= 1_001
    assert lines.renewals(1_001, 100) == puts(2)


def test_nothing_is_to_be_sent_once_every_line_that_is_granted_is_open() -> None:
    lines = Lines()
    assert lines.is_settled(0)
    lines.stand(puts(2))
    assert not lines.is_settled(0)
    lines.moves(0, 100)
    assert lines.is_settled(0)
    lines.stand(puts(1))
    assert not lines.is_settled(0)
    lines.moves(0, 100)
    assert not lines.is_settled(0)  # the broker may count the line that was let go
    assert lines.is_settled(LINGER_MS)


def test_no_more_is_sent_at_once_than_may_be() -> None:
    lines = Lines()
    lines.borrow("scan", puts(5), 0)
    assert subscribed(lines.moves(0, 3)) == puts(3)
    assert subscribed(lines.moves(0, 3)) == puts(5)[3:]


def test_after_a_lost_connection_all_that_is_wanted_is_asked_for_anew() -> None:
    lines = Lines()
    lines.stand([AAPL])
    lines.borrow("scan", puts(2), 0)
    lines.moves(0, 100)
    lines.lost()
    assert subscribed(lines.moves(50, 100)) == [AAPL, *puts(2)]


STEPS = st.lists(
    st.tuples(st.sampled_from(["stand", "borrow", "back", "lost", "full", "wait"]), st.integers(0, 12)), max_size=60
)


@settings(max_examples=200)
@given(STEPS, st.integers(1, 8))
@pytest.mark.timeout(60)
def test_the_broker_never_counts_more_than_the_budget_nor_two_lines_of_a_contract(
    steps: list[tuple[str, int]], most: int
) -> None:
    lines, at_ms = Lines(most), 0
    at_broker: set[Contract] = set()
    freed: list[int] = []
    for step, number in steps:
        at_ms += 137
        match step:
            case "stand":
                lines.stand(puts(number))
            case "borrow":
                lines.borrow(f"scan{number % 2}", puts(number, 105), at_ms)
            case "back":
                lines.give_back(f"scan{number % 2}")
            case "lost":
                lines.lost()
                at_broker.clear()
                freed.clear()
            case "full" if at_broker:
                refused = max(at_broker, key=str)
                at_broker.discard(refused)
                lines.full(refused)
        for move in lines.moves(at_ms, 100):
            if isinstance(move, Release):
                at_broker.remove(move.contract)
                freed.append(at_ms + LINGER_MS)
            else:
                assert move.contract not in at_broker
                at_broker.add(move.contract)
        freed = [until_ms for until_ms in freed if until_ms > at_ms]
        assert len(at_broker) + len(freed) <= most
