"""A real terminal for a real program: a pty that a test types on and reads the screen of."""

import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import tty
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from types import TracebackType
from typing import Self

import pyte

PATIENCE_S = 60.0


class Terminal:
    """Runs `python -m allusetui …` on a pty of 80×24, in a process group of its own.

    `bytes_s`: how fast the line is; `answers`: whether it tells its status when it is asked, as terminals do.
    """

    def __init__(
        self, *args: str | Path, module: str = "allusetui", bytes_s: int | None = None, answers: bool = True
    ) -> None:
        self.screen = pyte.Screen(80, 24)
        self._stream = pyte.ByteStream(self.screen)
        self._bytes_s = bytes_s
        self.received = b""
        if answers:
            self.screen.write_process_input = self.type
        self.pid, self._fd = pty.fork()
        if self.pid == 0:  # the program's side
            os.execv(sys.executable, [sys.executable, "-m", module, *map(str, args)])
        self.resize(80, 24)
        self.status: int | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.status is None and not self.has_ended():
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)

    @property
    def text(self) -> str:
        return "\n".join(self.screen.display)

    @property
    def is_cooked(self) -> bool:
        """Whether it edits lines and echoes, as a shell wants it."""
        flags: int = termios.tcgetattr(self._fd)[tty.LFLAG]
        return bool(flags & termios.ECHO and flags & termios.ICANON)

    def resize(self, width: int, height: int) -> None:
        """A person drags the window; the program is told by the kernel."""
        self.screen.resize(height, width)
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))

    def type(self, keys: str | bytes) -> None:
        os.write(self._fd, keys.encode() if isinstance(keys, str) else keys)

    def stall(self, found: Callable[[], bool]) -> None:
        """Read nothing until a fact holds, no longer than patience lasts."""
        end_s = perf_counter() + PATIENCE_S
        while not found():
            assert perf_counter() < end_s, "it never came"
            select.select([], [], [], 0.02)

    def until(self, found: Callable[[], bool]) -> None:
        """Read what the program draws until a fact holds, no longer than patience lasts."""
        end_s = perf_counter() + PATIENCE_S
        while not found():
            assert perf_counter() < end_s, f"it never came; the screen shows\n{self.text}"
            self._read(0.05)

    def shows(self, text: str) -> None:
        """Wait until the screen shows a text."""
        self.until(lambda: text in self.text)

    def hang_up(self) -> None:
        """The line is lost."""
        os.close(self._fd)
        self._fd = -1

    def ended(self) -> int:
        """The exit code, once the program has ended; what it draws until then is read."""
        self.until(self.has_ended)
        assert self.status is not None
        return os.waitstatus_to_exitcode(self.status)

    def has_ended(self) -> bool:
        """Whether the program has; nothing is read."""
        if self.status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            self.status = status if pid else None
        return self.status is not None

    def _read(self, wait_s: float) -> None:
        if self._fd < 0:
            select.select([], [], [], wait_s)
        elif select.select([self._fd], [], [], wait_s)[0]:
            try:
                data = os.read(self._fd, 65_536 if self._bytes_s is None else 256)
            except OSError:  # the other side has gone
                self.hang_up()
                return
            self.received += data
            self._stream.feed(data)
            if self._bytes_s is not None:
                select.select([], [], [], len(data) / self._bytes_s)
