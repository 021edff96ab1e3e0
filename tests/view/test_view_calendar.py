"""What a trader reads on the calendar."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from allusetui.domain.quote import Payout
from allusetui.view.calendar import calendar
from allusetui.view.model import Cell, Seen, Tone
from tests.replaying import replay_text
from tests.rules.situations import AAPL, holding, option, situation
from tests.view.snapshots import seen_of, shown

HELD = option("GEN", "AAPL", "2026-11-27", 195.0, "P", -3, 3.0, "2026-11-20")
CALL = option("COM", "AAPL", "2026-12-04", 205.0, "C", -2, 3.0, "2026-11-20")


@pytest.fixture(scope="module")
def thanksgiving() -> Seen:
    """Monday 10:00 of the week whose Thursday is shut and whose Friday closes at 13:00."""
    own = (HELD, CALL, holding("COM", "AAPL", 200, 190.0))
    hours = "2026-11-23T10:00:00", "2026-11-23T10:01:00"
    return seen_of(replay_text(situation(*hours, {"AAPL": AAPL}, *own, accounts=("GEN", "REV", "COM"))))


def told(seen: Seen, width: int = 160) -> list[dict[str, Cell]]:
    """The rows, each with the day that it stands under."""
    table, found, day = calendar(seen, width), [], Cell("")
    for row in table.rows:
        cells = shown(table, row)
        day = cells["day"] if cells["day"].text else day
        found.append({**cells, "day": day})
    return found


def of_day(seen: Seen, day: str) -> list[tuple[str, str, str]]:
    return [(c["hours"].text, c["what"].text, c["of"].text) for c in told(seen) if c["day"].text == day]


@pytest.mark.clause("1.7")
def test_1_7_a_day_without_a_session_and_an_early_close_are_told_and_move_the_week(thanksgiving: Seen) -> None:
    assert of_day(thanksgiving, "Thu 26 Nov") == [("–", "shut", "no session")]
    friday = of_day(thanksgiving, "Fri 27 Nov")
    assert ("13:00", "early close", "") in friday and ("14:30", "report cut", "") in friday
    assert ("12:30–12:45", "expiry", "3 × AAPL") in friday


@pytest.mark.clause("1.1", "1.2", "1.3")
def test_1_1_each_window_stands_on_the_session_that_it_falls_on_with_those_who_enter(thanksgiving: Seen) -> None:
    rows = (c for c in told(thanksgiving) if c["what"].text == "window")
    windows = [(c["day"].text, c["of"].text, c["accounts"].text) for c in rows]
    wednesday = "Wed 25 Nov"  # REV's own, and for GEN the session before the Thursday that is shut
    assert windows[0] == ("Mon 23 Nov", "COM entries", "COM")
    assert windows[1:3] == [(wednesday, "GEN entries", "GEN"), (wednesday, "REV entries", "REV")]
    assert windows[5][:2] == ("Thu 03 Dec", "GEN entries")


def test_what_is_on_now_says_so_what_is_over_is_dim_and_what_comes_is_counted_in_days(thanksgiving: Seen) -> None:
    now, *_ = (c for c in told(thanksgiving) if c["of"].text == "COM entries")
    assert (now["hours"].text, now["when"].text, now["when"].tone) == ("09:45–11:00", "now", Tone.GOOD)
    later = next(c for c in told(thanksgiving) if c["of"].text == "GEN entries")
    assert later["when"].text == "in 2d"
    noon = replace(thanksgiving.snapshot, now_ms=thanksgiving.snapshot.now_ms + 3 * 3_600_000)
    over, *_ = (c for c in told(replace(thanksgiving, snapshot=noon)) if c["of"].text == "COM entries")
    assert over["when"].text == "over" and {over[name].tone for name in ("hours", "what", "of")} == {Tone.DIM}


def test_known_reports_and_ex_dates_are_told_and_what_is_not_known_is_a_question_mark(thanksgiving: Seen) -> None:
    known = replace(
        thanksgiving.snapshot.volatile, reports={"AAPL": (date(2026, 12, 1),), "MSFT": None},
        payouts={"AAPL": (Payout(date(2026, 12, 3), Decimal("0.26")), Payout(date(2027, 2, 3), Decimal("0.26")))},
    )  # fmt: skip
    seen = replace(thanksgiving, snapshot=replace(thanksgiving.snapshot, volatile=known))
    assert of_day(seen, "Tue 01 Dec") == [("–", "earnings", "AAPL: no put past it")]
    assert ("–", "ex-dividend", "AAPL 0.26, 2 calls short") in of_day(seen, "Thu 03 Dec")
    *_, unknown = told(seen)
    assert unknown["day"].text == "?" and unknown["what"].text == "earnings"
    assert unknown["of"].text.startswith("MSFT AMZN") and "AAPL" not in unknown["of"].text


def test_the_end_of_the_calendar_is_no_end_of_the_pane(thanksgiving: Seen) -> None:
    short = replace(thanksgiving, calendar=type(thanksgiving.calendar)(thanksgiving.calendar.sessions[:1]))
    first = thanksgiving.calendar.sessions[0]
    early = replace(short, snapshot=replace(short.snapshot, now_ms=first.open_ms))
    assert all(c["day"].text.endswith(f"{first.day:%d %b}") or c["day"].text in ("?", "next week") for c in told(early))
