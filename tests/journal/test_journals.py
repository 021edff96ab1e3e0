"""Both journals keep what is appended, in order; the export is the public format."""

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from allusetui.domain.event import AlertRaised, CashBooked
from allusetui.journal.export import export
from allusetui.journal.memory import MemoryJournal
from allusetui.journal.sqlite import SqliteJournal
from allusetui.ports import Journal
from tests.journal.records import AT_MS, STOPPED

TOLD = AlertRaised(severity="warning", text="a stop was done")
PAID = CashBooked(account="GEN", reason="deposit", amount=Decimal("1000.5"), symbol=None, settlement="d-1")


@pytest.fixture(params=["memory", "sqlite"])
def journal(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Journal]:
    if request.param == "memory":
        yield MemoryJournal()
        return
    opened = SqliteJournal(tmp_path / "session")
    yield opened
    opened.close()


def test_events_come_back_numbered_from_one_in_the_order_they_were_appended(journal: Journal) -> None:
    journal.append(AT_MS, [STOPPED, TOLD])
    journal.append(AT_MS + 5_000, [PAID])
    assert list(journal.read()) == [(1, AT_MS, STOPPED), (2, AT_MS, TOLD), (3, AT_MS + 5_000, PAID)]


def test_an_empty_batch_leaves_no_trace(journal: Journal) -> None:
    journal.append(AT_MS, [])
    assert list(journal.read()) == []


def test_the_export_is_one_public_object_a_line(journal: Journal, tmp_path: Path) -> None:
    journal.append(AT_MS, [STOPPED, TOLD])
    path = tmp_path / "journal.ndjson"
    export(journal, path)
    text = path.read_bytes()
    assert text.endswith(b"}\n")
    records = [json.loads(row) for row in text.splitlines()]
    assert [list(record) for record in records] == [["seq", "ts", "kind", "account", "clauses", "data"]] * 2
    assert [record["seq"] for record in records] == [1, 2]


def test_both_journals_export_the_same_bytes(tmp_path: Path) -> None:
    stored = SqliteJournal(tmp_path / "session")
    journals: dict[str, Journal] = {"a": MemoryJournal(), "b": stored}
    for name, each in journals.items():
        each.append(AT_MS, [STOPPED, TOLD, PAID])
        export(each, tmp_path / name)
    stored.close()
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_an_export_that_fails_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "journal.ndjson"
    path.write_text("before")
    bad = MemoryJournal()
    bad.append(AT_MS, [TOLD, CashBooked(reason="fee", amount=Decimal("0.12345"), symbol=None, settlement="")])
    with pytest.raises(ValueError, match="more than 4 decimals"):
        export(bad, path)
    assert path.read_text() == "before"
    assert [file.name for file in tmp_path.iterdir()] == ["journal.ndjson"]


def test_a_reader_of_the_memory_journal_sees_what_there_was_when_it_asked() -> None:
    journal = MemoryJournal()
    journal.append(AT_MS, [TOLD])
    seen = journal.read()
    journal.append(AT_MS, [PAID])
    assert list(seen) == [(1, AT_MS, TOLD)]


def test_an_event_that_the_format_can_not_hold_is_refused_before_anything_is_stored(tmp_path: Path) -> None:
    journal = SqliteJournal(tmp_path)
    with pytest.raises(ValueError, match=r"cash\.booked\.amount"):
        journal.append(AT_MS, [TOLD, CashBooked(reason="fee", amount=Decimal("NaN"), symbol=None, settlement="")])
    with pytest.raises(ValueError, match="surrogates"):
        journal.append(AT_MS, [TOLD, AlertRaised(severity="info", text="\ud800")])
    assert list(journal.read()) == []
    journal.close()
