"""`allusetui ask`: a question to the journal of a session, or to an exported one."""

import json
from pathlib import Path

from allusetui.cli.journals import path_of
from allusetui.cli.model import address
from allusetui.cli.say import complain, own_laws, tell
from allusetui.compose.answers import answer
from allusetui.domain.text import untrusted
from allusetui.journal.error import JournalError
from allusetui.law.load import LawError


def ask(
    question: str, session: str, journal: Path | None, as_json: bool, offline: bool, settings: Path | None,
    sessions: Path | None,
) -> None:  # fmt: skip
    """Print the answer, or that there is none."""
    path = path_of(session, journal, sessions)
    try:
        found = answer(question, path, None if offline else address(settings), own_laws(settings))
    except (JournalError, LawError) as error:
        raise complain(untrusted(str(error))) from None
    except OSError as error:
        allowed = "--session NAME of a session that was run, or --journal FILE.ndjson"
        raise complain(f"{error.filename or path}: {error.strerror}; allowed: {allowed}") from None
    facts = {"answered": found.answered, "answer": found.text, "citations": list(found.citations)}
    tell(f"{json.dumps(facts) if as_json else found.text}\n")
