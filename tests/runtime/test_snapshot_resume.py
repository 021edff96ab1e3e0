"""A snapshot only shortens the fold: whatever is kept, whenever, a session goes on as its journal tells it (9.5)."""

import atexit
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import numpy as np
import pytest

from allusetui.codec.state import state_data, state_of
from allusetui.compose.program import ROOMS, code_digest
from allusetui.compose.sessions import open_session
from allusetui.domain.event import ResumeStep, SessionStarted
from allusetui.domain.input import OperatorActed
from allusetui.domain.state import State
from allusetui.engine.apply import apply, fold
from allusetui.journal.error import JournalError
from allusetui.journal.snapshot import FILE_NAME, Maker, SnapshotFile
from allusetui.journal.sqlite import SqliteJournal
from allusetui.scenario.load import load
from allusetui.scenario.model import Scenario
from tests.replaying import DATA, replay

OWN = Path(__file__).parents[1] / "scenarios"
STORIES = ("crash-week", "wheel-three-weeks", "paused-roll-approved", "march-2020")
CUTS = 60
HOUR_MS = 3_600_000
Row = tuple[int, int, Any]


def scenario_of(name: str) -> Scenario:
    if name == "march-2020" and not DATA.is_dir():
        pytest.skip("the market data is not here")
    own = OWN / f"{name}.toml"
    return load(str(own) if own.is_file() else name, DATA)


def as_text(state: State) -> str:
    return json.dumps(state_data(state))


@pytest.mark.clause("9.5")
@pytest.mark.parametrize("story", STORIES)
def test_9_5_a_snapshot_of_any_record_and_what_came_after_it_is_the_whole_fold(story: str) -> None:
    rows = list(replay(scenario_of(story)).journal.read())
    whole = fold(rows)
    cuts = {int(cut) for cut in np.linspace(1, len(rows), min(CUTS, len(rows)))}
    state, found = State(), 0
    for seq, at_ms, event in rows:
        apply(state, at_ms, event)
        if seq in cuts:
            kept = state_of(json.loads(as_text(state)))
            assert kept == state
            again = fold(rows[seq:], kept)
            assert again == whole
            assert as_text(again) == as_text(whole)  # the order of every mapping too
            found += 1
    assert found == len(cuts) > 20


# What a start goes on from


def steps(folder: Path) -> list[str]:
    """What the last start says that it went on from, one for each account."""
    journal = SqliteJournal(folder)
    rows = list(journal.read())
    journal.close()
    began = max(seq for seq, _, event in rows if isinstance(event, SessionStarted))
    told = [e.findings for q, _, e in rows if q > began and isinstance(e, ResumeStep) and e.step == "snapshot"]
    assert len(told) == 3
    return told


@cache
def midweek() -> Path:
    """The folder of a session stopped on its third day."""
    folder = Path(mkdtemp())
    atexit.register(shutil.rmtree, folder)
    run = open_session(load("crash-week"), folder)
    run.begin()
    run.runtime.go_on(run.started.at_ms + 51 * HOUR_MS)
    run.close()
    return folder


def left_in_midweek(folder: Path) -> None:
    shutil.copytree(midweek(), folder, dirs_exist_ok=True)


def kept_in(folder: Path) -> dict[str, Any]:
    """The snapshot of a folder as it is written."""
    found: dict[str, Any] = json.loads((folder / FILE_NAME).read_bytes())["documents"]["1"]
    return found


def last_seq(folder: Path) -> int:
    journal = SqliteJournal(folder)
    seq = journal.seq
    journal.close()
    return seq


def taken_up(folder: Path) -> State:
    """The state that the folder's next start goes on from, once it has begun."""
    run = open_session(load("crash-week"), folder)
    assert run.stand is not None
    assert run.stand.state == fold(run.runtime.world.journal.read())
    run.begin()
    state = run.runtime.engine.state
    run.close()
    return state


@pytest.mark.clause("9.5")
def test_9_5_a_start_goes_on_from_the_snapshot_and_says_so(tmp_path: Path) -> None:
    left_in_midweek(tmp_path)
    seq, last = kept_in(tmp_path)["seq"], last_seq(tmp_path)
    assert 0 < seq < last
    taken_up(tmp_path)
    assert steps(tmp_path) == [f"snapshot of record {seq}, {last - seq} folded"] * 3


@pytest.mark.clause("9.5")
def test_9_5_a_start_without_a_snapshot_folds_the_journal_to_the_same(tmp_path: Path) -> None:
    left_in_midweek(tmp_path / "with")
    left_in_midweek(tmp_path / "without")
    (tmp_path / "without" / FILE_NAME).unlink()
    assert taken_up(tmp_path / "with") == taken_up(tmp_path / "without")
    assert steps(tmp_path / "without") == ["journal folded"] * 3


def made_for(folder: Path, **other: str) -> None:
    """The folder's snapshot as one of another session, law or program."""
    found = kept_in(folder)
    maker = replace(Maker(found["session"], found["law"], found["code"]), **other)
    journal = SqliteJournal(folder)
    SnapshotFile(folder, journal, maker).keep(fold(journal.read()))
    journal.close()


def set_keys(folder: Path, **values: Any) -> None:
    """The folder's snapshot with these keys changed and nothing else."""
    whole = json.loads((folder / FILE_NAME).read_bytes())
    whole["documents"]["1"].update(values)
    (folder / FILE_NAME).write_text(json.dumps(whole))


def older_journal(folder: Path) -> None:
    """The snapshot of the session's later days beside its journal of the first morning."""
    left_in_midweek(folder / "later")
    run = open_session(load("crash-week"), folder / "sooner")
    run.begin()
    run.close()
    kept = (folder / "later" / FILE_NAME).read_bytes()
    for path in (folder / "sooner").iterdir():
        path.replace(folder / path.name)
    (folder / FILE_NAME).write_bytes(kept)


def other_journal(folder: Path) -> None:
    """The snapshot of the same session as it went in another folder, where a key was pressed."""
    left_in_midweek(folder)
    run = open_session(load("crash-week"), folder / "other")
    run.begin()
    run.runtime.deliver([OperatorActed(run.runtime.now_ms, "no_entries", "GEN", "operator")])
    run.runtime.go_on(run.started.at_ms + 10 * HOUR_MS)
    run.close()
    (folder / "other" / FILE_NAME).replace(folder / FILE_NAME)


def midweek_then(spoil: Callable[[Path], None]) -> Callable[[Path], None]:
    def prepare(folder: Path) -> None:
        left_in_midweek(folder)
        spoil(folder)

    return prepare


def torn(folder: Path) -> None:
    path = folder / FILE_NAME
    path.write_bytes(path.read_bytes()[:-100])


def unreadable(folder: Path) -> None:
    (folder / FILE_NAME).unlink()
    (folder / FILE_NAME).mkdir()


REFUSED = {
    "torn": (midweek_then(torn), "damaged: not JSON"),
    "flipped": (midweek_then(lambda folder: set_keys(folder, seq=3)), "damaged: its hash does not fit"),
    "later-format": (midweek_then(lambda folder: set_keys(folder, format=2)), "of format 2, this version reads"),
    "other-session": (midweek_then(lambda folder: made_for(folder, session="x")), "of another session"),
    "other-law": (midweek_then(lambda folder: made_for(folder, law="x")), "of another law"),
    "other-program": (midweek_then(lambda folder: made_for(folder, code="x")), "of another code"),
    "no-file": (midweek_then(unreadable), "can't be read: Is a directory"),
    "other-journal": (other_journal, "of another journal: record "),
}


@pytest.mark.clause("9.5")
@pytest.mark.parametrize("case", REFUSED)
def test_9_5_a_snapshot_that_can_not_be_trusted_is_refused_told_and_the_journal_folded(
    case: str, tmp_path: Path
) -> None:
    prepare, why = REFUSED[case]
    prepare(tmp_path)
    taken_up(tmp_path)
    for told in steps(tmp_path):
        assert told.startswith(f"journal folded; snapshot refused: {why}")


@pytest.mark.clause("9.5")
def test_9_5_a_journal_that_has_lost_what_its_snapshot_was_made_from_is_not_gone_on_with(tmp_path: Path) -> None:
    older_journal(tmp_path)
    kept = kept_in(tmp_path)["seq"]
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}
    with pytest.raises(JournalError) as refused:
        open_session(load("crash-week"), tmp_path)
    told = str(refused.value)
    assert told.startswith(f"{tmp_path / FILE_NAME}: is of record {kept}, and the journal beside it ends at ")
    assert told.endswith("allowed: that journal as it was, or no snapshot.json, to go on from the record it ends at")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()} == before
    (tmp_path / FILE_NAME).unlink()
    taken_up(tmp_path)


@pytest.mark.clause("9.5")
def test_9_5_a_refused_snapshot_is_replaced_at_the_next_quiet_time(tmp_path: Path) -> None:
    left_in_midweek(tmp_path)
    torn(tmp_path)
    run = open_session(load("crash-week"), tmp_path)
    run.go()
    run.close()
    taken_up(tmp_path)
    assert all(told.startswith("snapshot of record") for told in steps(tmp_path))


def test_the_program_that_a_snapshot_is_good_for_is_all_the_code_that_folds() -> None:
    program = """
import sys
import allusetui.codec.state, allusetui.engine.apply
print(*{name.split(".")[1] for name in sys.modules if name.startswith("allusetui.")})
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) == set(ROOMS)
    assert len(code_digest()) == 64
