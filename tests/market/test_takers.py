"""Who trades with limits inside the spread: by chance, as the market model has it, and never later to a better one."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

import pytest

from allusetui.domain.contract import Option, Right, Side
from allusetui.domain.moment import MINUTE_MS, SECOND_MS
from allusetui.domain.order import Order
from allusetui.market.takers import SeededTakers

PUT = Option("SPY", date(2026, 3, 27), Decimal(600), Right.PUT)
LATER = Option("SPY", date(2026, 4, 3), Decimal(595), Right.PUT)
SINCE = 1_774_000_000_000
SEEDS = range(400)


def order(account: str = "GEN", strike: str = "600", side: Side = Side.SELL, sold: Option | None = None) -> Order:
    put = Option("SPY", PUT.expiry, Decimal(strike), Right.PUT)
    return Order(f"AU-x-{account}-1-1.v1", account, put, sold, side, 3, Decimal("1.10"))


def waits(seed: int, nearness: float, placed: Order | None = None) -> int | None:
    """After how many ms somebody comes within a minute."""
    takers, wanted = SeededTakers(seed, 25), placed or order()
    for waited in range(SECOND_MS, MINUTE_MS + 1, SECOND_MS):
        if takers.come(wanted, nearness, waited, SINCE + waited):
            return waited
    return None


def share(found: Iterable[int | None]) -> float:
    rows = list(found)
    return sum(each is not None for each in rows) / len(rows)


@pytest.mark.parametrize(("nearness", "chance"), [(0.0, 0.5), (0.5, 0.75), (0.8, 0.9), (1.0, 1.0)])
def test_a_limit_at_the_middle_trades_within_a_minute_by_half_and_the_likelier_the_nearer(
    nearness: float, chance: float
) -> None:
    assert share(waits(seed, nearness) for seed in SEEDS) == pytest.approx(chance, abs=0.05)


def test_the_half_of_a_minute_is_spread_evenly_over_its_seconds() -> None:
    early = [waited for seed in SEEDS if (waited := waits(seed, 0.0)) is not None and waited <= 3 * SECOND_MS]
    assert len(early) / len(SEEDS) == pytest.approx(1 - 0.5 ** (3 / 60), abs=0.02)


def test_a_better_limit_never_waits_longer() -> None:
    for seed in range(60):
        found = [waits(seed, nearness) or MINUTE_MS + 1 for nearness in (0.0, 0.3, 0.6, 0.95)]
        assert found == sorted(found, reverse=True)


def test_whoever_comes_comes_to_every_account_and_whichever_way_a_strike_is_written() -> None:
    for seed in range(60):
        assert waits(seed, 0.3) == waits(seed, 0.3, order("REV")) == waits(seed, 0.3, order(strike="600.00"))


def test_buyers_sellers_and_those_of_a_roll_are_others() -> None:
    kinds = (order(), order(side=Side.BUY), order(side=Side.BUY, sold=LATER), order(strike="601"))
    assert len({tuple(waits(seed, 0.3, kind) for seed in range(60)) for kind in kinds}) == len(kinds)


def test_nobody_comes_between_two_seconds_or_at_once() -> None:
    takers = SeededTakers(1, 25)
    assert not takers.come(order(), 1.0, 0, SINCE)
    assert not takers.come(order(), 1.0, 1500, SINCE + 1500)


def test_of_a_market_that_is_not_known_the_next_second_is_looked_at() -> None:
    takers, found = SeededTakers(1, 25), []
    for late in (0, 999, 1000, 4321):
        for nearness, until_ms in ((None, SINCE + MINUTE_MS), (0.3, None)):
            looked = takers.next_ms(order(), nearness, SINCE, SINCE + late, until_ms)
            assert looked is not None
            found.append(looked - SINCE)
    assert found == [1000, 1000, 1000, 1000, 2000, 2000, 5000, 5000]


def test_who_comes_is_known_as_long_as_the_market_stands() -> None:
    end_ms = SINCE + MINUTE_MS + 1
    for seed in range(60):
        first = waits(seed, 0.3)
        told = SeededTakers(seed, 25).next_ms(order(), 0.3, SINCE, SINCE, end_ms)
        assert told == (None if first is None else SINCE + first)
