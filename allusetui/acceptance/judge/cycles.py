"""16.1 and 16.2: whether whole weeks were traded on paper, and reported."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from allusetui.acceptance.judge.story import Fact, Record, Story

_DAYS: Final = {"com": 0, "rev": 2, "gen": 3}
"""§1: whose window is on which day, from Monday."""
_OPENS, _CLOSES, _CUT = "09:45:00", "11:00:00", "16:30:00"
_FRIDAY: Final = 4


def paper_cycles(story: Story, asked: int, law: str) -> Iterator[Fact]:
    """Weeks by §1's cadence on a link to a paper account, all under one law (its sha256)."""
    yield from _link(story, law)
    weeks = weeks_of(story)
    yield Fact(len(weeks) >= asked, f"{len(weeks)} weeks were typed at their cuts; {asked} are asked for")
    for week in weeks:
        yield _cycle(story, week)


def weekly_reports(story: Story) -> Iterator[Fact]:
    """Each typed week has its report, which is the file that lies beside the journal."""
    weeks = weeks_of(story)
    if not weeks:
        yield Fact(False, "no week was typed")
    for week in weeks:
        written = [row for row in story.of("report.written") if row.data["name"] == week]
        if not written:
            yield Fact(False, f"{week}: no report was written")
            continue
        told, found = written[-1].data["sha256"], story.reports.get(f"weekly-{week}")
        in_time = written[0].at >= f"{_monday(week) + timedelta(days=_FRIDAY)}T{_CUT}"
        again = f", the last time {written[-1].at[:19]}" if len(written) > 1 else ""
        text = f"{week}: written {written[0].at[:19]}{again}, {told[:12]} {story.cite(*written)}"
        if told != found:
            text += f"; the file is {'missing' if found is None else found[:12]}"
        yield Fact(told == found and in_time, text)


def weeks_of(story: Story) -> list[str]:
    """The weeks that were typed for the user."""
    return sorted({row.data["week"] for row in story.of("week.typed") if row.account is None and not row.data["group"]})


def _link(story: Story, law: str) -> Iterator[Fact]:
    linked = [row for row in story.of("session.linked") if row.data["mode"] == "paper"]
    yield Fact(len(linked) == 1, f"{len(linked)} link to a paper account {story.cite(*linked)}")
    starts = list(story.of("session.started"))
    under = {row.data["constitution_hash"] for row in starts}
    others = f", and {len(under - {law})} others" if under - {law} else ""
    yield Fact(under == {law}, f"{len(starts)} starts under the law {law[:12]}{others}")


def _cycle(story: Story, week: str) -> Fact:
    monday = _monday(week)
    during = [row for row in story.records if _is_in(row, monday)]
    sleeves = {row.data["type"]: row.account for row in story.of("account.provisioned")}
    looked = {
        kind: [row for row in during if row.account == sleeves.get(kind) and _is_of_window(row, monday, day)]
        for kind, day in _DAYS.items()
    }
    filled = [row for row in during if row.kind == "order.filled"]
    closes = {row.day for row in during if row.kind == "account.marked"}
    typed = [row for row in story.of("week.typed") if row.account is None and row.data["week"] == week][-1:]
    windows = ", ".join(f"{kind.upper()} {len(rows)} {story.cite(*rows)}" for kind, rows in looked.items())
    text = (
        f"{week}: planned or skipped in the windows: {windows}; {len(filled)} fills {story.cite(*filled)};"
        f" marked at {len(closes)} closes; typed {typed[0].data['type']} {story.cite(*typed)}"
    )
    return Fact(all(looked.values()) and bool(filled and closes), text)


def _is_of_window(row: Record, monday: date, day: int) -> bool:
    is_look = row.kind in ("entry.planned", "entry.skipped")
    return is_look and row.day == str(monday + timedelta(days=day)) and _OPENS <= row.clock <= _CLOSES


def _is_in(row: Record, monday: date) -> bool:
    return str(monday) <= row.day < str(monday + timedelta(days=7))


def _monday(week: str) -> date:
    year, number = week.split("-W")
    return date.fromisocalendar(int(year), int(number), 1)
