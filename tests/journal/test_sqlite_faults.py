"""What happens to the journal, and what it says: faults 5, 6 and 8."""

import errno
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from allusetui.domain.event import AlertRaised
from allusetui.journal.error import JournalError, SessionInUse
from allusetui.journal.sqlite import FILE_NAME, SqliteJournal
from tests.journal.records import AT_MS, change

WAL_NAME = f"{FILE_NAME}-wal"
PAGE = 4096


def told(text: str) -> AlertRaised:
    return AlertRaised(severity="info", text=text)


def texts(journal: SqliteJournal) -> list[str]:
    return [event.text for _, _, event in journal.read() if isinstance(event, AlertRaised)]


def refusal(folder: Path) -> str:
    with pytest.raises(JournalError) as refused:
        SqliteJournal(folder)
    assert "\n" not in str(refused.value)
    return str(refused.value)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[SqliteJournal]:
    """Four batches of one record each, open."""
    opened = SqliteJournal(tmp_path / "session")
    for text in ("one", "two", "three", "four"):
        opened.append(AT_MS, [told(text)])
    yield opened
    opened.close()


@pytest.fixture
def closed(journal: SqliteJournal, tmp_path: Path) -> Path:
    journal.close()
    return tmp_path / "session"


@pytest.fixture
def killed(journal: SqliteJournal, tmp_path: Path) -> Path:
    """The folder as a power cut leaves it: the records are in the write-ahead log."""
    return Path(shutil.copytree(tmp_path / "session", tmp_path / "killed"))


def flip(file: Path, at: int) -> None:
    content = bytearray(file.read_bytes())
    content[at] ^= 1
    file.write_bytes(content)


def test_a_reopened_journal_goes_on_with_the_next_number(closed: Path) -> None:
    journal = SqliteJournal(closed)
    journal.append(AT_MS, [told("five")])
    assert [seq for seq, _, _ in journal.read()] == [1, 2, 3, 4, 5]
    journal.close()


def test_every_batch_survives_a_kill(killed: Path) -> None:
    journal = SqliteJournal(killed)
    assert texts(journal) == ["one", "two", "three", "four"]
    journal.close()


def test_a_batch_is_on_the_disk_before_append_returns(journal: SqliteJournal) -> None:
    assert journal._connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert journal._connection.execute("PRAGMA synchronous").fetchone() == (2,)


@pytest.mark.parametrize("part", ["line = replace(line, 'two', 'twp')", "line = x'00'", "hash = upper(hash)"])
def test_a_changed_record_is_refused_by_its_number(closed: Path, part: str) -> None:
    change(closed, f"UPDATE record SET {part} WHERE seq = 2")
    assert "record 2 is damaged" in refusal(closed)


def test_a_missing_record_is_refused_by_its_number(closed: Path) -> None:
    change(closed, "DELETE FROM record WHERE seq = 3")
    assert "record 3 is missing" in refusal(closed)


def test_a_record_moved_in_time_is_refused_when_read(closed: Path) -> None:
    change(closed, "UPDATE record SET at_ms = at_ms + 1 WHERE seq = 2")
    journal = SqliteJournal(closed)
    with pytest.raises(JournalError, match="record 2"):
        list(journal.read())
    journal.close()


def test_a_flipped_bit_in_a_record_on_disk_is_refused(closed: Path) -> None:
    file = closed / FILE_NAME
    flip(file, file.read_bytes().index(b'"text":"two"') + 8)
    assert "record 2 is damaged" in refusal(closed)


def test_bytes_that_are_no_text_are_refused(closed: Path) -> None:
    change(closed, "UPDATE record SET line = CAST(x'ff22' AS TEXT) WHERE seq = 2")
    assert FILE_NAME in refusal(closed)


def test_a_torn_last_batch_is_dropped_and_the_rest_stands(killed: Path) -> None:
    log = killed / WAL_NAME
    log.write_bytes(log.read_bytes()[: -PAGE // 2])
    journal = SqliteJournal(killed)
    assert texts(journal) == ["one", "two", "three"]
    journal.append(AT_MS, [told("four again")])
    assert [seq for seq, _, _ in journal.read()] == [1, 2, 3, 4]
    journal.close()


def test_a_flipped_bit_before_the_last_batch_is_refused_and_not_taken_for_a_torn_tail(killed: Path) -> None:
    log = killed / WAL_NAME
    size = log.stat().st_size
    for at in range(0, size - 3 * PAGE, 509):
        broken = Path(shutil.copytree(killed, killed.parent / f"at-{at}"))
        flip(broken / WAL_NAME, at)
        assert "damaged" in refusal(broken), at


def test_a_file_that_is_no_journal_is_refused(closed: Path) -> None:
    (closed / FILE_NAME).write_bytes(b"not a database, whatever its name says" * 100)
    assert "not a database" in refusal(closed)


def test_a_journal_of_a_later_format_is_refused(closed: Path) -> None:
    change(closed, "PRAGMA user_version = 3")
    assert "format 2" in refusal(closed)


def test_a_journal_without_its_table_is_refused(closed: Path) -> None:
    change(closed, "DROP TABLE record")
    assert "no such table" in refusal(closed)


def test_on_a_full_disk_nothing_of_the_batch_is_stored_and_later_it_goes_on(journal: SqliteJournal) -> None:
    pages = journal._connection.execute("PRAGMA page_count").fetchone()[0]
    journal._connection.execute(f"PRAGMA max_page_count = {pages + 1}")  # stands for a disk with one page left
    with pytest.raises(OSError, match="disk is full") as refused:
        journal.append(AT_MS, [told("small"), told("x" * 20 * PAGE)])
    assert refused.value.errno == errno.ENOSPC
    assert texts(journal) == ["one", "two", "three", "four"]
    journal._connection.execute(f"PRAGMA max_page_count = {pages + 1000}")
    journal.append(AT_MS, [told("five")])
    assert [seq for seq, _, _ in journal.read()] == [1, 2, 3, 4, 5]


def test_on_a_read_only_disk_the_append_is_refused(journal: SqliteJournal) -> None:
    journal._connection.execute("PRAGMA query_only = ON")
    with pytest.raises(OSError, match="readonly") as refused:
        journal.append(AT_MS, [told("five")])
    assert refused.value.errno == errno.EROFS


def test_a_file_system_that_refuses_to_grow_the_log_is_told_and_nothing_is_half_written(tmp_path: Path) -> None:
    program = """
import resource, signal, sys
from pathlib import Path
from allusetui.domain.event import AlertRaised
from allusetui.journal.sqlite import SqliteJournal
journal = SqliteJournal(Path(sys.argv[1]))
journal.append(1, [AlertRaised(severity="info", text="one")])
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000))
try:
    journal.append(2, [AlertRaised(severity="info", text="x" * 100_000)])
except OSError:
    print(len(list(journal.read())))
"""
    done = subprocess.run([sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, check=True)
    assert done.stdout == "1\n"


def test_a_second_opener_is_refused_by_the_folder_s_name_and_admitted_afterwards(
    journal: SqliteJournal, tmp_path: Path
) -> None:
    folder = tmp_path / "session"
    with pytest.raises(SessionInUse, match=str(folder)):
        SqliteJournal(folder)
    journal.close()
    SqliteJournal(folder).close()


def test_a_killed_holder_holds_nothing(tmp_path: Path) -> None:
    program = """
import sys
from pathlib import Path
from allusetui.journal.sqlite import SqliteJournal
journal = SqliteJournal(Path(sys.argv[1]))
print("open", flush=True)
sys.stdin.read()
"""
    command = [sys.executable, "-c", program, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"open\n"
        with pytest.raises(SessionInUse):
            SqliteJournal(tmp_path)
        holder.send_signal(signal.SIGKILL)
        holder.wait()
    SqliteJournal(tmp_path).close()


def test_a_refused_journal_gives_its_folder_back(closed: Path) -> None:
    change(closed, "PRAGMA user_version = 3")
    refusal(closed)
    change(closed, "PRAGMA user_version = 2")
    reopened = SqliteJournal(closed)
    assert len(list(reopened.read())) == 4
    reopened.close()


def test_a_folder_that_can_not_be_made_is_an_error_of_the_disk(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="file"):
        SqliteJournal(tmp_path / "file" / "session")
