"""Daily bars that are kept: only what is missing is asked for, a split is seen, a bad file is no bars."""

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allusetui.broker.ibkr.bar_files import BarFiles
from allusetui.broker.ibkr.bars import KEPT, OVERLAP, Kept, added, missing
from allusetui.domain.moment import to_ms
from allusetui.domain.quote import Bar
from allusetui.market.calendars import calendar

DAYS = calendar(date(2024, 6, 3), date(2026, 12, 31))
AT = to_ms(datetime(2026, 3, 5, 9, 30))
PAST = [session.day for session in DAYS.sessions if session.day < date(2026, 3, 5)]
NOTHING = Kept("AAPL", "test", 0)


def bars(days: list[date], scale: float = 1.0) -> list[Bar]:
    """A bar for each day, about 200 dollars."""
    return [Bar(day, (202 + n % 3) * scale, (198 - n % 2) * scale, 200 * scale) for n, day in enumerate(days)]


ALL = bars(PAST)
HELD = Kept("AAPL", "test", 5, tuple(ALL[-60:-3]))


def test_nothing_kept_is_a_year_and_more_to_ask_for() -> None:
    assert missing(NOTHING, DAYS, AT) == KEPT
    found = added(NOTHING, ALL, DAYS, AT)
    assert found is not None and list(found.bars) == ALL[-KEPT:]


@pytest.mark.clause("6.9")
def test_6_9_only_the_missing_sessions_are_asked_for_and_a_few_known_ones() -> None:
    assert missing(HELD, DAYS, AT) == 3 + OVERLAP
    found = added(HELD, ALL[-3 - OVERLAP :], DAYS, AT)
    assert found is not None and list(found.bars) == ALL[-60:]
    assert missing(found, DAYS, AT) == 0


@pytest.mark.clause("6.9")
def test_6_9_today_is_no_bar_yet() -> None:
    today = Bar(date(2026, 3, 5), 210, 190, 200)
    found = added(HELD, [*ALL[-8:], today], DAYS, AT)
    assert found is not None and found.bars[-1].day == date(2026, 3, 4)


def test_after_a_split_nothing_that_was_kept_is_used() -> None:
    assert added(HELD, bars(PAST[-8:], 0.25), DAYS, AT) is None


def test_bars_that_do_not_meet_what_is_kept_are_no_addition() -> None:
    assert added(HELD, ALL[-3:], DAYS, AT) is None


def test_a_session_that_lacks_its_bar_ends_what_is_known() -> None:
    """Else a range would be taken across it."""
    found = added(NOTHING, [*ALL[-20:-6], *ALL[-5:]], DAYS, AT)
    assert found is not None and list(found.bars) == ALL[-5:]


@pytest.mark.parametrize(
    "bad",
    [{"high": float("nan")}, {"low": 0.0}, {"low": -1.0}, {"close": 500.0}, {"high": float("inf")}, {"low": 201.0}],
)
def test_a_bar_that_can_not_be_one_is_none(bad: dict[str, float]) -> None:
    found = added(NOTHING, [*ALL[-5:-1], replace(ALL[-1], **bad)], DAYS, AT)
    assert found is not None and list(found.bars) == ALL[-5:-1]


@given(st.lists(st.sampled_from(ALL[-40:]), max_size=60), st.integers(0, 40))
def test_what_is_kept_has_no_gap_and_ascends_whatever_comes(came: list[Bar], known: int) -> None:
    kept = replace(NOTHING, bars=tuple(ALL[-40:][:known]))
    found = added(kept, came, DAYS, AT)
    if found is not None:
        days = [bar.day for bar in found.bars]
        assert days == [day for day in PAST if days and days[0] <= day <= days[-1]]


def test_what_was_written_is_read(tmp_path: Path) -> None:
    files = BarFiles(tmp_path / "bars")
    assert files.read("AAPL") is None
    files.write(HELD)
    assert files.read("AAPL") == HELD
    assert files.complaints == []
    assert [path.name for path in (tmp_path / "bars").iterdir()] == ["AAPL.json"]


@pytest.mark.parametrize("text", ["", "{", "[1]", '{"format":1}', "null", "[" * 2000])
def test_a_file_that_is_none_is_told_and_asked_for_anew(text: str, tmp_path: Path) -> None:
    files = BarFiles(tmp_path)
    (tmp_path / "AAPL.json").write_text(text)
    assert files.read("AAPL") is None
    assert files.complaints == [f"{tmp_path / 'AAPL.json'}: is damaged, or no file of bars; they are asked for anew"]


def test_a_figure_that_was_changed_by_hand_is_seen(tmp_path: Path) -> None:
    files = BarFiles(tmp_path)
    files.write(HELD)
    path = tmp_path / "AAPL.json"
    path.write_text(path.read_text().replace("202", "203", 1))
    assert files.read("AAPL") is None


def test_the_file_of_another_symbol_is_not_taken_for_it(tmp_path: Path) -> None:
    files = BarFiles(tmp_path)
    files.write(HELD)
    (tmp_path / "AAPL.json").rename(tmp_path / "MSFT.json")
    assert files.read("MSFT") is None


def test_a_disk_that_refuses_is_told(tmp_path: Path) -> None:
    (tmp_path / "bars").write_text("in the way")
    files = BarFiles(tmp_path / "bars")
    files.write(HELD)
    assert "can't be written" in files.complaints[0]
