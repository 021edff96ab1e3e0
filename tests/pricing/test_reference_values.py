"""Published option values (Hull, Haug, 60-digit extremes) against ours, each within its own tolerance."""

from math import exp

import numpy as np
import pytest

from allusetui.pricing.black_scholes import deltas, greeks, price, prices
from allusetui.pricing.implied_vol import implied_vol, implied_vols
from tests.pricing.published import MISSING, Row, every, rows_of

FORMULA = ("BSM", "BSM q", "BSM IV", "BSM generalised", "Garman-Kohlhagen IV", "Black76")
ESCROWED = "escrowed dividend"
TREES = ("CRR2", "hand tree")  # European values of coarse trees: not a formula's to meet

pytestmark = MISSING

ROWS = rows_of("E")
VOLS = [row for row in ROWS if row["model"] in FORMULA and row["quantity"].startswith("implied_vol")]
VALUES = [row for row in ROWS if row["model"] in FORMULA and row not in VOLS]
EXTREMES = [row for row in VALUES if "mpmath" in row["source"]]
DIVIDENDS = [row for row in ROWS if row["model"] == ESCROWED]


def market(row: Row) -> tuple[float, float, float, float]:
    return float(row["S"]), float(row["K"]), float(row["T_years"]), float(row["r"])


def ours(row: Row) -> float:
    spot, strike, years, rate = market(row)
    terms = (spot, strike, years, rate, float(row["sigma"]), row["cp"] == "C", float(row["q"]))
    all_greeks = greeks(*terms)
    return {
        "price": lambda: price(*terms),
        "delta": lambda: all_greeks.delta,
        "gamma": lambda: all_greeks.gamma,
        "vega_per_1.0": lambda: all_greeks.vega,
        "theta_per_year": lambda: all_greeks.theta,
        "rho_per_1.0": lambda: all_greeks.rho,
        "elasticity": lambda: all_greeks.delta * spot / price(*terms),
        "dividend_rho": lambda: -years * spot * all_greeks.delta,
    }[row["quantity"]]()


def test_every_kind_of_european_row_is_there() -> None:
    trees = [row for row in ROWS if row["model"] in TREES]
    assert (len(VALUES), len(VOLS), len(EXTREMES), len(DIVIDENDS), len(trees)) == (37, 2, 8, 1, 3)
    assert len(ROWS) == len(VALUES) + len(VOLS) + len(DIVIDENDS) + len(trees)


@every(VALUES)
def test_published_value_within_its_tolerance(row: Row) -> None:
    assert ours(row) == pytest.approx(float(row["published"]), rel=0, abs=float(row["tol"]))


@every([row for row in VALUES if row["quantity"] in ("price", "delta")])
def test_array_pricer_agrees_with_the_published_value(row: Row) -> None:
    spot, strike, years, rate = market(row)
    bulk = prices if row["quantity"] == "price" else deltas
    strikes, vols = np.array([strike, strike]), np.array([float(row["sigma"])] * 2)
    values = bulk(spot, strikes, years, rate, vols, row["cp"] == "C", float(row["q"]))
    assert values == pytest.approx(float(row["published"]), rel=0, abs=float(row["tol"]))


@every(DIVIDENDS)
def test_discrete_dividends_by_the_escrowed_spot(row: Row) -> None:
    spot, strike, years, rate = market(row)
    escrowed = spot - 0.5 * exp(-rate * 2 / 12) - 0.5 * exp(-rate * 5 / 12)
    value = price(escrowed, strike, years, rate, float(row["sigma"]), row["cp"] == "C")
    assert value == pytest.approx(float(row["published"]), rel=0, abs=float(row["tol"]))


@every(EXTREMES)
def test_far_tails_keep_their_leading_digits(row: Row) -> None:
    assert ours(row) == pytest.approx(float(row["published"]), rel=1e-9, abs=0)


@every(VOLS)
def test_published_implied_vol(row: Row) -> None:
    quoted = float(row["quantity"].rsplit(" ", 1)[1])
    vol = implied_vol(quoted, *market(row), row["cp"] == "C", float(row["q"]))
    assert vol == pytest.approx(float(row["published"]), rel=0, abs=float(row["tol"]))


@every(EXTREMES)
def test_implied_vol_of_the_extremes(row: Row) -> None:
    spot, strike, years, rate = market(row)
    quoted, call, dividend_yield = float(row["published"]), row["cp"] == "C", float(row["q"])
    expected = pytest.approx(float(row["sigma"]), rel=0, abs=1e-10)
    assert implied_vol(quoted, spot, strike, years, rate, call, dividend_yield) == expected
    assert implied_vols(np.array([quoted]), spot, np.array([strike]), years, rate, call, dividend_yield) == expected
