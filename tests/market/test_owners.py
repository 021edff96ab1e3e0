"""Whoever owns what we are short of: chance at the pin and before an ex-date, the same for every account."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from allusetui.domain.contract import Option, Right
from allusetui.market.owners import SeededOwners

FRIDAY, EX = date(2026, 3, 27), date(2026, 3, 20)
CALL = Option("SPY", FRIDAY, Decimal(600), Right.CALL)
PUT = Option("SPY", FRIDAY, Decimal(600), Right.PUT)
SEEDS = 400


def share(chosen: Callable[[SeededOwners], bool]) -> float:
    """What share of the seeds chooses so."""
    return sum(chosen(SeededOwners(seed)) for seed in range(SEEDS)) / SEEDS


def early(option: Option, spot: str, extrinsic: str, dividend: str = "2") -> float:
    return share(lambda o: o.exercise_before(EX, option, Decimal(spot), Decimal(extrinsic), Decimal(dividend)))


def at_expiry(option: Option, spot: str) -> float:
    return share(lambda owners: owners.exercise_at_expiry(option, Decimal(spot)))


def test_a_call_whose_dividend_is_worth_more_than_its_time_is_called_by_six_in_ten_and_deep_by_nine() -> None:
    assert early(CALL, "610", "1.99") == pytest.approx(0.6, abs=0.05)
    assert early(CALL, "640", "1.99") == pytest.approx(0.9, abs=0.03)


@pytest.mark.parametrize(("option", "spot", "extrinsic"), [(CALL, "640", "2"), (CALL, "600", "1"), (PUT, "560", "0.1")])
def test_nobody_calls_for_less_than_its_time_nor_out_of_the_money_nor_a_put(
    option: Option, spot: str, extrinsic: str
) -> None:
    assert early(option, spot, extrinsic) == 0


@pytest.mark.parametrize("option", [CALL, PUT])
def test_a_quarter_of_a_percent_from_the_strike_and_beyond_the_money_alone_decides(option: Option) -> None:
    below, above = at_expiry(option, "598.50"), at_expiry(option, "601.50")
    assert (below, above) == ((1, 0) if option.is_put else (0, 1))
    cheap = replace(option, strike=Decimal(2))  # of which a cent is more than a pin
    assert [at_expiry(cheap, spot) for spot in ("1.99", "2.01")] == ([1, 0] if option.is_put else [0, 1])


def test_a_pin_is_a_gamble_that_more_worth_never_makes_worse() -> None:
    spots = ["598.51", "599.50", "600", "600.50", "601.49"]
    chances = [0.018, 0.21, 0.5, 0.79, 0.982]
    assert [at_expiry(CALL, spot) for spot in spots] == pytest.approx(chances, abs=0.04)
    assert [at_expiry(PUT, spot) for spot in spots] == pytest.approx(chances[::-1], abs=0.04)
    for seed in range(50):
        done = [SeededOwners(seed).exercise_at_expiry(CALL, Decimal(spot)) for spot in spots]
        assert done == sorted(done)


def test_a_contract_is_its_terms_however_its_strike_is_written() -> None:
    written = Option("SPY", FRIDAY, Decimal("600.00"), Right.CALL)
    for seed in range(50):
        owners = SeededOwners(seed)
        assert owners.exercise_at_expiry(written, Decimal(600)) == owners.exercise_at_expiry(CALL, Decimal(600))
