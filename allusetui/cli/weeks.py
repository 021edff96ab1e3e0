"""`allusetui weeks`: the week types of a session's journal, or of an exported one, and the chances of the next."""

from pathlib import Path

from allusetui.cli.journals import reading
from allusetui.cli.say import complain, tell
from allusetui.compose.weeks import weeks
from allusetui.domain.text import untrusted
from allusetui.law.load import LawError
from allusetui.reports.page import as_json, text


def show_weeks(session: str, journal: Path | None, wants_json: bool, sessions: Path | None) -> None:
    """Print the page."""
    try:
        with reading(session, journal, sessions) as archive:
            page = weeks(archive)
    except LawError as error:
        raise complain(untrusted(str(error))) from None
    tell(as_json(page) if wants_json else text(page))
