"""Transcripts on disk: where it refuses the transcript ends, and nothing else does."""

import os
from pathlib import Path

import pytest

from allusetui.broker.gateway.transcript import HEARD, Record, read
from allusetui.compose.transcripts import Keeper

LONG = Record(1, 1, HEARD, ("x" * 100_000,))
FULL = Path("/dev/full")


@pytest.mark.skipif(not FULL.exists(), reason="no disk of this machine is always full")
@pytest.mark.parametrize("record", [LONG, Record(1, 1, HEARD, ("49",))])
def test_a_full_disk_ends_the_transcript_and_is_told_once(record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "O_EXCL", 0)
    said: list[str] = []
    with Keeper(FULL, False, said.append) as keeper:
        keeper.keep(record)
        keeper.tap(2, 1, HEARD, ["49", "1"])
    keeper.keep(record)
    assert said == ["the transcript /dev/full ends here: No space left on device"]


def test_what_is_kept_can_be_read(tmp_path: Path) -> None:
    said: list[str] = []
    with Keeper(tmp_path / "kept", False, said.append) as keeper:
        keeper.keep(LONG)
        keeper.tap(2, 1, HEARD, ["49", "1"])
    with (tmp_path / "kept").open(encoding="utf-8") as file:
        assert list(read(file)) == [LONG, Record(2, 1, HEARD, ("49", "1"))]
    assert said == []
