"""Files of the broker's side are replaced whole, so that a power cut leaves the new one or the one before."""

import os
import stat
from pathlib import Path

import pytest

from allusetui.broker.whole_file import replace_whole


def test_the_text_and_its_name_in_the_folder_are_both_made_durable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[str] = []
    sync = os.fsync

    def watched(handle: int) -> None:
        synced.append("folder" if stat.S_ISDIR(os.fstat(handle).st_mode) else f"{os.fstat(handle).st_size} bytes")
        sync(handle)

    monkeypatch.setattr(os, "fsync", watched)
    replace_whole(tmp_path / "a.json", "first")
    replace_whole(tmp_path / "a.json", "second")
    assert synced == ["5 bytes", "folder", "6 bytes", "folder"]
    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [("a.json", "second")]


def test_where_the_disk_refuses_what_was_there_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    replace_whole(tmp_path / "a.json", "first")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        replace_whole(tmp_path / "a.json", "second")
    assert (tmp_path / "a.json").read_text() == "first"
