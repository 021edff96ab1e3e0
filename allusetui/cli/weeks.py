"""`allusetui weeks`: the week types of a session's journal, or of an exported one, and the chances of the next."""

from contextlib import closing
from pathlib import Path

from allusetui.cli.say import complain, plain, sessions_root
from allusetui.compose.weeks import weeks
from allusetui.domain.text import untrusted
from allusetui.journal.archive import open_archive
from allusetui.journal.error import JournalError
from allusetui.law.load import LawError
from allusetui.reports.page import as_json, text


def show_weeks(session: str, journal: Path | None, wants_json: bool, sessions: Path | None) -> None:
    """Print the page."""
    path = journal if journal is not None else (sessions or sessions_root()) / plain(session)
    try:
        with closing(open_archive(path)) as archive:
            page = weeks(archive)
    except (JournalError, LawError) as error:
        raise complain(untrusted(str(error))) from None
    except OSError as error:
        allowed = "--session NAME of a session that was run, or --journal FILE.ndjson"
        raise complain(f"{error.filename or path}: {error.strerror}; allowed: {allowed}") from None
    print(as_json(page) if wants_json else text(page), end="")
