"""How a command reads a journal: a session's, or an exported one; what is wrong with it is one line."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from allusetui.cli.say import complain, folder_of, own_laws
from allusetui.compose.ruled import Ruled
from allusetui.domain.text import untrusted
from allusetui.journal.archive import open_archive
from allusetui.journal.error import JournalError
from allusetui.law.load import LawError
from allusetui.ledger.lots import LedgerError
from allusetui.ports import Archive


def path_of(session: str, journal: Path | None, sessions: Path | None) -> Path:
    """Where the journal of a session is, or the file that was named."""
    return journal if journal is not None else folder_of(session, sessions)


@contextmanager
def reading(session: str, journal: Path | None, sessions: Path | None) -> Iterator[Archive]:
    """The journal of a session, or of the file that was named, for as long as it is read. Nothing of it is changed."""
    path = path_of(session, journal, sessions)
    try:
        with closing(open_archive(path)) as archive:
            if not archive.last_seq:
                raise complain(f"{path}: holds no record; allowed: the journal of a session that was run")
            yield archive
    except (JournalError, LedgerError) as error:
        raise complain(untrusted(f"{error}")) from None
    except OSError as error:
        allowed = "--session NAME of a session that was run, or --journal FILE.ndjson"
        raise complain(f"{error.filename or path}: {error.strerror}; allowed: {allowed}") from None


@contextmanager
def ruled(session: str, journal: Path | None, sessions: Path | None, settings: Path | None) -> Iterator[Ruled]:
    """The same with the laws that it was decided under, those beside a person's settings among them."""
    with reading(session, journal, sessions) as archive:
        try:
            yield Ruled(archive, path_of(session, journal, sessions), own_laws(settings))
        except LawError as error:
            raise complain(str(error)) from None
