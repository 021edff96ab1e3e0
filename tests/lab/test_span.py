"""Which days a trial covers, and which it refuses in a line."""

from datetime import date
from pathlib import Path

import pytest

from allusetui.lab.span import SpanError, Wanted, span_of
from allusetui.law.load import load
from allusetui.market.history_data import DataError
from tests.replaying import DATA

LAW = load()


@pytest.mark.parametrize(
    ("wanted", "days"),
    [
        (Wanted("synthetic"), (date(2026, 3, 2), date(2036, 3, 1))),
        (Wanted("synthetic", 2), (date(2026, 3, 2), date(2028, 3, 1))),
        (Wanted("synthetic", 1, first=date(2020, 2, 29)), (date(2020, 2, 29), date(2021, 2, 27))),
        (Wanted("synthetic", 1, last=date(2020, 12, 31)), (date(2020, 1, 1), date(2020, 12, 31))),
        (Wanted("synthetic", None, date(2020, 3, 2), date(2020, 3, 6)), (date(2020, 3, 2), date(2020, 3, 6))),
    ],
)
def test_a_synthetic_market_has_the_days_that_are_asked_for(wanted: Wanted, days: tuple[date, date]) -> None:
    assert span_of(wanted, LAW, None) == days


@pytest.mark.skipif(not DATA.is_dir(), reason="the market data is not here")
def test_history_has_the_days_of_the_data_or_its_last_years() -> None:
    assert span_of(Wanted("history"), LAW, DATA) == (date(2014, 3, 27), date(2020, 12, 29))
    assert span_of(Wanted("history", 2), LAW, DATA) == (date(2018, 12, 30), date(2020, 12, 29))
    with pytest.raises(SpanError, match=r"--years 9: the data holds 2014-03-27 to 2020-12-29; allowed: fewer years"):
        span_of(Wanted("history", 9), LAW, DATA)


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        (Wanted("real"), r"--market real: no such market; allowed: synthetic, history"),
        (Wanted("synthetic", 0), r"--years 0: out of range; allowed: 1 to 40"),
        (Wanted("synthetic", 1, date(2020, 1, 1), date(2020, 2, 1)), r"two of them say it all"),
        (Wanted("synthetic", None, date(2020, 3, 6), date(2020, 3, 2)), r"--to 2020-03-02: is before 2020-03-06"),
        (Wanted("synthetic", None, date(2020, 3, 7), date(2020, 3, 8)), r"the exchange has no session in these days"),
        (Wanted("synthetic", None, date(9999, 12, 31)), r"--from 9999-12-31: out of range"),
        (Wanted("history"), r"allowed: the environment variable ALLUSETUI_DATA"),
    ],
)
def test_days_that_no_trial_can_have_are_a_line(wanted: Wanted, told: str) -> None:
    with pytest.raises(SpanError, match=told) as refused:
        span_of(wanted, LAW, None)
    assert "\n" not in str(refused.value)


def test_a_folder_without_data_is_a_line(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"SPX\.csv"):
        span_of(Wanted("history"), LAW, tmp_path)
