"""Which span of time a question names, read from the journal's last instant."""

from datetime import datetime

import pytest

from allusetui.advisor.answers.query import Unanswerable
from allusetui.advisor.answers.spans import span_in
from allusetui.domain.moment import to_ms
from tests.advisor.asking import at

LAST_MS = to_ms(datetime(2026, 3, 6, 16, 30))


@pytest.mark.parametrize(
    ("said", "first", "after"),
    [
        ("last week", (2, 23), (3, 2)),
        ("this week", (3, 2), (3, 9)),
        ("week 9", (2, 23), (3, 2)),
        ("2026-w09", (2, 23), (3, 2)),
        ("yesterday", (3, 5), (3, 6)),
        ("today", (3, 6), (3, 7)),
        ("on tuesday", (3, 3), (3, 4)),
        ("tuesday last week", (2, 24), (2, 25)),
        ("28 february", (2, 28), (3, 1)),
        ("on february 28th, 2026", (2, 28), (3, 1)),
        ("in march", (3, 1), (4, 1)),
        ("last month", (2, 1), (3, 1)),
        ("in q1", (1, 1), (4, 1)),
        ("in the first quarter of 2026", (1, 1), (4, 1)),
        ("the last 3 days", (3, 4), (3, 7)),
        ("two weeks ago", (2, 20), (2, 21)),
        ("between 2026-02-24 and 2026-02-26", (2, 24), (2, 27)),
        ("from 24 february to 26 february", (2, 24), (2, 27)),
    ],
)
def test_times_are_read_from_the_journal_s_last_instant(
    said: str, first: tuple[int, int], after: tuple[int, int]
) -> None:
    span, rest = span_in(f"why did gen pivot {said}?", LAST_MS)
    assert (span.from_ms, span.to_ms) == (at(*first, 0), at(*after, 0))
    assert "pivot" in rest


def test_a_time_may_be_open_at_one_end_and_a_month_ahead_is_last_year_s() -> None:
    since, _ = span_in("since 2026-03-02", LAST_MS)
    until, _ = span_in("before 2026-03-02", LAST_MS)
    autumn, _ = span_in("in october", LAST_MS)
    quarter, _ = span_in("last quarter", LAST_MS)
    assert (quarter.from_ms, quarter.to_ms) == (autumn.from_ms, at(1, 1, 0))
    assert (since.from_ms, since.to_ms) == (at(3, 2, 0), None)
    assert (until.from_ms, until.to_ms) == (None, at(3, 2, 0))
    assert autumn.from_ms == to_ms(datetime(2025, 10, 1))
    with pytest.raises(Unanswerable, match="calendar"):
        span_in("on 2026-13-01", LAST_MS)
