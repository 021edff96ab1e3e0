"""From a pause to the last cancel at the exchange, ms, while the engine's own screen is on a line, read or stalled.

The session of `pause.py`, all five accounts paused at once, with its dashboard on a pty of 120×40. Three ways: `key`, a
P typed on that line; `socket`, the key of another process, its connection included; `shell`, `allusetui pause`, the
start of Python included. Prints one JSON line a way and line; a key that is not heard within 3 s is told as `unheard`.
Usage: python -m tests.bench.pause_line [--presses 50]
"""

import argparse
import fcntl
import gc
import json
import os
import pty
import select
import struct
import subprocess
import sys
import tempfile
import termios
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter, sleep

from allusetui.domain.console import Key
from allusetui.domain.input import Input
from allusetui.runtime.remote import RemoteConsole, press
from allusetui.runtime.talk import SOCKET_NAME, ControlError
from allusetui.tui.prefs import Prefs
from tests.bench.pause import Timed, opened, tell, until

ORDERS = 20
SHELLS = 20
"""At most: each starts a Python."""
HEARD_S = 3.0
STALLS_S = 5.0
"""By then a line that nobody reads is full."""
_STAMP = struct.Struct("d")


class Stamped(Timed):
    """Tells each cancel's instant on a pipe."""

    def __init__(self, cancel: Callable[[str, int], Sequence[Input]], fd: int) -> None:
        super().__init__(cancel)
        self._fd = fd

    def __call__(self, client_order_id: str, at_ms: int) -> Sequence[Input]:
        found = super().__call__(client_order_id, at_ms)
        os.write(self._fd, _STAMP.pack(self.cancelled_s[client_order_id]))
        return found


def screen(folder: Path, fd: int) -> None:
    """The engine's process: session, socket and dashboard."""
    from allusetui.cli.screen import dashboard
    from allusetui.cli.session import SWITCH_S
    from allusetui.runtime.control import ControlServer
    from allusetui.runtime.thread import EngineThread

    gc.disable()
    sys.setswitchinterval(SWITCH_S)
    engine = EngineThread(
        lambda: opened(folder, lambda cancel: Stamped(cancel, fd)),
        lambda live: ControlServer(folder / SOCKET_NAME, live, perf_counter),
    )
    shown = dashboard(engine, Prefs(), folder, engine.start, None)
    engine.when_ended = lambda: shown.leave(end=True)
    shown.run()
    engine.join()


class Line:
    """The terminal's other side: reads what is drawn, unless it is stalled."""

    def __init__(self, fd: int) -> None:
        self.fd = fd
        self.flows = threading.Event()
        self.flows.set()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        while True:
            self.flows.wait()
            if select.select([self.fd], [], [], 0.05)[0] and self.flows.is_set():
                try:
                    os.read(self.fd, 65_536)
                except OSError:
                    return

    def stall(self, to: bool) -> None:
        if to:
            self.flows.clear()
            sleep(STALLS_S)
        else:
            self.flows.set()


class Bench:
    """A running engine, its line, and the instants of its cancels."""

    def __init__(self, folder: Path, console: RemoteConsole, line: Line, stamps: int) -> None:
        self.folder, self.line = folder, line
        self._console, self._stamps = console, stamps

    def working(self) -> int:
        snapshot = self._console.latest()
        return 0 if snapshot is None else sum(intent.live for intent in snapshot.state.intents.values())

    def took_ms(self, pause: Callable[[], object]) -> float | None:
        """One pause with all orders working; None where it is not heard in time."""
        until(lambda: self.working() >= ORDERS)
        pressed_s = perf_counter()
        pause()
        end_s = perf_counter() + HEARD_S
        while self.working() and perf_counter() < end_s:
            sleep(0.001)
        heard = not self.working()
        if not heard:
            self.line.stall(False)
            until(lambda: not self.working())
        found = os.read(self._stamps, 1 << 16)
        (last_s,) = _STAMP.unpack(found[-_STAMP.size :])
        press(self.folder, Key("resume"))
        return (last_s - pressed_s) * 1000 if heard else None


@contextmanager
def running() -> Iterator[Bench]:
    with tempfile.TemporaryDirectory() as name:
        stamps, told = os.pipe()
        os.set_inheritable(told, True)
        pid, fd = pty.fork()
        if pid == 0:
            os.environ |= {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
            os.execv(sys.executable, [sys.executable, "-m", "tests.bench.pause_line", "--screen", name, str(told)])
        fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
        line, folder = Line(fd), Path(name)
        console = _console(folder)
        try:
            yield Bench(folder, console, line, stamps)
        finally:
            line.stall(False)
            console.end()
            os.waitpid(pid, 0)


def _console(folder: Path) -> RemoteConsole:
    end_s = perf_counter() + 30
    while True:
        try:
            return RemoteConsole(folder)
        except ControlError:
            if perf_counter() > end_s:
                raise
            sleep(0.1)


def measure(bench: Bench, way: str, stalled: bool, presses: int) -> None:
    shell = [sys.executable, "-m", "allusetui", "pause", "--session", bench.folder.name]
    pauses: dict[str, Callable[[], object]] = {
        "key": lambda: os.write(bench.line.fd, b"P"),
        "socket": lambda: press(bench.folder, Key("pause")),
        "shell": lambda: subprocess.run([*shell, "--sessions", bench.folder.parent], check=True, capture_output=True),
    }
    times: list[float] = []
    what: dict[str, object] = {"way": way, "line": "stalled" if stalled else "free", "orders": ORDERS}
    bench.line.stall(stalled)
    for _ in range(presses):
        took = bench.took_ms(pauses[way])
        if took is None:
            print(json.dumps({**what, "unheard": f"for {HEARD_S:g} s"}), flush=True)
            break
        times.append(took)
    else:
        tell({**what, "presses": presses}, times)
    bench.line.stall(False)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--presses", type=int, default=50)
    parser.add_argument("--screen", nargs=2, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.screen:
        screen(Path(given.screen[0]), int(given.screen[1]))
        return
    ways = {"socket": given.presses, "shell": min(given.presses, SHELLS), "key": given.presses}
    with running() as bench:
        for stalled in (False, True):
            for way, presses in ways.items():
                measure(bench, way, stalled, presses)


if __name__ == "__main__":
    main()
