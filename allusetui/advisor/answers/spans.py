"""Times as people say them, told from the journal's last instant: `last week`, `week 10`, `28 February`."""

import re
from calendar import monthrange
from collections.abc import Callable
from datetime import date, time, timedelta
from typing import Final

from allusetui.advisor.answers.query import Span, Unanswerable
from allusetui.domain.moment import at_clock, day_of, quarter_of

Days = tuple[date, date]
"""The first day and the one after the last."""

_MONTHS: Final = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_ORDINALS: Final = ("first", "second", "third", "fourth")
_NUMBERS: Final = {
    word: count for count, word in enumerate(
        ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"), 1)
}  # fmt: skip
_MONTH: Final = "(" + "|".join(f"{name[:3]}(?:{name[3:]})?" if name != "may" else "may" for name in _MONTHS) + r")\.?"
_WEEKDAY: Final = "(" + "|".join(_WEEKDAYS) + ")"
_DAY: Final = r"(\d{1,2})(?:st|nd|rd|th)?"
_YEAR: Final = r"(?:,? (\d{4}))?"
_COUNT: Final = rf"(\d{{1,3}}|{'|'.join(_NUMBERS)}|a|past)"


def _month(year: int, month: int) -> Days:
    first = date(year, month, 1)
    return first, first + timedelta(days=monthrange(year, month)[1])


def _month_before(today: date, months: int) -> Days:
    count = today.year * 12 + today.month - 1 - months
    return _month(count // 12, count % 12 + 1)


def _quarter(year: int, quarter: int) -> Days:
    return _month(year, quarter * 3 - 2)[0], _month(year, quarter * 3)[1]


def _quarter_before(today: date) -> Days:
    year, quarter = quarter_of(today).split("-Q")
    return _quarter(int(year), int(quarter) - 1) if quarter != "1" else _quarter(int(year) - 1, 4)


def _week(monday: date) -> Days:
    return monday, monday + timedelta(days=7)


def _iso_week(year: str | None, week: str, today: date) -> Days:
    found = date.fromisocalendar(int(year) if year else today.isocalendar().year, int(week), 1)
    return _week(found if year or found <= today else date.fromisocalendar(today.isocalendar().year - 1, int(week), 1))


def _one(day: date) -> Days:
    return day, day + timedelta(days=1)


def _monday(today: date) -> date:
    return today - timedelta(days=today.weekday())


def _named_day(day: str, month: str, year: str | None, today: date) -> Days:
    number = [name[:3] for name in _MONTHS].index(month[:3]) + 1
    found = date(int(year) if year else today.year, number, int(day))
    return _one(found if year or found <= today else found.replace(year=today.year - 1))


def _named_month(month: str, year: str | None, today: date) -> Days:
    number = [name[:3] for name in _MONTHS].index(month[:3]) + 1
    return _month(int(year) if year else today.year - (number > today.month), number)


def _weekday(name: str, today: date) -> Days:
    """The last of that name, today's own included."""
    return _one(today - timedelta(days=(today.weekday() - _WEEKDAYS.index(name)) % 7))


def _weekday_of_week(name: str, monday: date) -> Days:
    return _one(monday + timedelta(days=_WEEKDAYS.index(name)))


def _lately(count: str, unit: str, today: date) -> Days:
    many = int(count) if count.isdecimal() else _NUMBERS.get(count, 1)
    days = many * {"day": 1, "session": 1, "week": 7, "month": 30, "quarter": 91, "year": 365}[unit]
    return today - timedelta(days=days - 1), today + timedelta(days=1)


def _year(year: int) -> Days:
    return date(year, 1, 1), date(year + 1, 1, 1)


_Make = Callable[[re.Match[str], date], Days]
_FORMS: Final[tuple[tuple[re.Pattern[str], _Make], ...]] = tuple(
    (re.compile(rf"\b(?:{pattern})\b"), make)
    for pattern, make in (
        (r"week (?:of|from|ending)(?: the)? (\d{4})-(\d\d)-(\d\d)",
         lambda m, t: _week(_monday(date(int(m[1]), int(m[2]), int(m[3]))))),
        (r"(\d{4})-(\d\d)-(\d\d)", lambda m, t: _one(date(int(m[1]), int(m[2]), int(m[3])))),
        (r"(?:(\d{4})-)w(\d\d?)", lambda m, t: _iso_week(m[1], m[2], t)),
        (rf"(?:week|w|wk|kw)\.? ?(\d{{1,2}})(?: of)?{_YEAR}", lambda m, t: _iso_week(m[2], m[1], t)),
        (rf"{_WEEKDAY} (?:of )?(?:last|the previous) week|last week'?s? {_WEEKDAY}",
         lambda m, t: _weekday_of_week(m[1] or m[2], _monday(t) - timedelta(days=7))),
        (rf"{_WEEKDAY} (?:of )?this week", lambda m, t: _weekday_of_week(m[1], _monday(t))),
        (rf"{_DAY} (?:of )?{_MONTH}{_YEAR}", lambda m, t: _named_day(m[1], m[2], m[3], t)),
        (rf"{_MONTH} (?:the )?{_DAY}{_YEAR}", lambda m, t: _named_day(m[2], m[1], m[3], t)),
        (r"day before yesterday", lambda m, t: _one(t - timedelta(days=2))),
        (r"yesterday", lambda m, t: _one(t - timedelta(days=1))),
        (r"today|this (?:morning|afternoon|session)|tonight|now", lambda m, t: _one(t)),
        (r"week before last", lambda m, t: _week(_monday(t) - timedelta(days=14))),
        (r"(?:last|previous|past) week", lambda m, t: _week(_monday(t) - timedelta(days=7))),
        (r"this week", lambda m, t: _week(_monday(t))),
        (r"(?:last|previous) month", lambda m, t: _month_before(t, 1)),
        (r"this month", lambda m, t: _month_before(t, 0)),
        (r"(?:last|previous) quarter", lambda m, t: _quarter_before(t)),
        (r"this quarter", lambda m, t: _quarter(t.year, (t.month + 2) // 3)),
        (rf"q([1-4]){_YEAR}|(\d{{4}})-q([1-4])", lambda m, t: _quarter(int(m[2] or m[3] or t.year), int(m[1] or m[4]))),
        (rf"({'|'.join(_ORDINALS)}) quarter(?: of)?{_YEAR}",
         lambda m, t: _quarter(int(m[2] or t.year), _ORDINALS.index(m[1]) + 1)),
        (r"(?:last|previous) year", lambda m, t: _year(t.year - 1)),
        (r"this year|year to date|ytd", lambda m, t: _year(t.year)),
        (rf"(?:last|past|previous) {_COUNT} (day|session|week|month|quarter|year)s?"
         rf"|{_COUNT} (day|week|month|year)s? ago",
         lambda m, t: _lately(m[1], m[2], t) if m[1] else _one(_lately(m[3], m[4], t)[0] - timedelta(days=1))),
        (rf"(?:on |last |this )?{_WEEKDAY}", lambda m, t: _weekday(m[1], t)),
        (rf"(?:in |during |of |since |until |before |after |last |this )(?:all of )?{_MONTH}(?: of)?{_YEAR}",
         lambda m, t: _named_month(m[1], m[2], t)),
        (rf"{_MONTH}(?: of)? (\d{{4}})", lambda m, t: _named_month(m[1], m[2], t)),
        (r"(?:in |during |of |since |for )(\d{4})", lambda m, t: _year(int(m[1]))),
    )
)  # fmt: skip
_FUTURE: Final = re.compile(
    r"\b(?:tomorrow|next (?:week|month|quarter|year|session|time|\w+day)|in the future|forecast|predict|will|going to|"
    r"expects?|expected to)\b"
)
_SINCE: Final = re.compile(r"\b(?:since|after|from)\b[\w ]*$")
_UNTIL: Final = re.compile(r"\b(?:until|till|before|up to|by)\b[\w ]*$")
_NO_TIME: Final = Span()


def span_in(text: str, last_ms: int) -> tuple[Span, str]:
    """The time that a question in lower case names, and the question without it. Raises Unanswerable."""
    if (found := _FUTURE.search(text)) is not None:
        raise Unanswerable(f"it asks what comes ({found[0]}), and a ledger tells what was")
    today = day_of(last_ms)
    days, rest = _days_in(text, today)
    if not days:
        return _NO_TIME, rest
    place, (first, after) = days[0]
    if len(days) > 1:
        return Span(_ms(min(d[0] for _, d in days)), _ms(max(d[1] for _, d in days))), rest
    before = text[:place]
    if _SINCE.search(before[-12:]) or re.match(r"(?:since|after) ", text[place:]):
        return Span(_ms(after if "after" in text[max(place - 12, 0) : place + 6] else first), None), rest
    if _UNTIL.search(before[-12:]) or re.match(r"(?:until|before) ", text[place:]):
        return Span(None, _ms(first if "before" in text[max(place - 12, 0) : place + 7] else after)), rest
    return Span(_ms(first), _ms(after)), rest


def _days_in(text: str, today: date) -> tuple[list[tuple[int, Days]], str]:
    """Every time that is named, by its place, at most two; each word of the question is part of one at most."""
    found: list[tuple[int, Days]] = []
    for form, make in _FORMS:
        while (named := form.search(text)) is not None and len(found) < 2:
            try:
                found.append((named.start(), make(named, today)))
            except (ValueError, OverflowError):
                raise Unanswerable("it names a day or a week that no calendar has") from None
            text = text[: named.start()] + "\0" * len(named[0]) + text[named.end() :]
    return sorted(found), text.replace("\0", " ")


def _ms(day: date) -> int:
    return at_clock(day, time(0))
