"""Returns, growth, drawdown and ratios: by hand, and as others reckon them."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from allusetui.law.load import load
from allusetui.reports.metrics import Day, growth_a_year, performance, returns, sharpe, sortino

D = Decimal
LAW = load().reports
START = date(2025, 12, 31)
RATE = D("0.04")


@pytest.fixture(scope="module")
def others() -> ModuleType:
    # Imported here: it takes seconds.
    import empyrical

    found: ModuleType = empyrical
    return found


def days(equities: Sequence[float], flows: Sequence[float] = (), every: int = 1) -> list[Day]:
    """Marks from the last day of a year on, one a day or `every` so many; the high-water mark shifts with the flows."""
    found, high = [], D(0)
    for i, equity in enumerate(equities):
        flow = D(str(flows[i])) if flows else D(0)
        high = max(high + flow, D(str(equity)))
        found.append(Day(START + timedelta(days=i * every), D(str(equity)), high, flow, RATE))
    return found


def walk(count: int, seed: int) -> list[float]:
    """A path with good and bad days."""
    steps = np.random.default_rng(seed).normal(0.0004, 0.012, count)
    path: list[float] = np.round(100_000 * np.cumprod(1 + steps), 2).tolist()
    return [100_000.0, *path]


@pytest.mark.clause("11.2")
@pytest.mark.parametrize("seed", range(5))
def test_11_2_ratios_and_drawdown_are_what_others_reckon(others: ModuleType, seed: int) -> None:
    found = days(walk(120, seed))
    done, (daily, _) = performance(found, LAW), returns(found)
    riskless = float(RATE) / 252
    assert done.sharpe == pytest.approx(others.sharpe_ratio(daily, risk_free=riskless), rel=1e-9)
    assert done.sortino == pytest.approx(others.sortino_ratio(daily, required_return=riskless), rel=1e-9)
    assert done.worst == pytest.approx(-others.max_drawdown(daily), rel=1e-9)
    assert done.ytd == pytest.approx(others.cum_returns_final(daily), rel=1e-9)


@pytest.mark.clause("11.2")
def test_11_2_growth_a_year_is_what_others_reckon_of_calendar_days(others: ModuleType) -> None:
    found = days(walk(200, 7))
    daily, _ = returns(found)
    theirs = others.annual_return(daily, annualization=365)
    assert performance(found, LAW).cagr == pytest.approx(theirs, rel=1e-9)


@pytest.mark.clause("11.2")
def test_11_2_what_is_paid_in_or_out_is_no_return() -> None:
    # 100 → +10 % → 50 more come in, 160 → +10 % → all but 76 is taken out and nothing is gained.
    found = days([100, 110, 176, 76], [0, 0, 50, -100])
    daily, _ = returns(found)
    assert daily.tolist() == pytest.approx([0.10, 0.10, 0.0])
    assert performance(found, LAW).ytd == pytest.approx(0.21)
    assert performance(found, LAW).worst == 0.0


@pytest.mark.clause("11.2")
def test_11_2_a_day_on_which_nothing_was_at_work_has_no_return() -> None:
    # A fork is born with 100 and grows by 5; at noon it is worth 4.2 more and merged away; then nothing.
    daily, rates = returns(days([0, 105, 0, 0], [0, 100, -109.2, 0]))
    assert daily.tolist() == pytest.approx([0.05, 0.04]) and len(rates) == 2


@pytest.mark.clause("2.7", "11.2")
def test_11_2_what_a_fork_lost_before_its_merge_is_no_total_loss() -> None:
    daily, _ = returns(days([0, 100, 0], [0, 100, -99]))
    assert daily.tolist() == pytest.approx([0.0, -0.01])


@pytest.mark.clause("11.2")
def test_11_2_growth_a_year_needs_90_days_and_the_ratios_20_returns() -> None:
    short, enough = performance(days(walk(19, 1)), LAW), performance(days(walk(20, 1)), LAW)
    assert (short.sharpe, short.sortino) == (None, None)
    assert enough.sharpe is not None and enough.sortino is not None
    assert performance(days(walk(89, 1)), LAW).cagr is None
    assert performance(days(walk(90, 1)), LAW).cagr is not None


@pytest.mark.clause("11.2")
def test_11_2_half_a_year_of_ten_percent_is_twenty_one_a_year() -> None:
    assert growth_a_year(0.10, 365 // 2) == pytest.approx(1.1 ** (365 / 182) - 1)
    assert growth_a_year(-1.0, 100) == growth_a_year(-1.2, 100) == -1.0


@pytest.mark.clause("11.2")
def test_11_2_without_any_movement_there_is_no_ratio() -> None:
    still = performance([Day(d.day, d.equity, d.high_water, d.flow, D(0)) for d in days([100] * 30)], LAW)
    assert (still.ytd, still.worst, still.sharpe, still.sortino) == (0.0, 0.0, None, None)


@pytest.mark.clause("11.2")
def test_11_2_every_day_counts_in_the_downside_the_good_ones_as_zero() -> None:
    # Excess of 1 % three times and −2 % once: mean 0.25 %, downside √(0.0004 / 4) = 1 %, not 2 % of the bad day alone.
    excess = np.array([0.01, 0.01, -0.02, 0.01])
    assert sortino(excess, 252) == pytest.approx(0.0025 / 0.01 * 252**0.5)
    assert sharpe(excess, 252) == pytest.approx(0.0025 / 0.015 * 252**0.5)


@pytest.mark.clause("11.2")
@given(st.lists(st.floats(-0.2, 0.2), min_size=1, max_size=40), st.lists(st.integers(-9, 9), min_size=40, max_size=40))
def test_11_2_flows_never_change_a_return(moves: list[float], flows: list[int]) -> None:
    equity, paths = 100_000.0, [100_000.0]
    paid = [0.0, *(float(flow * 100) for flow in flows[: len(moves)])]
    for move, flow in zip(moves, paid[1:], strict=True):
        equity = (equity + flow) * (1 + move)
        paths.append(equity)
    if min(paths) > 20_000:  # never so little that a withdrawal could take it all
        daily, _ = returns(days(paths, paid))
        assert daily.tolist() == pytest.approx(moves, abs=1e-9)
