"""The regression of 12.3: its chances are the base rates where facts say nothing, and its weights the most probable."""

import numpy as np
import pytest

from allusetui.advisor.logistic import base_rates, fit

TYPES = 3


def weeks(seed: int, count: int = 200) -> tuple[np.ndarray, np.ndarray]:
    """Facts of which the first alone decides: type 2 where it is high, else type 0 or 1 by a coin."""
    dice = np.random.default_rng(seed)
    facts = dice.normal(0.0, 1.0, (count, 4))
    came = np.where(facts[:, 0] > 0.8, 2, dice.integers(0, 2, count))
    return facts, came.astype(np.int64)


def test_base_rates_by_hand() -> None:
    assert base_rates(np.array([0, 0, 1]), TYPES) == pytest.approx(np.array([2.5, 1.5, 0.5]) / 4.5)


def test_without_facts_and_under_a_hard_prior_the_chances_are_the_base_rates() -> None:
    facts, came = weeks(1)
    soft, hard = fit(np.full_like(facts, np.nan), came, TYPES, 30.0), fit(facts, came, TYPES, 1e9)
    for made in (soft, hard):
        assert made.chances(facts[:5]) == pytest.approx(np.tile(base_rates(came, TYPES), (5, 1)), abs=2e-3)


def test_a_fact_that_decides_is_found_and_the_others_say_little() -> None:
    facts, came = weeks(2)
    made = fit(facts, came, TYPES, 1.0)
    high, low = made.chances(np.array([[2.0, 0, 0, 0], [-2.0, 0, 0, 0]]))
    assert high[2] > 0.9 > 0.05 > low[2]
    assert abs(made.weights[0, 2]) > 5 * np.abs(made.weights[1:4]).max()


def test_the_weights_are_where_the_posterior_is_flat() -> None:
    """Its slope by each weight, by differences, is nothing."""
    facts, came = weeks(3, 60)
    ridge, made = 2.0, fit(facts, came, TYPES, 2.0)
    design = np.column_stack(((facts - made.centre) / made.scale, np.ones(len(facts))))

    def loss(weights: np.ndarray) -> float:
        odds = np.log(made.base) + design @ weights
        chances = np.exp(odds) / np.exp(odds).sum(axis=1, keepdims=True)
        return float(-np.log(chances[np.arange(len(came)), came]).sum() + ridge / 2 * (weights**2).sum())

    for place in np.ndindex(made.weights.shape):
        step = np.zeros_like(made.weights)
        step[place] = 1e-5
        assert (loss(made.weights + step) - loss(made.weights - step)) / 2e-5 == pytest.approx(0, abs=1e-4)


def test_where_it_starts_from_changes_nothing() -> None:
    facts, came = weeks(4)
    far = np.random.default_rng(5).normal(0.0, 3.0, (5, TYPES))
    assert fit(facts, came, TYPES, 5.0).weights == pytest.approx(fit(facts, came, TYPES, 5.0, far).weights, abs=1e-6)


def test_chances_are_parts_of_one_whatever_the_facts() -> None:
    facts, came = weeks(6)
    told = fit(facts, came, TYPES, 5.0).chances(np.array([[1e9, np.nan, -1e9, 0], [np.nan] * 4]))
    assert told.sum(axis=1) == pytest.approx(1)
    assert (told > 0).all()
