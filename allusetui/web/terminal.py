"""A program on a pseudo-terminal, read and typed on from a loop that never waits for it."""

import asyncio
import errno
import fcntl
import os
import struct
import termios
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, Final

_CHUNK_BYTES: Final = 1 << 16
_FAREWELL_S: Final = 3.0
_NONE: Final = -1
_COLUMNS, _ROWS = (20, 500), (5, 300)
_TERM: Final = {"TERM": "xterm-256color", "COLORTERM": "truecolor"}


class Terminal:
    """One program and its terminal: `open` starts it, `hang_up` ends it, and then `gone` waits for that."""

    def __init__(self, fd: int, program: asyncio.subprocess.Process) -> None:
        self._fd = fd
        self._program = program

    @classmethod
    async def open(cls, command: Sequence[str], columns: int, rows: int) -> "Terminal":
        """Start a program on a terminal of its own. Raises OSError where that can't be had."""
        ours, its = os.openpty()
        try:
            os.set_blocking(ours, False)
            _size(ours, columns, rows)
            program = await asyncio.create_subprocess_exec(
                *command, stdin=its, stdout=its, stderr=its, env=os.environ | _TERM, start_new_session=True,
                preexec_fn=_take_terminal,
            )  # fmt: skip
        except BaseException:
            os.close(ours)
            raise
        finally:
            os.close(its)
        return cls(ours, program)

    async def read(self) -> bytes:
        """What the program draws next; nothing once it has ended."""
        while True:
            try:
                return os.read(self._fd, _CHUNK_BYTES)
            except BlockingIOError:
                loop = asyncio.get_running_loop()
                await self._ready(loop.add_reader, loop.remove_reader)
            except OSError as error:
                if error.errno in (errno.EIO, errno.EBADF):  # nobody holds the other end any more, or this one
                    return b""
                raise

    async def type(self, data: bytes) -> None:
        """Type on it; returns once the terminal has taken all of it. Raises OSError where the program has ended."""
        while data:
            try:
                data = data[os.write(self._fd, data) :]
            except BlockingIOError:
                loop = asyncio.get_running_loop()
                await self._ready(loop.add_writer, loop.remove_writer)

    def resize(self, columns: int, rows: int) -> None:
        _size(self._fd, columns, rows)

    def hang_up(self) -> None:
        """The line is lost: the program hears of it at once, and nothing waits for it."""
        fd, self._fd = self._fd, _NONE
        loop = asyncio.get_running_loop()
        loop.remove_reader(fd)
        loop.remove_writer(fd)
        os.close(fd)

    async def gone(self) -> None:
        """Wait until the program has ended; one that does not go is killed."""
        try:
            async with asyncio.timeout(_FAREWELL_S):
                await self._program.wait()
        except TimeoutError:
            with suppress(ProcessLookupError):  # it went by itself
                self._program.kill()
            await self._program.wait()

    async def _ready(self, add: Callable[..., Any], remove: Callable[[int], object]) -> None:
        """Wait until it can be read, or written."""
        ready = asyncio.Event()
        add(self._fd, ready.set)
        try:
            await ready.wait()
        finally:
            if self._fd != _NONE:  # else its number may be another's by now
                remove(self._fd)


def _take_terminal() -> None:
    """In the program's process: its terminal's hang-up is its own."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def _size(fd: int, columns: int, rows: int) -> None:
    shown = min(max(rows, _ROWS[0]), _ROWS[1]), min(max(columns, _COLUMNS[0]), _COLUMNS[1])
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", *shown, 0, 0))
