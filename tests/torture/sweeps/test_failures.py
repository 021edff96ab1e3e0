"""Faults 5 and 6: any one step of the disk fails, once or for good. A sample of the sweep."""

import errno
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from allusetui.compose.sessions import open_session
from allusetui.domain import input as inp
from allusetui.domain.account import Latch
from allusetui.engine import hearing
from allusetui.engine.desk import Desk
from tests.torture.sweeps.chosen import minutes
from tests.torture.sweeps.crashes import Deaths, Point, Row
from tests.torture.sweeps.disk import Disk, room
from tests.torture.sweeps.failures import Fault, suffered
from tests.torture.sweeps.sqlite_io import shared_library

pytestmark = [
    pytest.mark.clause("9.5", "9.2", "8.6"),
    pytest.mark.skipif(not shared_library(), reason="this interpreter's SQLite is not the system's"),
]
EACH = 7
"""Every so many steps one fails; a number that is prime to what a record takes, so that all kinds come up."""


@pytest.fixture
def ram() -> Iterator[Path]:
    with room() as folder:
        yield Path(folder)


@pytest.fixture(scope="module")
def stop() -> Iterator[Deaths]:
    with room() as folder:
        yield Deaths(minutes("stop"), Path(folder))


def wrong(folder: Path, fault: Fault, rows: tuple[Row, ...], left: Point | None = None) -> tuple[list[str], bool]:
    found = suffered(minutes("stop"), folder / str(fault), fault, rows, left)
    return [f"{fault}, {found.what}: {each}" for each in found.told], found.latched


@pytest.mark.parametrize("for_good", [False, True], ids=["once", "for-good"])
@pytest.mark.parametrize("number", [errno.EIO, errno.ENOSPC], ids=["broken", "full"])
def test_9_5_whichever_step_of_the_disk_fails_nothing_is_lost_and_the_next_start_is_clean(
    for_good: bool, number: int, stop: Deaths, ram: Path
) -> None:
    first = 1 + 2 * for_good + (number == errno.EIO)
    steps = range(first, len(stop.points) + 1, EACH)
    found = [wrong(ram, Fault(nth, number, for_good), stop.rows) for nth in steps]
    assert [each for told, _ in found for each in told] == []
    assert sum(latched for _, latched in found) > 3


def test_9_5_a_start_whose_disk_fails_at_any_step_is_refused_or_latched_and_the_next_is_clean(
    stop: Deaths, ram: Path
) -> None:
    left = next(point for point in reversed(stop.points) if point.step == "replace exchange.json")
    steps = range(1, 60, EACH)
    found = [wrong(ram, Fault(nth, errno.EIO, for_good=nth % 2 == 0), stop.rows, left) for nth in steps]
    assert [each for told, _ in found for each in told] == []
    assert any(latched for _, latched in found)


def test_9_5_a_session_that_went_on_without_its_latch_is_found(
    stop: Deaths, ram: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sweep itself."""

    def deaf(desk: Desk, item: inp.DiskFailed) -> None:
        desk.volatile.seen_ms = item.seen_ms

    monkeypatch.setattr(hearing, "_disk_failed", deaf)
    steps = range(50, 54)
    found = [wrong(ram, Fault(nth, errno.EIO, for_good=True), stop.rows)[0] for nth in steps]
    assert any("not every account is latched" in each for told in found for each in told)


def test_9_5_a_session_whose_first_record_can_not_be_stored_is_refused_and_begins_anew(ram: Path) -> None:
    full = False

    def before(what: str, path: Path) -> int:
        return errno.ENOSPC if full and what == "write" and path.name.endswith("-wal") else 0

    with Disk(ram, before):
        run = open_session(minutes("entry"), ram / "session")
        full = True
        with pytest.raises(OSError, match="No space left"):
            run.begin()
        full = False
        run.close()
    again = open_session(minutes("entry"), ram / "session")
    assert again.stand is None
    again.go()
    assert next(event.kind for _, _, event in again.runtime.world.journal.read()) == "session.started"
    again.close()


def test_8_6_a_book_that_could_not_be_stored_once_is_stored_again_within_seconds(ram: Path) -> None:
    failed: list[str] = []

    def before(what: str, path: Path) -> int:
        if what == "replace" and path.name == "exchange.json" and run is not None and not failed:
            failed.append(what)
            return errno.EIO
        return 0

    run = None
    with Disk(ram, before):
        run = open_session(minutes("entry"), ram / "session")
        run.go()
        rows = {event.kind: at_ms for _, at_ms, event in run.runtime.world.journal.read()}
        run.close()
    assert 0 < rows["broker.up"] - rows["broker.down"] <= 5_000
    latches = [account.latches for account in run.runtime.engine.state.accounts.values()]
    assert not any(Latch.BROKER in held for held in latches)


FULL = """
import json, resource, signal, sys
from pathlib import Path
from allusetui.compose.live import open_live
from allusetui.runtime.status import status
folder = Path(sys.argv[1])
live = open_live(folder, "crash-week", None, None, lambda: 0.0)
turn = live.session.turn
live.session.begin()
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
room = (folder / "journal.sqlite-wal").stat().st_size + 1_000
resource.setrlimit(resource.RLIMIT_FSIZE, (room, resource.RLIM_INFINITY))
def shown():
    live._publish()
    return status(live.latest, 0.0)
while turn.refusal is None:
    turn.step(turn.next_ms())
full = shown()
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
turn.go_on(turn.now_ms + 10_000)
print(json.dumps([full, shown()]))
live.session.close()
"""


def test_9_5_a_file_system_that_really_refuses_is_shown_as_a_latch_and_let_go_of_when_there_is_room(ram: Path) -> None:
    """No layer of ours: the kernel lets no file grow."""
    done = subprocess.run([sys.executable, "-c", FULL, str(ram / "demo")], capture_output=True, text=True, check=True)
    full, again = json.loads(done.stdout)
    assert all("disk" in account["latches"] for account in full["accounts"]) and len(full["accounts"]) == 3
    assert not any("disk" in account["latches"] for account in again["accounts"])
    assert "The journal could not be stored" in again["last_alert"]["text"]
