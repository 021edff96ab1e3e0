"""16.1 and 16.2: whether whole weeks were traded, on paper and live, and reported."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Final

from allusetui.acceptance.judge.story import Fact, Record, Story
from allusetui.domain.frozen import frozen

_FRIDAY: Final = 4
_WEEKEND: Final = timedelta(days=4)
"""A law is taken up at a week's start, which may be the evening of a Thursday before a holiday."""


@frozen
class Window:
    """An entry window of §1: its day of the week from Monday, 0, and New York's clock as it is written."""

    weekday: int
    opens: str
    closes: str


@frozen
class Cadence:
    """What a law says of §1: each kind of sleeve's window, and when the week is cut."""

    windows: Mapping[str, Window]
    cut: str


def paper_cycles(story: Story, asked: int, law: str, cadence: Cadence) -> Iterator[Fact]:
    """Weeks by §1's cadence on a link to a paper account, all under one law (its sha256)."""
    yield from _link(story, law)
    weeks = weeks_of(story)
    yield Fact(len(weeks) >= asked, f"{len(weeks)} weeks were typed at their cuts; {asked} are asked for")
    for week in weeks:
        yield _cycle(story, week, cadence)


def live_cycles(story: Story, law: str, cadence: Cadence) -> Iterator[tuple[Fact, Fact]]:
    """Of each week on a link to a live account whole under a law (its sha256): the week by §1, and its report."""
    if not any(row.data["mode"] == "live" for row in story.of("session.linked")):
        return
    under, since, weeks = law, "", dict[str, None]()
    for row in story.of("session.started", "week.typed"):
        if row.kind == "session.started":
            found = row.data["constitution_hash"]
            if found == law != under:
                since = _week_of(date.fromisoformat(row.day) + _WEEKEND)
            under = found
        elif row.account is None and not row.data["group"] and under == law and row.data["week"] >= since:
            weeks[row.data["week"]] = None
    for week in weeks:
        yield _cycle(story, week, cadence), _report(story, week, cadence.cut)


def weekly_reports(story: Story, cadence: Cadence) -> Iterator[Fact]:
    """Each typed week has its report, which is the file that lies beside the journal."""
    weeks = weeks_of(story)
    if not weeks:
        yield Fact(False, "no week was typed")
    for week in weeks:
        yield _report(story, week, cadence.cut)


def _report(story: Story, week: str, cut: str) -> Fact:
    written = [row for row in story.of("report.written") if row.data["name"] == week]
    if not written:
        return Fact(False, f"{week}: no report was written")
    told, found = written[-1].data["sha256"], story.reports.get(f"weekly-{week}")
    in_time = written[0].at >= f"{_monday(week) + timedelta(days=_FRIDAY)}T{cut}"
    again = f", the last time {written[-1].at[:19]}" if len(written) > 1 else ""
    text = f"{week}: written {written[0].at[:19]}{again}, {told[:12]} {story.cite(*written)}"
    if told != found:
        text += f"; the file is {'missing' if found is None else found[:12]}"
    return Fact(told == found and in_time, text)


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


def _cycle(story: Story, week: str, cadence: Cadence) -> Fact:
    monday = _monday(week)
    during = [row for row in story.records if _is_in(row, monday)]
    sleeves = dict[str, str | None]()
    for row in story.of("account.provisioned"):
        sleeves.setdefault(row.data["type"], row.account)  # the first three; a fork's come later
    looked = {
        kind: [row for row in during if row.account == sleeves.get(kind) and _is_of_window(row, monday, window)]
        for kind, window in cadence.windows.items()
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


def _is_of_window(row: Record, monday: date, window: Window) -> bool:
    is_look = row.kind in ("entry.planned", "entry.skipped")
    is_day = row.day == str(monday + timedelta(days=window.weekday))
    return is_look and is_day and window.opens <= row.clock <= window.closes


def _is_in(row: Record, monday: date) -> bool:
    return str(monday) <= row.day < str(monday + timedelta(days=7))


def _week_of(day: date) -> str:
    year, number, _ = day.isocalendar()
    return f"{year}-W{number:02}"


def _monday(week: str) -> date:
    year, number = week.split("-W")
    return date.fromisocalendar(int(year), int(number), 1)
