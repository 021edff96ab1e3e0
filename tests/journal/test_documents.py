"""Small documents on disk are whole at every instant, and say so where they are not ours to read."""

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tinydb import TinyDB, where

from allusetui.journal.documents import LONGEST_BYTES, DocumentError, DocumentFile, WholeFileStorage

FIRST: dict[str, Any] = {"name": "first", "rows": [1, [2, None], "drei"]}
SECOND: dict[str, Any] = {"name": "second"}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "document.json"


def test_a_document_comes_back_as_it_was_put_and_is_replaced_whole(path: Path) -> None:
    assert DocumentFile(path).get() is None
    DocumentFile(path).put(FIRST)
    assert DocumentFile(path).get() == FIRST
    DocumentFile(path).put(SECOND)
    assert DocumentFile(path).get() == SECOND
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_the_storage_serves_any_tinydb(path: Path) -> None:
    table = TinyDB(path, storage=WholeFileStorage).table("people")
    table.insert_multiple([{"name": "ana", "age": 41}, {"name": "ben", "age": 17}])
    table.update({"age": 18}, where("name") == "ben")
    again = TinyDB(path, storage=WholeFileStorage).table("people")
    assert [row["age"] for row in again.search(where("age") > 17)] == [41, 18]


NO_DOCUMENTS = (b"", b"{", b"7", b"[]", b"\xff", b"[" * 100_000, b'{"t":7}', b'{"t":{"1":7}}', b'{"t":{"x":{}}}')


@pytest.mark.parametrize("data", NO_DOCUMENTS)
def test_a_damaged_file_is_refused_and_can_be_written_anew(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    with pytest.raises(DocumentError, match="damaged"):
        DocumentFile(path).get()
    assert path.read_bytes() == data
    DocumentFile(path).put(FIRST)
    assert DocumentFile(path).get() == FIRST


def test_too_long_a_document_is_refused_and_the_one_before_stays(path: Path) -> None:
    DocumentFile(path).put(FIRST)
    with pytest.raises(DocumentError, match=f"allowed: {LONGEST_BYTES}"):
        DocumentFile(path).put({"text": "x" * LONGEST_BYTES})
    assert DocumentFile(path).get() == FIRST


def test_a_disk_that_takes_only_half_a_document_leaves_the_one_before(path: Path) -> None:
    program = """
import resource, signal, sys
from pathlib import Path
from allusetui.journal.documents import DocumentFile
file = DocumentFile(Path(sys.argv[1]))
file.put({"name": "first"})
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000))
try:
    file.put({"text": "x" * 100_000})
except OSError:
    print(file.get()["name"])
"""
    done = subprocess.run([sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=True)
    assert done.stdout == "first\n"
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_a_writer_killed_at_any_instant_leaves_a_whole_document(path: Path) -> None:
    program = """
import sys
from itertools import count
from pathlib import Path
from allusetui.journal.documents import DocumentFile
file = DocumentFile(Path(sys.argv[1]))
for number in count():
    file.put({"number": number, "rows": [number] * 20_000})
    print(number, flush=True)
"""
    command = [sys.executable, "-c", program, str(path)]
    for instant in range(5):
        with subprocess.Popen(command, stdout=subprocess.PIPE) as writer:
            assert writer.stdout is not None
            for _ in range(instant + 1):
                told = int(writer.stdout.readline())
            writer.send_signal(signal.SIGKILL)
        found = DocumentFile(path).get()
        assert found is not None
        assert found["number"] >= told
        assert found["rows"] == [found["number"]] * 20_000


def test_a_document_can_be_read_by_any_json_reader(path: Path) -> None:
    DocumentFile(path).put(FIRST)
    assert json.loads(path.read_text("utf-8")) == {"documents": {"1": FIRST}}
