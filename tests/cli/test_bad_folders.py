"""A session's folder that can't be gone on with: one line with the reason and the way out, and not a byte changed."""

import errno
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from allusetui.broker.simulated.store import FILE_NAME as BOOK
from allusetui.broker.simulated.store import BookError
from allusetui.cli.session import _plainly
from allusetui.compose.live import ORIGIN_FILE, open_live
from allusetui.domain.link import Mode
from allusetui.journal.error import JournalError
from allusetui.journal.snapshot import FILE_NAME as SNAPSHOT
from allusetui.journal.sqlite import FILE_NAME as JOURNAL
from allusetui.scenario.load import ScenarioError
from tests.cli.commanded import run
from tests.cli.shells import content
from tests.cli.test_run_linked import LIVE, PAPER
from tests.linking.sessions import linked, session, started
from tests.torture.sweeps.disk import Disk

pytestmark = pytest.mark.clause("9.5")
HOUR_MS = 3_600_000
LOG = f"{JOURNAL}-wal"
INDEX = f"{JOURNAL}-shm"
"""SQLite's own index of the log: it holds no record, and whoever reads the log makes it anew."""


def left(folder: Path, hours: int, close: bool) -> Path:
    """The folder of a session that was killed, or ended, some hours after its start."""
    live = open_live(folder / "running", "crash-week", None, None, lambda: 0.0)
    live.session.begin()
    live.session.turn.go_on(live.session.turn.now_ms + hours * HOUR_MS)
    live.session.turn.keep()
    if not close:
        shutil.copytree(folder / "running", folder / "killed")
    live.session.close()
    return folder / ("running" if close else "killed")


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return left(tmp_path_factory.mktemp("killed"), 8, close=False)


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return left(tmp_path_factory.mktemp("ended"), 8, close=True)


@pytest.fixture(scope="module")
def later(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return left(tmp_path_factory.mktemp("later"), 80, close=True)


def flipped(folder: Path) -> None:
    log = bytearray((folder / LOG).read_bytes())
    log[len(log) // 2] ^= 1
    (folder / LOG).write_bytes(log)


def statement(text: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        with sqlite3.connect(folder / JOURNAL) as connection:
            connection.execute(text)
        connection.close()

    return change


def foreign(folder: Path) -> None:
    """The journal of another session beside this one's book."""
    other = session(folder.parent, "other", started())
    for path in (*folder.glob(f"{JOURNAL}*"), folder / SNAPSHOT):
        path.unlink(missing_ok=True)
    (other / JOURNAL).replace(folder / JOURNAL)
    shutil.rmtree(other)


def not_a_database(folder: Path) -> None:
    (folder / JOURNAL).write_bytes(b"no database, whatever its name says" * 99)


def newer_book(folder: Path) -> None:
    (folder / BOOK).write_text((folder / BOOK).read_text().replace('"format":2', '"format":3'))


def without(*names: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        for name in names:
            (folder / name).unlink(missing_ok=True)

    return change


BAD: dict[str, tuple[str, Callable[[Path], None], str]] = {
    "a bit flipped in the log": ("killed", flipped, "records at its end are damaged"),
    "no database": ("ended", not_a_database, "file is not a database"),
    "a changed record": ("ended", statement("UPDATE record SET line = line || ' ' WHERE seq = 9"), "9 is damaged"),
    "a missing record": ("ended", statement("DELETE FROM record WHERE seq = 9"), "record 9 is missing"),
    "a repeated record": (
        "ended",
        statement("INSERT INTO record (seq, at_ms, line, hash) SELECT max(seq) + 1, at_ms, line, hash FROM record"),
        "is damaged: its hash does not fit",
    ),
    "a newer journal": ("ended", statement("PRAGMA user_version = 3"), "is of format 3; this version reads format 2"),
    "no table": ("ended", statement("DROP TABLE record"), "no such table"),
    "another session's journal": ("killed", foreign, "holds session abc123"),
    "a newer book": ("killed", newer_book, "is of format 3; this version reads format 2"),
    "no book": ("killed", without(BOOK), "is missing, though the journal beside it tells of a session"),
    "no journal": ("killed", without(JOURNAL, LOG, INDEX), "has a session's trades, but the journal beside it is"),
}


@pytest.mark.parametrize("case", BAD)
@pytest.mark.parametrize("origin", [True, False], ids=["with-origin", "without"])
def test_9_5_a_folder_that_is_not_whole_is_refused_with_the_way_out_and_nothing_is_written(
    case: str, origin: bool, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    fixture, spoil, why = BAD[case]
    folder = Path(shutil.copytree(request.getfixturevalue(fixture), tmp_path / "demo"))
    if not origin:
        (folder / ORIGIN_FILE).unlink()
    spoil(folder)
    before = content(folder, INDEX)
    with pytest.raises((JournalError, BookError)) as refused:
        open_live(folder, "crash-week", None, None, lambda: 0.0)
    told = str(refused.value)
    assert told.startswith(f"{folder}/") and why in told and "; allowed: " in told and "\n" not in told
    assert content(folder, INDEX) == before


def test_9_5_a_snapshot_ahead_of_its_journal_is_refused_and_nothing_is_written(
    killed: Path, later: Path, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(killed, tmp_path / "demo"))
    (folder / SNAPSHOT).write_bytes((later / SNAPSHOT).read_bytes())
    before = content(folder, INDEX)
    with pytest.raises(JournalError, match=r"snapshot\.json: is of record \d+, and the journal beside it ends at \d+"):
        open_live(folder, None, None, None, lambda: 0.0)
    assert content(folder, INDEX) == before


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b'{"scenario": "demo"}', b"\xff"])
def test_9_5_what_a_session_was_begun_with_is_told_as_damaged_with_the_way_out(
    data: bytes, killed: Path, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(killed, tmp_path / "demo"))
    (folder / ORIGIN_FILE).write_bytes(data)
    before = content(folder, INDEX)
    with pytest.raises(ScenarioError, match=r"scenario\.json: is damaged; allowed: without this file, with --scenario"):
        open_live(folder, "crash-week", None, None, lambda: 0.0)
    assert content(folder, INDEX) == before
    (folder / ORIGIN_FILE).unlink()
    open_live(folder, "crash-week", None, None, lambda: 0.0).session.close()


def test_9_5_a_killed_session_s_folder_that_is_whole_is_gone_on_with(killed: Path, tmp_path: Path) -> None:
    """The cases above are refused for what was done to them alone."""
    folder = Path(shutil.copytree(killed, tmp_path / "demo"))
    live = open_live(folder, None, None, None, lambda: 0.0)
    before = content(folder, INDEX)
    live.session.begin()
    assert content(folder, INDEX) != before
    live.session.close()


@pytest.mark.parametrize("step", ["open", "mkdir"])
def test_a_folder_without_rights_is_told_with_the_way_out(step: str, tmp_path: Path) -> None:
    def before(what: str, path: Path) -> int:
        return errno.EACCES if what == step else 0

    folder = tmp_path / "sessions" / "demo"
    if step == "open":
        folder.mkdir(parents=True)
    with Disk(tmp_path, before), pytest.raises(PermissionError) as refused:
        open_live(folder, None, None, None, lambda: 0.0)
    told = _plainly(refused.value)
    assert told.startswith(f"{tmp_path}/sessions")
    assert told.endswith(": Permission denied; allowed: a folder with room that you may write to, by --sessions DIR")
    assert content(tmp_path) == {}


@pytest.mark.parametrize(("was", "code", "wanted", "settings"), [
    (Mode.LIVE, "U4000001", "paper", PAPER), (Mode.PAPER, "DU4000001", "live", LIVE),
])  # fmt: skip
def test_9_5_a_folder_copied_from_live_to_paper_or_back_is_refused_and_not_touched(
    was: Mode, code: str, wanted: str, settings: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    session(tmp_path / "sessions", "main", started(), linked(was, "main", code))
    file = tmp_path / "settings.toml"
    file.write_text(settings, encoding="utf-8")
    before = content(tmp_path)
    where = ("--settings", file, "--sessions", tmp_path / "sessions", "--waive-paper-weeks", "x")
    assert run("run", "--mode", wanted, "--headless", *where[: 6 if wanted == "live" else 4], "--session", "main") == 2
    told = capsys.readouterr().err
    assert told == f"allusetui: --session: main was begun in {was}; another --session\n"
    assert content(tmp_path) == before


@pytest.fixture
def sessions(killed: Path, tmp_path: Path) -> Path:
    shutil.copytree(killed, tmp_path / "demo")
    return tmp_path


def test_the_command_says_it_in_one_line_with_exit_code_2(sessions: Path, capfd: pytest.CaptureFixture[str]) -> None:
    flipped(sessions / "demo")
    before = content(sessions, INDEX)
    assert run("run", "--headless", "--speed", "max", "--sessions", sessions) == 2
    told = capfd.readouterr().err
    assert told.count("\n") == 1
    assert told.startswith(f"allusetui: {sessions}/demo/{JOURNAL}: records at its end are damaged; allowed: ")
    assert content(sessions, INDEX) == before
