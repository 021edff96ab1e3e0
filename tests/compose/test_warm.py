"""A session's first snapshot needs little, and nothing is left to be imported once it has been warmed up."""

import subprocess
import sys
from pathlib import Path
from threading import Event

from allusetui.compose.warm import LATER, WarmUp
from tests.tui.consoles import afternoon
from tests.view.snapshots import snapshot_of

RUN = """
import asyncio, sys
from pathlib import Path
from threading import Event
from time import monotonic
from allusetui.compose.live import open_live
from allusetui.compose.warm import WarmUp

told = []

def watch(snapshot):
    if not told:
        told.append(set(sys.modules))
        done = Event()
        warm = WarmUp(done.set)
        warm(snapshot)
        warm(snapshot)
        assert done.wait(60)
        told.append(set(sys.modules))

async def run():
    live = open_live(Path(sys.argv[1]), "crash-week", None, None, monotonic)
    live.watchers.append(watch)
    await live.run()
    live.session.close()

asyncio.run(run())
first, warmed = told
print(*sorted(first))
print(*sorted(name for name in sys.modules.keys() - warmed if name.startswith(("allusetui.", "scipy", "pandas"))))
"""


def test_a_session_imports_little_before_its_first_snapshot_and_nothing_after_the_warm_up(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", RUN, tmp_path / "kept"], capture_output=True, text=True, check=True)
    first, late = done.stdout.splitlines()
    assert (tmp_path / "kept" / "reports").is_dir()
    rooms = {".".join(name.split(".")[:2]) for name in first.split()}
    assert {"allusetui.engine", "allusetui.journal"} <= rooms
    assert rooms & {"scipy.special", "pandas.core", "allusetui.reports", "allusetui.tui", "exchange_calendars"} == set()
    assert {"allusetui.advisor.ladder", "allusetui.ledger.tax.year"} & set(first.split()) == set()
    assert late == ""


def test_it_waits_until_the_first_snapshot_is_on_the_screen() -> None:
    done = Event()
    warm, snapshot = WarmUp(done.set), snapshot_of(afternoon())
    warm(snapshot)
    assert not done.wait(0.05)
    warm(snapshot)
    assert done.wait(60)
    assert sys.modules.keys() >= set(LATER)
