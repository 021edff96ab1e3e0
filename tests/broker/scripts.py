"""Tables that tests of the broker add to a script of 5 March 2026, its instants and the days of its exchange."""

from datetime import date, datetime

from allusetui.domain.moment import to_ms
from allusetui.market.calendars import calendar

CALENDAR = calendar(date(2025, 10, 1), date(2028, 6, 30))
OF_AAPL = 'symbol = "AAPL"'


def at(hour: int, minute: int = 0, second: int = 0, day: int = 5) -> int:
    return to_ms(datetime(2026, 3, day, hour, minute, second))


def tape(values: str, when: str) -> str:
    return f"[[tape]]\nat = {when}\nset = {{ {values} }}\n"


def fault(kind: str, more: str = "", when: str = "2026-03-05T09:40:00", span: str | None = "29m") -> str:
    """A fault, until nine past ten unless it is told otherwise; `more` are lines of its table."""
    lasting = f'for = "{span}"\n' if span else ""
    return f'[[fault]]\nat = {when}\n{lasting}kind = "{kind}"\n{more}\n'
