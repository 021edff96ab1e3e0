"""What the installed exchange_calendars says of the exchange's days, as the package keeps it.

Made anew by `python -m tests.market.told_sessions > allusetui/market/xnys.txt`.
"""

import sys
from collections.abc import Iterator
from datetime import date, time, timedelta
from importlib.metadata import version

from allusetui.domain.moment import local
from allusetui.market.calendars import EXCHANGE, SHUT, SOURCE, asked

FIRST, LAST = date(1990, 1, 1), date(2040, 12, 31)


def head() -> str:
    return f"{SOURCE} {version(SOURCE)} {EXCHANGE} {FIRST} {LAST}"


def lines() -> Iterator[str]:
    """Every weekday that has no session from 9:30 to 16:00."""
    sessions = {session.day: session for session in asked(FIRST, LAST).sessions}
    for day in (FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)):
        session = sessions.get(day)
        if session is None:
            if day.weekday() < 5:
                yield f"{day} {SHUT}"
        elif (close := local(session.close_ms).time()) != time(16):
            yield f"{day} {close:%H:%M}"


if __name__ == "__main__":
    sys.stdout.write("\n".join((head(), *lines())) + "\n")
