"""Published American values (Hull, Haug, Ju, Longstaff & Schwartz, Andersen et al.) against our trees.

Approximations and coarse trees are published with their own errors: there the true value that the row notes is met.
"""

import re

import pytest

from allusetui.pricing import black_scholes
from allusetui.pricing.american import price_and_delta
from tests.pricing.published import MISSING, Row, every, rows_of

APPROXIMATE = ("BAW", "BjS1993", "JuQuadratic")
COARSE = ("CRR5", "CRR30", "CRR50", "CRR100", "hand tree")  # what so few steps miss is theirs, not ours to meet
TRUE = re.compile(r"true \(QdFp highPrecision\) ([0-9.]+)")

pytestmark = MISSING

ROWS = rows_of("A")
PREMIUMS = [row for row in ROWS if row["quantity"] == "early_exercise_premium"]
APPROXIMATED = [row for row in ROWS if row["model"] in APPROXIMATE]
PUBLISHED = [row for row in ROWS if row["model"] not in (*APPROXIMATE, *COARSE) and row not in PREMIUMS]


def ours(row: Row) -> float:
    spot, strike, years, rate, vol, paid = (float(row[key]) for key in ("S", "K", "T_years", "r", "sigma", "q"))
    value, _ = price_and_delta(spot, strike, years, rate, vol, row["cp"] == "C", paid)
    european = black_scholes.price(spot, strike, years, rate, vol, row["cp"] == "C", paid)
    return value - european if row["quantity"] == "early_exercise_premium" else value


def missed(row: Row) -> float:
    """What a tree of 101 steps may miss, by how far the expiry lies out."""
    return float(row["S"]) * (2.5e-4 if float(row["T_years"]) <= 2.0 else 5e-4)


def test_every_kind_of_american_row_is_there() -> None:
    coarse = [row for row in ROWS if row["model"] in COARSE]
    assert (len(PUBLISHED), len(APPROXIMATED), len(PREMIUMS), len(coarse)) == (14, 22, 1, 5)
    assert len(ROWS) == 42


@every(PUBLISHED)
def test_published_value_within_its_tolerance(row: Row) -> None:
    assert ours(row) == pytest.approx(float(row["published"]), rel=0, abs=float(row["tol"]))


@every(APPROXIMATED)
def test_the_true_value_behind_a_published_approximation(row: Row) -> None:
    found = TRUE.search(row["note"])
    assert found is not None
    assert ours(row) == pytest.approx(float(found[1]), rel=0, abs=missed(row))


@every(PREMIUMS)
def test_the_premium_for_early_exercise(row: Row) -> None:
    assert ours(row) == pytest.approx(float(row["published"]), rel=0, abs=1e-3)
