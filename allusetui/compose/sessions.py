"""A session's folder: opened as it was left, replayed into, written out."""

import shutil
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from allusetui.broker.simulated.store import FILE_NAME as BOOK_FILE
from allusetui.broker.simulated.store import BookError, DurableExchange
from allusetui.compose.run import Run, build_run
from allusetui.journal.error import JournalError
from allusetui.journal.export import export
from allusetui.journal.lock import FolderLock
from allusetui.journal.sqlite import SqliteJournal
from allusetui.ledger.csv import write_csv
from allusetui.ledger.postings import postings
from allusetui.ports import Journal
from allusetui.reports.files import write
from allusetui.reports.weekly import weekly
from allusetui.runtime.stored import stand
from allusetui.scenario.model import Scenario

JOURNAL_FILE = "journal.ndjson"
LEDGER_FILE = "ledger.csv"
REPORTS_FOLDER = "reports"
_OWN_FILES = ("journal.sqlite", "journal.sqlite-wal", "journal.sqlite-shm", JOURNAL_FILE, LEDGER_FILE)


class FolderReporter:
    """Writes reports from a journal into a session's folder."""

    def __init__(self, journal: Journal, folder: Path) -> None:
        self._journal = journal
        self._folder = folder

    def write(self, period: str, name: str, at_ms: int) -> str:
        """The sha256 of the report's text."""
        return write(self._folder, weekly(self._journal.read(), name))


def replay(scenario: Scenario, folder: Path, progress: Callable[[int], None]) -> Run:
    """Run a scenario into `folder`: journal, ledger and reports of an earlier replay there are replaced.

    Raises SessionInUse where another process works in the folder, OSError where the disk refuses.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lock = FolderLock(folder)
    for name in _OWN_FILES:
        (folder / name).unlink(missing_ok=True)
    shutil.rmtree(folder / REPORTS_FOLDER, ignore_errors=True)
    lock.release()
    journal = SqliteJournal(folder)
    try:
        try:
            run = build_run(scenario, journal, FolderReporter(journal, folder / REPORTS_FOLDER), progress)
            run.go()
            if run.runtime.refusal is not None:
                raise run.runtime.refusal
        finally:
            write_out(journal, folder)
    finally:
        journal.close()
    return run


def write_out(journal: Journal, folder: Path) -> None:
    """The journal as NDJSON, and the ledger that follows from it. Raises OSError when the disk refuses."""
    export(journal, folder / JOURNAL_FILE)
    with (folder / LEDGER_FILE).open("w", newline="", encoding="utf-8") as file:
        write_csv(postings(journal.read()), file)


def open_session(scenario: Scenario, folder: Path) -> Run:
    """The session of a folder, new or as it was left, whatever ended it; `begin` sets it going, `close` gives it back.

    To be used in the thread that opened it. Raises SessionInUse where another process works in the folder, JournalError
    and BookError where what it holds is damaged or another session's, OSError where the disk refuses.
    """
    with ExitStack() as held:
        journal = SqliteJournal(folder)
        held.callback(journal.close)
        run = build_run(scenario, journal, FolderReporter(journal, folder / REPORTS_FOLDER))
        run.runtime.world.broker = book = _durable(run, folder / BOOK_FILE, is_new=not any(journal.read()))
        run.stand = stand(journal.read(), book.stored_ms)
        if run.stand is not None and run.stand.state.session != run.started.session:
            raise JournalError(f"{folder}: holds session {run.stand.state.session}, not {run.started.session}")
        run.runtime.now_ms = run.started.at_ms if run.stand is None else run.stand.at_ms
        run.close = held.pop_all().close
    return run


def _durable(run: Run, path: Path, is_new: bool) -> DurableExchange:
    """The run's exchange with its book at `path`; the journal and the book know of the session, or neither does."""
    if not is_new and not path.exists():
        raise BookError(f"{path}: is missing, though the journal beside it tells of a session")
    durable = DurableExchange(run.exchange, path, run.started.session)
    if is_new and durable.stored_ms >= run.started.at_ms:
        raise BookError(f"{path}: has a session's trades, but the journal beside it is empty")
    return durable
