"""The tape on disk: a file a day; what ends it, and what is made of what was left of it."""

import os
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from allusetui.codec.tape import Heard
from allusetui.domain.input import Ending, InboxFull, Input, Resumed
from allusetui.domain.moment import to_ms
from allusetui.journal import tape as tapes
from allusetui.journal.error import JournalError
from allusetui.journal.tape import FOLDER_NAME, LEAST_FREE, Tape, read_tape

NOON = datetime(2026, 3, 5, 12)
AT_MS = to_ms(NOON)
NEXT_MS = to_ms(NOON + timedelta(days=1))
FILE = f"{FOLDER_NAME}/2026-03-05.ndjson"


def keep(folder: Path, *items: Input, free: Callable[[Path], int] = tapes.free_bytes) -> Tape:
    tape = Tape(folder, lambda: 7, free)
    for item in items:
        tape.record(item)
    tape.close()
    return tape


def told(heard: Iterator[Heard]) -> list[tuple[Input, bool]]:
    return [(each.item, each.follows) for each in heard]


def test_a_tape_has_a_file_a_day_that_only_its_owner_reads_and_is_read_back_in_order(tmp_path: Path) -> None:
    items = (Resumed(AT_MS, 0), Ending(AT_MS), Ending(NEXT_MS), Ending(AT_MS))
    assert keep(tmp_path, *items).trouble == ""
    files = sorted(tmp_path.rglob("*.ndjson"))
    assert [file.name for file in files] == ["2026-03-05.ndjson", "2026-03-06.ndjson"]
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
    assert [(each.seq, each.item, each.follows) for each in read_tape(tmp_path)] == [(7, each, True) for each in items]


def test_a_session_that_is_told_nothing_has_no_tape(tmp_path: Path) -> None:
    keep(tmp_path)
    with pytest.raises(JournalError, match=f"{FOLDER_NAME}: there is no tape; allowed: "):
        [*read_tape(tmp_path)]


@pytest.mark.parametrize("torn", [1, 30, 40], ids=["its end", "half a line", "most of a line"])
def test_what_a_process_died_over_is_left_out_and_the_next_one_writes_on_behind_it(torn: int, tmp_path: Path) -> None:
    keep(tmp_path, Resumed(AT_MS, 0), Ending(AT_MS), InboxFull(AT_MS))
    file = tmp_path / FILE
    os.truncate(file, file.stat().st_size - torn)
    left = [(Resumed(AT_MS, 0), True), (Ending(AT_MS), True)]
    assert told(read_tape(tmp_path)) == left
    keep(tmp_path, Resumed(AT_MS, 1), Ending(AT_MS))
    assert told(read_tape(tmp_path)) == [*left, (Resumed(AT_MS, 1), True), (Ending(AT_MS), True)]


def test_a_line_longer_than_a_block_that_a_process_died_over_is_cut_too(tmp_path: Path) -> None:
    keep(tmp_path, Resumed(AT_MS, 0))
    file = tmp_path / FILE
    whole = file.read_bytes()
    file.write_bytes(whole + b"x" * 200_000)
    keep(tmp_path, Resumed(AT_MS, 1))
    assert file.read_bytes().startswith(whole + b'["')
    file.write_bytes(b"x" * 200_000)
    keep(tmp_path, Resumed(AT_MS, 2))
    assert told(read_tape(tmp_path)) == [(Resumed(AT_MS, 2), True)]


def test_a_byte_that_has_turned_is_told_with_its_line(tmp_path: Path) -> None:
    keep(tmp_path, Resumed(AT_MS, 0), Ending(AT_MS), InboxFull(AT_MS))
    content = bytearray((tmp_path / FILE).read_bytes())
    content[content.index(b"Ending")] ^= 0x80
    (tmp_path / FILE).write_bytes(content)
    with pytest.raises(JournalError, match=r"2026-03-05\.ndjson: line 3 is damaged; allowed: the tape as"):
        [*read_tape(tmp_path)]


def test_a_day_that_is_missing_is_told_by_the_one_after_it(tmp_path: Path) -> None:
    keep(tmp_path, Resumed(AT_MS, 0), Ending(NEXT_MS))
    (tmp_path / FILE).unlink()
    assert told(read_tape(tmp_path)) == [(Ending(NEXT_MS), False)]


@pytest.mark.parametrize(("free", "why"), [(LEAST_FREE, ""), (LEAST_FREE - 1, "only 255 MB are left on the disk")])
def test_the_last_room_on_the_disk_is_left_to_the_journal(free: int, why: str, tmp_path: Path) -> None:
    tape = keep(tmp_path, Resumed(AT_MS, 0), free=lambda folder: free)
    assert tape.trouble == why
    tape.record(Ending(AT_MS))
    assert len((tmp_path / FILE).read_text("ascii").splitlines()) == (0 if why else 2)


def test_a_disk_that_refuses_ends_the_tape_and_nobody_else_hears_of_it(tmp_path: Path) -> None:
    (tmp_path / FILE).parent.mkdir()
    (tmp_path / FILE).symlink_to("/dev/full")
    assert keep(tmp_path, Resumed(AT_MS, 0)).trouble == "No space left on device"
    (tmp_path / "elsewhere").write_text("")
    assert keep(tmp_path / "elsewhere", Resumed(AT_MS, 0)).trouble == "Not a directory"


def test_more_than_can_wait_ends_the_tape_and_what_waited_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tapes, "_ROOM", 3)
    tape = Tape(tmp_path, lambda: 7)
    tape.record(Resumed(AT_MS, 0))
    tape._told.extend([(7, Ending(AT_MS))] * 3)
    tape.record(InboxFull(AT_MS))
    tape.close()
    assert tape.trouble == "the disk does not keep up"
    assert [type(item) for item, _ in told(read_tape(tmp_path))] == [Resumed, *3 * [Ending]]
