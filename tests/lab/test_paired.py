"""Two laws on the same paths: what the figures say, and what they leave open."""

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from scipy.stats import ttest_rel

from allusetui.lab.amended import verdict
from allusetui.lab.paired import TOGETHER, Compared, compare
from allusetui.lab.result import Figures
from tests.lab.figures import FIGURES

CHANCE = np.random.Generator(np.random.PCG64(7))
GROWTH = tuple(map(float, CHANCE.normal(0.02, 0.10, 200)))
NOISE = tuple(map(float, CHANCE.normal(0.0, 0.01, 200)))


def rows(**values: tuple[float, ...]) -> list[Figures]:
    count = len(next(iter(values.values())))
    return [replace(FIGURES, **{name: told[at] for name, told in values.items()}) for at in range(count)]


def by_name(current: list[Figures], proposed: list[Figures]) -> dict[str, Compared]:
    return {row.name: row for row in compare(current, proposed)}


def test_the_interval_of_a_mean_is_that_of_a_paired_t_test() -> None:
    then = tuple(a + b for a, b in zip(GROWTH, NOISE, strict=True))
    found = by_name(rows(growth=GROWTH), rows(growth=then))
    assert list(found) == ["growth", "worst_drawdown", "tail_loss", "resets_asked", "tax_set_aside"]
    oracle = ttest_rel(then, GROWTH).confidence_interval(1 - (1 - TOGETHER) / len(found))
    assert (found["growth"].low, found["growth"].high) == pytest.approx((oracle.low, oracle.high), rel=1e-9)
    # Of paths that differ by a tenth, a difference of a thousandth is found, as noise is not.
    assert found["growth"].high - found["growth"].low < 0.005
    assert {row.speaks for row in found.values()} == {"open"}


def test_a_figure_that_some_path_does_not_know_is_left_out() -> None:
    known = rows(growth=GROWTH, tail_week=NOISE)
    assert "tail_week" in by_name(known, known)
    assert "tail_week" not in by_name(known, [*known[:-1], replace(known[-1], tail_week=None)])


def test_less_drawdown_speaks_for_a_law_and_more_resets_against_it() -> None:
    worse = tuple(value - 0.03 for value in GROWTH)
    now = rows(growth=GROWTH, worst_drawdown=tuple(0.2 + n for n in NOISE), resets_asked=(0.0,) * 200)
    then = rows(growth=worse, worst_drawdown=(0.1,) * 200, resets_asked=tuple(float(n > 0) for n in NOISE))
    found = by_name(now, then)
    assert {name: row.speaks for name, row in found.items()} == {
        "growth": "against", "worst_drawdown": "for", "tail_loss": "against", "resets_asked": "against",
        "tax_set_aside": "open",
    }  # fmt: skip
    # Every path lost as much, and so did the worst of them, whichever are drawn.
    assert (found["tail_loss"].low, found["tail_loss"].high) == pytest.approx((-0.03, -0.03))
    assert found["tail_loss"].current == pytest.approx(float(np.mean(sorted(GROWTH)[:10])))


def test_a_verdict_says_what_speaks_for_and_against_and_never_what_to_do() -> None:
    now = rows(growth=GROWTH, tax_set_aside=tuple(map(Decimal, range(200))))
    better = rows(growth=tuple(value + 0.01 for value in GROWTH), tax_set_aside=tuple(map(Decimal, range(200))))
    taxed = [replace(row, tax_set_aside=row.tax_set_aside + 1) for row in better]
    against = (
        "The evidence advises against the proposal: against it: growth, growth of the worst 5 % of paths; not told"
    )
    assert verdict(compare(now, better)).startswith("The evidence speaks for the proposal: for it: growth,")
    assert verdict(compare(better, now)).startswith(against)
    assert verdict(compare(now, taxed)).startswith("The evidence is divided: for it: growth,")
    assert "against it: set aside for taxes" in verdict(compare(now, taxed))
    assert verdict(compare(now, now)).startswith(
        "The evidence does not tell the two laws apart: not told apart: growth"
    )
