"""A dashboard without an engine, run as a program: it writes down what it is asked to send, and can be made to fail.

`z`: its loop is busy for a second and a half; `c`: it crashes; `/`: text is typed from now on.
"""

import signal
import sys
import time
from pathlib import Path

from textual.events import Key as Pressed
from textual.widgets import Input

from allusetui.domain.console import Key
from allusetui.domain.snapshot import Snapshot
from allusetui.tui.app import Dashboard
from allusetui.view.model import Seen

BUSY_S = 1.5


class Written:
    """A console that writes down its keys."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def write(self, word: str) -> None:
        with self._path.open("a", encoding="utf-8") as file:
            file.write(word + "\n")

    def latest(self) -> Snapshot | None:
        return None

    def send(self, key: Key) -> None:
        self.write(key.action)

    def end(self) -> None:
        self.write("end")


class Driven(Dashboard):
    """Does what a test wants of it."""

    def __init__(self, console: Written) -> None:
        super().__init__(console, lambda: _unread, lambda: time.perf_counter() * 1_000)
        self._console = console

    def on_key(self, event: Pressed) -> None:
        if event.key == "z":
            self._console.write("busy")
            time.sleep(BUSY_S)
            self._console.write("free")
        elif event.key == "c":
            raise ValueError("account 4711")
        elif event.key == "slash":
            self.mount(field := Input())
            field.focus()


def _unread(snapshot: Snapshot) -> Seen:
    raise AssertionError("there is no snapshot")


if __name__ == "__main__":
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # the driver has to find out by itself
    written = Written(Path(sys.argv[1]))
    app = Driven(written)
    app.run()
    if app.lost:
        written.write("lost")
    sys.stdout.write(f"failed {type(app.failure).__name__}\n" if app.failure else "left\n")
