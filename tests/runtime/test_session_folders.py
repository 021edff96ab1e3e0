"""Folders that no session goes on in: what is missing, another session's, or held; each is told and left as it was."""

from pathlib import Path

import pytest

from allusetui.broker.simulated.store import FILE_NAME as BOOK
from allusetui.broker.simulated.store import BookError
from allusetui.codec.records import to_record
from allusetui.compose.sessions import open_session
from allusetui.journal.error import JournalError, SessionInUse
from allusetui.journal.sqlite import FILE_NAME as JOURNAL
from allusetui.scenario.load import parse
from tests.faults.runs import ENTRY
from tests.runtime.sessions import week


def begun(folder: Path) -> Path:
    run = open_session(week(), folder)
    run.begin()
    run.close()
    return folder


def test_a_folder_whose_book_or_journal_is_missing_is_refused(tmp_path: Path) -> None:
    run = open_session(week(), tmp_path)
    run.go()
    run.close()
    book = (tmp_path / BOOK).read_bytes()
    (tmp_path / BOOK).unlink()
    with pytest.raises(BookError, match=r"exchange\.json: is missing, though the journal beside it tells of a session"):
        open_session(week(), tmp_path)
    (tmp_path / BOOK).write_bytes(book)
    for file in tmp_path.glob(f"{JOURNAL}*"):
        file.unlink()
    with pytest.raises(BookError, match=r"has a session's trades, but the journal beside it is empty"):
        open_session(week(), tmp_path)


def test_another_sessions_folder_is_refused_and_given_back(tmp_path: Path) -> None:
    begun(tmp_path)
    other = parse(ENTRY, "other.toml")
    with pytest.raises(BookError, match="is the book of session"):
        open_session(other, tmp_path)
    open_session(week(), tmp_path).close()


def test_a_folder_is_held_by_one_session_at_a_time(tmp_path: Path) -> None:
    run = open_session(week(), tmp_path)
    with pytest.raises(SessionInUse):
        open_session(week(), tmp_path)
    run.close()
    open_session(week(), tmp_path).close()


def test_a_journal_of_another_session_beside_the_right_book_is_refused(tmp_path: Path) -> None:
    other = parse(ENTRY, "other.toml")
    begun(tmp_path / "week")
    run = open_session(other, tmp_path / "other")
    run.begin()
    run.close()
    (tmp_path / "week" / BOOK).write_bytes((tmp_path / "other" / BOOK).read_bytes())
    with pytest.raises(JournalError, match="holds session"):
        open_session(other, tmp_path / "week")


def test_a_session_killed_before_its_first_record_begins_anew(tmp_path: Path) -> None:
    open_session(week(), tmp_path).close()
    run = open_session(week(), tmp_path)
    assert (run.stand, run.runtime.now_ms) == (None, run.started.at_ms)
    run.begin()
    assert next(to_record(*row)["kind"] for row in run.runtime.world.journal.read()) == "session.started"
    run.close()
