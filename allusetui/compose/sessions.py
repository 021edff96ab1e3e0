"""A session's folder: opened as it was left, replayed into, written out."""

import shutil
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path

from allusetui.broker.simulated.store import CURE as BOOK_CURE
from allusetui.broker.simulated.store import FILE_NAME as BOOK_FILE
from allusetui.broker.simulated.store import BookError, DurableExchange
from allusetui.compose.laws import decided_under, taken_up
from allusetui.compose.linked import check_simulated
from allusetui.compose.program import code_digest
from allusetui.compose.run import Run, build_run
from allusetui.domain.state import State
from allusetui.engine.apply import FoldError, fold
from allusetui.journal.archive import open_archive
from allusetui.journal.error import CURE, JournalError
from allusetui.journal.export import export
from allusetui.journal.lock import FolderLock
from allusetui.journal.snapshot import Maker, SnapshotFile, SnapshotRefused
from allusetui.journal.sqlite import FILE_NAME, SqliteJournal
from allusetui.law.load import Version, version
from allusetui.law.model import Law
from allusetui.law.own import SHIPPED_ALONE, OwnLaws
from allusetui.ports import Journal
from allusetui.runtime.stored import Stand
from allusetui.scenario.model import Scenario

JOURNAL_FILE = "journal.ndjson"
LEDGER_FILE = "ledger.csv"
REPORTS_FOLDER = "reports"
_OWN_FILES = ("journal.sqlite", "journal.sqlite-wal", "journal.sqlite-shm", JOURNAL_FILE, LEDGER_FILE)


class FolderReporter:
    """Writes reports from the journal of a session's folder into it."""

    def __init__(self, folder: Path, law: Law) -> None:
        self._folder = folder
        self._law = law

    def write(self, period: str, name: str, at_ms: int) -> str:
        """The sha256 of the report's text."""
        # Imported here: no report is written in a session's first second, and the screen waits for that.
        from allusetui.compose.reported import records_of
        from allusetui.reports.files import write
        from allusetui.reports.issue import page_of

        with closing(open_archive(self._folder)) as archive:
            page = page_of(records_of(archive, period, name), period, name, self._law)
        return write(self._folder / REPORTS_FOLDER, period, name, page)


def replay(scenario: Scenario, folder: Path, progress: Callable[[int], None], under: Version | None = None) -> Run:
    """Run a scenario into `folder`: journal, ledger and reports of an earlier replay there are replaced.

    `under`: the law, where it is not the one in force.

    Raises JournalError where a session lives in the folder, SessionInUse where another process works in it, OSError
    where the disk refuses.
    """
    if (folder / BOOK_FILE).exists():
        raise JournalError(f"{folder}: holds a session, which a replay would overwrite; allowed: another --out")
    check_simulated(folder)
    folder.mkdir(parents=True, exist_ok=True)
    lock = FolderLock(folder)
    for name in _OWN_FILES:
        (folder / name).unlink(missing_ok=True)
    shutil.rmtree(folder / REPORTS_FOLDER, ignore_errors=True)
    lock.release()
    journal = SqliteJournal(folder)
    try:
        try:
            ruling = under or version()
            run = build_run(scenario, journal, FolderReporter(folder, ruling.law), progress, under=ruling)
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
    # Imported here: as above, it is the end that is written.
    from allusetui.ledger.csv import write_csv
    from allusetui.ledger.postings import postings

    export(journal, folder / JOURNAL_FILE)
    with (folder / LEDGER_FILE).open("w", newline="", encoding="utf-8") as file:
        write_csv(postings(journal.read()), file)


def open_session(scenario: Scenario, folder: Path, laws: OwnLaws = SHIPPED_ALONE) -> Run:
    """The session of a folder, new or as it was left, whatever ended it; `begin` sets it going, `close` gives it back.

    To be used in the thread that opened it. Raises SessionInUse where another process works in the folder, JournalError
    and BookError where what it holds is damaged or another session's, LawError where a law is not what was approved,
    OSError where the disk refuses.
    """
    with ExitStack() as held:
        journal = SqliteJournal(folder)
        held.callback(journal.close)
        run, snapshot = _opened(scenario, journal, folder, laws)
        run.runtime.world.keep = snapshot.keep
        run.runtime.now_ms = run.started.at_ms if run.stand is None else run.stand.at_ms
        run.close = held.pop_all().close
    return run


def _opened(scenario: Scenario, journal: SqliteJournal, folder: Path, laws: OwnLaws) -> tuple[Run, SnapshotFile]:
    """The session under the law that it goes on under (15.2), which is known once it is known where it stood."""
    ruling = newest = laws.in_force()
    run, book = _under(newest, scenario, journal, folder)
    session, stand = run.started.session, None
    if journal.seq:
        path = folder / FILE_NAME
        under = decided_under(journal, path, session, laws)
        kept = SnapshotFile(folder, journal, Maker(session, under.hash, code_digest()))
        state, findings = restored(journal, path, kept)
        stand = Stand(state, max(state.at_ms, book.stored_ms), findings)
        ruling = taken_up(laws, under, run.calendar, stand.at_ms)
    if ruling != newest:
        run, _ = _under(ruling, scenario, journal, folder)
    run.stand = stand
    return run, SnapshotFile(folder, journal, Maker(session, ruling.hash, code_digest()))


def _under(law: Version, scenario: Scenario, journal: SqliteJournal, folder: Path) -> tuple[Run, DurableExchange]:
    run = build_run(scenario, journal, FolderReporter(folder, law.law), under=law)
    run.runtime.world.broker = book = _durable(run, folder / BOOK_FILE, not journal.seq)
    return run, book


def restored(journal: Journal, path: Path, snapshot: SnapshotFile) -> tuple[State, str]:
    """The fold of the journal, and what it was made from. A snapshot only shortens it: one that is refused is told.

    Raises JournalError for a journal that can't be folded, or has lost what its snapshot was made from.
    """
    kept, refused = None, ""
    try:
        kept = snapshot.load()
    except SnapshotRefused as refusal:
        refused = f"; snapshot refused: {refusal}"
    state, seq = kept or (State(), 0)
    rows = tuple(journal.read(seq))
    try:
        state = fold(rows, state)
    except FoldError as error:
        raise JournalError(f"{path}: {error}; {CURE}") from None
    return state, f"snapshot of record {seq}, {len(rows)} folded" if kept else f"journal folded{refused}"


def _durable(run: Run, path: Path, is_new: bool) -> DurableExchange:
    """The run's exchange with its book at `path`; the journal and the book know of the session, or neither does."""
    if not is_new and not path.exists():
        raise BookError(f"{path}: is missing, though the journal beside it tells of a session; {BOOK_CURE}")
    durable = DurableExchange(run.exchange, path, run.started.session)
    if is_new and durable.stored_ms >= run.started.at_ms:
        raise BookError(f"{path}: has a session's trades, but the journal beside it is empty; {BOOK_CURE}")
    return durable
