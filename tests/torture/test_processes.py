"""9.5, 15.1: the real program on paper is killed at random instants, stopped, and resumed, and nothing is lost."""

import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from allusetui.domain.event import OrderFilled, SessionStarted
from allusetui.torture.checker.invariants.outputs import files_are_plain
from tests.torture.processes import session

SEED, KILLS = 4, 2
CANARIES = {"ALLUSETUI_LLM_KEY": "canary-of-a-model-7f3a", "TWS_PASSWORD": "canary-of-a-person-91cc"}


@pytest.mark.clause("9.5", "15.1", "14.3")
@pytest.mark.timeout(300)
def test_9_5_killed_and_stopped_it_loses_nothing_tells_no_secret_and_leaves_all_to_its_owner(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More kills: `python -m tests.torture.processes`."""
    for name, canary in CANARIES.items():
        monkeypatch.setenv(name, canary)
    rows, found = session(SEED, tmp_path, KILLS)
    assert [each.line for each in found] == []
    events = [event for _, _, event in rows]
    assert any(isinstance(event, OrderFilled) for event in events)
    starts = [event.resumed for event in events if isinstance(event, SessionStarted)]
    assert starts[0] is False and all(starts[1:]) and len(starts) > 1
    files = {str(path): path.read_bytes() for path in written(tmp_path) if path.is_file()}
    assert {Path(name).name for name in files} >= {"journal.sqlite", "journal.ndjson", "ledger.csv"}
    assert [each.line for each in files_are_plain(files, CANARIES.values(), 0)] == []
    open_to_others = [path for path in written(tmp_path) if stat.S_IMODE(path.lstat().st_mode) & 0o077]
    assert open_to_others == []


def written(room: Path) -> Iterator[Path]:
    """What the program has made there."""
    return (path for path in (room / "sessions", *(room / "sessions").rglob("*")))
