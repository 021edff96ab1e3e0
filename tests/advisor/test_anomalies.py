"""13.2: what the closes of a market show, by hand and on 2014 to 2020."""

from datetime import date, timedelta
from math import inf, nan

import numpy as np
import pytest

from allusetui.advisor.anomalies import LEAST, moves, together, turbulence
from allusetui.advisor.watch import SYMBOL_LIMIT, TOGETHER_LIMIT, TURBULENCE_LIMIT, WHOLE_LIMIT, aligned, market
from allusetui.domain.advice import Anomaly, Closes, MarketQuestion
from allusetui.domain.quote import Floats
from tests.bench import anomalies as bench
from tests.replaying import DATA

FALSE_A_YEAR, SINGLE_A_YEAR = 3.0, 6.0
DAY = date(2026, 3, 2)


def to_and_fro(count: int, size: float = 0.01) -> Floats:
    """Days of the same size, up and down in turn."""
    return np.resize([size, -size], count)


def dice(seed: int, shape: tuple[int, ...], size: float = 0.01) -> Floats:
    return np.random.default_rng(seed).normal(0.0, size, shape)


def closes(symbol: str, returns: Floats, last: date = DAY) -> Closes:
    """Closes of consecutive days that make these log returns."""
    levels = 100 * np.exp(np.concatenate(([0.0], np.cumsum(returns))))
    days = tuple(last - timedelta(days=n) for n in range(len(levels) - 1, -1, -1))
    return Closes(symbol, days, tuple(levels.tolist()))


def found(*series: Closes) -> dict[tuple[str, str], Anomaly]:
    told = market(MarketQuestion(DAY, series))
    return {(each.kind, each.symbol): each for each in (told.found if told else ())}


@pytest.mark.clause("13.2")
def test_13_2_a_move_is_told_in_deviations_of_the_past() -> None:
    """Half of the days lie within 1 %, so the robust deviation is 1.4826 %; the recent one, 1 %, is smaller."""
    returns = np.append(to_and_fro(200), -0.08)
    assert moves(returns[:, None])[0] == pytest.approx(-0.08 / 0.014826)


@pytest.mark.clause("13.2")
def test_13_2_a_restless_market_has_to_move_further() -> None:
    calm, restless = to_and_fro(200), np.append(to_and_fro(190), to_and_fro(10, 0.05))
    score = moves(np.column_stack((np.append(calm, -0.08), np.append(restless, -0.08))))
    assert abs(score[1]) < abs(score[0]) / 2


@pytest.mark.clause("13.2")
@pytest.mark.parametrize("past", [to_and_fro(LEAST - 1), np.zeros(250)], ids=["short", "flat"])
def test_13_2_without_a_past_that_moved_nothing_is_out_of_the_ordinary(past: Floats) -> None:
    returns = np.append(past, -0.5)
    assert np.isnan(moves(returns[:, None])).all()
    both = np.column_stack((returns, returns))
    assert turbulence(both) is None
    assert found(closes("AAPL", returns), closes("MSFT", returns)) == {}


@pytest.mark.clause("13.2")
def test_13_2_symbols_that_part_are_turbulent_and_the_same_moves_together_are_not() -> None:
    common = dice(1, (253,))
    both = np.column_stack((common + dice(2, (253,), 0.001), common + dice(3, (253,), 0.001)))
    together_, apart = both.copy(), both.copy()
    together_[-1], apart[-1] = (0.01, 0.01), (0.01, -0.01)
    assert turbulence(apart) > TURBULENCE_LIMIT  # type: ignore[operator]
    assert turbulence(together_) < 1.0  # type: ignore[operator]


@pytest.mark.clause("13.2")
def test_13_2_one_large_move_alone_is_no_turbulence_of_the_whole() -> None:
    names = dice(4, (253, 9))
    names[-1, 0] = 0.25
    larger = names.copy()
    larger[-1, 0] = 0.05
    assert turbulence(names) == pytest.approx(turbulence(larger))


@pytest.mark.clause("13.2")
def test_13_2_symbols_that_begin_to_move_as_one_are_told_with_both_correlations() -> None:
    apart, one = dice(5, (240, 6)), dice(6, (21, 1)) + dice(7, (21, 6), 0.003)
    shift = together(np.concatenate((apart, one)))
    assert shift is not None and shift.z > TOGETHER_LIMIT
    assert shift.now > 0.8 > 0.2 > abs(shift.usual)
    still = together(dice(8, (261, 6)))
    assert still is not None and abs(still.z) < 1


@pytest.mark.clause("13.2")
def test_13_2_what_lasts_is_told_on_its_first_session() -> None:
    names = np.concatenate((dice(9, (240, 6)), dice(10, (21, 1)) + dice(11, (21, 6), 0.003)))
    told = []
    for last in range(len(names) - 20, len(names) + 1):
        series = [closes(f"S{n}", names[:last, n]) for n in range(6)]
        told.append(("correlation", "") in found(*series))
    assert told.count(True) == 1


@pytest.mark.clause("13.2")
def test_13_2_a_symbol_s_own_limit_is_wider_than_that_of_all_together() -> None:
    names = np.column_stack([np.append(dice(20 + n, (200,)), -0.04) for n in range(5)])
    seen = found(*(closes(f"S{n}", names[:, n]) for n in range(5)))
    assert ("volatility", "") in seen and seen["volatility", ""].limit == WHOLE_LIMIT
    assert seen["volatility", ""].now == pytest.approx(np.expm1(-0.04), abs=1e-4)
    names[-1] = (-0.12, 0, 0, 0, 0)
    alone = found(*(closes(f"S{n}", names[:, n]) for n in range(5)))
    assert alone["volatility", "S0"].limit == SYMBOL_LIMIT
    assert alone["volatility", "S0"].score < -SYMBOL_LIMIT


@pytest.mark.clause("13.2")
@pytest.mark.parametrize("bad", [0.0, -5.0, nan, inf])
def test_13_2_a_series_with_what_is_no_price_is_not_looked_at(bad: float) -> None:
    whole = closes("AAPL", np.append(to_and_fro(200), -0.3))
    broken = Closes("MSFT", whole.days, (*whole.closes[:-2], bad, whole.closes[-1]))
    assert set(found(whole, broken)) == {("volatility", "AAPL")}


@pytest.mark.clause("13.2")
def test_13_2_symbols_are_compared_on_the_sessions_that_they_share() -> None:
    """The third lacks a session: nothing before its gap can be compared; the fourth is new."""
    long, other = closes("A", to_and_fro(250)), closes("B", to_and_fro(250))
    gap = closes("C", to_and_fro(250))
    gap = Closes("C", (*gap.days[:100], *gap.days[101:]), (*gap.closes[:100], *gap.closes[101:]))
    names, returns = aligned([long, other, gap, closes("D", to_and_fro(60))])
    assert names == ("A", "B", "C")
    assert returns.shape == (149, 3)
    assert aligned([long])[0] == ()


@pytest.fixture(scope="module")
def history() -> tuple[list[bench.Alarm], list[date]]:
    if not DATA.is_dir():
        pytest.skip("the market data is not here")
    return bench.alarms(DATA)


@pytest.mark.clause("13.2")
def test_13_2_false_alarms_on_2014_to_2020_stay_under_their_bounds(
    history: tuple[list[bench.Alarm], list[date]],
) -> None:
    alarms, days = history
    assert bench.years(days) > 6
    assert 0 < bench.false_a_year(alarms, days) <= FALSE_A_YEAR
    assert 0 < bench.single_a_year(alarms, days) <= SINGLE_A_YEAR


@pytest.mark.clause("13.2")
def test_13_2_the_bad_spells_of_2014_to_2020_are_seen_but_for_the_slow_one(
    history: tuple[list[bench.Alarm], list[date]],
) -> None:
    missed = [name for name, spell in bench.SPELLS.items() if not bench.hit(spell, *history)]
    assert missed == ["December 2018"]
    assert min(alarm.day for alarm in bench.hit(bench.SPELLS["February 2020"], *history)) == date(2020, 2, 24)
