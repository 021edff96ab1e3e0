"""`allusetui weeks`: the week types of a session's journal, or of an exported one, and the chances of the next."""

from pathlib import Path

from allusetui.cli.journals import ruled
from allusetui.cli.say import tell
from allusetui.compose.weeks import weeks
from allusetui.reports.page import as_json, text


def show_weeks(
    session: str, journal: Path | None, wants_json: bool, sessions: Path | None, settings: Path | None
) -> None:
    """Print the page."""
    with ruled(session, journal, sessions, settings) as found:
        page = weeks(found)
    tell(as_json(page) if wants_json else text(page))
