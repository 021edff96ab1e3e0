"""A journal is read by choice: from the folder of a running engine, from an exported file, from memory, all alike."""

import shutil
from collections.abc import Callable
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allusetui.codec.records import KINDS
from allusetui.domain.event import AlertRaised, CashBooked, Event
from allusetui.journal import ndjson
from allusetui.journal.archive import open_archive
from allusetui.journal.error import JournalError
from allusetui.journal.export import export
from allusetui.journal.memory import MemoryJournal
from allusetui.journal.ndjson import NdjsonArchive
from allusetui.journal.reading import SqliteArchive
from allusetui.journal.sqlite import FILE_NAME, SqliteJournal
from allusetui.ports import Archive, Journal
from tests.journal.records import AT_MS, STOPPED, change

TOLD = AlertRaised(severity="warning", text='news: ,"account":"GEN","kind":"stop.done" – é\u2028 of a day')
Make = Callable[[Path], Archive]
Rows = list[tuple[int, int, Event]]


def paid(amount: int, account: str = "REV") -> CashBooked:
    return CashBooked(account=account, reason="deposit", amount=Decimal(amount), symbol=None, settlement="d")


def fill(journal: Journal) -> None:
    """Twelve records, two an instant, one instant a second; numbers of one digit and of two."""
    for second in range(4):
        journal.append(AT_MS + 1_000 * second, [STOPPED, paid(second), TOLD])


def of_memory(folder: Path) -> Archive:
    journal = MemoryJournal()
    fill(journal)
    return journal


def of_session(folder: Path) -> Archive:
    journal = SqliteJournal(folder)
    fill(journal)
    journal.close()
    return open_archive(folder)


def of_file(folder: Path) -> Archive:
    journal = MemoryJournal()
    fill(journal)
    export(journal, folder / "journal.ndjson")
    return open_archive(folder / "journal.ndjson")


@pytest.fixture(params=[of_memory, of_session, of_file])
def archive(request: pytest.FixtureRequest, tmp_path: Path) -> Archive:
    made: Archive = request.param(tmp_path)
    return made


def seqs(archive: Archive, *args: object, **chosen: object) -> list[int]:
    return [seq for seq, _, _ in archive.select(*args, **chosen)]  # type: ignore[arg-type]


def test_everything_is_read_in_order_as_it_was_appended(archive: Archive) -> None:
    found = list(archive.select())
    assert archive.last_seq == 12
    assert [seq for seq, _, _ in found] == list(range(1, 13))
    assert found[:3] == [(1, AT_MS, STOPPED), (2, AT_MS, paid(0)), (3, AT_MS, TOLD)]


def test_kinds_account_and_span_choose_and_the_newest_come_first_where_that_is_asked(archive: Archive) -> None:
    assert seqs(archive, {"stop.done"}) == [1, 4, 7, 10]
    assert seqs(archive, {"stop.done", "cash.booked"}, after=4, until=10) == [5, 7, 8, 10]
    assert seqs(archive, account="REV") == [2, 5, 8, 11]
    assert seqs(archive, account="GEN", backwards=True) == [10, 7, 4, 1]
    assert seqs(archive, {"cash.booked"}, account="GEN") == []
    assert seqs(archive, clause="6.4", after=4) == [7, 10]
    assert seqs(archive, {"cash.booked"}, after=3, until=11, backwards=True) == [11, 8, 5]
    assert seqs(archive, after=11, until=40) == [12]
    assert seqs(archive, after=40) == seqs(archive, until=0) == seqs(archive, set()) == []


def test_a_text_that_looks_like_a_record_is_only_text(archive: Archive) -> None:
    """What stands in an alert names neither an account nor a kind."""
    assert [event for _, _, event in archive.select(account="GEN")] == [STOPPED] * 4
    assert [event for _, _, event in archive.select({"alert.raised"})] == [TOLD] * 4


def test_an_instant_leads_to_the_last_record_at_or_before_it(archive: Archive) -> None:
    assert archive.seq_at(AT_MS - 1) == 0
    assert archive.seq_at(AT_MS) == archive.seq_at(AT_MS + 999) == 3
    assert archive.seq_at(AT_MS + 1_000) == 6
    assert archive.seq_at(AT_MS + 90_000) == 12


def test_an_empty_journal_has_no_records(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).touch()  # killed as it made its first record
    (tmp_path / "none.ndjson").write_text("")
    for each in (MemoryJournal(), open_archive(tmp_path), open_archive(tmp_path / "none.ndjson")):
        assert (each.last_seq, each.seq_at(AT_MS), list(each.select({"stop.done"}))) == (0, 0, [])


kinds_or_all = st.none() | st.sets(st.sampled_from(["stop.done", "cash.booked", "alert.raised"]))
edges = st.integers(min_value=0, max_value=14)


@settings(max_examples=60)
@given(
    kinds_or_all,
    edges,
    st.none() | edges,
    st.sampled_from([None, "GEN", "REV", "COM"]),
    st.sampled_from([None, "6.4", "6"]),
    st.booleans(),
    st.sets(st.sampled_from(['"symbol":"AAPL"', '"severity"', "dividend", "nowhere"])),
)
def test_all_three_answer_alike(
    tmp_path_factory: pytest.TempPathFactory,
    kinds: set[str] | None, after: int, until: int | None, account: str | None, clause: str | None,
    backwards: bool, holding: set[str],
) -> None:  # fmt: skip
    folder = tmp_path_factory.mktemp("alike")
    asked = [
        list(make(folder).select(kinds, after, until, account, clause, backwards, holding))
        for make in (of_memory, of_session, of_file)
    ]
    assert asked[0] == asked[1] == asked[2]


def names(folder: Path) -> dict[str, int]:
    return {file.name: file.stat().st_mtime_ns for file in folder.iterdir()}


def test_a_session_is_read_while_its_engine_writes_and_tells_what_stood_when_it_was_opened(tmp_path: Path) -> None:
    engine = SqliteJournal(tmp_path)
    fill(engine)
    reader = SqliteArchive(tmp_path / FILE_NAME)
    rows = reader.select({"stop.done"})
    assert next(rows)[0] == 1
    engine.append(AT_MS + 9_000, [STOPPED])  # neither waits for the other
    assert [seq for seq, _, _ in rows] == [4, 7, 10]
    assert reader.last_seq == 12
    reader.close()
    with closing(open_archive(tmp_path)) as later:
        assert seqs(later, {"stop.done"}) == [1, 4, 7, 10, 13]
    engine.append(AT_MS + 9_000, [STOPPED])
    engine.close()
    assert set(names(tmp_path)) == {FILE_NAME, "lock"}


def test_a_reading_leaves_a_rested_session_s_folder_as_it_was(tmp_path: Path) -> None:
    of_session(tmp_path)
    before = names(tmp_path)
    for _ in range(2):
        reader = open_archive(tmp_path)
        assert seqs(reader, {"stop.done"}) == [1, 4, 7, 10]
        reader.close()
    assert names(tmp_path) == before


def test_a_killed_session_is_read_through_its_log_which_stays_for_the_next_start(tmp_path: Path) -> None:
    engine = SqliteJournal(tmp_path / "session")
    fill(engine)
    killed = Path(shutil.copytree(tmp_path / "session", tmp_path / "killed"))
    engine.close()
    log = (killed / f"{FILE_NAME}-wal").read_bytes()
    reader = open_archive(killed)
    assert seqs(reader, {"stop.done"}) == [1, 4, 7, 10]
    reader.close()
    assert (killed / f"{FILE_NAME}-wal").read_bytes() == log


def test_a_rested_session_that_is_begun_again_while_it_is_read_voids_the_reading(tmp_path: Path) -> None:
    of_session(tmp_path)
    reader = open_archive(tmp_path)
    rows = reader.select()
    next(rows)
    engine = SqliteJournal(tmp_path)
    engine.append(AT_MS + 9_000, [STOPPED])
    engine.close()
    with pytest.raises(JournalError, match="once more"):
        list(rows)


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE record SET line = replace(line, '3.05', '9.05') WHERE seq = 7", "record 7 is damaged"),
        ("UPDATE record SET line = x'00' WHERE seq = 7", "record 7 is damaged"),
        ("UPDATE record SET hash = 'x' WHERE seq = 6", "record 6 is damaged"),
        ("DELETE FROM record WHERE seq = 6", "record 6 is missing"),
        ("DROP TABLE record", "no such table"),
        ("PRAGMA user_version = 1", "is of format 1; this version reads format 2"),
    ],
)
def test_a_damaged_session_is_told_by_file_and_record(tmp_path: Path, statement: str, said: str) -> None:
    of_session(tmp_path)
    change(tmp_path, statement)
    with pytest.raises(JournalError, match=said) as refused:
        list(open_archive(tmp_path).select())
    assert str(tmp_path / FILE_NAME) in str(refused.value) and "\n" not in str(refused.value)


def lines_of(folder: Path) -> list[str]:
    of_file(folder)
    return [f"{text}\n" for text in (folder / "journal.ndjson").read_text("utf-8").split("\n")[:-1]]


@pytest.mark.parametrize(
    ("number", "change", "said"),
    [
        (3, lambda text: "\n", "line 3: not a JSON object"),
        (3, lambda text: text[:80] + "\n", "line 3: not a JSON object"),
        (5, lambda text: "", "line 5: holds seq 6"),
        (10, lambda text: text + text, "line 11: holds seq 10"),
        (11, lambda text: text.replace("cash.booked", "cash.burnt"), r"line 11: unknown kind 'cash\.burnt'"),
        (2, lambda text: text.replace('"kind":', '"kind": '), "line 2: its keys stand in another order"),
        (12, lambda text: text[:-3], "line 12: is cut off"),
        (4, lambda text: text.replace("3.05", "three"), "line 4: not a JSON object"),
        (4, lambda text: text.replace('"right":"P"', '"right":"Q"'), "line 4: stop.done.contract"),
    ],
)
def test_a_damaged_file_is_told_by_line_and_cure(
    tmp_path: Path, number: int, change: Callable[[str], str], said: str
) -> None:
    lines = lines_of(tmp_path)
    path = tmp_path / "damaged.ndjson"
    lines[number - 1] = change(lines[number - 1])
    path.write_text("".join(lines[: number if "cut off" in said else None]), "utf-8")
    with pytest.raises(JournalError, match=said) as refused:
        list(open_archive(path).select())
    assert str(refused.value).startswith(f"{path}: line ") and "journal.ndjson as" in str(refused.value)


def test_a_row_that_is_read_by_its_kind_is_proven_too(tmp_path: Path) -> None:
    of_session(tmp_path)
    change(tmp_path, "UPDATE record SET line = replace(line, '3.05', '9.05') WHERE seq = 7")
    assert len(list(open_archive(tmp_path).select({"cash.booked"}))) == 4
    with pytest.raises(JournalError, match="record 7 is damaged"):
        list(open_archive(tmp_path).select({"stop.done"}))


def test_a_file_that_is_no_journal_or_no_text_is_told(tmp_path: Path) -> None:
    path = tmp_path / "file"
    for content in (b"hello\n", b"\xff\xfe\n", b"{}" * 700_000, b"\0" * 100 + b"\n"):
        path.write_bytes(content * (2 if content.startswith(b"{") else 1))
        with pytest.raises(JournalError, match="line 1"):
            open_archive(path)
    with pytest.raises(FileNotFoundError):
        open_archive(tmp_path / "nothing")
    with pytest.raises(JournalError, match="holds no record yet"):
        open_archive(tmp_path)  # a session's folder before its first record


def test_lines_are_found_across_the_pieces_in_which_a_file_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    of_file(tmp_path)
    whole = list(open_archive(tmp_path / "journal.ndjson").select())
    for size in (700, 1_000, 1_024, 3_000):
        monkeypatch.setattr(ndjson, "_CHUNK", size)
        assert list(NdjsonArchive(tmp_path / "journal.ndjson").select()) == whole


def test_the_kinds_are_told_apart_by_what_is_looked_at_of_them() -> None:
    assert len(set(ndjson._FOLDED.tolist())) == len(KINDS)
