"""The exchange's days: what the package has been told of them is what exchange_calendars says today."""

from datetime import date
from importlib import resources
from importlib.machinery import ModuleSpec
from importlib.metadata import version
from importlib.util import find_spec

import pytest

from allusetui.domain.moment import iso
from allusetui.market import calendars
from allusetui.market.calendars import FILE_NAME, SOURCE, Told, asked, calendar
from tests.market.told_sessions import FIRST, LAST, lines


def told(made_from: str, first: date, last: date) -> Told:
    """A table that knows of no holiday."""
    return Told(made_from, first, last, {})


def test_every_day_that_is_told_is_as_the_library_says() -> None:
    table = resources.files("allusetui.market").joinpath(FILE_NAME).read_text("utf-8").splitlines()
    assert table[1:] == list(lines())


def test_half_a_century_of_sessions_is_the_library_s_to_the_millisecond() -> None:
    ours = tuple(calendars._told().sessions(FIRST, LAST))
    assert ours == asked(FIRST, LAST).sessions
    assert len(ours) > 12_000


def test_holidays_have_no_session_and_early_closes_are_told() -> None:
    found = calendar(date(2026, 11, 23), date(2026, 11, 30))
    assert [(s.day.day, s.early, iso(s.close_ms)[11:16]) for s in found.sessions] == [
        (23, False, "16:00"), (24, False, "16:00"), (25, False, "16:00"), (27, True, "13:00"), (30, False, "16:00"),
    ]  # fmt: skip


def test_a_range_without_a_session_is_refused() -> None:
    with pytest.raises(ValueError, match="no session from 2026-07-04 to 2026-07-05"):
        calendar(date(2026, 7, 4), date(2026, 7, 5))


@pytest.mark.parametrize(
    "table",
    [
        told("another", date(2026, 1, 1), date(2026, 12, 31)),
        told(version(SOURCE), date(2026, 7, 3), date(2026, 12, 31)),
        told(version(SOURCE), date(2026, 1, 1), date(2026, 7, 5)),
    ],
)
def test_what_another_version_said_and_what_lies_outside_is_asked_of_the_library(
    table: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calendars, "_told", lambda: table)
    calendar.cache_clear()
    found = calendar(date(2026, 7, 2), date(2026, 7, 6))
    calendar.cache_clear()
    assert [session.day.day for session in found.sessions] == [2, 6]


@pytest.mark.parametrize("found", [None, find_spec("pytest")])
def test_where_no_folder_tells_the_version_the_librarys_own_record_does(
    found: ModuleSpec | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calendars, "find_spec", lambda name: found)
    monkeypatch.setattr(calendars, "SOURCE", "pytest")
    assert [calendars._is_installed(each) for each in (version("pytest"), "another")] == [True, False]


@pytest.mark.parametrize("first", [date(2025, 3, 3 + day) for day in range(7)], ids=lambda day: f"{day:%a}")
def test_a_calendar_that_begins_on_any_day_of_a_week_is_a_part_of_a_longer_one(first: date) -> None:
    """The clocks are put forward on the Sunday of that week."""
    longer = calendar(date(2025, 1, 6), date(2025, 3, 31)).sessions
    assert calendar(first, date(2025, 3, 31)).sessions == tuple(s for s in longer if s.day >= first)
