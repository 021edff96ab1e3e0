"""`allusetui ask`: a question to the journal of a session, or to an exported one."""

import json
from contextlib import closing
from pathlib import Path

from allusetui.cli.say import complain, plain, sessions_root
from allusetui.domain.answer import Answer
from allusetui.domain.text import untrusted
from allusetui.journal.archive import open_archive
from allusetui.journal.error import JournalError


def ask(question: str, session: str, journal: Path | None, as_json: bool, sessions: Path | None) -> bool:
    """Print the answer; gives whether there was one."""
    path = journal if journal is not None else (sessions or sessions_root()) / plain(session)
    try:
        found = _answer(question, path)
    except JournalError as error:
        raise complain(untrusted(str(error))) from None
    except OSError as error:
        allowed = "--session NAME of a session that was run, or --journal FILE.ndjson"
        raise complain(f"{error.filename or path}: {error.strerror}; allowed: {allowed}") from None
    if as_json:
        print(json.dumps({"answered": found.answered, "answer": found.text, "citations": list(found.citations)}))
    else:
        print(found.text)
    return found.answered


def _answer(question: str, path: Path) -> Answer:
    # Imported here: the law takes time that a wrong path need not.
    from allusetui.advisor.answers.ask import Offline
    from allusetui.law.load import load

    with closing(open_archive(path)) as archive:
        return Offline(archive, load()).ask(question)
